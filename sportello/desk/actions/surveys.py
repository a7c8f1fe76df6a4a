"""Verbs of the survey: whether to ask for a vote, and asking."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..models import SatisfactionRating, TicketMetric
from ..words import Score, Status

if TYPE_CHECKING:
    from .update import Update


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
