"""Figures, changes and cells as they are read, in the active language; each unit as charts.words tells it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.dates import MONTHS_3, WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from sportello.desk.rules.history import METRICS
from sportello.desk.words import About, Contact, Priority, Score, Status, TicketType, Via
from sportello.reports.charts.durations import class_name
from sportello.reports.charts.scales import TIME_EDGES
from sportello.reports.charts.series import Unit
from sportello.reports.charts.words import HOUR, NBSP, NO_VALUE, hours_text, minutes_text, number, value_text

from .dimensions import AGES, BANDS
from .figure import AGENTS, EVENTS, MINUTES, PER_TICKET, SHARE, SURVEYS, TICKETS, TOTAL_MINUTES, VISITS, VOTES, Figure
from .measure import FOUNDING, OWN, VENDOR, Measure

_UNITS = {
    TICKETS: pgettext_lazy("unit of a figure", "tickets"),
    VOTES: pgettext_lazy("unit of a figure", "votes"),
    SURVEYS: pgettext_lazy("unit of a figure", "surveys"),
    EVENTS: pgettext_lazy("unit of a figure", "how often"),
    MINUTES: pgettext_lazy("unit of a figure", "time"),
    TOTAL_MINUTES: pgettext_lazy("unit of a figure", "time in all"),
    SHARE: pgettext_lazy("unit of a figure", "per cent"),
    PER_TICKET: pgettext_lazy("unit of a figure", "per ticket"),
    AGENTS: pgettext_lazy("unit of a figure", "agents"),
    VISITS: pgettext_lazy("unit of a figure", "visits"),
}
_SOURCES = {
    VENDOR: gettext_lazy("public documentation of other helpdesks"),
    FOUNDING: gettext_lazy("reports that two Italian desks published"),
    OWN: gettext_lazy("Sportello's own definition"),
}
# Whose names stand in the database: the reader of a page may not be allowed all of them.
NAMED = ("agent", "group", "organization", "requester", "form", "policy", "article")


def unit_of(measure: Measure) -> Unit:
    """What a chart of the measure counts in."""
    return {MINUTES: Unit.MINUTES, TOTAL_MINUTES: Unit.MINUTES, SHARE: Unit.SHARE}.get(measure.unit, Unit.COUNT)


def words(figure: Figure) -> str:
    """“1.050”, “97,2 %”, “38 min”, “3,8 h”, “5,2 g”; “–” where there is nothing to measure."""
    return value(figure.value, figure.unit)


def value(it: float | None, unit: str) -> str:
    """A value of a measure's unit. Time that was written down is told in hours: nobody works a day of 24."""
    if it is not None and unit == TOTAL_MINUTES:
        return hours(it) if round(it) >= HOUR else minutes_text(number(it))
    return value_text(it, {MINUTES: Unit.MINUTES, SHARE: Unit.SHARE}.get(unit, Unit.COUNT))


def hours(minutes: float, decimals: int = 1) -> str:
    """In hours however long or short: “22,7 h”."""
    return hours_text(number(minutes / HOUR, decimals))


def meaning(measure: Measure) -> str:
    """Its definition, in what it counts and who counts it like this."""
    said = {"unit": _UNITS[measure.unit], "source": _SOURCES[measure.source]}
    origin = _("Unit: %(unit)s. Source: %(source)s.") % said
    return f"{measure.definition} {origin}"


def n(figure: Figure) -> str:
    """“n = 1.096”."""
    return f"n{NBSP}={NBSP}{number(figure.n)}"


def interval(figure: Figure) -> str:
    """“92,0 – 99,7 %”: where the true share lies with 95 % confidence; "" where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{number(100 * figure.low, 1)}{NBSP}–{NBSP}{number(100 * figure.high, 1)}{NBSP}%"


def change(measure: Measure, now: Figure, before: Figure) -> str:
    """Against the figure before: “−46”, “+1,2 punti”, “+0,1 h”; "" where one of them is missing."""
    if now.value is None or before.value is None:
        return ""
    return signed(now.value - before.value, measure.unit, in_hours=max(now.value, before.value) >= HOUR)


def signed(difference: float, unit: str, *, in_hours: bool = False) -> str:
    """A difference with its sign; that of shares in points. in_hours: of minutes, if it is not too short for that."""
    size = abs(difference)
    if unit == SHARE:
        text = points(size)
    elif unit in (MINUTES, TOTAL_MINUTES) and in_hours and round(size / HOUR, 1):
        text = hours(size)
    else:
        text = value(size, unit)
    if not any(digit in "123456789" for digit in text):
        return f"±{text}"
    return ("+" if difference > 0 else "−") + text


def points(difference: float) -> str:
    """The difference of two shares: “20,8 punti”; it is not per cent of either."""
    return _("{n} points").replace(" ", NBSP).format(n=number(100 * difference, 1))


def direction(measure: Measure, now: Figure, before: Figure) -> str:
    """ "better", "worse", or "" where nothing changed, neither is better, or too few cases judge."""
    if not measure.better or now.value is None or before.value is None or now.value == before.value:
        return ""
    if now.is_small or before.is_small:
        return ""
    return "better" if (now.value < before.value) == (measure.better == "lower") else "worse"


# --- cells ------------------------------------------------------------------------------------------------------------


def cell(key: str, it: Any, *, short: bool = False) -> str:
    """The value of a dimension. short: of times, as below an axis. Of NAMED only what stands for none; else the id."""
    if it is None:
        return str(_NONE.get(key, NO_VALUE))
    if key in _CELLS:
        return _CELLS[key](it)
    if isinstance(it, date):
        return (_SHORT if short else _LONG)[key](it)
    return str(it) or NO_VALUE


def _small(text: str) -> str:
    """Names of days and months are not written large but in English."""
    return text if (get_language() or "en").startswith("en") else text.lower()


def _date(format_: str) -> Callable[[date], str]:
    return lambda it: _small(date_format(it, format_))


def _quarter(it: date) -> str:
    return pgettext("quarter of a year", "Q{n} {year}").format(n=(it.month + 2) // 3, year=it.year)


def _choice(labels: dict[Any, Any], empty: Any = NO_VALUE) -> Callable[[Any], str]:
    return lambda it: str(labels.get(it, it) if it != "" else empty)


def language_name(code: str) -> str:
    """“Italian”."""
    try:
        return _small(str(get_language_info(code)["name_translated"]))
    except KeyError:
        return code or NO_VALUE


def _year(it: date) -> str:
    return str(it.year)


_LONG: dict[str, Callable[[date], str]] = {
    "day": _date("SHORT_DATE_FORMAT"),
    "week": lambda it: _("week of {day}").format(day=_date("SHORT_DATE_FORMAT")(it)),
    "month": _date("YEAR_MONTH_FORMAT"),
    "quarter": _quarter,
    "year": _year,
}
_SHORT = _LONG | {
    "day": lambda it: f"{it.day}{NBSP}{_small(str(MONTHS_3[it.month]))}",
    "week": lambda it: f"{it.day}{NBSP}{_small(str(MONTHS_3[it.month]))}",
    "month": lambda it: f"{_small(str(MONTHS_3[it.month]))} {it.year}",
}
_NONE = {
    "agent": gettext_lazy("nobody"),
    "requester": gettext_lazy("nobody"),
    "group": gettext_lazy("no group"),
    "organization": gettext_lazy("no organization"),
    "form": gettext_lazy("no form"),
}
_ARRIVALS = {
    "hours": gettext_lazy("in business hours"),
    "night": gettext_lazy("at night"),
    "closed_day": gettext_lazy("on a closed day"),
}
_CELLS: dict[str, Callable[[Any], str]] = {
    "hour": lambda it: f"{it:02}–{it + 1:02}",
    "weekday": lambda it: _small(str(WEEKDAYS[it - 1])),
    "channel": _choice({it.value: it.label for it in Via}),
    "priority": _choice({it.name.lower(): it.label for it in Priority}, gettext_lazy("no priority")),
    "type": _choice({it.value: it.label for it in TicketType}, gettext_lazy("no type")),
    "vote": _choice({it.value: it.label for it in Score} | {"unoffered": gettext_lazy("not asked for")}),
    "about": _choice({it.value: it.label for it in About}, gettext_lazy("not said")),
    "status": _choice({it.value: it.label for it in Status}),
    "arrival": _choice(_ARRIVALS),
    "contact": _choice({it.value: it.label for it in Contact}),
    "target": _choice(METRICS),
    "language": language_name,
    **dict.fromkeys(("band", "band_business"), lambda it: class_name((0, *BANDS), it)),
    "age": lambda it: class_name((0, *AGES), it),
    **dict.fromkeys(("duration", "duration_business"), lambda it: class_name(TIME_EDGES, it)),
}
