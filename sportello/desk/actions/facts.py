"""A ticket as conditions see it (rules.conditions.Facts)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..models import SatisfactionRating, Tagging, Ticket, TicketMetric, TicketSla
from ..rules import custom_fields
from ..rules.conditions import Facts
from ..rules.fields import BY_NAME, ROLES
from ..rules.kinds import Since
from ..words import Score
from . import configuration, field_values
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
        "problem_id": ticket.problem_id,
        "group_id": ticket.group_id,
        "assignee_id": ticket.assignee_id,
        "requester_id": ticket.requester_id,
        "organization_id": ticket.organization_id,
        "recipient": ticket.mailbox_id,
        "current_tags": frozenset(tags),
        "via_id": ticket.channel,
        "contact": ticket.contact,
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
    ticket, words, actor = update.ticket, update.words, update.actor
    values = _of_update(update, fields)
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
    for name, value in before.items():
        if own_id := custom_fields.id_of(name):
            before[name] = custom_fields.stored(update.configuration.custom_fields[own_id], value)
    # The kept figures are those before this update.
    if "status" in before:
        values |= {name: update.now for name, it in TIMES.items() if it.kind.status == ticket.status}  # type: ignore[union-attr]
    if "assignee_id" in before and ticket.assignee_id:
        values["assigned_at"] = update.now
    return Facts(values, before)


def stored(update: "Update", fields: Collection[str]) -> Facts:
    """The ticket as the database has it: before anything is changed, or when all is. fields: as of_update."""
    return Facts(_of_update(update, fields))


def of_tickets(tickets: Sequence[Ticket], fields: Collection[str]) -> dict[int, Facts]:
    """Many tickets as the database has them, asked for all at once (but for own fields of people). fields: as above."""
    tags: dict[int, set[str]] = {ticket.pk: set() for ticket in tickets}
    if "current_tags" in fields:
        for ticket_id, tag in Tagging.objects.filter(ticket__in=tickets).values_list("ticket", "tag"):
            tags[ticket_id].add(tag)
    keys = list(tags)
    metrics = TicketMetric.objects.in_bulk(keys) if TIMES.keys() & set(fields) else {}
    clocks = TicketSla.objects.in_bulk(keys) if SLA & set(fields) else {}
    rated = SatisfactionRating.objects.filter(ticket__in=keys) if "satisfaction_score" in fields else ()
    ratings = {rating.ticket_id: rating for rating in rated}
    filled = field_values.of_tickets(keys) if any(custom_fields.id_of(name) for name in fields) else {}
    return {
        ticket.pk: Facts(
            own_of(ticket, fields, partial(filled.__getitem__, ticket.pk))
            | of_ticket(
                ticket,
                tags=tags[ticket.pk],
                rating=ratings.get(ticket.pk),
                metric=metrics.get(ticket.pk),
                sla=clocks.get(ticket.pk),
            )
        )
        for ticket in tickets
    }


def _of_update(update: "Update", fields: Collection[str]) -> dict[str, Any]:
    from . import sla

    rated = "satisfaction_score" in fields and not update.opening
    own = own_of(update.ticket, fields, update.filled.has) if update.configuration.custom_fields else {}
    return own | of_ticket(
        update.ticket,
        tags=update.lists.has(TAGS) if "current_tags" in fields else (),
        rating=SatisfactionRating.objects.filter(ticket=update.ticket).first() if rated else None,
        sla=sla.standing(update) if SLA & set(fields) else None,
        metric=update.kept_metric() if TIMES.keys() & set(fields) else None,
    )


def own_of(
    ticket: Ticket, fields: Collection[str], filled: Callable[[], Mapping[int, Any]] | None = None
) -> dict[str, Any]:
    """Of these names: the desk's own fields of the ticket, its requester and its organization.

    filled: what stands in those of the ticket, where an update knows better than the database.
    """
    known = configuration.current().fields
    wanted = [found.custom for name in fields if (found := known.get(name)) and found.custom]
    owners = {
        custom_fields.TICKET: filled or (lambda: field_values.of_ticket(ticket.pk)),
        custom_fields.USER: lambda: field_values.of_person(ticket.requester_id),
        custom_fields.ORGANIZATION: lambda: field_values.of_organization(ticket.organization_id),
    }
    values = {of: owners[of]() for of in {it.of for it in wanted}}
    return {it.name: values[it.of].get(it.id) for it in wanted}
