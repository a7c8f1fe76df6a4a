import pytest
from django.utils import timezone

from sportello.desk.models import Audit, Identity, User
from sportello.kit.prepared import prepared

pytestmark = pytest.mark.django_db


def test_prepared_when_asked_gives_what_the_queryset_gives(ticket, rita, anna):
    Audit.objects.create(
        ticket=ticket, author=anna, via={"channel": "web"}, events=[{"è": 1}], created_at=timezone.now()
    )

    def build(ticket_id):
        return Audit.objects.filter(ticket=ticket_id).select_related("author__organization").order_by("-id")

    found, expected = prepared(build)(ticket.pk), list(build(ticket.pk))

    assert found == expected
    assert [(a.events, a.via, a.created_at, a.author) for a in found] == [
        (a.events, a.via, a.created_at, a.author) for a in expected
    ]


def test_prepared_when_asked_again_makes_one_query_with_the_new_values(rita, otto, django_assert_num_queries):
    @prepared
    def names(person_id: int, address: str):
        people = User.objects.select_related("organization").filter(pk=person_id, identities__address=address)
        return people.values_list("name", "organization__name")

    assert names(rita.pk, "rita@rossi.example") == [("Rita Rossi", rita.organization.name)]
    expected = [("Otto Rossi", otto.organization.name)]
    with django_assert_num_queries(1):
        assert names(otto.pk, "otto@rossi.example") == expected
    assert names(otto.pk, "rita@rossi.example") == []


def test_prepared_when_related_is_empty_gives_none(rita):
    User.objects.filter(pk=rita.pk).update(organization=None)

    @prepared
    def people(person_id: int):
        return User.objects.select_related("organization").filter(pk=person_id)

    assert [person.organization for person in people(rita.pk)] == [None]


def test_prepared_when_a_value_is_hostile_text_is_a_value(rita):
    @prepared
    def owners(address: str):
        return Identity.objects.filter(address=address).values_list("user", flat=True)

    assert owners("rita@rossi.example") == [rita.pk]
    assert owners("' OR 1=1 --") == owners("\ue000value 0") == []


def test_prepared_when_nothing_can_be_found_gives_nothing(rita):
    @prepared
    def nobody(person_id: int):
        return User.objects.filter(pk=person_id, pk__in=[])

    with pytest.raises(AssertionError):
        prepared(lambda person_id: User.objects.filter(pk__gt=0 if person_id else 1))(rita.pk)
    assert nobody(rita.pk) == []
