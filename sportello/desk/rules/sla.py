"""The SLA clocks of a ticket, kept by folding what happens to it. Pure; see docs/algorithms/sla.md.

Folding one more happening onto kept clocks equals folding all of them from zero. A happening in which nothing changed
changes no figure; it only writes down what was breached meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ..words import FINISHED, UNSOLVED, Status
from .schedules import ALWAYS, Reading, Schedule, business_seconds
from .sla_clocks import Clock, Clocks, cut
from .sla_targets import Policy, Promise, SlaMetric

REPLIES = (SlaMetric.FIRST_REPLY_TIME, SlaMetric.NEXT_REPLY_TIME)
UPDATES = (SlaMetric.PERIODIC_UPDATE_TIME, SlaMetric.PAUSABLE_UPDATE_TIME)

# The statuses in which a clock that has begun runs; in the other unsolved ones it pauses.
RUNS_IN = {metric: frozenset[str](UNSOLVED) for metric in SlaMetric} | {
    SlaMetric.PAUSABLE_UPDATE_TIME: frozenset[str]((Status.NEW, Status.OPEN, Status.HOLD)),
    SlaMetric.REQUESTER_WAIT_TIME: frozenset[str]((Status.NEW, Status.OPEN, Status.HOLD)),
    SlaMetric.AGENT_WORK_TIME: frozenset[str]((Status.NEW, Status.OPEN)),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One update of a ticket, as it leaves the ticket, and the terms that are in force from then on.

    comment_by: "agent" or "end-user" where the update holds a public comment that no machine wrote, else "".
    priority: as the API names it, "" for none. The first happening of a ticket is its opening.
    """

    at: datetime
    status: str
    priority: str = ""
    comment_by: str = ""
    policy: Policy | None = None
    schedule: Schedule = ALWAYS
    reading: Reading = Reading.ACCUMULATED


class EventType(StrEnum):
    """The vendor's ticket metric events. activate: begins or goes on; fulfill: its end is reached, in time or not."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    FULFILL = "fulfill"
    APPLY_SLA = "apply_sla"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class MetricEvent:
    """What a clock did, with its figures at that moment. promise: in force after it; None: nothing is promised."""

    at: datetime
    type: EventType
    metric: SlaMetric
    instance: int
    calendar_seconds: int
    business_seconds: int
    promise: Promise | None


def fold(clocks: Clocks, happening: Happening) -> tuple[Clocks, tuple[MetricEvent, ...]]:
    """The clocks after one more happening, and what they did, oldest first. Happenings come oldest first.

    What ends with an update ends on the terms before it; whatever goes on has the new terms from then on.
    """
    events: list[MetricEvent] = []
    by_metric = {}
    for metric in SlaMetric:
        clock = _turn(clocks, metric, happening, events)
        if clock is not None:
            by_metric[metric] = clock
    running = any(clock.since for clock in by_metric.values())
    after = Clocks(
        status=happening.status,
        schedule=happening.schedule if running else None,
        by_metric=by_metric,
        breached_at=max((e.at for e in events if e.type is EventType.BREACH), default=clocks.breached_at),
    )
    return after, tuple(sorted(events, key=lambda event: event.at))


def rebuild(happenings: Iterable[Happening]) -> tuple[Clocks, tuple[MetricEvent, ...]]:
    """The clocks from zero, and all that they did. happenings: all of one ticket, oldest first."""
    clocks = Clocks()
    events: list[MetricEvent] = []
    for happening in happenings:
        clocks, more = fold(clocks, happening)
        events += more
    return clocks, tuple(events)


def _turn(clocks: Clocks, metric: SlaMetric, happening: Happening, events: list[MetricEvent]) -> Clock | None:
    def note(type: EventType, clock: Clock, moment: datetime, schedule: Schedule | None) -> None:
        spent = clock.spent(moment, schedule)
        events.append(MetricEvent(moment, type, metric, clock.instance, *spent, promise=clock.promise))

    at, before, schedule = cut(happening.at), clocks.schedule, happening.schedule
    clock = clocks.by_metric.get(metric)
    if clock and (due_at := clock.due_at(before)) and due_at <= at:
        clock = replace(clock, breached_at=due_at)
        note(EventType.BREACH, clock, due_at, before)
    if clock and not clock.ended_at and _ends(metric, happening):
        clock = replace(clock.stop(at, before), ended_at=at)
        note(EventType.FULFILL, clock, at, None)
    if (clock is None or clock.ended_at) and _begins(metric, clocks, happening):
        clock = _begin(metric, clock)
    if clock is None or clock.ended_at:
        return clock

    ran, runs = clock.since is not None, happening.status in RUNS_IN[metric]
    if not runs or schedule != before:
        clock = clock.stop(at, before)
    if runs and clock.since is None:
        clock = replace(clock, since=at)
    if happening.reading is Reading.LAST_SCHEDULE:
        clock = replace(clock, business=sum(business_seconds(schedule, *spell) for spell in clock.spells))
    if runs != ran:
        note(EventType.ACTIVATE if runs else EventType.PAUSE, clock, at, schedule)
    promise = happening.policy.promise(metric, happening.priority) if happening.policy else None
    if promise != clock.promise:
        clock = replace(clock, promise=promise)
        note(EventType.APPLY_SLA, clock, at, schedule)
    # Promised too late to be kept, or too late by the new schedule: breached from now on, not before.
    if promise and not clock.breached_at and clock.spent(at, schedule)[promise.business] >= promise.seconds:
        clock = replace(clock, breached_at=at)
        note(EventType.BREACH, clock, at, schedule)
    return clock


def _ends(metric: SlaMetric, happening: Happening) -> bool:
    """A public comment of an agent answers and updates; a solved ticket leaves nobody waiting."""
    answers = happening.comment_by == "agent" and metric in (*REPLIES, *UPDATES)
    return answers or happening.status in FINISHED


def _begins(metric: SlaMetric, clocks: Clocks, happening: Happening) -> bool:
    """Whether a clock that is not under way begins now."""
    if happening.status not in UNSOLVED:
        return False
    if metric in UPDATES:
        return happening.comment_by == "agent"
    if metric not in REPLIES:
        return True
    if happening.comment_by != "end-user":
        return False
    opening = not clocks.status
    if metric is SlaMetric.FIRST_REPLY_TIME:
        return opening
    first = clocks.by_metric.get(SlaMetric.FIRST_REPLY_TIME)
    return not opening and (first is None or first.ended_at is not None)


def _begin(metric: SlaMetric, last: Clock | None) -> Clock:
    if last is None:
        return Clock(metric, 1)
    if metric in (*REPLIES, *UPDATES):
        return Clock(metric, last.instance + 1)
    return replace(last, ended_at=None)
