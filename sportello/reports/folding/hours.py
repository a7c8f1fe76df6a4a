"""The opening hours that were in force at each time, from the history of the schedules. Pure.

A schedule that is changed counts as it was until then: a month that is over stays as it is. docs/algorithms/facts.md
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sportello.desk.rules.schedules import ALWAYS, Schedule, business_seconds, elapsed_business, is_open

HOURS, NIGHT, CLOSED_DAY = "hours", "night", "closed_day"
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A version of a schedule: it held from `at`. before, after: as actions.schedules.export; None: there was none."""

    at: datetime
    schedule_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


InForce = list[tuple[datetime, Schedule]]


class Hours:
    """business, arrival and local time of a desk. Remembers what it has worked out; not for several threads."""

    def __init__(self, now: Mapping[int, Mapping[str, Any]], changes: Iterable[Change], time_zone: str) -> None:
        """now: every schedule as it is, as actions.schedules.export. changes: oldest first."""
        versions = {pk: [(BEGINNING, state)] for pk, state in now.items()}
        known: dict[int, list[tuple[datetime, Mapping[str, Any]]]] = {}
        for change in changes:
            mine = known.setdefault(change.schedule_id, [])
            if not mine and change.before:
                mine.append((BEGINNING, change.before))
            if change.after is not None:
                mine.append((change.at, change.after))
        versions |= known
        self._in_force: dict[int | None, InForce] = {pk: _read(states) for pk, states in versions.items() if states}
        self._in_force[None] = _defaults(versions)
        self._zone = ZoneInfo(time_zone)
        self._arrivals: dict[int, str] = {}
        self._offsets: dict[int, int] = {}

    def of(self, schedule_id: int | None) -> InForce:
        """The hours of a schedule with the times from which they held; those of the default one where it has none."""
        return self._in_force.get(schedule_id) or self._in_force[None]

    def business(self, schedule_id: int | None, start: datetime, end: datetime) -> int:
        """Seconds that the desk was open between two times, by the hours in force at each."""
        in_force = self.of(schedule_id)
        if len(in_force) == 1 or start >= in_force[-1][0]:
            return business_seconds(in_force[-1][1], start, end)
        return elapsed_business(in_force, start, end)

    def arrival(self, at: datetime) -> str:
        """HOURS: the desk is open; NIGHT: on a day on which it opens, but not now; CLOSED_DAY: weekend, holiday."""
        minute = int(at.timestamp()) // 60
        found = self._arrivals.get(minute)
        if found is None:
            found = self._arrivals[minute] = self._arrival(at)
        return found

    def _arrival(self, at: datetime) -> str:
        schedule = _at(self._in_force[None], at)
        if is_open(schedule, at):
            return HOURS
        midnight = at.astimezone(ZoneInfo(schedule.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        opens = business_seconds(schedule, midnight, midnight + timedelta(days=1))
        return NIGHT if opens else CLOSED_DAY

    def offset(self, micros: int) -> int:
        """Microseconds that the desk's clock is ahead of UTC at a time, given in microseconds since 1970."""
        quarter = micros // 900_000_000  # No zone has ever changed its clocks between two quarters of an hour.
        found = self._offsets.get(quarter)
        if found is None:
            at = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self._zone)
            offset = at.utcoffset()
            assert offset is not None
            found = self._offsets[quarter] = int(offset.total_seconds()) * 1_000_000
        return found


def _at(in_force: InForce, at: datetime) -> Schedule:
    return in_force[max(0, bisect_right([since for since, _schedule in in_force], at) - 1)][1]


def _read(states: Sequence[tuple[datetime, Mapping[str, Any]]]) -> InForce:
    found: InForce = []
    for since, state in states:
        schedule = _schedule(state)
        if not found or found[-1][1] != schedule:
            found.append((since if found else BEGINNING, schedule))
    return found


def _defaults(versions: Mapping[int, Sequence[tuple[datetime, Mapping[str, Any]]]]) -> InForce:
    """The hours of whichever schedule was the default one, one after another; always open before there was any."""
    moments = sorted({since for states in versions.values() for since, _state in states})
    found: InForce = [(BEGINNING, ALWAYS)]
    for moment in moments:
        latest = [[state for since, state in states if since <= moment] for states in versions.values()]
        default = next((past[-1] for past in latest if past and past[-1].get("default")), None)
        if default is not None and found[-1][1] != (schedule := _schedule(default)):
            found = [it for it in found if it[0] < moment] + [(moment, schedule)]
    return found


def _schedule(state: Mapping[str, Any]) -> Schedule:
    days: set[date] = set()
    for holiday in state.get("holidays", ()):
        first, last = date.fromisoformat(holiday["start_on"]), date.fromisoformat(holiday["end_on"])
        days |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return Schedule(
        time_zone=state["time_zone"],
        intervals=tuple((start, end) for start, end in state["intervals"]),
        holidays=frozenset(days),
        country=state.get("country") or "",
        subdivision=state.get("subdivision") or "",
    )
