"""Organizations: their domains, and who changed what."""

import pytest

from sportello.desk.actions import organizations, people
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Organization, RuleChange
from sportello.kit import clock

pytestmark = pytest.mark.django_db


def test_save_then_the_history_says_what_was_and_who(anna, organization, group):
    data = {"name": "Rossi  Hotels srl", "tags": ["VIP, hotel"], "group": group, "notes": "Pay by month.\r\nBoth."}

    organizations.save(data, actor=anna, organization_id=organization.pk)

    organization.refresh_from_db()
    assert (organization.name, organization.notes, organization.group) == (
        "Rossi Hotels srl",
        "Pay by month.\nBoth.",
        group,
    )
    latest = RuleChange.objects.filter(kind="organization").latest("id")
    assert (latest.author, latest.before) == (
        anna,
        {
            "organization.name": "Rossi Hotels",
            "organization.notes": "",
            "organization.group": None,
            "organization.tags": [],
        },
    )
    assert latest.after["organization.tags"] == ["hotel", "vip"]


def test_save_when_nothing_differs_leaves_no_trace(anna, organization):
    before = RuleChange.objects.count()

    organizations.save(
        {"name": "Rossi Hotels", "domains": ["rossi.example"]}, actor=anna, organization_id=organization.pk
    )

    assert RuleChange.objects.count() == before


@pytest.mark.parametrize("name", ["", "  ", "Rossi Hotels", "rossi  HOTELS"])
def test_name_that_another_one_has_in_whatever_letters_is_refused(anna, organization, name):
    other = organizations.save({"name": "Verdi"}, actor=anna)

    for organization_id in (None, other.pk):
        with pytest.raises(Invalid, match="name"):
            organizations.save({"name": name}, actor=anna, organization_id=organization_id)


def test_name_may_change_its_letters_and_stay_where_another_one_had_it_before(anna, organization):
    organizations.save({"name": "ROSSI Hotels"}, actor=anna, organization_id=organization.pk)
    other = Organization.objects.create(name="rossi hotels", created_at=clock.now(), updated_at=clock.now())

    organizations.save({"name": "rossi hotels", "notes": "Due volte."}, actor=anna, organization_id=other.pk)

    assert set(Organization.objects.values_list("name", "notes")) == {
        ("ROSSI Hotels", ""),
        ("rossi hotels", "Due volte."),
    }


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMAIL.com", "@libero.it", "not a domain", "nodots", "-a.example", "x@y"]
)
def test_domain_that_is_everybodys_or_none_is_refused(anna, organization, domain):
    with pytest.raises(Invalid, match="domains"):
        organizations.save({"domains": [domain]}, actor=anna, organization_id=organization.pk)

    assert people.add("Nina", "nina@rossi.example").organization == organization


def test_domain_of_another_is_refused(anna, organization):
    other = organizations.save({"name": "Other"}, actor=anna)

    with pytest.raises(Invalid, match="domains"):
        organizations.save({"domains": ["Rossi.example"]}, actor=anna, organization_id=other.pk)


def test_domain_when_taken_away_owns_nobody_any_more(anna, organization):
    organizations.save({"domains": ["@new.example"]}, actor=anna, organization_id=organization.pk)

    assert people.add("Nina", "nina@rossi.example").organization is None
    assert people.add("Nino", "nino@new.example").organization == organization


def test_save_when_it_is_not_there_is_missing(anna):
    with pytest.raises(Missing):
        organizations.save({"name": "X"}, actor=anna, organization_id=77)
