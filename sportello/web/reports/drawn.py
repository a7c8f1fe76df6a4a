"""The parts of a board as charts: each mark leads to the tickets behind it, where there are any."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.kit.statistics import ENOUGH
from sportello.reports import board_parts as parts
from sportello.reports import periods
from sportello.reports.board_parts import EARLIER, MONTHS, NOW, YEARS
from sportello.reports.charts import (
    TIME_EDGES,
    About,
    Bars,
    Chart,
    Class,
    Distribution,
    HeatMap,
    Intervals,
    Lines,
    Point,
    Rows,
    Series,
    Spark,
    Unit,
)
from sportello.reports.charts.bars import MOST_BARS
from sportello.reports.charts.words import n_text
from sportello.reports.figures.dimensions import BANDS, find, place
from sportello.reports.figures.figure import SHARE, Figure
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.words import unit_of

from .answers import Answers, grain_of

MOST_NAMES, MOST_LAYERS = 12, 6


def chart(part: parts.Part, key: str, answers: Answers) -> Chart:
    """The chart of a part that is one. key: begins its ids in the page."""
    return CHARTS[type(part)](part, key, answers)


def point(label: str, figure: Figure | None, href: str = "") -> Point:
    """A figure as a mark. What only counts is not few."""
    if figure is None or figure.value is None:
        return Point(label, None, figure.n if figure else None)
    with_n = figure.n if figure.unit == SHARE or figure.is_small else None
    return Point(label, figure.value, with_n, href, figure.low, figure.high)


def spark(measure: str, key: str, answers: Answers) -> Spark:
    """How a figure went over the months, for its tile."""
    by = ("month",)
    shown = tuple(
        Point(answers.label("month", row.cell[0], short=True), row.figures[measure].value)
        for row in answers.rows(by, MONTHS)
    )
    return Spark(About(key, MEASURES[measure].full_label, str(find("month").label), _unit(measure)), shown)


def _course(part: parts.Course, key: str, answers: Answers) -> Chart:
    by = (part.grain,)
    rows = answers.rows(by, part.when)
    series = tuple(
        Series(
            _clock(measure),
            tuple(
                point(
                    answers.label(part.grain, row.cell[0], short=True),
                    row.figures[measure],
                    answers.behind(measure, by, row.cell, part.when) if row.figures[measure].n else "",
                )
                for row in rows
            ),
        )
        for measure in part.keys
    )
    grain = grain_of(answers.period, part.grain)
    about = About(key, str(part.title), str(find(grain).label), _unit(part.keys[0]))
    # Centuries of years are a line.
    return (
        Bars(about, series)
        if part.as_bars and len(rows) <= MOST_BARS
        else Lines(about, series, from_zero=part.from_zero)
    )


def _ranking(part: parts.Ranking, key: str, answers: Answers) -> Chart:
    by, measure = (part.by,), part.measure
    is_share = MEASURES[measure].unit == SHARE
    rows = [row for row in answers.rows(by) if row.figures[measure].n]
    if part.in_order:
        rows.sort(key=lambda row: place(part.by, row.cell[0]))
    else:
        rows.sort(key=lambda row: _size(row.figures[measure]), reverse=True)
    rows = rows[:MOST_NAMES]
    if is_share:
        # Whom chance does not lift: by the lower end of the interval, too few to judge last.
        rows.sort(key=lambda row: (row.figures[measure].is_small, -(row.figures[measure].low or 0)))
    named = tuple(
        point(
            _capital(answers.label(part.by, row.cell[0])), row.figures[measure], answers.behind(measure, by, row.cell)
        )
        for row in rows
    )
    about = About(key, str(part.title), str(find(part.by).label), _unit(measure))
    if not is_share:
        return Rows(about, (Series(MEASURES[measure].full_label, named),))
    whole = answers.total(measure)
    reference = Point(_("all"), whole.value) if whole and whole.value is not None else None
    return Intervals(about, named, reference)


def _bands(part: parts.Bands, key: str, answers: Answers) -> Chart:
    """Shares of the cases; the period before beside them, paler."""
    by, series = (part.by,), []
    for when, name in ((NOW, answers.period), (EARLIER, answers.earlier)):
        counts = {row.cell[0]: row.figures[part.measure].n for row in answers.rows(by, when)}
        n = sum(counts.values())
        if name is None or not n:
            continue
        shown = (
            Point(
                answers.label(part.by, band),
                counts.get(band, 0) / n,
                n if n < ENOUGH else None,
                answers.behind(part.measure, by, (band,), when) if counts.get(band) else "",
            )
            for band in range(len(BANDS) + 1)
        )
        series.append(Series(f"{periods.said(name)} ({n_text(n)})", tuple(shown)))
    return Rows(About(key, str(part.title), _("Time"), Unit.SHARE), tuple(series))


def _spread(part: parts.Spread, key: str, answers: Answers) -> Chart:
    by = (part.by,)
    counts = {row.cell[0]: row.figures[part.measure].n for row in answers.rows(by)}
    classes = tuple(
        Class(counts.get(nth, 0), answers.behind(part.measure, by, (nth,)) if counts.get(nth) else "")
        for nth in range(len(TIME_EDGES))
    )
    median, p90 = (figure.value if figure else None for figure in map(answers.total, (part.median, part.p90)))
    return Distribution(About(key, str(part.title), _("Time")), classes, median, p90)


def _week(part: parts.Week, key: str, answers: Answers) -> Chart:
    by, values, hrefs = ("weekday", "hour"), {}, {}
    for row in answers.rows(by):
        day, hour = row.cell
        values[day - 1, hour] = float(row.figures[part.measure].n)
        if href := answers.behind(part.measure, by, row.cell):
            hrefs[day - 1, hour] = href
    return HeatMap(About(key, str(part.title), str(find("hour").label)), values, hrefs)


def _mix(part: parts.Mix, key: str, answers: Answers) -> Chart:
    by = ("month", part.by)
    rows = {row.cell: row.figures[part.measure] for row in answers.rows(by, MONTHS)}
    sizes: dict[Any, int] = {}
    for (_month, value), figure in rows.items():
        sizes[value] = sizes.get(value, 0) + figure.n
    layers = sorted(sizes, key=lambda value: -sizes[value])[:MOST_LAYERS]
    months = answers.months()
    series = tuple(
        Series(
            _capital(answers.label(part.by, layer)),
            tuple(
                point(
                    answers.label("month", month, short=True),
                    rows.get((month, layer)),
                    answers.behind(part.measure, by, (month, layer), MONTHS) if (month, layer) in rows else "",
                )
                for month in months
            ),
        )
        for layer in layers
    )
    return Bars(About(key, str(part.title), str(find("month").label)), series, stacked=True)


def _seasons(part: parts.Seasons, key: str, answers: Answers) -> Chart:
    by = ("month",)
    found = {row.cell[0]: row.figures[part.measure] for row in answers.rows(by, YEARS)}
    over = answers.today.replace(day=1)
    begun = [month for month, figure in found.items() if figure.n and month < over]
    first = min(begun, default=None)
    series = []
    for year in sorted({month.year for month in begun}):
        shown = (
            point(
                _short_month(month),
                found[month],
                answers.behind(part.measure, by, (month,), YEARS) if found[month].n else "",
            )
            if first and first <= month < over
            else Point(_short_month(month), None)
            for month in (date(year, number, 1) for number in range(1, 13))
        )
        series.append(Series(str(year), tuple(shown)))
    unit = _unit(part.measure)
    about = About(key, str(part.title), str(find("month").label), unit)
    return Lines(about, tuple(series), from_zero=unit is not Unit.SHARE)


CHARTS: dict[type[parts.Part], Callable[[Any, str, Answers], Chart]] = {
    parts.Course: _course,
    parts.Ranking: _ranking,
    parts.Bands: _bands,
    parts.Spread: _spread,
    parts.Week: _week,
    parts.Mix: _mix,
    parts.Seasons: _seasons,
}


def _unit(measure: str) -> Unit:
    return unit_of(MEASURES[measure])


def _clock(measure: str) -> str:
    """What tells one figure of a chart from the others: “Median · business hours”."""
    it = MEASURES[measure]
    return " · ".join(str(word) for word in (it.label, it.basis) if word)


def _size(figure: Figure) -> float:
    """A share is as large as what it stands on; what adds up, or takes something back, as what it comes to."""
    return float(figure.n if figure.unit == SHARE else figure.value or 0)


def _short_month(month: date) -> str:
    text = str(MONTHS_3[month.month])
    return text.capitalize() if (get_language() or "en").startswith("en") else text.lower()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
