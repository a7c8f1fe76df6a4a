"""The charts that fit a question: by what it is split, and in which unit it counts."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.reports import periods
from sportello.reports.charts import About, Bars, Chart, HeatMap, Intervals, Lines, Multiples, Point, Rows, Series, Unit
from sportello.reports.charts.series import MOST_SERIES
from sportello.reports.figures import words
from sportello.reports.figures.answer import Cell
from sportello.reports.figures.dimensions import Dimension
from sportello.reports.figures.figure import JUDGED, SHARE
from sportello.reports.figures.measure import Measure

from .grid import IN_ORDER, Grid, Placed
from .question import TABLE, label_of

BARS, STACKED, LINES, MULTIPLES, ROWS, STACKED_ROWS, HEAT = (
    "bars",
    "stacked",
    "lines",
    "multiples",
    "rows",
    "stacked_rows",
    "heat",
)
NAMES: dict[str, str | Promise] = {
    "": gettext_lazy("What fits"),
    BARS: pgettext_lazy("chart", "Bars"),
    STACKED: pgettext_lazy("chart", "Stacked bars"),
    LINES: pgettext_lazy("chart", "Lines"),
    MULTIPLES: pgettext_lazy("chart", "A small chart for each"),
    ROWS: pgettext_lazy("chart", "Ranking"),
    STACKED_ROWS: pgettext_lazy("chart", "Stacked ranking"),
    HEAT: pgettext_lazy("chart", "Hours by weekdays"),
    TABLE: pgettext_lazy("chart", "Table only"),
}
# In these something may be below zero.
FROM_BELOW_ZERO = (BARS, LINES, ROWS)
MOST_NAMES = 20
MOST_PANELS = 12
MOST_BARS = 62
Link = Callable[[Placed], str]


def no_link(_placed: Placed) -> str:
    return ""


def kinds(grid: Grid) -> list[str]:
    """The kinds that fit, the best one first; none: the figures say it, or the table."""
    below_zero = any(it and (it.figure.value or 0) < 0 for line in grid.charted for it in line.placed)
    return [it for it in _kinds(grid) if not below_zero or it in FROM_BELOW_ZERO]


def _kinds(grid: Grid) -> list[str]:
    splits = grid.query.splits()
    counts = all(words.unit_of(it) is Unit.COUNT for it in grid.measures)
    if {it.key for it in splits} == {"hour", "weekday"}:
        return [HEAT, BARS]
    if len(splits) == 1:
        if splits[0].is_time:
            long = len(grid.lines) > 1 and grid.lines_in_all > MOST_BARS
            return [LINES] if long else [BARS, LINES] if counts else [LINES, BARS]
        return [BARS, ROWS] if splits[0].key in IN_ORDER else [ROWS]
    if len(splits) == 2:
        ordered = [it for it in splits if it.is_time or it.key in IN_ORDER]
        if not ordered:
            return [STACKED_ROWS, ROWS] if counts else [ROWS]
        return [STACKED, LINES, BARS, MULTIPLES] if counts else [LINES, MULTIPLES, BARS]
    return []


def drawn(grid: Grid, key: str, link: Link = no_link) -> list[Chart]:
    """The charts: one for each unit, or each measure where the second dimension takes the series. key: begins their
    ids; link: where a mark leads."""
    fitting = kinds(grid)
    if grid.question.show == TABLE or not fitting or grid.is_empty:
        return []
    kind = grid.question.show if grid.question.show in fitting else fitting[0]
    placed = _by_cell(grid)
    splits = grid.query.splits()
    if kind == HEAT:
        return [_heat(grid, it, f"{key}-{number}", placed, link) for number, it in enumerate(grid.measures)]
    if len(splits) == 1:
        units = [list(some) for _unit, some in groupby(sorted(grid.measures, key=_unit), key=_unit)]
        units.sort(key=lambda some: grid.measures.index(some[0]))
        # More than can be told apart stand in a chart of their own.
        parts = [some[at : at + MOST_SERIES] for some in units for at in range(0, len(some), MOST_SERIES)]
        return [_single(grid, some, kind, f"{key}-{number}", placed, link) for number, some in enumerate(parts)]
    return [_double(grid, it, kind, f"{key}-{number}", placed, link) for number, it in enumerate(grid.measures)]


Known = dict[tuple[str, Cell], Placed]


def _by_cell(grid: Grid) -> Known:
    """Every figure by its measure and cell."""
    found = {}
    for line in grid.charted:
        for it in line.placed:
            if it is not None and len(it.cell) == len(grid.query.dimensions):
                found[it.measure.key, it.cell] = it
    return found


def _unit(measure: Measure) -> str:
    return str(words.unit_of(measure))


def _title(measures: Sequence[Measure]) -> str:
    return ", ".join(str(it.full_label) for it in measures)


def _point(label: str, placed: Placed | None, link: Link) -> Point:
    if placed is None:
        return Point(label, None)
    figure = placed.figure
    interval = (figure.low, figure.high) if figure.unit == SHARE else (None, None)
    n = figure.n if placed.measure.unit in JUDGED else None
    href = link(placed) if figure.n else ""
    return Point(label, figure.value, n, href, *interval)


def _single(grid: Grid, measures: Sequence[Measure], kind: str, key: str, placed: Known, link: Link) -> Chart:
    (split,) = grid.query.splits()
    cells = _cells(grid, placed, 0)
    if kind == ROWS:
        cells = cells[:MOST_NAMES]
    elif kind == BARS:
        cells = cells[-MOST_BARS:] if split.is_time else cells[:MOST_BARS]
    labels = [_label(grid, split, it) for it in cells]
    about = About(key, _title(measures), label_of(split), words.unit_of(measures[0]))
    series = tuple(
        Series(
            str(it.full_label),
            tuple(
                _point(label, placed.get((it.key, (cell,))), link) for label, cell in zip(labels, cells, strict=True)
            ),
        )
        for it in measures
    )
    if kind == ROWS and len(series) == 1 and measures[0].unit == SHARE:
        return Intervals(about, series[0].points)
    plain: dict[str, type[Bars | Lines | Rows]] = {BARS: Bars, LINES: Lines, ROWS: Rows}
    return plain[kind](about, series)


def _double(grid: Grid, measure: Measure, kind: str, key: str, placed: Known, link: Link) -> Chart:
    """Along the axis the dimension that has an order (the first else), as series the other one's largest values."""
    splits = grid.query.splits()
    along = next((at for at, it in enumerate(splits) if it.is_time or it.key in IN_ORDER), 0)
    other = 1 - along
    most = MOST_PANELS if kind == MULTIPLES else MOST_SERIES
    points, names = _cells(grid, placed, along), _largest(grid, measure, placed, other)
    # What is stacked stands for a whole: the last series is of all that are too many.
    shown = most - 1 if kind in (STACKED, STACKED_ROWS) and len(names) > most else most
    if kind in (ROWS, STACKED_ROWS):
        points = points[:MOST_NAMES]
    elif kind not in (LINES, MULTIPLES):
        points = points[-MOST_BARS:] if splits[along].is_time else points[:MOST_BARS]
    labels = [_label(grid, splits[along], it) for it in points]
    series = []

    def of(name: object) -> list[Placed | None]:
        return [placed.get((measure.key, (it, name) if along == 0 else (name, it))) for it in points]

    for name in names[:shown]:
        drawn = tuple(_point(label, it, link) for label, it in zip(labels, of(name), strict=True))
        series.append(Series(_label(grid, splits[other], name), drawn))
    if shown < most:
        sums = [sum(it.figure.value or 0 for it in some if it) for some in zip(*map(of, names[shown:]), strict=True)]
        series.append(Series(_("All others"), tuple(map(Point, labels, sums))))
    about = About(key, str(measure.full_label), label_of(splits[along]), words.unit_of(measure))
    if kind in (STACKED, STACKED_ROWS):
        return (Bars if kind == STACKED else Rows)(about, tuple(series), stacked=True)
    plain: dict[str, type[Bars | Lines | Multiples | Rows]] = {
        BARS: Bars,
        LINES: Lines,
        MULTIPLES: Multiples,
        ROWS: Rows,
    }
    return plain[kind](about, tuple(series))


def _heat(grid: Grid, measure: Measure, key: str, placed: Known, link: Link) -> Chart:
    hour = grid.query.dimensions.index("hour")
    found = {(cell[1 - hour] - 1, cell[hour]): it for (name, cell), it in placed.items() if name == measure.key}
    values = {at: it.figure.value for at, it in found.items() if it.figure.value is not None}
    hrefs = {at: link(found[at]) for at in values}
    about = About(key, str(measure.full_label), label_of(grid.query.splits()[hour]), words.unit_of(measure))
    return HeatMap(about, values, {at: href for at, href in hrefs.items() if href})


def _cells(grid: Grid, placed: Known, place: int) -> list[object]:
    """The values of a dimension, in the order of the table."""
    return list(dict.fromkeys(cell[place] for _key, cell in _in_order(grid, placed, place)))


def _in_order(grid: Grid, placed: Known, place: int) -> list[tuple[str, Cell]]:
    split = grid.query.splits()[place]
    if split.is_time or split.key in IN_ORDER:
        # Down the table another dimension may come first.
        return sorted(placed, key=lambda it: grid.order(it[1])[place])
    return list(placed)


def _largest(grid: Grid, measure: Measure, placed: Known, place: int) -> list[object]:
    """The values of a dimension by how many cases each stands on."""
    sizes: dict[object, int] = {}
    for (key, cell), it in placed.items():
        if key == measure.key:
            sizes[cell[place]] = sizes.get(cell[place], 0) + it.figure.n
    split = grid.query.splits()[place]
    if split.is_time or split.key in IN_ORDER:
        return _cells(grid, placed, place)
    return sorted(sizes, key=lambda value: -sizes[value])


def _label(grid: Grid, split: Dimension, value: object) -> str:
    if isinstance(value, date):
        return periods.short(value, split.key)
    return grid.name(split.key, value)
