"""What two do to a vote or to its review at the same moment happens once."""

import threading
from contextlib import suppress

import pytest
from django.db import connections, transaction

from sportello.desk.actions import people, ratings, reviews, tickets
from sportello.desk.actions.reviews import Finding
from sportello.desk.actions.tickets import Words
from sportello.desk.actions.update import Update
from sportello.desk.errors import Stale
from sportello.desk.models import Notification, SatisfactionRating, VoteReview
from sportello.desk.words import Role, Status, Via

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rating(real_database):
    """A vote that is asked for, on the help of one of three agents."""
    for name in ("ada", "eva"):
        people.add(name.title(), f"{name}@desk.example", role=Role.ADMIN, language="en")
    anna = people.add("Anna", "anna@desk.example", role=Role.AGENT, language="en")
    rita = people.add("Rita", "rita@rossi.example", language="en")
    return asked(rita, anna)


def asked(person, anna):
    """A ticket of the person that Anna has solved, and the vote that is asked for."""
    ticket = tickets.open_ticket(requester=person, subject="Ferma", words=Words("Aiuto"), actor=person, via=Via.WEB)
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    with transaction.atomic():
        update = Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE)
        update.offer, update.letter = True, "survey"
        update.commit()
    return SatisfactionRating.objects.get(ticket=ticket)


def together(*verbs):
    """Returns "done" or "stale" of each, sorted."""
    outcome = []

    def run(verb):
        try:
            verb()
            outcome.append("done")
        except Stale:
            outcome.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(outcome)


def cast(rating, score="bad"):
    ratings.vote(rating.pk, score, actor=rating.requester, via=Via.WEB)


def kinds():
    return list(VoteReview.objects.get().events.order_by("id").values_list("kind", flat=True))


def test_vote_when_pressed_twice_at_once_opens_one_review(rating):
    assert together(lambda: cast(rating), lambda: cast(rating)) == ["done", "done"]

    assert kinds() == ["opened"]


@pytest.mark.parametrize("customer", ["organization", "person"])
def test_first_bad_votes_of_a_happy_customer_at_once_are_told_once(rating, customer):
    rita, anna = rating.requester, rating.assignee
    if customer == "organization":
        rita.organization = people.add_organization("Rossi")
        rita.save()
    ratings_of_rita = [asked(rita, anna) for _nth in range(7)]
    for it in ratings_of_rita[:5]:
        cast(it, "good")
    both_have_voted = threading.Barrier(2, timeout=1)

    def at_once(it):
        with transaction.atomic(), suppress(threading.BrokenBarrierError):
            cast(it)
            both_have_voted.wait()  # Where they can both be here, neither sees the other's vote.

    outcome = together(*(lambda it=it: at_once(it) for it in ratings_of_rita[5:]))

    assert outcome == ["done", "done"]
    assert Notification.objects.filter(kind="alert", user__email="ada@desk.example").count() == 1


def test_proposal_when_confirmed_and_declined_at_once_is_decided_once(rating):
    cast(rating)
    ada, eva = (people.by_address(f"{name}@desk.example") for name in ("ada", "eva"))
    review = VoteReview.objects.get()
    proposal = reviews.propose(review.pk, "product", "Il PC.", actor=ada)

    outcome = together(
        lambda: reviews.confirm(review.pk, proposal.pk, actor=eva),
        lambda: reviews.decline(review.pk, proposal.pk, actor=ada),
    )

    assert outcome == ["done", "stale"]
    assert len(kinds()) == 3


def test_review_when_done_while_the_vote_turns_good_ends_once(rating):
    cast(rating)
    ada = people.by_address("ada@desk.example")
    review = VoteReview.objects.get()
    found = Finding(cause="slow", outcome="settled")

    together(lambda: reviews.work(review.pk, found, actor=ada, close=True), lambda: cast(rating, "good"))

    review.refresh_from_db()
    assert review.state == "done"
    assert kinds().count("withdrawn") == 1
    assert review.outcome == ("settled" if "closed" in kinds() else "withdrawn")
