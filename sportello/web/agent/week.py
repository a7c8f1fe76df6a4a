"""A week of opening times as a form writes them: for each day several times from and to. Works without script."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

DAY = 1440
# As in intervals, 0 is Sunday; people read a week from Monday.
ORDER = (1, 2, 3, 4, 5, 6, 0)
WORKDAYS = range(1, 6)
CLOCK = re.compile(r"(\d\d?)[:.](\d\d)(?::00)?")


@dataclass(slots=True)
class Times:
    """From and to as typed: "09:00". Midnight at the end of a day is "00:00" too."""

    start: str = ""
    end: str = ""
    error: str = ""
    focused: bool = False


@dataclass(slots=True)
class Day:
    number: int
    times: list[Times]
    closed: bool

    @property
    def name(self) -> str:
        return str(WEEKDAYS[(self.number - 1) % 7])


@dataclass(slots=True)
class Week:
    days: list[Day]
    # Whose times each interval was, for what a verb refuses.
    _said: list[Times] = field(default_factory=list)

    @classmethod
    def of_intervals(cls, intervals: Sequence[Sequence[int]]) -> "Week":
        """intervals: minutes from Sunday 00:00; what goes over midnight is cut there."""
        return cls(
            [
                Day(number, [Times(_clock(start), _clock(end)) for start, end in spans] or [Times()], not spans)
                for number, spans in _by_day(intervals).items()
            ]
        )

    @classmethod
    def of_post(cls, said: QueryDict) -> "Week":
        days = []
        for number in ORDER:
            pairs = zip(said.getlist(f"day.{number}.from"), said.getlist(f"day.{number}.to"), strict=False)
            times = [Times(start.strip(), end.strip()) for start, end in pairs]
            days.append(Day(number, times or [Times()], f"day.{number}.closed" in said))
        return cls(days)

    def intervals(self) -> list[list[int]]:
        """What was typed, in minutes from Sunday 00:00; what cannot be read has an error beside it."""
        self._said, found = [], []
        for day in self.days:
            for times in [] if day.closed else day.times:
                if not times.start and not times.end:
                    continue
                start, end = _minutes(times.start), _minutes(times.end)
                if start is None or end is None:
                    times.error = _("Give two times, as 09:00 and 18:00.")
                    continue
                self._said.append(times)
                found.append([day.number * DAY + start, day.number * DAY + (end or DAY)])
        return found

    @property
    def is_readable(self) -> bool:
        return not any(times.error for day in self.days for times in day.times)

    def refuse(self, problems: Mapping[str, object]) -> dict[str, object]:
        """Put what a verb refused ("intervals.2") beside its times. Returns the rest."""
        rest = {}
        for place, message in problems.items():
            name, _dot, number = place.partition(".")
            if name == "intervals" and number:
                self._said[int(number)].error = str(message)
            else:
                rest[place] = message
        return rest

    def again(self, wish: str) -> None:
        """What a button of the form asks for: "more.1" one more pair of times, "copy.1" that day's for all workdays."""
        name, _dot, number = wish.partition(".")
        chosen = next((day for day in self.days if str(day.number) == number), None)
        if chosen is None:
            return
        if name == "more":
            chosen.times.append(Times(focused=True))
        elif name == "copy":
            for day in self.days:
                if day.number in WORKDAYS:
                    day.closed, day.times = chosen.closed, [Times(it.start, it.end) for it in chosen.times]


def summary(intervals: Sequence[Sequence[int]]) -> list[tuple[str, str]]:
    """The week in a few lines: ("Mon–Fri", "09:00–13:00, 14:00–18:00")."""
    lines: list[tuple[list[int], str]] = []
    for number, spans in _by_day(intervals).items():
        said = ", ".join(f"{_clock(start)}–{'24:00' if end == DAY else _clock(end)}" for start, end in spans)
        if lines and lines[-1][1] == said:
            lines[-1][0].append(number)
        else:
            lines.append(([number], said))
    return [(_span(numbers), said) for numbers, said in lines if said]


def _by_day(intervals: Sequence[Sequence[int]]) -> dict[int, list[tuple[int, int]]]:
    """Minutes after midnight, by day from Monday on."""
    return {
        number: [
            (max(start - number * DAY, 0), min(end - number * DAY, DAY))
            for start, end in sorted(map(tuple, intervals))
            if start < (number + 1) * DAY and end > number * DAY
        ]
        for number in ORDER
    }


def _span(numbers: Sequence[int]) -> str:
    first, last = (str(WEEKDAYS_ABBR[(number - 1) % 7]) for number in (numbers[0], numbers[-1]))
    return first if len(numbers) == 1 else f"{first}–{last}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _minutes(said: str) -> int | None:
    found = CLOCK.fullmatch(said)
    if not found:
        return None
    hours, minutes = int(found[1]), int(found[2])
    return hours * 60 + minutes if minutes < 60 and (hours < 24 or (hours == 24 and minutes == 0)) else None
