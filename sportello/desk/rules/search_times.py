"""Times as searches say them: a day, a month, a moment, or how long ago. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .kinds import LONG_AGO, Unreadable

AGO = re.compile(r"(\d{1,5})\s*([a-z]+)")
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
WRITTEN = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
UNITS = {
    "minute": "minute minutes min minuto minuti",
    "hour": "hour hours h ora ore",
    "day": "day days d giorno giorni",
    "week": "week weeks w settimana settimane",
    "month": "month months mese mesi",
    "year": "year years anno anni",
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}
LENGTHS = {"minute": 1, "hour": 60, "day": 1440, "week": 7 * 1440, "month": 30 * 1440, "year": 365 * 1440}
DAYS = {"today": 0, "oggi": 0, "yesterday": 1, "ieri": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """From start to before end; the same of a moment that is so long ago."""

    start: datetime
    end: datetime

    def bounds(self, operator: str) -> tuple[datetime | None, datetime | None]:
        """(from, before) of the times that are meant. "Is 4 hours" means within them."""
        if operator == ":":
            return self.start, None if self.start == self.end else self.end
        return {
            "<": (None, self.start),
            "<=": (None, self.end),
            ">": (self.end, None),
            ">=": (self.start, None),
        }[operator]


def read(said: str, now: datetime, zone: ZoneInfo) -> Span:
    """2026, 2026-03, 2026-03-01, 1/3/2026, 2026-03-01T10:30, today, 4hours, 2 giorni. Raises Unreadable."""
    text = " ".join(said.lower().split())
    try:
        if ago := AGO.fullmatch(text):
            minutes = int(ago[1]) * LENGTHS[UNIT_OF[ago[2]]]
            then = max(now - timedelta(minutes=minutes), LONG_AGO)
            return Span(then, then)
        if text in DAYS:
            on = now.astimezone(zone) - timedelta(days=DAYS[text])
            return _of_day(on.year, on.month, on.day, zone)
        if written := WRITTEN.fullmatch(text):
            day, month, year = map(int, written.groups())
            return _of_day(year, month, day, zone)
        if date := DATE.fullmatch(text):
            return _of_date(*(int(part) if part else None for part in date.groups()), zone=zone)
        at = datetime.fromisoformat(text.upper())
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        return Span(at, at + timedelta(seconds=1 if at.second else 60))
    except (ValueError, KeyError, OverflowError):
        raise Unreadable(
            _("“%(value)s” is no time: write 2026-12-31, 31/12/2026, today, 4hours.") % {"value": said[:60]}
        ) from None


def _of_date(year: int | None, month: int | None, day: int | None, *, zone: ZoneInfo) -> Span:
    assert year is not None
    if day is not None:
        return _of_day(year, month or 1, day, zone)
    first, last = (month or 1), (month or 12)
    return Span(_of_day(year, first, 1, zone).start, _of_day(year, last, monthrange(year, last)[1], zone).end)


def _of_day(year: int, month: int, day: int, zone: ZoneInfo) -> Span:
    start = datetime(year, month, day)  # noqa: DTZ001 – its zone comes with the next line
    if not 1970 <= year < 9000:
        raise ValueError
    end = start + timedelta(days=1)
    return Span(start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC))
