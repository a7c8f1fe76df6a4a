"""Timers: what will happen to a ticket at a time. Rows, run once by the worker that claims them."""

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import claims, clock
from sportello.kit.prepared import prepared

from ..errors import DeskError, Stale
from ..models import Ticket, Timer, User
from ..words import TimerKind, TimerState, Via
from . import protocols, sla, tickets

log = structlog.get_logger()
BATCH = 50
GIVE_UP_AFTER = 20


def cancel(timer_id: int, *, actor: User, via: str) -> None:
    """Stop one clock by hand; the ticket's history says who did. Raises Stale when it has run or was stopped."""
    with transaction.atomic():
        _ticket, timer = _lock(Timer.objects.get(pk=timer_id))
        if timer.state != TimerState.WAITING:
            raise Stale(_("This has happened already, or was stopped."))
        timer.state, timer.ended_at = TimerState.CANCELLED, clock.now()
        timer.save(update_fields=["state", "ended_at"])
        tickets.notice(timer.ticket_id, "timer_cancelled", actor=actor, via=via, kind=timer.kind)


def _lock(timer: Timer) -> tuple[Ticket, Timer]:
    """Both as they are now, held: first the ticket, as every change of a ticket does, then its clock."""
    ticket = tickets.lock(timer.ticket_id)
    return ticket, _held(timer.pk)[0]


@prepared
def _held(timer_id: int) -> "QuerySet[Timer]":
    return Timer.objects.select_for_update().filter(pk=timer_id)


def step() -> bool:
    """Run what is due, oldest first. True when there was something: call again at once."""
    waiting = Timer.objects.filter(state=TimerState.WAITING)
    due = claims.claim(waiting.filter(due_at__lte=clock.now()).order_by("due_at", "id"), BATCH)
    for timer in due:
        run(timer)
    return bool(due)


def run(timer: Timer) -> None:
    """Do what a claimed timer stands for and end it, in one transaction. A failure is kept on the row and retried."""
    try:
        with transaction.atomic():
            ticket, present = _lock(timer)
            if present.claimed_by != timer.claimed_by:
                return
            if present.state != TimerState.WAITING or present.due_at > clock.now():
                claims.finish(timer)  # Stopped or moved by hand since it was claimed.
                return
            if timer.kind == TimerKind.SLA:
                # The fold may set this very clock anew: it is done before, not after.
                claims.finish(timer, state=TimerState.DONE, ended_at=clock.now())
                sla.on_timer(ticket)
                return
            moved_to = protocols.on_timer(ticket, TimerKind(timer.kind))
            if moved_to:
                claims.finish(timer, due_at=moved_to)
            else:
                claims.finish(timer, state=TimerState.DONE, ended_at=clock.now())
    except claims.LeaseLost:
        return
    except Exception as error:
        log.exception("timer failed", timer=timer.pk, ticket=timer.ticket_id, kind=timer.kind)
        over = timer.attempts >= GIVE_UP_AFTER or isinstance(error, DeskError)
        Timer.objects.filter(pk=timer.pk, claimed_by=timer.claimed_by).update(
            claimed_by="",
            claimed_until=claims.retry_at(timer.attempts, clock.now()),
            last_error=f"{type(error).__name__}: {error}"[:500],
            **({"state": TimerState.CANCELLED, "ended_at": clock.now()} if over else {}),
        )
        if over:
            tickets.notice(timer.ticket_id, "timer_failed", actor=None, via=Via.RULE, kind=timer.kind)
