"""A query asked of a source: its figures, and the tickets behind any of them."""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid

from . import counting, stock
from .figure import Figure, count, quotient, settled, share
from .measure import COUNT, DISTINCT, MEAN, PERCENTILE, QUOTIENT, SHARE_OF, STOCK, SUM, Measure
from .measures import CAME_BACK, MEASURES, is_of_tickets
from .query import Query
from .source import MOST_ROWS, Source, limited

Cell = tuple[Any, ...]
Cells = list[tuple[Cell, dict[str, Figure]]]
# More of them nobody reads, and they would have to be in memory together.
MOST_CELLS = 5_000


@dataclass(frozen=True, slots=True)
class Row:
    """cell: a value for each dimension: a date, a number, an id, a text; None where nothing stands."""

    cell: Cell
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer. rows: in the order of their cells; of a period that is split by time alone, every bucket.

    more: how many cells are not among the rows, which are those with most cases.
    """

    query: Query
    rows: tuple[Row, ...]
    more: int = 0

    @property
    def totals(self) -> Mapping[str, Figure]:
        """The figures of a query without dimensions."""
        return self.rows[0].figures


def ask(source: Source, query: Query, *, actor_id: int | None = None, most: int = MOST_CELLS) -> Table:
    """The figures. actor_id: who "the current user" is in a filter. most: so many rows at most."""
    found: dict[Cell, dict[str, Figure]] = {}
    groups, is_cut = _grouped(query), False
    for measures in groups:
        cells = _cells(source, query, measures, actor_id, most + 1)
        if len(cells) > most:
            is_cut = True
            wanted = [*found, *(cell for cell, _figures in cells if cell not in found)][:most]
            cells = _cells(source, query, measures, actor_id, most, frozenset(wanted)) if found else cells[:most]
        for cell, figures in cells:
            found.setdefault(cell, {}).update(figures)
    if not query.dimensions:
        found.setdefault((), {})
    elif query.dimensions == (query.grain,):
        for day in query.buckets():
            found.setdefault((day,), {})
    counted, shown = query.counted(), sorted(list(found)[:most], key=_order)
    more = max(_how_many(source, query, groups, actor_id) if is_cut else 0, len(found)) - len(shown)
    return _told(query, (Row(cell, _whole(query, counted, found[cell])) for cell in shown), more)


def _told(query: Query, rows: Iterable[Row], more: int) -> Table:
    """Without cells that have no case, but for the buckets of time."""
    if query.dimensions not in ((), (query.grain,)):
        rows = (row for row in rows if any(it.n for it in row.figures.values()))
    return Table(query, tuple(rows), more)


def ask_all(source: Source, queries: Sequence[Query], *, actor_id: int | None = None) -> list[Table]:
    """The same as asking one after the other; what differs in the measures alone is asked together."""
    together: dict[Query, list[str]] = {}
    for query in queries:
        keys = together.setdefault(replace(query, measures=()), [])
        keys += [key for key in query.measures if key not in keys]
    tables = {
        alike: ask(source, replace(alike, measures=tuple(keys)), actor_id=actor_id) for alike, keys in together.items()
    }
    answered = []
    for query in queries:
        table = tables[replace(query, measures=())]
        if table.query != query:
            rows = (Row(row.cell, {key: row.figures[key] for key in query.measures}) for row in table.rows)
            table = _told(query, rows, table.more)
        answered.append(table)
    return answered


def _whole(query: Query, counted: Iterable[Measure], found: Mapping[str, Figure]) -> dict[str, Figure]:
    """All that was asked for: what did not occur is none, not nothing."""
    known = {it.key: found.get(it.key) or _figure(it, [0, 0]) for it in counted}
    figures = {}
    for key in query.measures:
        measure = MEASURES[key]
        if measure.how == QUOTIENT:
            part, whole = (known[it].value for it in measure.of)
            figures[key] = quotient(part, whole, measure.unit)
        else:
            figures[key] = known[key]
    return figures


def _grouped(query: Query) -> list[list[Measure]]:
    """Those that one pass over one table answers."""
    groups: dict[tuple[str, ...], list[Measure]] = {}
    for it in query.counted():
        came_back = str(CAME_BACK in it.part)
        groups.setdefault((it.table, it.clock, it.held, came_back, str(it.how == STOCK)), []).append(it)
    return list(groups.values())


# --- one pass over one table ------------------------------------------------------------------------------------------


def _cells(
    source: Source,
    query: Query,
    measures: Sequence[Measure],
    actor_id: int | None,
    most: int,
    only: Collection[Cell] | None = None,
) -> Cells:
    """The cells with most cases of the first measure. only: these alone."""
    if measures[0].how == STOCK and query.grain:
        every = stock.by_bucket(source, query, measures[0], actor_id)
        if only is not None:
            return [it for it in every if it[0] in only]
        return heapq.nlargest(most, every, key=lambda it: it[1][measures[0].key].n)
    splits = counting.splits(source, query, measures[0].clock)
    rows = counting.rows(source, query, measures, actor_id)
    wheres = {it.where for it in measures}
    common = wheres.pop() if len(wheres) == 1 else "TRUE"
    columns = [f"{sql} AS d{number}" for number, sql in enumerate(splits)]
    asked: dict[str, int] = {}
    percentiles = _percentiles(measures)
    places = {
        it.key: [asked.setdefault(sql, len(asked)) for sql in _aggregates(it, source, common, percentiles)]
        for it in measures
    }
    within = [common, *(_among(source, sql, {cell[place] for cell in only or ()}) for place, sql in enumerate(splits))]
    said = f"SELECT {', '.join([*columns, *asked])} FROM {rows}"
    said += f" WHERE {' AND '.join(within if only is not None else within[:1])}"
    if splits:
        numbers = [str(number + 1) for number in range(len(splits))]
        n = len(splits) + places[measures[0].key][-1] + 1
        said += f" GROUP BY {', '.join(numbers)}"
        said += f" ORDER BY {n} DESC, {', '.join(numbers)} LIMIT {most}" if only is None else f" LIMIT {MOST_ROWS + 1}"
    cells: Cells = []
    for row in limited(source.fetch(said)):
        cell, values = tuple(row[: len(splits)]), row[len(splits) :]
        if only is None or cell in only:
            figures = {it.key: _figure(it, [values[at] for at in places[it.key]], percentiles) for it in measures}
            cells.append((cell, figures))
    return cells


Percentiles = Mapping[tuple[str, str], Sequence[float]]


def _percentiles(measures: Iterable[Measure]) -> Percentiles:
    """Of what and of which rows several are asked: they are found together, in one order of the values."""
    found: dict[tuple[str, str], list[float]] = {}
    for it in measures:
        if it.how == PERCENTILE:
            every = found.setdefault((it.value, it.where), [])
            every += [it.p] if it.p not in every else []
    return found


def _aggregates(measure: Measure, source: Source, common: str, percentiles: Percentiles) -> list[str]:
    """What the engine adds up; the last is how many. common: what holds of all rows."""
    dialect, where = source.dialect, "TRUE" if measure.where == common else measure.where
    how_many = dialect.count_if(where)
    if measure.how == SHARE_OF:
        part = measure.part.replace(CAME_BACK, "came_back")
        return [dialect.count_if(part if where == "TRUE" else f"{where} AND {part}"), how_many]
    if measure.how in (MEAN, SUM):
        return [dialect.sum_if(measure.value, where), how_many]
    if measure.how == PERCENTILE:
        return [dialect.quantiles_if(measure.value, percentiles[measure.value, measure.where], where), how_many]
    if measure.how == DISTINCT:
        return [dialect.distinct_if(measure.value, where)]
    return [how_many]


def _figure(measure: Measure, values: Sequence[Any], percentiles: Percentiles | None = None) -> Figure:
    n = int(values[-1] or 0)
    if measure.how in (COUNT, STOCK, DISTINCT):
        return count(n, measure.unit)
    if measure.how == SHARE_OF:
        return share(int(values[0] or 0), n)
    if measure.how == SUM:
        return Figure(float(values[0] or 0), n, measure.unit)
    if not n:
        return Figure(None, 0, measure.unit)
    if measure.how == MEAN:
        return Figure(int(values[0]) / n, n, measure.unit)
    assert percentiles is not None
    place = percentiles[measure.value, measure.where].index(measure.p)
    return Figure(settled(float(values[0][place])), n, measure.unit)


def _how_many(source: Source, query: Query, groups: Iterable[Sequence[Measure]], actor_id: int | None) -> int:
    """In how many cells something happened, or stood in a bucket of time if that is more."""
    parts, stood = [], 0
    for measures in groups:
        if measures[0].how == STOCK and query.grain:
            stood = max(stood, sum(1 for _cell in stock.by_bucket(source, query, measures[0], actor_id)))
            continue
        splits = counting.splits(source, query, measures[0].clock)
        columns = ", ".join(f"{sql} AS d{number}" for number, sql in enumerate(splits))
        where = " OR ".join(f"({it.where})" for it in measures)
        rows = counting.rows(source, query, measures, actor_id)
        parts.append(f"SELECT {columns} FROM {rows} WHERE {where}")
    if not parts:
        return stood
    names = ", ".join(f"d{number}" for number in range(len(query.dimensions)))
    every = " UNION ALL ".join(parts)
    ((n,),) = source.fetch(f"SELECT count(*) FROM (SELECT {names} FROM ({every}) AS e GROUP BY {names}) AS c")
    return max(int(n), stood)


# --- the tickets behind -----------------------------------------------------------------------------------------------


def tickets(
    source: Source,
    query: Query,
    key: str,
    cell: Cell = (),
    *,
    part: bool = False,
    actor_id: int | None = None,
    limit: int = 1_000,
    offset: int = 0,
) -> list[int]:
    """The ids behind a figure of the answer, the newest first. part: of a share, only those that have it.

    Raises Invalid("measures") where no tickets are behind it.
    """
    behind = _behind(source, query, key, cell, part, actor_id)
    said = f"SELECT DISTINCT ticket_id {behind} ORDER BY ticket_id DESC LIMIT {limit} OFFSET {offset}"
    return [int(ticket) for (ticket,) in source.fetch(said)]


def count_tickets(
    source: Source, query: Query, key: str, cell: Cell = (), *, part: bool = False, actor_id: int | None = None
) -> int:
    """How many `tickets` there are, each counted once."""
    ((n,),) = source.fetch(f"SELECT count(DISTINCT ticket_id) {_behind(source, query, key, cell, part, actor_id)}")
    return int(n)


def _behind(source: Source, query: Query, key: str, cell: Cell, part: bool, actor_id: int | None) -> str:
    measure = MEASURES[MEASURES[key].of[0]] if MEASURES[key].of else MEASURES[key]
    if not is_of_tickets(key):
        raise Invalid("measures", _("No tickets are behind “%(measure)s”.") % {"measure": measure.label})
    asked = query
    if measure.how == STOCK and query.grain:
        # At the end of that bucket, by the other dimensions.
        place = query.dimensions.index(query.grain)
        others = tuple(it for number, it in enumerate(query.dimensions) if number != place)
        end = min(query.end, query.end_of(cell[place]))
        start = min(query.start, end - timedelta(seconds=1))
        asked, cell = replace(query, start=start, end=end, dimensions=others), (*cell[:place], *cell[place + 1 :])
    pairs = zip(counting.splits(source, asked, measure.clock), cell, strict=True)
    within = [measure.where, *(_is(source, sql, it) for sql, it in pairs)]
    if part and measure.part:
        within.append(f"({measure.part.replace(CAME_BACK, 'came_back')})")
    return f"FROM {counting.rows(source, asked, [measure], actor_id)} WHERE {' AND '.join(within)}"


def _is(source: Source, sql: str, value: Any) -> str:
    return f"{sql} IS NULL" if value is None else f"{sql} = {_literal(source, value)}"


def _among(source: Source, sql: str, values: Collection[Any]) -> str:
    found = [f"{sql} IN ({', '.join(_literal(source, it) for it in values if it is not None)})"] if values else []
    if values == {None}:
        found = []
    return "(" + " OR ".join([*found, *([f"{sql} IS NULL"] if None in values else [])] or ["FALSE"]) + ")"


def _literal(source: Source, value: Any) -> str:
    if isinstance(value, date):
        return f"CAST('{value.isoformat()}' AS DATE)"
    return str(int(value)) if isinstance(value, int) else source.dialect.text(str(value))


def _order(cell: Cell) -> tuple[Any, ...]:
    return tuple((value is None, value if value is not None else 0) for value in cell)
