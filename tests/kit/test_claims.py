"""Claims, on the outbox's rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sportello.desk.models import OutgoingMail
from sportello.kit import claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    now = timezone.now()
    return [
        OutgoingMail.objects.create(
            step="reply", automatic=False, sender="a@desk.example", to="b@c.example", message_id=f"m{n}", language="en",
            subject="s", text="t", html="h", due_at=now, created_at=now,
        )
        for n in range(3)
    ]  # fmt: skip


def ready():
    return OutgoingMail.objects.order_by("id")


def test_claim_when_leased_then_nobody_else_gets_it(rows):
    first = claims.claim(ready(), 2)
    second = claims.claim(ready(), 2)

    assert ([row.pk for row in first], [row.pk for row in second]) == ([rows[0].pk, rows[1].pk], [rows[2].pk])
    assert [row.attempts for row in first] == [1, 1]


def test_claim_when_lease_ended_then_the_next_worker_gets_it_and_the_first_one_is_fenced_off(rows):
    (dead,) = claims.claim(ready(), 1, lease=timedelta(seconds=-1))
    (alive, *_others) = claims.claim(ready(), 3)

    with pytest.raises(claims.LeaseLost):
        claims.finish(dead, state="sent")
    claims.finish(alive, state="sent")

    assert alive.pk == dead.pk
    assert OutgoingMail.objects.get(pk=alive.pk).state == "sent"


def test_extend_when_held_then_the_lease_ends_later(rows):
    (row,) = claims.claim(ready(), 1, lease=timedelta(seconds=-1))

    claims.extend([row])

    assert row.pk not in [other.pk for other in claims.claim(ready(), 3)]


def test_claim_when_there_is_nothing_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert claims.claim(ready(), 5) == []


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (7, 60), (100, 60)])
def test_retry_at_backs_off_to_an_hour(attempts, minutes):
    now = timezone.now()

    assert claims.retry_at(attempts, now) == now + timedelta(minutes=minutes)
