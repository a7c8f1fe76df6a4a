"""Times as people say them: how long ago, when, how long. In the active language and time zone.

The words also travel to the browser (`words`), so that sp-relative-time keeps a page fresh in exactly these words.
"""

from datetime import date, datetime
from functools import cache, lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.kit import clock

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK = 7 * DAY


def words() -> dict[str, str]:
    """The sentences of `relative` and `elapsed` with `{n}` for the number; the browser fills in the same ones."""
    return _words(get_language())


@cache
def _words(language: str | None) -> dict[str, str]:
    return {
        "now": _("now"),
        "minutes_ago": _("{n} min ago"),
        "hours_ago": _("{n} h ago"),
        "days_ago": _("{n} d ago"),
        "in_minutes": _("in {n} min"),
        "in_hours": _("in {n} h"),
        "in_days": _("in {n} d"),
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
        "days": _("{n} d"),
    }


def relative(at: datetime, now: datetime | None = None) -> str:
    """ "3 h ago", "in 2 d"; beyond a week the date, with the year when it is not this one."""
    now = now or clock.now()
    seconds = int((now - at).total_seconds())
    if abs(seconds) >= WEEK:
        return day(at, now)
    if abs(seconds) < MINUTE:
        return words()["now"]
    unit, number = _largest_unit(abs(seconds))
    return words()[f"{unit}_ago" if seconds > 0 else f"in_{unit}"].format(n=number)


def elapsed(since: datetime, now: datetime | None = None) -> str:
    """How long something has been lasting, in its largest unit: "3 h", "12 d"."""
    unit, number = _largest_unit(max(0, int(((now or clock.now()) - since).total_seconds())))
    return words()[unit].format(n=number)


def day(at: datetime, now: datetime | None = None) -> str:
    """ "12 Oct", or "12 Oct 2025" in another year."""
    on, today = timezone.localtime(at).date(), timezone.localtime(now or clock.now()).date()
    return _day(on, on.year == today.year, get_language())


@lru_cache(maxsize=1024)
def _day(on: date, is_this_year: bool, language: str | None) -> str:
    return date_format(on, _("j M") if is_this_year else _("j M Y"))


def moment(at: datetime, now: datetime | None = None) -> str:
    """When something happens or happened, as one would say it: "today 10:32", "Thursday 10:32", "12 Oct 10:32"."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localtime(now or clock.now()).date()).days
    hour = date_format(local, "H:i")
    if days in (-1, 0, 1):
        return {-1: _("yesterday {time}"), 0: _("today {time}"), 1: _("tomorrow {time}")}[days].format(time=hour)
    if 1 < days < 7:
        return f"{_written(local, 'l')} {hour}"
    return f"{day(at, now)} {hour}"


def long_day(at: datetime) -> str:
    """ "12 October 2026"."""
    return _written(timezone.localtime(at), "j F Y")


def exact(at: datetime) -> str:
    """ "Thursday 12 October 2026 10:32:07" in the viewer's time zone: what stands on hover."""
    # Without its zone: two zones' times of one instant are equal to a cache, and read differently.
    return _exact(timezone.localtime(at).replace(tzinfo=None), get_language())


@lru_cache(maxsize=8192)  # A list shown again shows mostly the same times.
def _exact(local: datetime, language: str | None) -> str:
    return _written(local, "l j F Y H:i:s")


def _written(local: datetime, pattern: str) -> str:
    """With days and months as they stand inside a sentence: small, but in English."""
    said = date_format(local, pattern)
    return said if get_language() == "en" else said.lower()


def duration(minutes: float | None) -> str:
    """Minutes as "45 min", "3 h 20 min", "2 d 4 h"; the two largest units, rounded down. None: a dash."""
    if minutes is None:
        return "–"
    total = int(minutes)
    days, hours, rest = total // 1440, total % 1440 // 60, total % 60
    say = words()
    if days:
        parts = [say["days"].format(n=days)] + ([say["hours"].format(n=hours)] if hours else [])
    elif hours:
        parts = [say["hours"].format(n=hours)] + ([say["minutes"].format(n=rest)] if rest else [])
    else:
        parts = [say["minutes"].format(n=rest)]
    return " ".join(parts)


def _largest_unit(seconds: int) -> tuple[str, int]:
    if seconds < HOUR:
        return "minutes", seconds // MINUTE
    if seconds < DAY:
        return "hours", seconds // HOUR
    return "days", seconds // DAY
