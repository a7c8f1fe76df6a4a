"""Verbs on the review of a bad vote: opened and closed with the vote itself, worked on, reclassified by two people.

Everything holds the ticket first, then the review. docs/algorithms/satisfaction.md
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from sportello.kit import clock

from .. import access
from ..errors import Invalid, Missing, Refused, Stale
from ..models import GroupMembership, SatisfactionRating, Ticket, User, VoteReview, VoteReviewEvent
from ..rules import satisfaction_reviews as rules
from ..rules.satisfaction import topic_of
from ..words import About, NoticeKind, Outcome, ReviewState, Score, TimerKind, Via
from . import clocks, configuration, notifications, review_causes, tickets

if TYPE_CHECKING:
    from .update import Update

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """What a review found. answer_comment: the id of a comment, None for none; outcome: of words.Outcome, or ""."""

    cause: str = ""
    cause_text: str = ""
    answer: str = ""
    answer_comment: int | None = None
    outcome: str = ""
    outcome_text: str = ""


# --- what the vote itself does --------------------------------------------------------------------------------------


def follow(update: "Update", rating: SatisfactionRating, before: tuple[str, str, str]) -> bool:
    """A vote was cast or changed: open its review, close it, or open it again, in the vote's own transaction.

    before: score, about and comment as they were. True when a review was opened that there was not before.
    """
    review = VoteReview.objects.select_for_update().filter(rating=rating).first()
    if rating.score == Score.BAD and review is None:
        _open(update, rating)
        return True
    if review is None:
        return False
    score, about, _comment = before
    if (score, about) != (rating.score, rating.about):
        _forget_reclassification(review, rating)
    if rating.score == Score.BAD:
        if review.state == ReviewState.OPEN:
            _log(review, "said_more", None, about=rating.about, text=rating.comment)
        else:
            _begin_again(review, "voted_again", None)
    elif review.state == ReviewState.OPEN:
        _log(review, "withdrawn", None)
        _end(review, Outcome.WITHDRAWN)
    else:
        _log(review, "withdrawn", None)
    return False


def _open(update: "Update", rating: SatisfactionRating) -> None:
    due_at = _deadline(update.now)
    owner_id = _owner_of(rating)
    review = VoteReview.objects.create(
        rating=rating, ticket_id=rating.ticket_id, owner_id=owner_id, due_at=due_at, opened_at=update.now
    )
    _log(review, "opened", None)
    clocks.start(update.ticket, TimerKind.REVIEW, due_at, now=update.now)
    _tell([owner_id], review, "opened", author=None)


def _deadline(now: Any) -> Any:
    known = configuration.current()
    return rules.due_after(known.hours, now, known.desk.review_days)


def _owner_of(rating: SatisfactionRating) -> int | None:
    """Whom the rule gives it to; None: nobody who may see it works here."""
    members = set(GroupMembership.objects.filter(group=rating.group_id).values_list("user_id", flat=True))
    busy = VoteReview.objects.filter(state=ReviewState.OPEN).order_by().values_list("owner").annotate(Count("pk"))
    count = dict(busy)
    found = [
        rules.Candidate(it.pk, it.is_admin, it.pk in members, it.away, count.get(it.pk, 0))
        for it in access.reviewers(rating.ticket)
    ]
    return rules.choose_owner(found, rating.assignee_id)


def _has_lost_it(review: VoteReview) -> bool:
    """Whether nobody has it who could look at it: he has left, or does not see the ticket any more."""
    return all(review.owner_id != it.pk for it in access.reviewers(review.ticket))


def leaders(group_id: int | None) -> list[int]:
    """Who leads: the administrators in the group; where there is none, all of them."""
    admins = {it.pk for it in User.objects.staff() if it.is_admin}
    inside = set(GroupMembership.objects.filter(group=group_id, user__in=admins).values_list("user_id", flat=True))
    return sorted(inside or admins)


def _forget_reclassification(review: VoteReview, rating: SatisfactionRating) -> None:
    """What two found was found about another vote."""
    if rating.reviewed_about or review.proposal_id:
        rating.reviewed_about, review.proposal = "", None
        rating.save(update_fields=["reviewed_about"])
        review.save(update_fields=["proposal"])
        _log(review, "reset", None)


def on_timer(ticket: Ticket) -> None:
    """The deadline has come: whoever has it, and whoever leads, is told; who cannot look at it has it no more."""
    held = VoteReview.objects.select_for_update(of=("self",)).select_related("ticket", "rating__ticket")
    review = held.filter(ticket=ticket).first()
    if review is None or review.state != ReviewState.OPEN:
        return
    _log(review, "overdue", None)
    if _has_lost_it(review):
        _put(review, _owner_of(review.rating), None)
    _tell({review.owner_id, *leaders(review.rating.group_id)}, review, "overdue", author=None)


def leave(person: User) -> None:
    """He works here no more: what he had open goes to whomever the rule names."""
    for pk, ticket_id in list(open_of(person).values_list("pk", "ticket_id")):
        with transaction.atomic():
            tickets.lock(ticket_id)
            review = open_of(person).select_for_update(of=("self",)).select_related("rating").filter(pk=pk).first()
            if review:
                _put(review, _owner_of(review.rating), None)


def open_of(person: User) -> Any:
    return VoteReview.objects.filter(owner=person, state=ReviewState.OPEN).order_by("pk")


# --- what people do -------------------------------------------------------------------------------------------------


def work(review_id: int, finding: Finding, *, actor: User, close: bool = False) -> VoteReview:
    """Write down what was found, and be done with it where `close` says so.

    Raises Invalid("cause" | "cause_text" | "answer" | "answer_comment" | "outcome" | "outcome_text"), Refused to
    whoever is neither its owner nor leads, Stale when it is done, Missing.
    """
    with transaction.atomic():
        review = _hold(review_id)
        _refuse_others(review, actor)
        _refuse_done(review)
        _check(review, finding, actor, close=close)
        changed = {}
        for it in fields(finding):
            column = "answer_comment_id" if it.name == "answer_comment" else it.name
            value = getattr(finding, it.name)
            value = value.strip() if isinstance(value, str) else value
            if getattr(review, column) != value:
                changed[it.name] = [getattr(review, column), value]
                setattr(review, column, value)
        if changed:
            review.save()
            _log(review, "worked", actor, changed=changed)
        if close:
            _log(review, "closed", actor, outcome=review.outcome)
            _end(review, review.outcome)
    return review


def _check(review: VoteReview, finding: Finding, actor: User, *, close: bool) -> None:
    faults: dict[str, object] = {}
    for it in ("cause_text", "answer", "outcome_text"):
        if len(getattr(finding, it)) > LONGEST:
            faults[it] = _("At most %(limit)s characters, please.") % {"limit": LONGEST}
    if finding.cause and finding.cause != review.cause and finding.cause not in review_causes.usable():
        faults["cause"] = _("Choose one from the list.")
    if finding.outcome and finding.outcome not in (Outcome.CHANGED, Outcome.SETTLED, Outcome.NOTHING):
        faults["outcome"] = _("Choose one from the list.")
    # What a colleague chose stays, also where it stands on a ticket that he does not see.
    if finding.answer_comment not in (None, review.answer_comment_id) and not (
        access.answers_to(actor, review).filter(pk=finding.answer_comment).exists()
    ):
        faults["answer_comment"] = _("Choose one from the list.")
    if close and not finding.cause and not finding.cause_text.strip():
        faults["cause"] = _("Say why the vote was bad.")
    if close and not finding.outcome:
        faults["outcome"] = _("Say what came of it.")
    if faults:
        raise Invalid(faults)


def reopen(review_id: int, *, actor: User) -> VoteReview:
    """Look at it again, with a new deadline. Raises Refused, Stale where it is open or the vote is good, Missing."""
    with transaction.atomic():
        review = _hold(review_id)
        _refuse_others(review, actor)
        if review.state == ReviewState.OPEN:
            raise Stale(_("It is open already."))
        _refuse_good(review)
        _begin_again(review, "reopened", actor)
    return review


def give(review_id: int, owner: User, *, actor: User) -> VoteReview:
    """Let somebody else look at it. Raises Refused, Invalid("owner"), Stale when it is done, Missing."""
    with transaction.atomic():
        review = _hold(review_id)
        _refuse_others(review, actor)
        _refuse_done(review)
        able = {it.pk for it in access.reviewers(review.ticket)}
        if owner.pk not in able:
            raise Invalid("owner", _("Choose one from the list."))
        if owner.pk == review.rating.assignee_id and len(able) > 1:
            raise Invalid("owner", _("Nobody reviews the vote on his own help."))
        if owner.pk != review.owner_id:
            _put(review, owner.pk, actor)
    return review


def remark(review_id: int, text: str, *, actor: User) -> None:
    """Say something about it; whoever was voted on may. Raises Invalid("remark"), Missing."""
    with transaction.atomic():
        review = _hold(review_id)
        _log(review, "remark", actor, text=_said(text, "remark", _("Write something first.")))


# --- what the vote was about, by two people -------------------------------------------------------------------------


def propose(review_id: int, about: str, reason: str, *, actor: User) -> VoteReviewEvent:
    """Say that the vote is about something else than it says; it counts once somebody else has confirmed it.

    Raises Invalid("about" | "reason"), Refused to whoever was voted on, Stale where one waits already or the vote is
    good, Missing.
    """
    with transaction.atomic():
        review = _hold(review_id)
        _refuse_voted(review, actor)
        _refuse_good(review)
        if review.proposal_id:
            raise Stale(_("Somebody has proposed something already: decide on that first."))
        rating = review.rating
        if about not in About.values:
            raise Invalid("about", _("Choose what it is about from the list."))
        if about == topic_of(rating.about, rating.reviewed_about):
            raise Invalid("about", _("It counts as that already."))
        reason = _said(reason, "reason", _("Say why: whoever confirms it has to know."))
        review.proposal = _log(
            review, "proposed", actor, about=about, previous=topic_of(rating.about, rating.reviewed_about), text=reason
        )
        review.save(update_fields=["proposal"])
        others = {review.owner_id, *leaders(rating.group_id)} - {actor.pk, rating.assignee_id}
        _tell(others, review, "proposed", author=actor)
        return review.proposal


def confirm(review_id: int, proposal_id: int, *, actor: User) -> VoteReview:
    """It is so: from now on the vote counts as about that. The vote itself stays as it was cast.

    Raises Refused to whoever proposed it and to whoever was voted on, Stale where another or none waits, Missing.
    """
    with transaction.atomic():
        review, proposal = _proposed(review_id, proposal_id)
        _refuse_voted(review, actor)
        if proposal.author_id == actor.pk:
            raise Refused(_("Somebody else has to confirm what you proposed."))
        rating, about = review.rating, proposal.values["about"]
        rating.reviewed_about = "" if about == topic_of(rating.about, "") else about
        rating.updated_at = clock.now()
        rating.save(update_fields=["reviewed_about", "updated_at"])
        _decided(review, "confirmed", actor, about=about)
        by = {"proposed_by": proposal.author_id, "reason": proposal.values["text"]}
        tickets.notice(review.ticket_id, "vote_reviewed", actor=actor, via=Via.WEB, about=rating.reviewed_about, **by)
    return review


def decline(review_id: int, proposal_id: int, *, actor: User) -> VoteReview:
    """It is not so, or whoever proposed it takes it back. Raises Refused to whoever was voted on, Stale, Missing."""
    with transaction.atomic():
        review, proposal = _proposed(review_id, proposal_id)
        _refuse_voted(review, actor)
        kind = "taken_back" if proposal.author_id == actor.pk else "declined"
        _decided(review, kind, actor, about=proposal.values["about"])
    return review


def _proposed(review_id: int, proposal_id: int) -> tuple[VoteReview, VoteReviewEvent]:
    review = _hold(review_id)
    if review.proposal is None or review.proposal_id != proposal_id:
        raise Stale(_("This has been decided already."))
    return review, review.proposal


def _decided(review: VoteReview, kind: str, actor: User, **values: Any) -> None:
    review.proposal = None
    review.save(update_fields=["proposal"])
    _log(review, kind, actor, **values)


# --- what they share ------------------------------------------------------------------------------------------------


def _hold(review_id: int) -> VoteReview:
    ticket_id = VoteReview.objects.filter(pk=review_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise Missing
    tickets.lock(ticket_id)
    held = VoteReview.objects.select_for_update(of=("self",)).select_related("rating", "proposal", "owner", "ticket")
    return held.get(pk=review_id)


def may_work(review: VoteReview, person: User) -> bool:
    """Whether he writes down what was found: its owner does, and whoever leads unless the vote is on his own help."""
    return review.owner_id == person.pk or (person.is_admin and not is_voted_on(review, person))


def is_voted_on(review: VoteReview, person: User) -> bool:
    return review.rating.assignee_id == person.pk


def _refuse_others(review: VoteReview, actor: User) -> None:
    if not may_work(review, actor):
        raise Refused(_("Only whoever has this review, or an administrator, changes it."))


def _refuse_voted(review: VoteReview, actor: User) -> None:
    if is_voted_on(review, actor):
        raise Refused(_("The vote is on your own help: two others decide what it is about."))


def _refuse_done(review: VoteReview) -> None:
    if review.state == ReviewState.DONE:
        raise Stale(_("This review is done: open it again first."))


def _refuse_good(review: VoteReview) -> None:
    if review.rating.score != Score.BAD:
        raise Stale(_("The customer has changed the vote to good."))


def _said(text: str, name: str, nothing: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise Invalid(name, nothing)
    if len(text) > LONGEST:
        raise Invalid(name, _("At most %(limit)s characters, please.") % {"limit": LONGEST})
    return text


def _put(review: VoteReview, owner_id: int | None, actor: User | None) -> None:
    review.owner_id = owner_id
    review.save(update_fields=["owner"])
    owner = User.objects.filter(pk=owner_id).first() if owner_id else None
    _log(review, "given", actor, name=owner.name if owner else "", owner_id=owner_id)
    _tell([owner_id], review, "given", author=actor)


def _begin_again(review: VoteReview, kind: str, actor: User | None) -> None:
    now = clock.now()
    review.state, review.closed_at, review.outcome, review.due_at = ReviewState.OPEN, None, "", _deadline(now)
    review.save(update_fields=["state", "closed_at", "outcome", "due_at"])
    _log(review, kind, actor)
    clocks.start(review.ticket, TimerKind.REVIEW, review.due_at, now=now)
    if _has_lost_it(review):
        _put(review, _owner_of(review.rating), actor)
    else:
        _tell([review.owner_id], review, "reopened", author=actor)


def _end(review: VoteReview, outcome: str) -> None:
    now = clock.now()
    review.state, review.closed_at, review.outcome = ReviewState.DONE, now, outcome
    review.save(update_fields=["state", "closed_at", "outcome"])
    clocks.stop(review.ticket, [TimerKind.REVIEW], now=now)


def _log(review: VoteReview, kind: str, author: User | None, **values: Any) -> VoteReviewEvent:
    return VoteReviewEvent.objects.create(
        review=review, kind=kind, author=author, values=values, created_at=clock.now()
    )


def _tell(user_ids: Iterable[int | None], review: VoteReview, what: str, *, author: User | None) -> None:
    told = {user_id for user_id in user_ids if user_id is not None}
    values = {"review": review.pk, "what": what}
    notifications.tell(told, NoticeKind.REVIEW, ticket_id=review.ticket_id, author=author, values=values)
