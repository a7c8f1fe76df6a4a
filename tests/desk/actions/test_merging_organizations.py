"""Two organizations that are one: nothing lost, nothing doubled, and back again."""

import threading

import pytest
from django.db import connection, connections

from sportello.desk import access
from sportello.desk.actions import (
    configuration,
    field_values,
    importing,
    indexing,
    merging_organizations,
    merging_people,
    organizations,
    people,
    policies,
    protocols,
    tickets,
    views,
)
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import (
    CustomField,
    MonthlyReport,
    Organization,
    OrganizationDomain,
    OrganizationTag,
    Protocol,
    RuleChange,
    SatisfactionRating,
    SavedReport,
    SlaPolicy,
    Ticket,
    User,
    View,
)
from sportello.desk.rules.protocol import Steps
from sportello.desk.search import beginnings
from sportello.desk.words import Via
from sportello.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(organization):
    """Rossi Hotels once more, with another domain."""
    return organizations.add_organization("Rossi Hotels S.r.l.", domains=("rossi-hotels.example",))


@pytest.fixture
def nina(double):
    return people.add("Nina Rossi", "nina@rossi-hotels.example", language="it")


def open_by(person):
    words = tickets.Words("Non va.")
    return tickets.open_ticket(requester=person, subject="Aiuto", words=words, actor=person, via=Via.WEB)


def merge(source, into, actor):
    return merging_organizations.merge_organizations(source.pk, into.pk, actor=actor)


def part(source, actor):
    return merging_organizations.unmerge_organizations(source.pk, actor=actor)


def rated(ticket):
    return SatisfactionRating.objects.create(
        ticket=ticket, requester=ticket.requester, organization=ticket.organization, offered_at=clock.now(),
        expires_at=clock.now().replace(year=2099), updated_at=clock.now(),
    )  # fmt: skip


def asking(organization):
    return {"all": [{"field": "organization_id", "operator": "is", "value": str(organization.pk)}], "any": []}


def snapshot():
    """All that organizations have, each with whom it belongs to."""
    return {
        "people": list(User.objects.order_by("pk").values_list("pk", "organization")),
        "tickets": list(Ticket.objects.order_by("pk").values_list("pk", "organization")),
        "ratings": list(SatisfactionRating.objects.order_by("pk").values_list("pk", "organization")),
        "domains": list(OrganizationDomain.objects.order_by("pk").values_list("domain", "organization")),
        "tags": sorted(OrganizationTag.objects.values_list("organization", "tag")),
        "fields": {pk: field_values.of_organization(pk) for pk in Organization.objects.values_list("pk", flat=True)},
        "protocols": sorted(Protocol.objects.filter(current=True).values_list("organization", flat=True)),
        "policies": list(SlaPolicy.objects.order_by("pk").values_list("conditions", flat=True)),
        "views": list(View.objects.order_by("pk").values_list("conditions", flat=True)),
        "reports": list(SavedReport.objects.order_by("pk").values_list("asked", flat=True)),
        "organizations": list(
            Organization.objects.order_by("pk").values_list(
                "pk", "name", "notes", "group", "shared_tickets", "merged_into"
            )
        ),
    }


def test_merge_moves_all_that_was_the_sources(anna, group, organization, double, nina, mailbox):
    organizations.save({"group": group, "notes": "By night."}, actor=anna, organization_id=double.pk)
    ticket = open_by(nina)
    rating = rated(ticket)

    merge(double, organization, anna)

    for row in (ticket, rating, nina, double, organization):
        row.refresh_from_db()
    assert (ticket.organization, rating.organization, nina.organization) == (organization,) * 3
    assert sorted(organization.domains.values_list("domain", flat=True)) == ["rossi-hotels.example", "rossi.example"]
    assert (organization.group, organization.notes, organization.shared_tickets) == (group, "By night.", True)
    assert people.add("Ugo", "ugo@rossi-hotels.example").organization == organization
    assert double.merged_into == organization


def test_merge_keeps_what_the_other_has_and_fills_what_it_has_not(anna, ada, organization, double):
    one, other = (
        CustomField.objects.create(
            of="organization", kind="text", key=key, title=key, created_at=clock.now(), updated_at=clock.now()
        )
        for key in ("merged", "contract")
    )
    organizations.save({"tags": ["vip"], "notes": "Old."}, actor=anna, organization_id=organization.pk)
    organizations.save({"tags": ["vip new"], "notes": "More."}, actor=anna, organization_id=double.pk)
    field_values.set_organization(double.pk, {one.pk: "yes", other.pk: "gold"}, actor=anna)
    field_values.set_organization(organization.pk, {other.pk: "silver"}, actor=anna)
    protocols.save(Steps(close_hours=24), {}, organization=double, actor=ada)

    merge(double, organization, anna)

    organization.refresh_from_db()
    assert organization.notes == "Old.\n\nMore."
    assert sorted(organization.tags.values_list("tag", flat=True)) == ["new", "vip"]
    assert field_values.of_organization(organization.pk) == {one.pk: "yes", other.pk: "silver"}
    assert configuration.current().steps_of(organization.pk).close_hours == 24


def test_merge_when_the_other_has_a_protocol_then_it_stays(anna, ada, organization, double):
    protocols.save(Steps(close_hours=24), {}, organization=double, actor=ada)
    protocols.save(Steps(close_hours=72), {}, organization=organization, actor=ada)

    merge(double, organization, anna)

    assert configuration.current().steps_of(organization.pk).close_hours == 72


def test_merge_when_rules_and_reports_name_the_source_then_they_name_the_other(anna, ada, organization, double, nina):
    view = views.save({"title": "Theirs", "conditions": asking(double)}, actor=ada)
    policy = policies.save_policy({"title": "Gold", "conditions": asking(double), "targets": TARGETS}, actor=ada)
    report = SavedReport.objects.create(
        owner=ada, name="R", asked={"filters": asking(double)}, created_at=clock.now(), updated_at=clock.now()
    )
    View.objects.filter(pk=view.pk).update(filled_to=None)

    merge(double, organization, anna)

    for row in (view, policy, report):
        row.refresh_from_db()
    assert view.conditions["all"][0]["value"] in (organization.pk, str(organization.pk))
    assert [it["value"] for it in policy.conditions["all"]] == [it["value"] for it in view.conditions["all"]]
    assert report.asked == {"filters": asking(organization)}
    assert view.filled_to == 0
    assert RuleChange.objects.filter(kind="view", rule_id=view.pk).latest("id").author == anna


TARGETS = [{"priority": "normal", "metric": "first_reply_time", "target": 60, "business_hours": False}]


def test_merge_leaves_reports_of_months_as_they_were_written(anna, organization, double):
    report = MonthlyReport.objects.create(
        year=2026, month=10, audience="organization", organization=double, language="it", figures={},
        written_at=clock.now(),
    )  # fmt: skip

    merge(double, organization, anna)

    report.refresh_from_db()
    assert report.organization == double


def test_merge_leaves_a_trace_on_both(anna, organization, double):
    merge(double, organization, anna)

    one, other = (
        RuleChange.objects.filter(kind="organization", rule_id=it.pk).latest("id") for it in (double, organization)
    )
    into = {"id": organization.pk, "name": "Rossi Hotels"}
    assert (one.author, one.after["organization.merged_into"]) == (anna, into)
    assert other.after["organization.merged"] == {"id": double.pk, "name": "Rossi Hotels S.r.l."}
    assert other.after["organization.domains"] == ["rossi-hotels.example", "rossi.example"]


def test_merge_when_done_already_does_nothing_and_the_other_way_is_refused(anna, organization, double):
    merge(double, organization, anna)
    before = RuleChange.objects.count()

    assert merge(double, organization, anna) == organization

    assert RuleChange.objects.count() == before
    with pytest.raises(Stale):
        merge(organization, double, anna)
    with pytest.raises(Stale):
        organizations.save({"name": "Anew"}, actor=anna, organization_id=double.pk)
    with pytest.raises(Invalid, match="into"):
        merge(organization, organization, anna)
    with pytest.raises(Missing):
        merging_organizations.merge_organizations(77, organization.pk, actor=anna)


def test_merged_one_is_in_no_list_and_its_name_leads_to_the_other(anna, organization, double, frozen_clock):
    last = organizations.add_organization("Bianchi")
    merge(double, organization, anna)
    merge(organization, last, anna)

    assert list(access.organizations(anna)) == [last]
    assert access.organization_holder(double.pk) == last
    assert importing._known_organization("rossi hotels s.r.l.") == last


def test_merge_is_told_to_the_index_of_searches(anna, organization, double, nina, mailbox, frozen_clock):
    def found(typed):
        while indexing.step():
            pass
        return list(access.companies(anna, named=beginnings.organizations(typed)))

    assert found("hotels s.r.l.") == [double]
    frozen_clock.shift(60)

    merge(double, organization, anna)
    frozen_clock.shift(60)

    assert found("rossi-hotels.example") == [organization]
    assert found("hotels s.r.l.") == []


def test_sweep_moves_what_came_to_the_source_while_it_was_merged(anna, organization, double, nina, mailbox):
    nina.organization  # noqa: B018 - as a mail that is just being read has it
    merge(double, organization, anna)
    late = open_by(nina)
    User.objects.filter(pk=nina.pk).update(organization=double)

    merging_organizations.sweep()

    late.refresh_from_db()
    nina.refresh_from_db()
    assert (late.organization, nina.organization) == (organization, organization)


def test_unmerge_gives_back_what_was_moved(anna, ada, group, organization, double, nina, rita, mailbox):
    field = CustomField.objects.create(
        of="organization", kind="text", key="contract", title="C", created_at=clock.now(), updated_at=clock.now()
    )
    organizations.save({"group": group, "notes": "N.", "tags": ["new"]}, actor=anna, organization_id=double.pk)
    field_values.set_organization(double.pk, {field.pk: "gold"}, actor=anna)
    protocols.save(Steps(close_hours=24), {}, organization=double, actor=ada)
    views.save({"title": "Theirs", "conditions": asking(double)}, actor=ada)
    rated(open_by(nina))
    rated(open_by(rita))
    before = snapshot()
    merge(double, organization, anna)
    assert snapshot() != before

    part(double, anna)

    assert snapshot() == before
    history = RuleChange.objects.filter(kind="organization", rule_id=organization.pk).latest("id")
    assert history.after["organization.unmerged"] == {"id": double.pk, "name": double.name}


def test_unmerge_leaves_what_came_later(anna, organization, double, nina, mailbox):
    merge(double, organization, anna)
    nina.refresh_from_db()
    later = open_by(nina)
    organizations.save({"notes": "Later."}, actor=anna, organization_id=organization.pk)

    part(double, anna)
    part(double, anna)

    later.refresh_from_db()
    organization.refresh_from_db()
    nina.refresh_from_db()
    assert (later.organization, organization.notes, nina.organization) == (organization, "Later.", double)


def test_unmerge_when_the_other_was_merged_on_is_refused(anna, organization, double):
    merge(double, organization, anna)
    merge(organization, organizations.add_organization("Bianchi"), anna)

    with pytest.raises(Stale):
        part(double, anna)


def test_person_who_is_parted_after_his_organization_was_merged_comes_to_the_other(anna, organization, double, nina):
    other = people.add("Nina R.", "nr@home.example")
    merging_people.merge_people(nina.pk, other.pk, actor=anna)
    merge(double, organization, anna)

    merging_people.unmerge_people(nina.pk, actor=anna)

    nina.refresh_from_db()
    assert nina.organization == organization


def test_likely_same_are_those_of_the_name_or_of_whose_domain_people_write(anna, organization, double):
    lake = organizations.add_organization("Lago", domains=("lago.example",))
    people.save(people.add("Lia", "lia@lago.example").pk, {"organization": organization}, actor=anna)
    part_of = organizations.add_organization("Lago Nord", domains=("nord.lago.example",))
    organizations.add_organization("Rossi Auto srl")

    assert merging_organizations.likely_same(organization) == [double, lake]
    assert merging_organizations.likely_same(double) == [organization]
    assert merging_organizations.likely_same(part_of) == [lake]
    merge(double, organization, anna)
    assert merging_organizations.likely_same(organization) == [lake]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_merge_when_two_merge_crosswise_at_once_then_one_is_refused(anna, organization, double):
    outcomes, gate = [], threading.Barrier(2)

    def do(source, into):
        gate.wait()
        try:
            outcomes.append(merge(source, into, anna))
        except Stale:
            outcomes.append(None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=pair) for pair in ((double, organization), (organization, double))]
    for it in threads:
        it.start()
    for it in threads:
        it.join(20)

    assert outcomes.count(None) == 1
    assert Organization.objects.filter(merged_into=None).count() == 1
