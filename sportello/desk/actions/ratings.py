"""Verbs on satisfaction: ask for a vote, vote, change the vote."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Stale
from ..models import Audit, SatisfactionRating, Ticket, TicketMetric, User
from ..words import About, Score, Status

if TYPE_CHECKING:
    from .update import Update

COMMENT_LIMIT = 5000


def offer(update: "Update") -> SatisfactionRating:
    """Ask for a vote with this update. The credit goes to who solved and stays there. Idempotent for a ticket."""
    ticket = update.ticket
    steps = update.configuration.steps_of(ticket.organization_id)
    solver_id = _solver_id(update)
    rating, created = SatisfactionRating.objects.get_or_create(
        ticket=ticket,
        defaults={
            "requester_id": ticket.requester_id,
            "assignee_id": solver_id,
            "group_id": ticket.group_id,
            "organization_id": ticket.organization_id,
            "offered_at": update.now,
            "expires_at": update.now + timedelta(days=steps.survey_days),
            "updated_at": update.now,
        },
    )
    if created:
        update.events.append(
            {"type": "SatisfactionRating", "score": Score.OFFERED, "assignee_id": solver_id, "about": ""}
        )
    return rating


def _solver_id(update: "Update") -> int | None:
    """Who solved: the agent of this very update, else the one whom the metric names."""
    if update.ticket.status == Status.SOLVED and update.speaker == "agent" and update.actor:
        return update.actor.pk
    solver_id = TicketMetric.objects.filter(ticket=update.ticket).values_list("solver_id", flat=True).first()
    return solver_id or update.ticket.assignee_id


def asked_last_month(requester_id: int, now: datetime) -> int:
    """How often this person was asked for a vote in the last 30 days."""
    return SatisfactionRating.objects.filter(requester=requester_id, offered_at__gt=now - timedelta(days=30)).count()


def vote(
    rating_id: int, score: str, *, comment: str = "", about: str = "", actor: User, via: str
) -> SatisfactionRating:
    """Vote, or change the vote while it can be. Earlier votes stay in the history. None of this touches a clock.

    Raises Invalid("score" | "about" | "comment"), Stale once the vote has expired.
    """
    if score not in (Score.GOOD, Score.BAD):
        raise Invalid("score", _("A vote is good or bad."))
    if about and about not in About.values:
        raise Invalid("about", _("Choose what it is about from the list."))
    if len(comment) > COMMENT_LIMIT:
        raise Invalid("comment", _("At most %(limit)s characters, please.") % {"limit": COMMENT_LIMIT})
    about = about if score == Score.BAD else ""
    with transaction.atomic():
        rating = SatisfactionRating.objects.select_for_update().get(pk=rating_id)
        now = clock.now()
        if now > rating.expires_at:
            raise Stale(_("The time to vote has passed."))
        comment = comment.strip()
        if (rating.score, rating.comment, rating.about) == (score, comment, about):
            return rating
        event = {
            "type": "SatisfactionRating",
            "score": score,
            "previous_score": rating.score,
            "about": about,
            "comment": comment,
            "assignee_id": rating.assignee_id,
        }
        rating.score, rating.comment, rating.about = score, comment, about
        rating.rated_at = rating.rated_at or now
        rating.updated_at = now
        rating.save(update_fields=["score", "comment", "about", "rated_at", "updated_at"])
        Audit.objects.create(
            ticket_id=rating.ticket_id, author=actor, via={"channel": via}, events=[event], created_at=now
        )
        Ticket.objects.filter(pk=rating.ticket_id).update(updated_at=now)
    return rating
