"""Numbers and names as a chart says them, in the active language."""

from functools import lru_cache

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from .series import Cell, Point, Series, Table, Unit

NO_VALUE = "–"
NBSP = "\N{NO-BREAK SPACE}"
HOUR, DAY = 60, 1440
DAYS_FROM = 4 * DAY  # Up to here hours compare better: 72 h, not 3 d.
MILLION = 1_000_000


def number(value: float, decimals: int = 0) -> str:
    """A number in the active language, thousands grouped, with a true minus."""
    # What rounds to zero has no sign.
    return f"{round(value, decimals) or 0:,.{decimals}f}".translate(_signs(get_language()))


@lru_cache
def _signs(language: str | None) -> dict[int, str]:
    """What a language writes for the signs of Python; asked once, because a drawing holds hundreds of numbers."""
    group, point = (str(get_format(name, language)) for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR"))
    return str.maketrans({",": group, ".": point, "-": "−"})


def value_text(value: float | None, unit: Unit) -> str:
    """As a figure is read: “1.033”, “54,2 %”, “38 min”, “3,8 h”, “5,2 g”."""
    if value is None:
        return NO_VALUE
    if unit is Unit.SHARE:
        return f"{number(100 * value, 0 if value in (0, 1) else 1)}{NBSP}%"
    if unit is Unit.MINUTES:
        # What would be rounded to 60 minutes is an hour.
        if round(value) < HOUR:
            return minutes_text(number(value))
        return hours_text(number(value / HOUR, 1)) if value < DAYS_FROM else days_text(number(value / DAY, 1))
    return number(value, 0 if float(value).is_integer() else 1)


def tick_text(value: float, unit: Unit, step: float) -> str:
    """A value on an axis whose marks are `step` apart, as short as it can be."""
    if unit is Unit.SHARE:
        return f"{number(100 * value, decimals_of(100 * step))}{NBSP}%"
    if unit is Unit.MINUTES:
        return time_text(value, step)
    if step >= MILLION:
        return _("{n} M").replace(" ", NBSP).format(n=number(value / MILLION, decimals_of(step / MILLION)))
    return number(value, decimals_of(step))


def time_text(minutes: float, step: float | None = None) -> str:
    """A round time in the largest unit that keeps it round: “15 min”, “4 h”, “2 g”."""
    step = minutes if step is None else step
    if step and step % DAY == 0:
        return days_text(number(minutes / DAY))
    if step and step % HOUR == 0:
        return hours_text(number(minutes / HOUR))
    return minutes_text(number(minutes, decimals_of(step)))


def decimals_of(step: float) -> int:
    """How many decimals tell two marks apart that are `step` from each other."""
    return next((places for places in range(6) if round(step, places) == round(step, 9)), 6)


def minutes_text(text: str) -> str:
    return _("{n} min").replace(" ", NBSP).format(n=text)


def hours_text(text: str) -> str:
    return _("{n} h").replace(" ", NBSP).format(n=text)


def days_text(text: str) -> str:
    return _("{n} d").replace(" ", NBSP).format(n=text)


def point_text(point: Point, unit: Unit, name: str = "") -> str:
    """A mark in words: “mar 2026, risolti: 1.033 (n = 1.096)”."""
    said = value_text(point.value, unit)
    if point.low is not None and point.high is not None:
        said += f" ({interval_text(point, unit)})"
    if point.n is not None:
        said += f", {n_text(point.n)}"
    if point.is_few:
        said += ", " + _("too few to judge")
    return f"{', '.join(filter(None, (point.label, name)))}: {said}"


def interval_text(point: Point, unit: Unit) -> str:
    return f"{value_text(point.low, unit)}{NBSP}– {value_text(point.high, unit)}"


def n_text(n: int) -> str:
    return f"n{NBSP}={NBSP}{number(n)}"


def desks_text(n: int) -> str:
    return ngettext("{n} desk", "{n} desks", n).format(n=number(n))


def median_text(value: float, unit: Unit) -> str:
    """“Mediana 52 min”."""
    name = _("Median")
    return f"{name} {value_text(value, unit)}"


def value_heading() -> str:
    return _("Value")


def summary(series: tuple[Series, ...], unit: Unit) -> str:
    """Lowest, highest and last value of each series, for who cannot see the drawing."""
    said = []
    for one in series:
        known = [point for point in one.points if point.value is not None]
        if not known:
            said.append(_("{name}: no values.").format(name=one.name))
            continue
        low = min(known, key=lambda point: point.value or 0)
        high = max(known, key=lambda point: point.value or 0)
        said.append(
            _("{name}: lowest {low}, highest {high}, last {last}.").format(
                name=one.name,
                **{key: _short(point, unit) for key, point in (("low", low), ("high", high))},
                last=_short(known[-1], unit),
            )
        )
    return " ".join(said)


def _short(point: Point, unit: Unit) -> str:
    return f"{value_text(point.value, unit)} ({point.label})"


def series_table(caption: str, heading: str, series: tuple[Series, ...], unit: Unit) -> Table:
    """A row for each point, a column for each series; n and interval follow where a series has them."""
    columns, parts = [heading], []
    for one in series:
        with_n = any(point.n is not None for point in one.points)
        with_interval = any(point.low is not None and point.high is not None for point in one.points)
        columns += [one.name, *(["n"] if with_n else []), *([pgettext("charts", "interval")] if with_interval else [])]
        parts.append([_cells(point, unit, with_n, with_interval) for point in one.points])
    names = [point.label for point in series[0].points] if series else []
    rows = tuple((Cell(name), *(cell for part in parts for cell in part[place])) for place, name in enumerate(names))
    return Table(caption, tuple(columns), rows)


def _cells(point: Point, unit: Unit, with_n: bool, with_interval: bool) -> list[Cell]:
    cells = [Cell(value_text(point.value, unit), point.href)]
    if with_n:
        cells.append(Cell(NO_VALUE if point.n is None else number(point.n)))
    if with_interval:
        known = point.low is not None and point.high is not None
        cells.append(Cell(interval_text(point, unit) if known else NO_VALUE))
    return cells


def weekdays() -> list[tuple[int, str, str]]:
    """Number (Monday is 0), name and short name of the days, in the order of the language's week."""
    # Django counts from Sunday here, from Monday there.
    first = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    order = [(first + place) % 7 for place in range(7)]
    small = (get_language() or "en").partition("-")[0] != "en"
    names = [(day, str(WEEKDAYS[day]), str(WEEKDAYS_ABBR[day])) for day in order]
    return [(day, name.lower(), short.lower()) for day, name, short in names] if small else names
