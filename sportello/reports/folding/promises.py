"""What was promised and how it ended, from the log of a ticket's SLA clocks; and the time written down. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sportello.desk.rules.sla import EventType

from .hours import Hours
from .rows import Event, Rows, Span, State, micros

# From noon on: until then the day itself is not over.
_HALF_A_DAY = 12 * 3600 * 1_000_000
States = Sequence[tuple[int, State]]


@dataclass(frozen=True, slots=True)
class Clocked:
    """A row of the log of SLA clocks (models.SlaEvent)."""

    type: str
    metric: str
    instance: int
    at: datetime
    calendar_seconds: int
    business_seconds: int
    policy_id: int | None
    target_minutes: int | None
    business: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """Time that an agent wrote down, and when he did."""

    agent_id: int
    minutes: int
    day: date
    written_at: datetime


def promises(rows: Rows, states: States, log: Iterable[Clocked]) -> None:
    """One row for each promise of a clock that ended in time, and one for each that was missed, when it was.

    A clock that goes on after its end (a ticket reopened) takes back that the promise was kept.
    """
    kept: dict[tuple[str, int], Span] = {}
    missed: set[tuple[str, int]] = set()
    spans = rows.spans.setdefault("sla", [])
    for it in log:
        clock = (it.metric, it.instance)
        if it.type == EventType.ACTIVATE and clock in kept:
            kept.pop(clock).end(micros(it.at))
        if it.policy_id is None or it.type not in (EventType.BREACH, EventType.FULFILL) or clock in missed:
            continue
        own = {
            "policy_id": it.policy_id,
            "metric": it.metric,
            "target": it.target_minutes,
            "in_business": it.business,
            "achieved": it.type == EventType.FULFILL,
            "spent": (it.business_seconds if it.business else it.calendar_seconds) // 60,
        }
        at = micros(it.at)
        span = Span(Event(at, _then(states, at)), own, at, spans)
        spans.append(span)
        if own["achieved"]:
            kept[clock] = span
        else:
            missed.add(clock)
            if clock in kept:
                kept.pop(clock).end(at)


def spent(rows: Rows, states: States, entries: Iterable[Spent], hours: Hours) -> None:
    """The time written down, at noon of its day on the desk's wall clock."""
    for it in entries:
        written = micros(it.written_at)
        state = _then(states, written)
        event = Event(_noon(it.day, hours), (it.agent_id, *state[1:]))
        rows.add("spent", event, it.minutes, it.day.isoformat())
        if written > event.at + _HALF_A_DAY:
            rows.add("corrections", event, "time_written", written)


def removed(rows: Rows, entries: Iterable[tuple[Event, str]], hours: Hours) -> None:
    """Time that was taken back: when, by whom, and the day that it had been written down for."""
    for event, day in entries:
        at = _noon(date.fromisoformat(day), hours)
        if event.at > at + _HALF_A_DAY:
            rows.add("corrections", Event(at, event.ticket), "time_removed", event.at)


def _noon(day: date, hours: Hours) -> int:
    noon = micros(datetime.combine(day, time(12), UTC))
    return noon - hours.offset(noon)


def _then(states: States, at: int) -> State:
    """The ticket as it was at a time: clocks are cut to seconds, so an update of the same second is over."""
    place = bisect_right([moment // 1_000_000 for moment, _state in states], at // 1_000_000)
    return states[max(0, place - 1)][1]
