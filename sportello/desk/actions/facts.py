"""A ticket as conditions see it (rules.conditions.Facts)."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from ..models import SatisfactionRating, Ticket
from ..rules.conditions import Facts
from ..rules.fields import BY_NAME, ROLES
from ..rules.kinds import Since
from ..words import Score
from .lists import TAGS

SLA = {"until_sla_breach", "sla_overdue"}

if TYPE_CHECKING:
    from .update import Update

# Fields that are a column of the ticket, or of its metric, and stand for a time.
TIMES = {name: field for name, field in BY_NAME.items() if isinstance(field.kind, Since)}


def of_ticket(
    ticket: Ticket, *, tags: Iterable[str], rating: SatisfactionRating | None, metric: Any, sla: Any = None
) -> dict[str, Any]:
    """The values of a ticket by the names of rules.fields. metric, sla: what is kept, or None before there is any."""
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
        "until_sla_breach": sla.due_at if sla else None,
        "sla_overdue": sla.overdue_since if sla else None,
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


def of_update(update: "Update", fields: Collection[str]) -> Facts:
    """The ticket as the update has left it so far, and what the update is. fields: those that will be looked at."""
    from . import sla

    ticket, words, actor = update.ticket, update.words, update.actor
    rated = "satisfaction_score" in fields and not update.opening
    values = of_ticket(
        ticket,
        tags=update.lists.has(TAGS) if "current_tags" in fields else (),
        rating=SatisfactionRating.objects.filter(ticket=ticket).first() if rated else None,
        sla=sla.standing(update) if SLA & set(fields) else None,
        metric=update.kept_metric() if TIMES.keys() & set(fields) else None,
    )
    values |= {
        "update_type": "Create" if update.opening else "Change",
        "comment_includes_word": words.text if words else "",
        "comment_is_public": "none" if words is None else str(words.public).lower(),
        "role": ROLES[actor.role] if actor else "rule",  # type: ignore[index]
        "current_via_id": update.via,
        "current_user_id": actor.pk if actor else None,
    }
    before: dict[str, Any] = {}
    for event in update.events:
        if event["type"] == "Change" or (event["type"] == "Create" and event["value"] not in (None, "")):
            before.setdefault(event["field_name"], event.get("previous_value"))
    # The kept figures are those before this update.
    if "status" in before:
        values |= {name: update.now for name, it in TIMES.items() if it.kind.status == ticket.status}  # type: ignore[union-attr]
    if "assignee_id" in before and ticket.assignee_id:
        values["assigned_at"] = update.now
    return Facts(values, before)
