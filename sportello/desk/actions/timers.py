"""Timers: what will happen to a ticket at a time. Rows, run once by the worker that claims them."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from sportello.kit import claims, clock
from sportello.kit.prepared import prepared

from ..errors import DeskError, Refused, Stale
from ..models import Ticket, Timer, User
from ..words import TimerKind, TimerState, Via
from . import alarms, protocols, reviews, sending, sla, tickets

log = structlog.get_logger()
BATCH = 50
TOGETHER = 10
GIVE_UP_AFTER = 20
# SQLite takes a partial index (timer_due) only where the statement itself says what the index does.
WAITING = RawSQL("state = 'waiting'", (), output_field=BooleanField())
# An automation that should have acted so long ago is late: the desk stood still.
LATE = timedelta(hours=1)
LATE_A_MINUTE = 300


def cancel(timer_id: int, *, actor: User, via: str) -> None:
    """Stop one clock by hand; the ticket's history says who did. Raises Stale when it has run or was stopped.

    Raises Refused for an answer on its way: its author takes it back (sending.undo).
    """
    with transaction.atomic():
        found = Timer.objects.filter(pk=timer_id).first()
        timer = _lock(found)[1] if found else None
        if timer is None or timer.state != TimerState.WAITING:
            raise Stale(_("This has happened already, or was stopped."))
        if timer.kind == TimerKind.SEND:
            raise Refused(_("Only its author takes an answer back."))
        timer.state, timer.ended_at = TimerState.CANCELLED, clock.now()
        timer.save(update_fields=["state", "ended_at"])
        tickets.notice(timer.ticket_id, "timer_cancelled", actor=actor, via=via, **_name(timer))


def _lock(timer: Timer) -> tuple[Ticket, Timer | None]:
    """Both as they are now, held: first the ticket, as every change of a ticket does, then its clock. None: gone."""
    ticket = tickets.lock(timer.ticket_id)
    return ticket, next(iter(_held(timer.pk)), None)


@prepared
def _held(timer_id: int) -> "QuerySet[Timer]":
    return Timer.objects.select_for_update().filter(pk=timer_id)


class Pace:
    """How many late automations may still act in this minute."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute, self.left, self.began_at = a_minute, a_minute, datetime.min.replace(tzinfo=UTC)

    def allows(self, now: datetime) -> int:
        if not timedelta(0) <= now - self.began_at < timedelta(minutes=1):
            self.left, self.began_at = self.a_minute, now
        return self.left

    def spend(self, count: int) -> None:
        self.left -= count


pace = Pace(LATE_A_MINUTE)


def step() -> bool:
    """Run what is due, oldest first. True when there was something: call again at once.

    After an outage automations that are late come at a pace, so that nobody's mailbox is flooded; nothing else waits
    for them.
    """
    now = clock.now()
    waiting = Timer.objects.filter(WAITING).order_by("due_at", "id")
    late = Q(kind=TimerKind.AUTOMATION, due_at__lte=now - LATE)
    found = claims.claim(waiting.filter(~late, due_at__lte=now), BATCH)
    allowed = min(BATCH, pace.allows(now))
    if allowed > 0:
        behind = claims.claim(waiting.filter(late), allowed)
        pace.spend(len(behind))
        found = sorted(behind + found, key=lambda timer: (timer.due_at, timer.pk))
    for start in range(0, len(found), TOGETHER):
        _run_together(found[start : start + TOGETHER])
    return bool(found)


def _run_together(found: list[Timer]) -> None:
    """One after the other. SQLite writes them to the disk at once, which takes as long as the work of one.

    Where one has failed before each is on its own: what it may still do must not undo the others.
    """
    is_safe = connection.vendor == "sqlite" and all(timer.attempts == 1 for timer in found)
    with transaction.atomic() if is_safe else nullcontext():
        for timer in found:
            run(timer)


def run(timer: Timer) -> None:
    """Do what a claimed timer stands for and end it, in one transaction. A failure is kept on the row and retried."""
    try:
        with transaction.atomic():
            ticket, present = _lock(timer)
            if present is None or present.claimed_by != timer.claimed_by:
                return
            if present.state != TimerState.WAITING or present.due_at > clock.now():
                claims.finish(timer)  # Stopped or moved by hand since it was claimed.
                return
            if timer.kind == TimerKind.SLA:
                # The fold may set this very clock anew: it is done before, not after.
                claims.finish(timer, state=TimerState.DONE, ended_at=clock.now())
                sla.on_timer(ticket)
                return
            if timer.kind == TimerKind.AUTOMATION:
                alarms.on_timer(ticket, timer)
                return
            if timer.kind == TimerKind.SEND:
                sending.on_timer(ticket, timer)
                return
            if timer.kind == TimerKind.REVIEW:
                claims.finish(timer, state=TimerState.DONE, ended_at=clock.now())
                reviews.on_timer(ticket)
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
        if over and timer.kind == TimerKind.SEND:
            sending.give_up(timer)
        elif over:
            tickets.notice(timer.ticket_id, "timer_failed", actor=None, via=Via.RULE, **_name(timer))


def _name(timer: Timer) -> dict[str, str]:
    """What the history calls it."""
    return {"kind": timer.kind} if timer.automation is None else {"kind": timer.kind, "title": timer.automation.title}
