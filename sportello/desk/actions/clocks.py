"""The rows of a ticket's clocks, set and stopped with the update that causes it. What runs them: actions.timers."""

from collections.abc import Iterable
from datetime import datetime

from sportello.kit import rows

from ..models import Ticket, Timer
from ..words import TimerKind, TimerState


def start(ticket: Ticket, kind: TimerKind, due_at: datetime, *, now: datetime, fresh: bool = False) -> None:
    """Set the clock of this kind; one that runs already is set anew. fresh: the ticket cannot have one yet."""
    if not fresh and Timer.objects.filter(ticket=ticket, kind=kind, state=TimerState.WAITING).update(due_at=due_at):
        return
    rows.insert(Timer(ticket=ticket, kind=kind, due_at=due_at, created_at=now))


def stop(ticket: Ticket, kinds: Iterable[TimerKind], *, now: datetime) -> None:
    """Stop the ticket's clocks of these kinds, if they run."""
    Timer.objects.filter(ticket=ticket, kind__in=list(kinds), state=TimerState.WAITING).update(
        state=TimerState.CANCELLED, ended_at=now
    )
