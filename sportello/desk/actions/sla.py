"""SLA within an update: which policy holds, how the clocks stand after it, when the next promise is due.

The clocks themselves: rules.sla; docs/algorithms/sla.md.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from sportello.kit import rows
from sportello.kit.prepared import prepared

from ..models import Audit, SlaEvent, Ticket, TicketSla
from ..rules import conditions, sla, sla_history, sla_targets
from ..rules.kinds import Moment
from ..rules.merging import MERGED
from ..rules.sla_clocks import Clocks
from ..words import FINISHED, Priority, TimerKind, Via
from . import clocks as timers
from . import facts

if TYPE_CHECKING:
    from .update import Update


@dataclass(frozen=True)
class Step:
    """What an update does to a ticket's clocks, to be written beside its audit."""

    policy_id: int | None
    clocks: Clocks
    events: tuple[sla.MetricEvent, ...]
    is_new: bool


def catch_up(update: "Update") -> None:
    """Log what was missed before this update, so that its rules can ask for it."""
    if update.sla is None and not update.opening:
        update.sla = update.sla_before = before = _before(update)
        if before and before.clocks.next_due and before.clocks.next_due[0] <= update.now:
            update.sla = _fold(update, before)


def follow(update: "Update") -> None:
    """Move the ticket's clocks on, and log a new policy. A ticket that is older than all policies gets them now."""
    before = update.sla
    if before is None and update.ticket.status not in FINISHED and update.configuration.policies.rules:
        lived, done = (Clocks(), ()) if update.opening else _live(update)
        before = Step(None, lived, done, is_new=True)
    if before is not None:
        update.sla = _fold(update, before)


def _before(update: "Update") -> Step | None:
    kept = _kept(update.ticket.pk)
    return Step(kept[0].policy_id, Clocks.read(kept[0].clocks), (), is_new=False) if kept else None


def _live(update: "Update") -> tuple[Clocks, tuple[sla.MetricEvent, ...]]:
    """The clocks as the ticket's life up to this update has made them."""
    audits = Audit.objects.filter(ticket=update.ticket).order_by("id").values_list("created_at", "events")
    return sla.rebuild(sla_history.happenings(audits, update.configuration.hours_of))


def standing(update: "Update") -> Any:
    """due_at and overdue_since of the ticket as the update knows them; None without clocks."""
    if update.sla is None:
        return None
    due = update.sla.clocks.next_due
    return SimpleNamespace(due_at=due[0] if due else None, overdue_since=update.sla.clocks.overdue_since)


def _fold(update: "Update", before: Step) -> Step:
    ticket, words, chosen = update.ticket, update.words, _choose(update)
    heard = words is not None and words.public and not words.automatic and update.speaker in ("agent", "end-user")
    happening = sla.Happening(
        at=update.now,
        status=MERGED if ticket.merged_into_id else ticket.status,
        priority=Priority(ticket.priority).name.lower() if ticket.priority else "",
        comment_by=update.speaker if heard else "",
        policy=chosen,
        schedule=update.configuration.hours_of(ticket.schedule_id),
    )
    after, events = sla.fold(before.clocks, happening)
    new_id = chosen.id if chosen else None
    if new_id != before.policy_id:
        update.events.append({"type": "Sla", "id": new_id, "title": chosen.title if chosen else ""})
    for event in events:
        if event.type == sla.EventType.BREACH:
            update.events.append({"type": "SlaBreach", "metric": event.metric, "at": event.at.isoformat()})
    return Step(new_id, after, (*before.events, *events), before.is_new)


def _choose(update: "Update") -> sla_targets.Policy | None:
    ready = update.configuration.policies
    if not ready.rules:
        return None
    now = facts.of_update(update, ready.fields)
    moment = Moment(update.now, update.actor.pk if update.actor else None, update.configuration.hours)
    asked = {it.policy.id: it.conditions for it in ready.rules}
    return sla_targets.choose(
        (it.policy for it in ready.rules), lambda policy: conditions.matches(asked[policy.id], now, moment)
    )


def write(update: "Update") -> None:
    """The rows of what `follow` found, and the clock that rings when the next promise is due."""
    step = update.sla
    if step is None:
        return
    after, next_due = step.clocks, step.clocks.next_due
    columns = {
        "policy_id": step.policy_id,
        "clocks": after.as_json(),
        "due_at": next_due[0] if next_due else None,
        "overdue_since": after.overdue_since,
        "breached_at": after.breached_at,
    }
    if step.is_new:
        rows.insert(TicketSla(ticket=update.ticket, **columns))
    else:
        rows.update(TicketSla, columns, ticket_id=update.ticket.pk)
    if next_due:
        timers.start(update.ticket, TimerKind.SLA, next_due[0], now=update.now, fresh=step.is_new)
    elif not step.is_new:
        timers.stop(update.ticket, [TimerKind.SLA], now=update.now)
    SlaEvent.objects.bulk_create(_event(update.ticket, it) for it in step.events)


def _event(ticket: Ticket, event: sla.MetricEvent) -> SlaEvent:
    promise = event.promise
    return SlaEvent(
        ticket=ticket,
        metric=event.metric,
        instance=event.instance,
        type=event.type,
        at=event.at,
        calendar_seconds=event.calendar_seconds,
        business_seconds=event.business_seconds,
        policy_id=promise.policy_id if promise else None,
        target_minutes=promise.minutes if promise else None,
        business=promise.business if promise else False,
    )


def on_timer(ticket: Ticket) -> None:
    """A promise is due and was not kept: write it down, so that rules and people see it."""
    from .update import Update

    update = Update(ticket, actor=None, via=Via.RULE, source={"rel": "sla"})
    catch_up(update)
    if update.commit() is None:  # Nothing was missed: the clock was moved meanwhile, and rings again.
        write(update)


@prepared
def _kept(ticket_id: int) -> "QuerySet[TicketSla, Any]":
    return TicketSla.objects.filter(ticket=ticket_id).values_list("clocks", "policy_id", named=True)
