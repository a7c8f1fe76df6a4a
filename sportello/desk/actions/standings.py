"""The clocks of automations on a ticket: set, moved and stopped with each update of it. What rings: actions.alarms.

What is written is what differs; a desk without automations asks nothing. docs/algorithms/automations.md
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import DateTimeField, QuerySet, Value

from sportello.kit import rows
from sportello.kit.prepared import prepared

from ..models import Automated, Timer
from ..rules import automations
from ..rules.automations import Standing
from ..rules.kinds import Moment
from ..words import Status, TimerKind, TimerState
from . import facts

if TYPE_CHECKING:
    from .update import Update

ACTED = "acted"
PROMISE = "until_sla_breach"


NOTHING = Standing()


@dataclass(frozen=True, slots=True)
class Kept:
    """How an automation stands on a ticket, and the row of its clock, also of one that was stopped."""

    standing: Standing
    timer_id: int | None = None


def follow(update: "Update") -> None:
    """Set the ticket's clocks as the update leaves it: at its end, when all else is written."""
    ready = update.configuration.automations
    if not ready.rules:
        return
    kept = update.standings
    if kept is None:
        kept = {} if update.opening else of_ticket(update.ticket.pk)
    if update.ticket.status == Status.CLOSED:
        for automation_id, it in kept.items():
            write(update.ticket.pk, automation_id, it, NOTHING, update.now)
        return
    now = facts.stored(update, ready.fields)
    moment = Moment(update.now, None, update.configuration.hours)
    promised_anew = _due_at(update.sla_before) != _due_at(update.sla)
    for rule in ready.rules:
        it = kept.get(rule.id, Kept(NOTHING))
        before = it.standing
        if rule.id == update.automation_id:
            before = Standing(acted=True)
        elif before.acted and promised_anew and any(asked.field.name == PROMISE for asked in rule.conditions):
            before = NOTHING  # Of each promise it warns once.
        write(update.ticket.pk, rule.id, it, automations.follow(rule.conditions, now, moment, before), update.now)


def _due_at(step: Any) -> datetime | None:
    due = step.clocks.next_due if step else None
    return due[0] if due else None


def write(ticket_id: int, automation_id: int, kept: Kept, after: Standing, now: datetime) -> None:
    """Make the rows say `after` where they say something else."""
    before = kept.standing
    if after.rings_at != before.rings_at:
        if after.rings_at is None:
            _execute("DELETE FROM desk_timer WHERE id = %s", kept.timer_id)
        elif kept.timer_id is not None:
            rows.update(Timer, {"due_at": after.rings_at}, id=kept.timer_id)
        else:
            timer = Timer(ticket_id=ticket_id, kind=TimerKind.AUTOMATION, automation_id=automation_id)
            timer.due_at, timer.created_at = after.rings_at, now
            rows.insert(timer)
    if after.acted and not before.acted:
        _execute("INSERT INTO desk_automated (ticket_id, automation_id) VALUES (%s, %s)", ticket_id, automation_id)
    elif before.acted and not after.acted:
        _execute("DELETE FROM desk_automated WHERE ticket_id = %s AND automation_id = %s", ticket_id, automation_id)
    if before.stopped and not after.stopped:
        # It may come back: what stopped it is told by the history.
        _execute("DELETE FROM desk_timer WHERE id = %s", kept.timer_id)


def _execute(statement: str, *values: int | None) -> None:
    # Every update may come here: the ORM takes ten times as long to write the statement as to run it.
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def of_ticket(ticket_id: int) -> dict[int, Kept]:
    """What a ticket keeps, by automation."""
    return read(_rows(ticket_id)).get(ticket_id, {})


@prepared
def _rows(ticket_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    return rows_of(Timer.objects.filter(ticket=ticket_id), Automated.objects.filter(ticket=ticket_id))


def rows_of(timers: "QuerySet[Timer]", marks: "QuerySet[Automated]") -> "QuerySet[Any, tuple[Any, ...]]":
    """(ticket, automation, timer, state of the timer or ACTED, when it rings)."""
    states = (TimerState.WAITING.value, TimerState.CANCELLED.value)
    clocks = timers.filter(kind=TimerKind.AUTOMATION.value, state__in=states)
    none = Value(None, output_field=DateTimeField())
    return clocks.values_list("ticket_id", "automation_id", "pk", "state", "due_at").union(
        marks.values_list("ticket_id", "automation_id", Value(0), Value(ACTED), none), all=True
    )


def read(found: Iterable[tuple[int, int, int, str, datetime | None]]) -> dict[int, dict[int, Kept]]:
    """By ticket and automation. found: as rows_of gives it."""
    kept: dict[int, dict[int, Kept]] = defaultdict(dict)
    for ticket_id, automation_id, timer_id, state, due_at in found:
        it = kept[ticket_id].get(automation_id, Kept(NOTHING))
        if state == ACTED:
            it = replace(it, standing=replace(it.standing, acted=True))
        elif state == TimerState.CANCELLED:
            it = Kept(replace(it.standing, stopped=True), timer_id)
        else:
            it = Kept(replace(it.standing, rings_at=due_at), timer_id)
        kept[ticket_id][automation_id] = it
    return kept
