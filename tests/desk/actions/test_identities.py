"""Addresses of people: who may change them, what is left of one that was removed."""

import pytest

from sportello.desk.actions import identities, people, sign_in
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import RuleChange, User
from sportello.kit.tokens import BadToken

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(rita):
    return people.add_address(rita, "rita@home.example")


def addresses(person):
    return [(it.address, it.primary) for it in person.identities.order_by("-primary", "id")]


def change_of(person):
    latest = RuleChange.objects.filter(kind="user", rule_id=person.pk).latest("id")
    return latest.before, latest.after, latest.author


def test_make_primary_then_mails_go_there_and_the_history_says_who(anna, rita, second):
    identities.make_primary(rita.pk, second.pk, actor=anna)

    rita.refresh_from_db()
    assert rita.email == "rita@home.example"
    assert addresses(rita) == [("rita@home.example", True), ("rita@rossi.example", False)]
    assert change_of(rita) == (
        {"addresses": ["rita@rossi.example", "rita@home.example"]},
        {"addresses": ["rita@home.example", "rita@rossi.example"]},
        anna,
    )


def test_make_primary_when_it_is_so_already_changes_nothing(anna, rita, second):
    identities.make_primary(rita.pk, second.pk, actor=anna)
    before = RuleChange.objects.count()

    identities.make_primary(rita.pk, second.pk, actor=anna)

    assert RuleChange.objects.count() == before


def test_remove_address_then_the_oldest_other_is_primary_and_nobody_signs_in_by_it(anna, rita, second):
    first = rita.identities.get(primary=True)
    link = sign_in.make_link(User.objects.get(pk=rita.pk)).rpartition("/")[2]

    identities.remove_address(rita.pk, first.pk, actor=anna)

    rita.refresh_from_db()
    assert (rita.email, addresses(rita)) == ("rita@home.example", [("rita@home.example", True)])
    assert sign_in.send_link("rita@rossi.example") is None
    with pytest.raises(BadToken):
        sign_in.read_link(link)


def test_remove_address_then_open_sessions_end(client, anna, rita, second):
    rita.refresh_from_db()
    client.force_login(rita, backend="django.contrib.auth.backends.ModelBackend")

    identities.remove_address(rita.pk, second.pk, actor=anna)

    assert client.get("/requests").status_code == 302


def test_remove_address_when_it_is_the_last_leaves_a_person_without_one(anna, rita):
    identities.remove_address(rita.pk, rita.identities.get().pk, actor=anna)

    rita.refresh_from_db()
    assert (rita.email, addresses(rita)) == ("", [])


def test_addresses_of_who_works_here_are_changed_by_administrators_alone(ada, anna, ben):
    """Whoever gave himself a colleague's address could sign in as him."""
    own = ada.identities.get()
    for attempt in (
        lambda: people.add_address(ada, "mine@evil.example", actor=ben),
        lambda: identities.make_primary(ada.pk, own.pk, actor=ben),
        lambda: identities.remove_address(ada.pk, own.pk, actor=ben),
        lambda: identities.remove_address(ben.pk, ben.identities.get().pk, actor=ben),
    ):
        with pytest.raises(Refused):
            attempt()
    assert addresses(ada) == [("ada@desk.example", True)]

    people.add_address(anna, "anna@home.example", actor=ada)

    assert addresses(anna)[1:] == [("anna@home.example", False)]


def test_address_of_another_is_missing(anna, rita, sam):
    with pytest.raises(Missing):
        identities.remove_address(rita.pk, sam.identities.get().pk, actor=anna)

    assert addresses(sam) == [("sam@elsewhere.example", True)]


def test_add_address_when_it_is_anothers_is_refused(anna, rita, sam):
    with pytest.raises(Invalid, match="email"):
        people.add_address(rita, "sam@elsewhere.example", actor=anna)
