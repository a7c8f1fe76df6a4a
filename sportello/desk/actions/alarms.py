"""Automations at work: act on the tickets whose clocks ring, and walk all tickets when an automation has changed.

How the clocks are kept: actions.standings. docs/algorithms/automations.md
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sportello.kit import claims, clock
from sportello.kit.prepared import prepared

from ..models import Automated, Automation, Ticket, Timer
from ..rules import automations, conditions
from ..rules.kinds import Moment
from ..words import Status, TimerState, Via
from . import configuration, facts, sla, standings, triggers
from .standings import NOTHING, Kept
from .update import Update

BATCH = 500
# When every process knows of a change (configuration.FRESH_SECONDS): a ticket of today is armed by its own update.
SETTLED = timedelta(seconds=2)
# Two automations that undo each other end here, until somebody else changes the ticket.
ACTS_AN_HOUR = 6


def on_timer(ticket: Ticket, timer: Timer) -> None:
    """Act if the time has come, else set the clock anew. Ends the claimed timer of a locked ticket."""
    rule = _find(timer.automation_id)
    if rule is None:  # Switched off or dropped meanwhile.
        Timer.objects.filter(pk=timer.pk).delete()
        return
    source = {"rel": rule.rel, "id": rule.id, "title": rule.title}
    update = Update(ticket, actor=None, via=Via.RULE, source=source)
    fields = {it.field.name for it in rule.conditions}
    if facts.SLA & fields:
        sla.catch_up(update)
    now, moment = facts.stored(update, fields), Moment(update.now, None, update.configuration.hours)
    every = standings.of_ticket(ticket.pk)
    kept = every.get(rule.id, Kept(NOTHING))
    after = NOTHING if ticket.is_closed else automations.follow(rule.conditions, now, moment, kept.standing)
    if after.rings_at is None or after.rings_at > update.now:
        claims.finish(timer)
        standings.write(ticket.pk, rule.id, kept, after, update.now)
        return
    claims.finish(timer, state=TimerState.DONE, ended_at=update.now)
    update.automation_id = rule.id
    update.standings = every | {rule.id: Kept(replace(kept.standing, rings_at=None))}
    if _is_tired(timer, update):
        update.note("automation_paused", title=rule.title, limit=ACTS_AN_HOUR)
    else:
        triggers.act(update, rule, conditions.because(rule.conditions, now, moment))
    if update.commit() is None:
        standings.follow(update)


def _find(automation_id: int | None) -> automations.Automation | None:
    for _attempt in range(2):
        known = configuration.current().automations.rules
        found = next((it for it in known if it.id == automation_id), None)
        if found:
            return found
        configuration.forget()  # It may be a second old.
    return None


def _is_tired(timer: Timer, update: Update) -> bool:
    """Whether it has acted on this ticket as often as it may within an hour."""
    hour_ago = update.now - timedelta(hours=1)
    if timer.created_at <= hour_ago:  # It has waited since, and not acted.
        return False
    acts = [ended_at for automation_id, ended_at in _acts(timer.ticket_id) if automation_id == timer.automation_id]
    return sum(ended_at > hour_ago for ended_at in acts) > ACTS_AN_HOUR


@prepared
def _acts(ticket_id: int) -> "QuerySet[Any, tuple[Any, Any]]":
    """Which automation acted when, this time among them: a clock that rang for nothing was moved, and is not done."""
    # Asked for one automation SQLite would rather look through all that this one ever did.
    done = Timer.objects.filter(ticket=ticket_id, state=TimerState.DONE.value)
    return done.values_list("automation_id", "ended_at")


def arm_step() -> bool:
    """Set the clocks of a changed automation on the next tickets. True when there was something: call again at once.

    Walks the tickets that are not closed by their numbers; a batch is one transaction, and a crash repeats none.
    """
    changed = Automation.objects.filter(armed_to__isnull=False, updated_at__lte=clock.now() - SETTLED)
    found = changed.order_by("id").first()
    if found is None:
        return False
    configuration.forget()  # The hours may be others than a second ago.
    rule = configuration.automation_of(found, configuration.current().fields) if found.active else None
    alive = Ticket.objects.exclude(status=Status.CLOSED).filter(pk__gt=found.armed_to).order_by("pk")
    ticket_ids = list(alive.values_list("pk", flat=True)[:BATCH]) if rule else []
    with transaction.atomic():
        same = changed.filter(pk=found.pk, armed_to=found.armed_to, updated_at=found.updated_at)
        if not same.select_for_update(skip_locked=True, no_key=True).exists():
            return False  # Somebody else walks, or changes it.
        if rule:
            _arm(rule, list(Ticket.objects.select_for_update().filter(pk__in=ticket_ids).order_by("pk")))
        else:
            Timer.objects.filter(automation=found.pk, state=TimerState.WAITING).delete()
        armed_to = ticket_ids[-1] if len(ticket_ids) == BATCH else None
        Automation.objects.filter(pk=found.pk).update(armed_to=armed_to)
    return True


def _arm(rule: automations.Automation, tickets: list[Ticket]) -> None:
    """tickets: locked."""
    now = clock.now()
    moment = Moment(now, None, configuration.current().hours)
    found = facts.of_tickets(tickets, {it.field.name for it in rule.conditions})
    kept = standings.read(
        standings.rows_of(Timer.objects.filter(ticket__in=tickets), Automated.objects.filter(ticket__in=tickets))
    )
    for ticket in tickets:
        if not ticket.is_closed:
            it = kept.get(ticket.pk, {}).get(rule.id, Kept(NOTHING))
            after = automations.follow(rule.conditions, found[ticket.pk], moment, it.standing)
            standings.write(ticket.pk, rule.id, it, after, now)
