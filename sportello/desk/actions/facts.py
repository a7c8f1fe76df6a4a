"""A ticket as conditions see it (rules.conditions.Facts)."""

from collections.abc import Iterable
from typing import Any

from ..models import SatisfactionRating, Ticket
from ..rules.fields import BY_NAME
from ..rules.kinds import Since
from ..words import Score

# Fields that are a column of the ticket, or of its metric, and stand for a time.
TIMES = {name: field for name, field in BY_NAME.items() if isinstance(field.kind, Since)}


def of_ticket(ticket: Ticket, *, tags: Iterable[str], rating: SatisfactionRating | None, metric: Any) -> dict[str, Any]:
    """The values of a ticket by the names of rules.fields. metric: the kept figures, or None before there are any."""
    values = {
        "status": ticket.status,
        "priority": ticket.priority,
        "type": ticket.type,
        "group_id": ticket.group_id,
        "assignee_id": ticket.assignee_id,
        "requester_id": ticket.requester_id,
        "organization_id": ticket.organization_id,
        "recipient": ticket.mailbox_id,
        "current_tags": frozenset(tags),
        "via_id": ticket.channel,
        "subject_includes_word": ticket.subject,
        "satisfaction_score": _score(rating),
    }
    for name, field in TIMES.items():
        holder, column = (metric, field.column[8:]) if field.column.startswith("metric__") else (ticket, field.column)
        due = not field.kind.status or field.kind.status == ticket.status  # type: ignore[union-attr]
        values[name] = getattr(holder, column) if holder and due else None
    return values


def _score(rating: SatisfactionRating | None) -> str:
    if rating is None:
        return "unoffered"
    return f"{rating.score}_with_comment" if rating.comment and rating.score != Score.OFFERED else rating.score
