import pytest

from sportello.desk.actions import people
from sportello.desk.errors import Invalid
from sportello.desk.models import Identity, User
from sportello.desk.words import Role

pytestmark = pytest.mark.django_db


def test_add_when_domain_is_owned_then_belongs_to_the_organization(organization):
    assert people.add("Nina", "Nina@ROSSI.example").organization == organization


def test_add_when_domain_is_everybodys_then_belongs_to_nobody():
    assert people.add("Nina", "nina@gmail.com").organization is None


def test_add_when_address_is_somebodys_is_refused(rita):
    with pytest.raises(Invalid, match="email"):
        people.add("Other", "RITA@rossi.example")

    assert User.objects.filter(name="Other").count() == 0


def test_add_when_the_domain_has_accents_then_kept_as_mail_servers_write_it():
    person = people.add("Anna", "Anna@B\u00fccher.example")

    assert person.email == "anna@xn--bcher-kva.example"
    assert people.by_address("anna@b\u00fccher.example") == person


def test_mark_reachable_when_she_writes_again_forgets_the_bounce(rita):
    people.mark_undeliverable("rita@rossi.example", "5.1.1")

    people.mark_reachable("Rita@rossi.example")

    assert Identity.objects.get(user=rita).undeliverable_at is None


def test_find_or_add_when_known_by_another_spelling_finds_the_person(rita):
    assert people.find_or_add(people.Sender("R", "RITA@ROSSI.example")) == rita


@pytest.mark.parametrize(
    "address",
    ["\u017fam@a.example", "rita", "a@", "@b.example", "a b@c.example", "a@b@c.example", "x" * 300 + "@a.example"],
)
def test_add_when_address_is_wrong_is_refused(address):
    with pytest.raises(Invalid, match="email"):
        people.add("Rita", address)


def test_add_when_password_is_weak_is_refused():
    with pytest.raises(Invalid, match="password"):
        people.add("Anna", "anna@desk.example", role=Role.AGENT, password="12345")


def test_add_when_without_password_cannot_sign_in_with_one(rita):
    assert not rita.check_password("")
    assert not rita.check_password("!")


def test_add_address_when_second_then_found_by_both_and_the_first_stays_primary(rita, sam):
    people.add_address(rita, "rita.rossi@home.example")

    assert people.by_address("Rita.Rossi@home.example") == rita
    assert rita.email == "rita@rossi.example"
    with pytest.raises(Invalid, match="email"):
        people.add_address(rita, "sam@elsewhere.example")


def test_mark_undeliverable_when_known_keeps_the_reason(rita):
    people.mark_undeliverable("RITA@rossi.example", "5.1.1 unknown")

    assert Identity.objects.get(user=rita).undeliverable_reason == "5.1.1 unknown"


def test_join_when_not_an_agent_is_refused(group, rita):
    with pytest.raises(Invalid, match="members"):
        people.join(group, rita)


def test_add_organization_when_domain_is_taken_is_refused(organization):
    with pytest.raises(Invalid, match="domains"):
        people.add_organization("Bianchi", domains=("rossi.example",))
