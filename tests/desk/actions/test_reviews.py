"""Reviews of bad votes: opened with the vote, worked on, reclassified by two."""

from datetime import timedelta

import pytest
from django.db import transaction

from sportello.desk.actions import agents, jobs, people, ratings, reviews, tickets, timers
from sportello.desk.actions.reviews import Finding
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.actions.update import Update
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import GroupMembership, Notification, SatisfactionRating, Timer, VoteReview
from sportello.desk.words import Permission, Role, Status, TimerState, Via
from sportello.kit import clock
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def rating(ticket, anna):
    """Anna has solved Rita's ticket, and Rita is asked for a vote."""
    tickets.answer(ticket.pk, Words("Ho cambiato il toner."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    return offered(ticket)


def offered(ticket):
    with transaction.atomic():
        update = Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE)
        update.offer = True
        update.letter = "survey"
        update.commit()
    return SatisfactionRating.objects.get(ticket=ticket)


def vote(rating, score="bad", about="", comment=""):
    actor = rating.requester
    return ratings.vote(rating.pk, score, about=about, comment=comment, actor=actor, via=Via.WEB)


def review_of(rating):
    return VoteReview.objects.select_related("rating", "owner").get(rating=rating)


def told(review):
    """The kinds of its history, oldest first."""
    return list(review.events.order_by("id").values_list("kind", flat=True))


def clocks(ticket):
    return list(Timer.objects.filter(ticket=ticket, kind="review").order_by("id").values_list("state", flat=True))


DONE = Finding(cause="slow", outcome="settled")


# --- opened and closed by the vote ----------------------------------------------------------------------------------


def test_review_when_a_bad_vote_is_cast_is_opened_once_for_whoever_leads(rating, ada):
    vote(rating, about="waiting")
    vote(rating, about="waiting")

    review = review_of(rating)
    assert (review.state, review.owner, review.outcome) == ("open", ada, "")
    assert review.due_at > clock.now()
    assert told(review) == ["opened"]
    assert clocks(rating.ticket) == [TimerState.WAITING]
    notice = Notification.objects.get(kind="review")
    assert (notice.user, notice.values) == (ada, {"review": review.pk, "what": "opened"})


def test_review_when_the_vote_is_good_is_none(rating, ada):
    vote(rating, "good")

    assert not VoteReview.objects.exists()


def test_review_when_the_voted_is_the_only_administrator_goes_to_a_colleague(rating, anna, ben):
    ben.ticket_restriction = ""
    ben.save()
    anna.role = Role.ADMIN
    anna.save()

    vote(rating)

    assert review_of(rating).owner == ben


def test_review_when_there_is_nobody_else_is_his_own(rating, anna):
    vote(rating)

    assert review_of(rating).owner == anna


def test_review_when_the_vote_turns_good_is_done_for_that_reason_and_opens_again_when_it_turns_back(rating, ada):
    vote(rating, comment="Lento")

    vote(rating, "good")
    review = review_of(rating)
    assert (review.state, review.outcome, clocks(rating.ticket)) == ("done", "withdrawn", [TimerState.CANCELLED])

    vote(rating, comment="Lento di nuovo")
    review = review_of(rating)
    assert (review.state, review.outcome, review.closed_at) == ("open", "", None)
    assert told(review) == ["opened", "withdrawn", "voted_again"]
    assert clocks(rating.ticket) == [TimerState.CANCELLED, TimerState.WAITING]


def test_review_when_the_bad_vote_says_more_stays_open(rating, ada):
    vote(rating)

    vote(rating, comment="E non risponde nessuno.")

    assert told(review_of(rating)) == ["opened", "said_more"]


def test_review_when_the_ticket_is_closed_is_opened_all_the_same(rating, ada, rita):
    tickets.confirm(rating.ticket_id, actor=rita, via=Via.WEB)
    rating.ticket.refresh_from_db()
    assert rating.ticket.status == Status.CLOSED

    vote(rating)

    assert review_of(rating).state == "open"


def test_review_when_the_vote_fails_is_not_opened(rating, ada, frozen_clock):
    frozen_clock.shift(timedelta(days=400))

    with pytest.raises(Stale):
        vote(rating)

    assert not VoteReview.objects.exists()


def test_review_when_its_deadline_has_come_tells_once(rating, ada, frozen_clock):
    vote(rating)
    Notification.objects.all().delete()

    frozen_clock.shift(timedelta(days=20))
    while timers.step():
        pass

    assert told(review_of(rating)) == ["opened", "overdue"]
    assert [it.values["what"] for it in Notification.objects.filter(kind="review")] == ["overdue"]


def test_review_when_its_owner_leaves_goes_to_somebody_else(rating, ada, anna):
    eva = people.add("Eva Rey", "eva@desk.example", role=Role.ADMIN, language="en")
    vote(rating)
    assert review_of(rating).owner == ada

    job = agents.let_go(ada.pk, to=None, actor=eva)
    assert job
    jobs.press_on(job, seconds=60)

    assert review_of(rating).owner == eva
    assert told(review_of(rating)) == ["opened", "given"]


def test_review_when_whoever_was_voted_on_has_left_goes_on(rating, ada, anna, frozen_clock):
    vote(rating)
    agents.let_go(anna.pk, to=None, actor=ada)

    reviews.work(review_of(rating).pk, DONE, actor=ada, close=True)

    assert review_of(rating).state == "done"


def test_review_when_its_owner_does_not_see_the_ticket_any_more_goes_to_who_does(rating, ada, anna, ben, frozen_clock):
    tickets.update(rating.ticket_id, Change(group=people.add_group("Officina", members=(ben,))), actor=ada, via=Via.WEB)
    vote(rating)
    review = review_of(rating)
    reviews.give(review.pk, ben, actor=ada)
    elsewhere = people.add_group("Altrove")

    tickets.update(rating.ticket_id, Change(group=elsewhere), actor=ada, via=Via.WEB)
    frozen_clock.shift(timedelta(days=20))
    while timers.step():
        pass

    assert review_of(rating).owner == ada
    assert told(review) == ["opened", "given", "overdue", "given"]


# --- worked on ------------------------------------------------------------------------------------------------------


@pytest.fixture
def review(rating, ada):
    vote(rating, about="help", comment="Il PC è lento")
    return review_of(rating)


def test_work_when_written_down_twice_is_in_the_history_once(review, ada):
    reviews.work(review.pk, Finding(cause="slow", cause_text=" Due giorni. "), actor=ada)
    reviews.work(review.pk, Finding(cause="slow", cause_text="Due giorni."), actor=ada)

    review.refresh_from_db()
    assert (review.cause, review.cause_text, review.state) == ("slow", "Due giorni.", "open")
    event = review.events.get(kind="worked")
    assert (event.author, event.values["changed"]["cause"]) == (ada, ["", "slow"])


def test_work_when_done_closes_and_stops_its_clock(review, ada):
    reviews.work(review.pk, DONE, actor=ada, close=True)

    review.refresh_from_db()
    assert (review.state, review.outcome, clocks(review.ticket)) == ("done", "settled", [TimerState.CANCELLED])
    with pytest.raises(Stale):
        reviews.work(review.pk, DONE, actor=ada)

    reviews.reopen(review.pk, actor=ada)
    assert review_of(review.rating).state == "open"
    with pytest.raises(Stale):
        reviews.reopen(review.pk, actor=ada)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Finding(outcome="settled"), "cause"),
        (Finding(cause="slow"), "outcome"),
        (Finding(cause="weather", outcome="settled"), "cause"),
        (Finding(cause="slow", outcome="withdrawn"), "outcome"),
        (Finding(cause="slow", outcome="settled", cause_text="x" * 2001), "cause_text"),
        (Finding(cause="slow", outcome="settled", answer_comment=999_999), "answer_comment"),
    ],
)
def test_work_when_something_is_wrong_changes_nothing(review, ada, wrong, field):
    with pytest.raises(Invalid) as refusal:
        reviews.work(review.pk, wrong, actor=ada, close=True)

    assert list(refusal.value.fields) == [field]
    assert told(review_of(review.rating)) == ["opened"]


def test_work_when_answered_keeps_the_comment_and_no_foreign_or_internal_one(review, ada, anna, rita):
    tickets.update(review.ticket_id, Change(words=Words("Solo per noi.", public=False)), actor=anna, via=Via.WEB)
    answer, note = review.ticket.comments.filter(author=anna).order_by("id")
    first = review.ticket.comments.order_by("id")[0]

    reviews.work(review.pk, Finding(answer_comment=answer.pk), actor=ada)

    assert review_of(review.rating).answer_comment == answer
    for wrong in (note, first):
        with pytest.raises(Invalid):
            reviews.work(review.pk, Finding(answer_comment=wrong.pk), actor=ada)


def test_work_when_neither_owner_nor_leading_is_refused(review, anna, ben):
    for person in (anna, ben):
        with pytest.raises(Refused):
            reviews.work(review.pk, DONE, actor=person)


def test_give_when_allowed_tells_the_new_owner_and_never_the_voted(review, ada, anna, ben, rita):
    ben.ticket_restriction = ""
    ben.save()

    reviews.give(review.pk, ben, actor=ada)

    assert review_of(review.rating).owner == ben
    assert Notification.objects.filter(user=ben, kind="review").exists()
    for wrong in (anna, rita):
        with pytest.raises(Invalid):
            reviews.give(review.pk, wrong, actor=ada)


def test_give_when_he_saw_the_ticket_once_and_does_not_now_is_refused(review, ada, ben, role_of):
    ben.ticket_restriction = "groups"
    ben.save()
    GroupMembership.objects.create(group=review.rating.group, user=ben)
    blind = role_of(people.add("Eva Rey", "eva@desk.example", role=Role.AGENT), Permission.EDIT)
    reviews.give(review.pk, ben, actor=ada)
    reviews.give(review.pk, ada, actor=ada)

    tickets.update(review.ticket_id, Change(group=people.add_group("Altrove")), actor=ada, via=Via.WEB)

    for nobody in (ben, blind):
        with pytest.raises(Invalid, match="owner"):
            reviews.give(review.pk, nobody, actor=ada)


def test_remark_when_made_by_the_voted_stands_in_the_history(review, anna):
    reviews.remark(review.pk, "Il PC è del 2012.", actor=anna)

    assert review.events.get(kind="remark").values == {"text": "Il PC è del 2012."}
    with pytest.raises(Invalid):
        reviews.remark(review.pk, " ", actor=anna)


# --- reclassified by two --------------------------------------------------------------------------------------------


def test_reclassification_when_two_agree_stands_beside_the_raw_vote(review, ada, ben):
    proposal = reviews.propose(review.pk, "product", "Si lamenta del PC.", actor=ben)
    assert SatisfactionRating.objects.get().reviewed_about == ""

    reviews.confirm(review.pk, proposal.pk, actor=ada)

    rating = SatisfactionRating.objects.get()
    assert (rating.score, rating.about, rating.reviewed_about) == ("bad", "help", "product")
    assert told(review) == ["opened", "proposed", "confirmed"]
    note = events(review.ticket, type="Note")[-1]
    assert (note["code"], note["values"]["about"], note["values"]["proposed_by"]) == (
        "vote_reviewed",
        "product",
        ben.pk,
    )


def test_reclassification_when_confirmed_by_the_proposer_or_the_voted_is_refused(review, ada, anna, ben):
    with pytest.raises(Refused):
        reviews.propose(review.pk, "product", "Non è colpa mia.", actor=anna)
    proposal = reviews.propose(review.pk, "product", "Si lamenta del PC.", actor=ada)

    for person in (ada, anna):
        with pytest.raises(Refused):
            reviews.confirm(review.pk, proposal.pk, actor=person)

    assert SatisfactionRating.objects.get().reviewed_about == ""


@pytest.mark.parametrize(
    ("about", "reason", "field"), [("product", "  ", "reason"), ("weather", "x", "about"), ("help", "x", "about")]
)
def test_reclassification_when_something_is_missing_is_refused(review, ada, about, reason, field):
    with pytest.raises(Invalid) as refusal:
        reviews.propose(review.pk, about, reason, actor=ada)

    assert list(refusal.value.fields) == [field]


def test_reclassification_when_decided_already_is_stale(review, ada, ben):
    first = reviews.propose(review.pk, "product", "Si lamenta del PC.", actor=ada)
    with pytest.raises(Stale):
        reviews.propose(review.pk, "waiting", "Anzi.", actor=ben)
    reviews.decline(review.pk, first.pk, actor=ada)
    second = reviews.propose(review.pk, "waiting", "Anzi.", actor=ada)

    with pytest.raises(Stale):
        reviews.confirm(review.pk, first.pk, actor=ben)
    reviews.decline(review.pk, second.pk, actor=ben)
    with pytest.raises(Stale):
        reviews.confirm(review.pk, second.pk, actor=ben)

    assert told(review) == ["opened", "proposed", "taken_back", "proposed", "declined"]


def test_reclassification_when_taken_back_by_two_leaves_the_voters_word(review, ada, ben):
    for about in ("product", "help"):
        proposal = reviews.propose(review.pk, about, "Perché.", actor=ada)
        reviews.confirm(review.pk, proposal.pk, actor=ben)

    assert SatisfactionRating.objects.get().reviewed_about == ""


def test_reclassification_when_the_vote_changes_counts_no_more(review, ada, ben):
    proposal = reviews.propose(review.pk, "product", "Si lamenta del PC.", actor=ada)
    reviews.confirm(review.pk, proposal.pk, actor=ben)

    vote(review.rating, about="help", comment="Altre parole")
    assert SatisfactionRating.objects.get().reviewed_about == "product"
    vote(review.rating, about="waiting")
    assert SatisfactionRating.objects.get().reviewed_about == ""

    reviews.propose(review.pk, "product", "Di nuovo.", actor=ada)
    vote(review.rating, "good")
    review.refresh_from_db()
    assert review.proposal is None
    with pytest.raises(Stale):
        reviews.propose(review.pk, "product", "Di nuovo.", actor=ada)
