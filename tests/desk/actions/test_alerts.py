"""Alerts: to whoever leads, once, and not for what chance explains."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.actions import alerts, people
from sportello.desk.models import Notification, SatisfactionRating, Ticket, VoteWatch
from sportello.desk.words import Role
from sportello.kit import clock
from tests.desk.actions.test_reviews import offered, vote

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)  # a Wednesday


def votes(requester, n, *, score="good", at=NOW - timedelta(days=100), group=None, every=timedelta(0)):
    """Rows of votes that were cast, without what else happens then."""
    organization = requester.organization
    made = [
        Ticket.objects.create(
            requester=requester,
            submitter=requester,
            organization=organization,
            subject="Ferma",
            channel="email",
            status="closed",
            commented_at=at,
            solved_at=at,
            created_at=at,
            updated_at=at,
        )
        for _nth in range(n)
    ]
    SatisfactionRating.objects.bulk_create(
        SatisfactionRating(
            ticket=ticket,
            requester=requester,
            organization=organization,
            group=group,
            score=score,
            offered_at=at,
            rated_at=at + nth * every,
            expires_at=at + timedelta(days=400),
            updated_at=at,
        )
        for nth, ticket in enumerate(made)
    )


def told():
    return [(it.user.name, it.values["what"]) for it in Notification.objects.filter(kind="alert").order_by("id")]


# --- the first bad vote of a happy customer ---------------------------------------------------------------------------


def test_first_bad_vote_of_a_happy_organization_is_told_to_whoever_leads(ticket, ada, anna, otto):
    votes(otto, 5)
    rating = offered(ticket)

    vote(rating)
    vote(rating, "good")
    vote(rating)

    assert told() == [("Ada Admin", "first_bad")]
    assert Notification.objects.get(kind="alert").values["customer"] == "Rossi Hotels"


@pytest.mark.parametrize(("good", "bad"), [(4, 0), (50, 1)])
def test_first_bad_vote_when_the_customer_was_not_always_happy_is_not_told(ticket, ada, otto, good, bad):
    votes(otto, good)
    votes(otto, bad, score="bad")

    vote(offered(ticket))

    assert told() == []


def test_first_bad_vote_of_a_person_without_organization_counts_his_own_votes_only(ticket, ada, sam):
    kate = people.add("Kate Lind", "kate@elsewhere.example", language="en")
    votes(kate, 20)
    votes(sam, 4)
    Ticket.objects.filter(pk=ticket.pk).update(requester=sam, organization=None)
    ticket.refresh_from_db()

    vote(offered(ticket))

    assert told() == []
    votes(sam, 1)
    SatisfactionRating.objects.filter(ticket=ticket).update(score="good")
    rating = SatisfactionRating.objects.get(ticket=ticket)
    rating.review.delete()
    vote(rating)
    assert told() == [("Ada Admin", "first_bad")]


# --- a drop -----------------------------------------------------------------------------------------------------------


def fall(requester, group=None):
    """In a year 2 of 122 were bad; of the last four weeks' 40 it is 8."""
    votes(requester, 120, group=group)
    votes(requester, 2, score="bad", group=group)
    votes(requester, 32, at=NOW - timedelta(days=12), group=group)
    votes(requester, 8, score="bad", at=NOW - timedelta(days=12), group=group)


def look(at=NOW):
    with clock.at(at):
        assert not alerts.step()


def test_drop_when_chance_does_not_explain_it_is_told_once(ada, anna, rita, frozen_clock):
    frozen_clock.move_to(NOW)
    fall(rita)

    for days in (0, 0, 1, 7, 14):
        look(NOW + timedelta(days=days))

    assert told() == [("Ada Admin", "drop")]
    assert [str(it) for it in VoteWatch.objects.order_by("looked_on").values_list("looked_on", flat=True)] == [
        "2026-11-16",
        "2026-11-23",
        "2026-11-30",
    ]
    found = VoteWatch.objects.order_by("looked_on")[0].found[""]
    assert (found["bad"], found["votes"], found["bad_before"], found["votes_before"]) == (8, 40, 2, 122)


def test_drop_when_it_is_of_a_group_is_told_to_its_administrators(ada, anna, rita, group, frozen_clock):
    frozen_clock.move_to(NOW)
    eva = people.add("Eva Rey", "eva@desk.example", role=Role.ADMIN, language="en")
    group.members.add(eva)
    fall(rita, group)

    look()

    assert sorted(told()) == [("Ada Admin", "drop"), ("Eva Rey", "drop"), ("Eva Rey", "drop")]
    assert Notification.objects.filter(kind="alert", values__group="Support").get().user == eva


def test_drop_when_there_is_none_or_nothing_to_compare_is_not_told(ada, rita, frozen_clock):
    frozen_clock.move_to(NOW)
    look()
    votes(rita, 3, score="bad", at=NOW - timedelta(days=8))
    look(NOW + timedelta(days=7))
    votes(rita, 100)
    look(NOW + timedelta(days=200))

    assert told() == []
    assert VoteWatch.objects.count() == 3
