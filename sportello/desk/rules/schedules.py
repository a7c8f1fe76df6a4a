"""Business time: how long a desk was open between two instants, and when it will have been open so long.

Whole seconds that really pass while the clock on the wall of the desk stands within opening hours: an hour skipped in
spring does not count, an hour repeated in autumn counts twice. Source: docs/algorithms/schedules.md
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTES_PER_WEEK = 10_080

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = 86_400
_HORIZON_DAYS = 25 * 366
_REMEMBERED_DAYS = 10_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly opening hours in a time zone.

    intervals: (start, end) in minutes from Sunday 00:00 on the local clock, 0 to 10080, several a day allowed;
    holidays: local days on which the desk stays closed all day, beside the public holidays of country ("IT") and of its
    subdivision ("RM"), which are found year by year when they are asked for. Raises ValueError for an interval outside
    the week or an unknown zone.
    """

    time_zone: str
    intervals: tuple[tuple[int, int], ...]
    holidays: frozenset[date] = frozenset()
    country: str = ""
    subdivision: str = ""

    def __post_init__(self) -> None:
        for start, end in self.intervals:
            if not 0 <= start < end <= MINUTES_PER_WEEK:
                raise ValueError(f"interval {start}-{end} is not within a week of {MINUTES_PER_WEEK} minutes")
        _zone(self.time_zone)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Schedule":
        """From what as_json gave."""
        return cls(
            stored["time_zone"],
            tuple((start, end) for start, end in stored["intervals"]),
            frozenset(map(date.fromisoformat, stored["holidays"])),
            stored.get("country", ""),
            stored.get("subdivision", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "time_zone": self.time_zone,
            "intervals": [list(interval) for interval in self.intervals],
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "country": self.country,
            "subdivision": self.subdivision,
        }


class Reading(StrEnum):
    """How business time is read where the schedule changed on the way."""

    ACCUMULATED = "accumulated"
    """Each schedule counts for the time it was in force."""
    LAST_SCHEDULE = "last_schedule"
    """The whole span by the schedule in force at its end, as the vendor reads it."""


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        _zone(name)
    except ValueError:
        return False
    return True


ALWAYS = Schedule("UTC", ((0, MINUTES_PER_WEEK),))
"""Open around the clock: business time is calendar time."""


def business_seconds(schedule: Schedule, start: datetime, end: datetime) -> int:
    """Whole seconds that schedule was open in [start, end); 0 where end is not after start.

    start, end: aware; parts of a second are cut off, so that adjoining spans add up exactly.
    """
    begin, stop = _seconds(start), _seconds(end)
    if stop <= begin:
        return 0
    calendar = _calendar(schedule)
    first, last = calendar.day_of(start), calendar.day_of(end)
    if first == last:
        return _overlap(calendar.opening(first), begin, stop)
    inner = sum(map(calendar.seconds_open, range(first + 1, last)))
    return _overlap(calendar.opening(first), begin, stop) + inner + _overlap(calendar.opening(last), begin, stop)


def add_business(schedule: Schedule, start: datetime, seconds: int) -> datetime | None:
    """The first instant, in UTC, at which schedule has been open for seconds since start; None if not within 25 years.

    The inverse of business_seconds. With 0 seconds it is start itself, open or not. Raises ValueError for less.
    """
    if seconds < 0:
        raise ValueError("seconds may not be negative")
    if seconds == 0:
        return start.astimezone(UTC)
    if not schedule.intervals:
        return None
    begin = _seconds(start)
    calendar = _calendar(schedule)
    first = calendar.day_of(start)
    for day in range(first, min(first + _HORIZON_DAYS, date.max.toordinal() - 1)):
        if day > first and calendar.seconds_open(day) < seconds:
            seconds -= calendar.seconds_open(day)
            continue
        for opens, closes in calendar.opening(day):
            opened = max(opens, begin)
            if closes - opened >= seconds:
                return _EPOCH + timedelta(seconds=opened + seconds)
            seconds -= max(0, closes - opened)
    return None


def subtract_business(schedule: Schedule, end: datetime, seconds: int) -> datetime | None:
    """The last instant, in UTC, from which schedule is still open for seconds until end; None if not within 25 years.

    The mirror of add_business, for a warning so long before something is due. With 0 seconds it is end itself. Raises
    ValueError for less.
    """
    if seconds < 0:
        raise ValueError("seconds may not be negative")
    if seconds == 0:
        return end.astimezone(UTC)
    if not schedule.intervals:
        return None
    stop = _seconds(end)
    calendar = _calendar(schedule)
    last = calendar.day_of(end)
    for day in range(last, max(last - _HORIZON_DAYS, 1), -1):
        if day < last and calendar.seconds_open(day) < seconds:
            seconds -= calendar.seconds_open(day)
            continue
        for opens, closes in reversed(calendar.opening(day)):
            closed = min(closes, stop)
            if closed - opens >= seconds:
                return _EPOCH + timedelta(seconds=closed - seconds)
            seconds -= max(0, closed - opens)
    return None


def elapsed_business(
    in_force: Sequence[tuple[datetime, Schedule]],
    start: datetime,
    end: datetime,
    reading: Reading = Reading.ACCUMULATED,
) -> int:
    """Business seconds in [start, end) under schedules that were in force one after another.

    in_force: each schedule with the aware instant from which it holds until the next one does, oldest first. Time
    before the first counts as closed where each schedule counts for its own time.
    """
    if reading is Reading.LAST_SCHEDULE:
        known = [schedule for since, schedule in in_force if since <= end]
        return business_seconds(known[-1], start, end) if known else 0
    untils = [since for since, _schedule in in_force[1:]] + [end]
    return sum(
        business_seconds(schedule, max(start, since), min(end, until))
        for (since, schedule), until in zip(in_force, untils, strict=False)
    )


def is_open(schedule: Schedule, at: datetime) -> bool:
    """Whether schedule is open at an aware instant."""
    calendar = _calendar(schedule)
    moment = _seconds(at)
    return any(opens <= moment < closes for opens, closes in calendar.opening(calendar.day_of(at)))


def holidays_of(country: str, subdivision: str | None, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of a country ("IT"), or of a part of it ("BZ"), in years.

    Raises ValueError where the `holidays` library knows no such country or part.
    """
    import holidays  # slow to load, and many desks never ask

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False))
    except NotImplementedError as error:
        raise ValueError(f"no holidays known of {country} {subdivision or ''}".rstrip()) from error


@lru_cache(maxsize=1000)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[int]:
    """As ordinals. A part of the world that the library has given up since closes no desk: tickets must go on."""
    try:
        return frozenset(day.toordinal() for day in holidays_of(country, subdivision or None, [year]))
    except ValueError:
        return frozenset()


def _seconds(at: datetime) -> int:
    return (at - _EPOCH) // _SECOND


def _overlap(opening: tuple[tuple[int, int], ...], begin: int, stop: int) -> int:
    return sum(max(0, min(closes, stop) - max(opens, begin)) for opens, closes in opening)


@lru_cache(maxsize=256)
def _calendar(schedule: Schedule) -> "_Calendar":
    return _Calendar(schedule)


class _Calendar:
    """The opening hours of a schedule day by day in UTC, remembered. Days are proleptic ordinals of local dates."""

    __slots__ = ("_country", "_holidays", "_openings", "_subdivision", "_sums", "_week", "_zone")

    def __init__(self, schedule: Schedule) -> None:
        self._zone = _zone(schedule.time_zone)
        self._week = _by_weekday(schedule.intervals)
        self._holidays = frozenset(day.toordinal() for day in schedule.holidays)
        self._country, self._subdivision = schedule.country, schedule.subdivision
        self._openings: dict[int, tuple[tuple[int, int], ...]] = {}
        self._sums: dict[int, int] = {}

    def day_of(self, at: datetime) -> int:
        return at.astimezone(self._zone).toordinal()

    def seconds_open(self, day: int) -> int:
        known = self._sums.get(day)
        if known is None:
            known = sum(closes - opens for opens, closes in self.opening(day))
            self._sums[day] = known
        return known

    def opening(self, day: int) -> tuple[tuple[int, int], ...]:
        """Spans [opens, closes) of a local day in seconds since 1970, in order."""
        known = self._openings.get(day)
        if known is None:
            if len(self._openings) >= _REMEMBERED_DAYS:
                self._openings.clear()
                self._sums.clear()
            known = self._compute(day)
            self._openings[day] = known
        return known

    def _compute(self, day: int) -> tuple[tuple[int, int], ...]:
        wall = self._week[day % 7]
        if not wall or day in self._holidays or self._is_public_holiday(day):
            return ()
        midnight = (day - _EPOCH_DAY) * _DAY
        before, after = datetime.fromordinal(day), datetime.fromordinal(day + 1)
        offset = self._offset(before)
        if offset == self._offset(before.replace(fold=1)) == self._offset(after) == self._offset(after.replace(fold=1)):
            return tuple((midnight + opens - offset, midnight + closes - offset) for opens, closes in wall)
        spans = []
        for begin, stop, shift in self._periods(midnight):
            for opens, closes in wall:
                span = max(begin, midnight + opens - shift), min(stop, midnight + closes - shift)
                if span[0] < span[1]:
                    spans.append(span)
        return tuple(sorted(spans))

    def _is_public_holiday(self, day: int) -> bool:
        year = date.fromordinal(day).year
        return bool(self._country) and day in _public_holidays(self._country, self._subdivision, year)

    def _offset(self, wall: datetime) -> int:
        offset = self._zone.utcoffset(wall)
        assert offset is not None
        return int(offset.total_seconds())

    def _periods(self, midnight: int) -> list[tuple[int, int, int]]:
        """Around a day on which the clocks change: (begin, stop, offset) between changes, to the second."""
        begin, end = midnight - 2 * _DAY, midnight + 3 * _DAY
        periods = []
        while begin < end:
            offset = self._offset_at(begin)
            stop = begin
            while stop < end and self._offset_at(stop) == offset:
                stop += 1800
            low, stop = max(begin, stop - 1800), min(stop, end)
            while stop - low > 1:
                middle = (low + stop) // 2
                low, stop = (middle, stop) if self._offset_at(middle) == offset else (low, middle)
            periods.append((begin, stop, offset))
            begin = stop
        return periods

    def _offset_at(self, moment: int) -> int:
        offset = (_EPOCH + timedelta(seconds=moment)).astimezone(self._zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())


def _by_weekday(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Merged opening hours in seconds after midnight, by date.toordinal() % 7 (0: Sunday)."""
    merged: list[list[int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple(
        tuple(
            (max(start, day) * 60 - day * 60, min(end, day + 1440) * 60 - day * 60)
            for start, end in merged
            if start < day + 1440 and end > day
        )
        for day in range(0, MINUTES_PER_WEEK, 1440)
    )
