"""The answer to a question as a table: its rows in a sensible order, the values of one dimension across if asked."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language

from sportello.reports.figures import answer, dimensions
from sportello.reports.figures.answer import Cell, Table
from sportello.reports.figures.dimensions import Dimension
from sportello.reports.figures.figure import Figure
from sportello.reports.figures.measure import COUNT, DISTINCT, STOCK, SUM, Measure
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import Query
from sportello.reports.figures.source import Source

from .question import Question

# So many lines are shown and so many values across; files have FILE_ROWS.
MOST_LINES = 200
MOST_CHARTED = 2_000  # Lines that charts are made of.
MOST_ACROSS = 36
FILE_ROWS = 100_000
# What is read in its own order; all else begins with what is largest.
IN_ORDER = ("hour", "weekday", "band", "band_business", "duration", "duration_business", "age", *dimensions.ORDERS)

Namer = Callable[[str, Any], str]
Naming = Callable[[list[tuple[str, Any]]], Namer]
Figures = Mapping[str, Figure]
# By cell: the question, its figures now, and those before where they are known.
Rows = Mapping[Cell, tuple[Query, Figures, Figures | None]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure in its place. cell: by the dimensions of `query`, which asks for the tickets behind it."""

    measure: Measure
    figure: Figure
    before: Figure | None
    query: Query
    cell: Cell


@dataclass(frozen=True, slots=True)
class Head:
    """A column: of a value across ("" for all of them) and a measure."""

    across: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Line:
    """names: a text for each dimension that goes down; values: what they are; placed: a figure for each head."""

    names: tuple[str, ...]
    values: Cell
    placed: tuple[Placed | None, ...]


@dataclass(frozen=True)
class Grid:
    """down: the dimensions whose values are the lines. total: the figures of everything, not a sum of the lines.

    lines_in_all, across_in_all: how many there are; more: cells beside them that nobody could read. charted: the lines
    and, for a chart, some that the table has no room for.
    """

    question: Question
    query: Query
    before: Query | None
    down: tuple[Dimension, ...]
    across: Dimension | None
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: Line
    lines_in_all: int
    across_in_all: int
    more: int
    name: Namer
    order: Callable[[Cell], Any]
    charted: tuple[Line, ...] = ()

    @property
    def measures(self) -> list[Measure]:
        return [MEASURES[key] for key in self.query.measures]

    @property
    def is_empty(self) -> bool:
        return not any(placed.figure.n for placed in self.total.placed if placed)


def ask(source: Source, question: Question, naming: Naming, *, actor_id: int | None = None) -> Grid:
    """The answer. naming: names of the values of dimensions, asked for once; actor_id: "the current user" of a filter.

    Raises Invalid for what does not go together.
    """
    query = question.query()
    before = question.before(query)
    asked = _Asked(source, query, before, actor_id)
    whole = asked.rows(query.dimensions)
    name = _naming(naming, query, whole)
    order = _order(query, whole, name)
    splits = query.splits()
    place = query.dimensions.index(question.across) if question.across else None
    down = tuple(split for at, split in enumerate(splits) if at != place)
    across = splits[place] if place is not None else None
    columns, rows = _edges(whole, place, order)
    shown = columns[:MOST_ACROSS]
    heads = [Head(name(across.key, value) if across else "", it) for value in shown for it in _measures(query)]
    beside = asked.rows(tuple(it.key for it in down)) if across and down else {}
    if across:
        heads += [Head("", it) for it in _measures(query)]
    lines = []
    for cell in rows[: MOST_CHARTED if question.may_be_drawn() else MOST_LINES]:
        names = tuple(name(split.key, value) for split, value in zip(down, cell, strict=True))
        found = [placed for value in shown for placed in asked.placed(whole, _whole(cell, place, value))]
        if across:
            found += asked.placed(beside, cell) if down else asked.placed(asked.rows(()), ())
        lines.append(Line(names, cell, tuple(found)))
    if not down:
        lines = lines[:1]
    total = _total(asked, across, shown)
    many = (len(rows), len(columns) if across else 0, asked.more)
    shown_lines, charted = tuple(lines[:MOST_LINES]), tuple(lines)
    return Grid(question, query, before, down, across, tuple(heads), shown_lines, total, *many, name, order, charted)


def flat(source: Source, question: Question, naming: Naming, *, actor_id: int | None = None) -> Grid:
    """The same for a file: nothing across, as many lines as a file may have."""
    query = question.query()
    before = question.before(query)
    asked = _Asked(source, query, before, actor_id, FILE_ROWS)
    whole = asked.rows(query.dimensions)
    name = _naming(naming, query, whole)
    order = _order(query, whole, name)
    cells = sorted(whole, key=order)
    heads = tuple(Head("", it) for it in _measures(query))
    lines = tuple(
        Line(tuple(map(name, query.dimensions, cell)), cell, tuple(asked.placed(whole, cell)))
        for cell in cells[:FILE_ROWS]
    )
    total = _total(asked, None, [None])
    return Grid(
        question, query, before, query.splits(), None, heads, lines, total, len(cells) + asked.more, 0, 0, name, order
    )


def _naming(naming: Naming, query: Query, cells: Iterable[Cell]) -> Namer:
    """The names of all values; days in one form, “26 Oct 2026”."""
    name = naming([pair for cell in cells for pair in zip(query.dimensions, cell, strict=True)])

    def told(key: str, value: Any) -> str:
        if not isinstance(value, date) or key not in ("day", "week"):
            return name(key, value)
        said = date_format(value, "j M Y")
        return said if (get_language() or "en").startswith("en") else said.lower()

    return told


def _measures(query: Query) -> list[Measure]:
    return [MEASURES[key] for key in query.measures]


def _whole(cell: Cell, place: int | None, value: Any) -> Cell:
    return cell if place is None else (*cell[:place], value, *cell[place:])


def _edges(whole: Mapping[Cell, Any], place: int | None, order: Callable[[Cell], Any]) -> tuple[list[Any], list[Cell]]:
    """The values across and the cells down, each once and in order. Without anything across: one empty value."""
    cells = sorted(whole, key=order)
    if place is None:
        return [None], cells
    down = list(dict.fromkeys((*cell[:place], *cell[place + 1 :]) for cell in cells))
    by_place = sorted(whole, key=lambda cell: order(cell)[place])
    return list(dict.fromkeys(cell[place] for cell in by_place)), down


def _total(asked: "_Asked", across: Dimension | None, shown: list[Any]) -> Line:
    everything = asked.rows(())
    placed: list[Placed | None] = []
    if across:
        columns = asked.rows((across.key,))
        placed = [it for value in shown for it in asked.placed(columns, (value,))]
    return Line((), (), (*placed, *asked.placed(everything, ())))


class _Asked:
    """What the source answers to the question in other splits, each asked once, with the figures before beside them."""

    def __init__(
        self, source: Source, query: Query, before: Query | None, actor_id: int | None, most: int = answer.MOST_CELLS
    ) -> None:
        self._source, self._query, self._before, self._actor, self._most = source, query, before, actor_id, most
        self.more = 0
        self._known: dict[tuple[str, ...], Rows] = {}

    def rows(self, splits: tuple[str, ...]) -> Rows:
        """By cell: the question, its figures now and those of the period before."""
        if splits not in self._known:
            query = replace(self._query, dimensions=splits)
            table = self._ask(query)
            self.more = max(self.more, table.more)
            now = {row.cell: row.figures for row in table.rows}
            before, tells_of = self._earlier(splits, query)
            # What was there before and is not now is told too, unless it may be among what nobody could read.
            cells = now if table.more else dict.fromkeys((*now, *before))
            none = {it.key: _nothing(it) for it in _measures(query)}
            self._known[splits] = {
                cell: (query, now.get(cell, none), before.get(cell, none if tells_of(cell) else None)) for cell in cells
            }
        return self._known[splits]

    def _ask(self, query: Query) -> Table:
        return answer.ask(self._source, query, actor_id=self._actor, most=self._most)

    def _earlier(self, splits: tuple[str, ...], query: Query) -> tuple[Mapping[Cell, Figures], Callable[[Cell], bool]]:
        """The figures of the period before, those split by time under the bucket of the same number; and of which cells
        they tell, be it that there was nothing."""
        if self._before is None:
            return {}, lambda _cell: False
        other = replace(self._before, dimensions=splits)
        table = self._ask(other)
        if not query.grain:
            return {row.cell: row.figures for row in table.rows}, lambda _cell: not table.more
        place = splits.index(query.grain)
        moved = dict(zip(other.buckets(), query.buckets(), strict=False))
        found = {
            (*row.cell[:place], moved[row.cell[place]], *row.cell[place + 1 :]): row.figures
            for row in table.rows
            if row.cell[place] in moved
        }
        told = set(moved.values())
        return found, lambda cell: not table.more and cell[place] in told

    def placed(self, rows: Rows, cell: Cell) -> Iterator[Placed | None]:
        query, now, before = rows.get(cell, (None, {}, None))
        for measure in _measures(self._query):
            if query is not None:
                yield Placed(measure, now[measure.key], before[measure.key] if before else None, query, cell)
                continue
            nothing = _nothing(measure)
            # It may be among what nobody could read.
            is_unknown = self.more or nothing.value is None
            yield None if is_unknown else Placed(measure, nothing, None, self._query, cell)


def _nothing(measure: Measure) -> Figure:
    """Where nothing happened there are none of what is counted, and there is nothing to measure."""
    return Figure(0.0 if measure.how in (COUNT, STOCK, SUM, DISTINCT) else None, 0, measure.unit)


def _order(query: Query, whole: Rows, name: Namer) -> Callable[[Cell], Any]:
    """The key by which cells are sorted: times and the like in their order, names by how much stands behind them."""
    first = query.measures[0]
    weights: list[dict[Any, float]] = [defaultdict(float) for _split in query.dimensions]
    for cell, (_query, now, _before) in whole.items():
        figure = now[first]
        # Of counts and sums the value, of shares and durations how many they stand on.
        size = float((figure.value or 0) if MEASURES[first].how == SUM else figure.n)
        for weight, value in zip(weights, cell, strict=True):
            weight[value] += size

    def key(cell: Cell) -> tuple[Any, ...]:
        return tuple(
            _place(split, value, weight[value], name)
            for split, value, weight in zip(splits, cell, weights, strict=True)
        )

    splits = query.splits()
    return key


def _place(split: Dimension, value: Any, weight: float, name: Namer) -> tuple[Any, ...]:
    if value is None:
        return (1, 0, "")
    if split.is_time or split.key in IN_ORDER:
        return (0, dimensions.place(split.key, value), "")
    return (0, -weight, name(split.key, value))
