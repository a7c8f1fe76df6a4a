"""What a ticket was promised, as lists and its page show it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.history import METRICS
from sportello.desk.rules.sla_clocks import Clocks, Standing
from sportello.web.agent.prepared import prepared
from sportello.web.agent.sla_grid import written

SOON = timedelta(hours=1)


def promise_of(due_at: datetime | None, missed_at: datetime | None, now: datetime) -> SimpleNamespace | None:
    """The most pressing promise, as the tag `promise` wants it: one that is missed, or else the next that is due.

    Also what was due since the desk last looked counts as missed.
    """
    at = missed_at or due_at
    if at is None:
        return None
    is_missed = missed_at is not None or at <= now
    return SimpleNamespace(at=at, is_missed=is_missed, is_soon=not is_missed and at - now < SOON)


def standing_of(agent: User, ticket_id: int, now: datetime) -> SimpleNamespace | None:
    """The ticket's policy and its promises: those that run, the most pressing first, then those that stand still."""
    found = _clocks(agent, ticket_id)
    if not found or not found[0].sla__clocks:
        return None
    (row,) = found
    lines = [
        _line(metric, standing, now)
        for metric, standing in Clocks.read(row.sla__clocks).standings(now).items()
        if standing.clock.promise and not standing.clock.ended_at
    ]
    lines.sort(key=lambda line: (line.promise is None, line.promise and line.promise.at))
    return SimpleNamespace(policy=row.sla__policy__title, lines=lines)


def _line(metric: str, standing: Standing, now: datetime) -> SimpleNamespace:
    runs = standing.clock.since is not None
    promise = standing.clock.promise
    return SimpleNamespace(
        label=capfirst(str(METRICS[metric])),
        is_business=promise is not None and promise.business,
        promise=promise_of(standing.due_at, standing.breached_at, now) if runs else None,
        left=_left(standing),
    )


def _left(standing: Standing) -> str:
    """The time that is left of a promise that stands still; "" when it was missed."""
    promise = standing.clock.promise
    if promise is None or standing.breached_at:
        return ""
    spent = standing.business_seconds if promise.business else standing.calendar_seconds
    return written((promise.seconds - spent) // 60)


@prepared
def _clocks(agent: User, ticket_id: int) -> QuerySet[Any]:
    return access.tickets(agent).filter(pk=ticket_id).values_list("sla__clocks", "sla__policy__title", named=True)
