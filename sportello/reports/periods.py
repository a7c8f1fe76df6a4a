"""Periods in the words of a board, and what they are compared with. Days of the desk's calendar. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, get_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.kit import clock

DAYS, THIS_MONTH, LAST_MONTH, OWN = "last_28_days", "this_month", "last_month", "own"
QUARTER, LAST_QUARTER, YEAR, LAST_YEAR = "this_quarter", "last_quarter", "this_year", "last_year"
NAMES: Mapping[str, str | Promise] = {
    DAYS: gettext_lazy("Last 28 days"),
    THIS_MONTH: gettext_lazy("This month"),
    LAST_MONTH: gettext_lazy("Last month"),
    QUARTER: gettext_lazy("This quarter"),
    LAST_QUARTER: gettext_lazy("Last quarter"),
    YEAR: gettext_lazy("This year"),
    LAST_YEAR: gettext_lazy("Last year"),
    OWN: gettext_lazy("From … to …"),
}
BEFORE, YEAR_BEFORE, NOTHING = "before", "year_before", ""
AGAINST: Mapping[str, str | Promise] = {
    BEFORE: gettext_lazy("the period before"),
    YEAR_BEFORE: gettext_lazy("the same a year before"),
    NOTHING: pgettext_lazy("compared with", "nothing"),
}
FIRST, LAST = date(2000, 1, 1), date(2200, 1, 1)
MONTHS_OF = {THIS_MONTH: 1, QUARTER: 3, YEAR: 12}
ENDED = {LAST_MONTH: 1, LAST_QUARTER: 3, LAST_YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """end: the first day that is not in it. months: how many calendar months it is, or the begun part of; 0: days.

    until: up to when of its last day, on the desk's clock; None: all of it.
    """

    start: date
    end: date
    months: int = 0
    until: time | None = None

    def __post_init__(self) -> None:
        assert FIRST <= self.start < self.end <= LAST

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def instants(self, time_zone: str) -> tuple[datetime, datetime]:
        """Its first instant and the first one after it, UTC."""
        zone = ZoneInfo(time_zone)
        end = datetime.combine(self.last, self.until, zone) if self.until else _midnight(self.end, zone)
        return _midnight(self.start, zone), end.astimezone(UTC)

    def is_running(self, today: date) -> bool:
        return self.start <= today < self.end


def of_instants(start: datetime, end: datetime, time_zone: str) -> Period:
    """The period with these `instants`. Raises Invalid("period")."""
    zone = ZoneInfo(time_zone)
    first, last = (at.astimezone(zone) for at in (start, end))
    if _midnight(last.date(), zone) == end.astimezone(UTC):
        return between(first.date(), last.date())
    return replace(between(first.date(), last.date() + timedelta(days=1)), until=last.time())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def now(time_zone: str) -> datetime:
    """On the desk's clock."""
    return clock.now().astimezone(ZoneInfo(time_zone))


def today(time_zone: str) -> date:
    """On the desk's calendar."""
    return now(time_zone).date()


def named(key: str, today: date) -> Period:
    """A period by its word; what has begun goes to the end of today."""
    tomorrow = today + timedelta(days=1)
    if months := MONTHS_OF.get(key) or ENDED.get(key):
        start = today.replace(day=1, month=(today.month - 1) // months * months + 1)
        return Period(start, tomorrow, months) if key in MONTHS_OF else Period(_shifted(start, -months), start, months)
    return Period(today - timedelta(days=27), tomorrow)


def between(first: date, end: date) -> Period:
    """From one day to the eve of another; whole months know that they are. Raises Invalid("period")."""
    if not FIRST <= first < end <= LAST:
        raise Invalid("period", _("The period ends before it begins, or lies outside every calendar."))
    months = (end.year - first.year) * 12 + end.month - first.month
    return Period(first, end, months if first.day == end.day == 1 else 0)


def compared(period: Period, against: str, now: datetime) -> Period | None:
    """The other period: as many days of the months before it, or as many days. None for no comparison, or where there
    are no such days in the calendar.

    now: on the desk's clock. Beside a period that is still running stands as much as has passed of it: as many days,
    and where there are as many, the last one up to the same time.
    """
    if against == NOTHING:
        return None
    is_running = period.is_running(now.date())
    begun = replace(period, end=now.date() + timedelta(days=1)) if is_running else period
    start, end = _days_a_year_before(begun) if against == YEAR_BEFORE else _days_before(begun)
    if not FIRST <= start < end:
        return None
    # A period is not empty, be it in the first minute of its first day.
    until = max(now.time().replace(second=0, microsecond=0), time(0, 1))
    return Period(start, end, period.months, until if is_running and (end - start).days == begun.days else None)


def _days_before(period: Period) -> tuple[date, date]:
    if not period.months:
        return period.start - timedelta(days=period.days), period.start
    start = _shifted(period.start, -period.months)
    if period.end == _shifted(period.start, period.months):
        return start, period.start
    return start, min(start + timedelta(days=period.days), period.start)


def _days_a_year_before(period: Period) -> tuple[date, date]:
    return _shifted(period.start, -12), _shifted(period.end, -12)


def within(period: Period, grain: str, bucket: date) -> Period:
    """The part of a period that lies in the bucket (day, week, month, quarter, year) that begins then."""
    days, months = {"day": 1, "week": 7}.get(grain, 0), {"month": 1, "quarter": 3, "year": 12}.get(grain, 0)
    end = bucket + timedelta(days=days) if days else _shifted(bucket, months)
    part = between(max(bucket, period.start), min(end, period.end))
    return replace(part, until=period.until if part.end == period.end else None)


def months_up_to(period: Period, how_many: int) -> Period:
    """Whole months, the last of which holds the period's last day."""
    end = _shifted(period.last.replace(day=1), 1)
    return Period(max(FIRST, _shifted(end, -how_many)), end, how_many)


def years_up_to(period: Period, how_many: int) -> Period:
    """Whole years, the last of which holds the period's last day."""
    year = min(period.last.year, LAST.year - 1)
    return Period(date(max(FIRST.year, year - how_many + 1), 1, 1), date(year + 1, 1, 1), how_many * 12)


def said(period: Period) -> str:
    """“October 2026”, “2026”, “3–22 November 2026”, “28 October – 24 November 2026, up to 08:30”."""
    days = _days_said(period)
    return _("%(days)s, up to %(time)s") % {"days": days, "time": f"{period.until:%H:%M}"} if period.until else days


def _days_said(period: Period) -> str:
    first, last = period.start, period.last
    if first == last:
        return _day(first, "j F Y")
    if first.day == 1 and period.end.day == 1:
        if first.month == 1 and period.end == date(first.year + 1, 1, 1):
            return str(first.year)
        if period.end == _shifted(first, 1):
            return month(first)
        if first.year == last.year:
            return f"{_day(first, 'F')} – {month(last)}"
        return f"{month(first)} – {month(last)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last, 'j F Y')}"
    return f"{_day(first, 'j F' if first.year == last.year else 'j F Y')} – {_day(last, 'j F Y')}"


def month(day: date) -> str:
    """“October 2026”."""
    return _day(day, "YEAR_MONTH_FORMAT")


def short(day: date, grain: str) -> str:
    """A bucket's name below a chart: “22 Nov”, “Nov 26”, “Q3 26”, “2026”."""
    if grain in ("day", "week"):
        return _day(day, "j M")
    if grain == "month":
        return _day(day, "M y")
    if grain == "quarter":
        return _("Q%(number)s %(year)s") % {"number": (day.month - 1) // 3 + 1, "year": f"{day.year % 100:02}"}
    return str(day.year)


def _day(day: date, pattern: str) -> str:
    known = get_format(pattern) if pattern.isupper() else pattern
    text = date_format(day, known)
    return text if (get_language() or "en").startswith("en") else text.lower()


def _shifted(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
