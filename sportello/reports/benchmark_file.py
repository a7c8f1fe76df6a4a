"""The file of a month that this desk sends to a hub, made from its facts: aggregates in steps, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sportello.benchmark.file import NAMES, Figures, File, Signed, rounded, sign
from sportello.desk.actions import benchmark, configuration
from sportello.desk.models import BenchmarkMembership
from sportello.kit import clock
from sportello.reports import periods
from sportello.reports.figures.answer import ask
from sportello.reports.figures.query import Query, of_month
from sportello.reports.figures.source import Source, own

Measured = Mapping[str, float | tuple[float, int] | None]
# The vendor's window: so many days, which end with the month.
WINDOW_DAYS = 28
# Votes come late, tickets are corrected: on this day of the month after it the file is made.
SENT_ON = 3


def measured(source: Source, start: datetime, end: datetime, time_zone: str, keys: tuple[str, ...] = NAMES) -> Measured:
    """The exact figures of a period, by benchmark.file's keys: counts, (value, n), None where there is nothing."""
    found: dict[str, float | tuple[float, int] | None] = {}
    for key, figure in ask(source, Query(keys, start, end, time_zone)).totals.items():
        is_none = figure.value is None
        found[key] = figure.value if key.startswith("num_") or is_none else (figure.value or 0.0, figure.n)
    return found


def windows(month: str, time_zone: str) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """The calendar month, and the 28 days that end with it; on the desk's calendar."""
    start, end = of_month(int(month[:4]), int(month[5:]), time_zone)
    zone = ZoneInfo(time_zone)
    days = end.astimezone(zone) - timedelta(days=WINDOW_DAYS)  # By the calendar, not by hours: clocks may change.
    return (start, end), (days.astimezone(UTC), end)


def exact(month: str, source: Source | None = None, keys: tuple[str, ...] = NAMES) -> tuple[Measured, Measured]:
    """What the desk measured in both windows, unrounded. Raises store.Missing."""
    time_zone, source = configuration.current().desk.time_zone, source or own()
    calendar, days = windows(month, time_zone)
    return measured(source, *calendar, time_zone, keys), measured(source, *days, time_zone, keys)


def build(found: BenchmarkMembership, month: str, figures: tuple[Measured, Measured] | None = None) -> Signed:
    """The file as it is sent. figures: as `exact` gave them. Raises store.Missing, secrets.Unreadable."""
    calendar, days = map(rounded, figures or exact(month))
    return sign(_file(found, month, calendar, days), benchmark.key_of(found))


def _file(found: BenchmarkMembership, month: str, calendar: Figures, days: Figures) -> File:
    return File(month, clock.now().replace(microsecond=0), benchmark.profile_of(found), calendar, days)


def last_month() -> str:
    """The last one that is over, on the desk's calendar."""
    return f"{_today().replace(day=1) - timedelta(days=1):%Y-%m}"


def due() -> str:
    """The month whose file is to be sent now, "" if none: from the third day on, while hubs take it."""
    month = last_month()
    return month if _today().day >= SENT_ON and benchmark.is_open(month, clock.now()) else ""


def next_on() -> date:
    """The next day on which a file is made by itself."""
    today = _today()
    third = today.replace(day=SENT_ON)
    return third if today < third else (third + timedelta(days=31)).replace(day=SENT_ON)


def _today() -> date:
    return periods.today(configuration.current().desk.time_zone)
