"""A query asked of a source: its figures, and the tickets behind any of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sportello.desk.rules.kinds import Moment
from sportello.kit import clock
from sportello.reports.folding.rows import SPANNED
from sportello.reports.folding.schema import TABLES

from . import filters
from .figure import Figure, count, quotient, settled, share
from .measure import COUNT, GIVEN, HAPPENED, HELD, MEAN, PERCENTILE, QUOTIENT, SHARE_OF, STOCK, SUM, Measure
from .measures import AGAIN_DAYS, CAME_BACK, MEASURES
from .query import Query
from .source import Source

Cell = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """cell: a value for each dimension: a date, a number, an id, a text; None where nothing stands."""

    cell: Cell
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer. rows: in the order of their cells; of a period that is split by time alone, every bucket."""

    query: Query
    rows: tuple[Row, ...]

    @property
    def totals(self) -> Mapping[str, Figure]:
        """The figures of a query without dimensions."""
        return self.rows[0].figures


def ask(source: Source, query: Query, *, actor_id: int | None = None) -> Table:
    """The figures. actor_id: who "the current user" is in a filter."""
    found: dict[Cell, dict[str, Figure]] = defaultdict(dict)
    for measures in _grouped(query.counted()):
        answered = _stock if measures[0].how == STOCK else _events
        for cell, figures in answered(source, query, measures, actor_id):
            found[cell] |= figures
    cells = set(found)
    if not query.dimensions:
        cells = {()}
    elif query.dimensions == (query.grain,):
        cells |= {(day,) for day in query.buckets()}
    rows = (Row(cell, _whole(query, found.get(cell, {}))) for cell in sorted(cells, key=_order))
    return Table(query, tuple(rows))


def _whole(query: Query, found: Mapping[str, Figure]) -> dict[str, Figure]:
    """All that was asked for: what did not occur is none, not nothing."""
    known = {it.key: found.get(it.key) or _figure(it, [0, 0]) for it in query.counted()}
    figures = {}
    for key in query.measures:
        measure = MEASURES[key]
        if measure.how == QUOTIENT:
            part, whole = (known[it].value for it in measure.of)
            figures[key] = quotient(part, whole)
        else:
            figures[key] = known[key]
    return figures


def _grouped(measures: Iterable[Measure]) -> list[list[Measure]]:
    """Those that one pass over one table answers."""
    groups: dict[tuple[str, ...], list[Measure]] = {}
    for it in measures:
        came_back = str(CAME_BACK in it.part)
        groups.setdefault((it.table, it.clock, it.held, came_back, str(it.how == STOCK)), []).append(it)
    return list(groups.values())


# --- what happened ----------------------------------------------------------------------------------------------------


def _events(
    source: Source, query: Query, measures: Sequence[Measure], actor_id: int | None
) -> Iterable[tuple[Cell, dict[str, Figure]]]:
    asked: dict[str, int] = {}
    places = {it.key: [asked.setdefault(sql, len(asked)) for sql in _aggregates(it, source)] for it in measures}
    splits = _splits(source, query, measures[0])
    columns = [f"{sql} AS d{number}" for number, sql in enumerate(splits)]
    by = " GROUP BY " + ", ".join(str(number + 1) for number in range(len(splits))) if splits else ""
    said = f"SELECT {', '.join([*columns, *asked])} FROM {_from(source, query, measures, actor_id)}{by}"
    for row in source.fetch(said):
        cell, values = tuple(row[: len(splits)]), row[len(splits) :]
        figures = {it.key: _figure(it, [values[place] for place in places[it.key]]) for it in measures}
        yield cell, figures


def _aggregates(measure: Measure, source: Source) -> list[str]:
    """What the engine adds up; the last is how many."""
    dialect, where = source.dialect, measure.where
    how_many = dialect.count_if(where)
    if measure.how == SHARE_OF:
        part = measure.part.replace(CAME_BACK, "came_back")
        return [dialect.count_if(part if where == "TRUE" else f"{where} AND {part}"), how_many]
    if measure.how in (MEAN, SUM):
        return [dialect.sum_if(measure.value, where), how_many]
    if measure.how == PERCENTILE:
        return [dialect.quantile_if(measure.value, measure.p, where), how_many]
    return [how_many]


def _figure(measure: Measure, values: Sequence[Any]) -> Figure:
    first, n = values[0] or 0, int(values[-1] or 0)
    if measure.how == SHARE_OF:
        return share(int(first), n)
    if measure.how in (COUNT, STOCK):
        return count(n, measure.unit)
    if measure.how == SUM:
        return Figure(float(first), n, measure.unit)
    if not n:
        return Figure(None, 0, measure.unit)
    return Figure(int(first) / n if measure.how == MEAN else settled(float(first)), n, measure.unit)


def _splits(source: Source, query: Query, measure: Measure) -> list[str]:
    return [split.sql(source.dialect, f"{measure.clock}_local") for split in query.splits()]


def _from(source: Source, query: Query, measures: Sequence[Measure], actor_id: int | None) -> str:
    """The rows that count, with the columns that are worked out beside them."""
    measure = measures[0]
    start, end = source.dialect.time(query.start), source.dialect.time(query.end)
    at = f"{measure.clock}_at"
    within = [f"{at} >= {start}", f"{at} < {end}", *_holding(source, query, measure)]
    return _narrowed(source, query, measures, within, actor_id)


def _narrowed(
    source: Source, query: Query, measures: Sequence[Measure], within: Sequence[str], actor_id: int | None
) -> str:
    table = TABLES[measures[0].table]
    more, joins = "", ""
    if "vote" in query.dimensions or filters.asks_vote(query.filters):
        if table.name == "votes":
            more += ", f.score AS vote"
        else:
            votes = f"SELECT ticket_id AS voted_id, score AS voted FROM {source.relation(TABLES['votes'])} AS w"
            more += ", CASE WHEN coalesce(v.voted, '') = '' THEN 'unoffered' ELSE v.voted END AS vote"
            joins = f" LEFT JOIN ({votes}) AS v ON v.voted_id = f.ticket_id"
    if "tag" in query.dimensions:
        more += f", {source.dialect.each('f.tags')} AS tag"
    if any(CAME_BACK in it.part for it in measures):
        more += f", (f.ticket_id, f.happened_at) IN ({_came_back(source, query)}) AS came_back"
    rows = f"SELECT f.*{more} FROM {source.relation(table)} AS f{joins} WHERE {' AND '.join(within)}"
    asked = filters.sql(query.filters, source.dialect, Moment(clock.now(), actor_id))
    return f"(SELECT * FROM ({rows}) AS g WHERE {asked}) AS h" if asked else f"({rows}) AS h"


def _holding(source: Source, query: Query, measure: Measure, prefix: str = "") -> list[str]:
    """What a later event took back does not count, if that was before the period (the bucket) ended."""
    if measure.table not in SPANNED or measure.held not in (HELD, GIVEN):
        return []
    end, grain = source.dialect.time(query.end), query.grain
    bucket = {
        name: source.dialect.truncate(grain, f"{prefix}{name}_local") for name in (HAPPENED, "since", "until") if grain
    }
    still = [f"{prefix}until_at IS NULL", f"{prefix}until_at >= {end}"]
    if grain:
        still.append(f"{bucket['until']} > {bucket[HAPPENED]}")
    if measure.held == GIVEN:
        still.append(f"{prefix}ended NOT IN ('undone', 'spam')")
        return [f"{prefix}since_at = {prefix}happened_at", f"({' OR '.join(still)})"]
    since = [f"{prefix}since_at < {end}"]
    if grain:  # What never ceased to hold needs no calendar: almost all.
        since.append(f"({prefix}since_at = {prefix}happened_at OR {bucket['since']} <= {bucket[HAPPENED]})")
    return [*since, f"({' OR '.join(still)})"]


def _came_back(source: Source, query: Query) -> str:
    """The solutions whose requester opened another ticket soon after, in the same period (bucket)."""
    dialect, solved, created = source.dialect, MEASURES["num_solved_tickets"], MEASURES["num_new_tickets"]
    start, end = dialect.time(query.start), dialect.time(query.end)
    within = [
        *(f"{name}.happened_at {sign}" for name in ("s", "c") for sign in (f">= {start}", f"< {end}")),
        "c.happened_at > s.happened_at",
        f"c.happened_at <= {dialect.later('s.happened_at', AGAIN_DAYS)}",
        *_holding(source, query, solved, "s."),
        *_holding(source, query, created, "c."),
    ]
    if query.grain:
        buckets = (dialect.truncate(query.grain, f"{name}.happened_local") for name in ("s", "c"))
        within.append(" = ".join(buckets))
    pairs = (
        f"{source.relation(TABLES['solved'])} AS s JOIN {source.relation(TABLES['created'])} AS c "
        "ON c.requester_id = s.requester_id"
    )
    return f"SELECT s.ticket_id, s.happened_at FROM {pairs} WHERE {' AND '.join(within)}"


# --- what stood -------------------------------------------------------------------------------------------------------


def _stock(
    source: Source, query: Query, measures: Sequence[Measure], actor_id: int | None
) -> Iterable[tuple[Cell, dict[str, Figure]]]:
    """How many stood at the end of the period, or of each bucket: those at its beginning, and what came and went."""
    (measure,) = measures
    if not query.grain:
        for cell, n in _standing(source, query, measure, actor_id, "end"):
            yield cell, {measure.key: count(n, measure.unit)}
        return
    place = query.dimensions.index(query.grain)
    moves: dict[Cell, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for cell, n in _standing(source, query, measure, actor_id, "start"):
        moves[cell][date.min] += n
    for clock_, sign in (("happened", 1), ("until", -1)):
        for cell, n in _moved(source, query, measure, clock_, actor_id):
            moves[(*cell[:place], *cell[place + 1 :])][cell[place]] += sign * n
    for cell, by_day in moves.items():
        n = by_day[date.min]
        for day in query.buckets():
            n += by_day.get(day, 0)
            if n:
                yield (*cell[:place], day, *cell[place:]), {measure.key: count(n, measure.unit)}


def _standing(
    source: Source, query: Query, measure: Measure, actor_id: int | None, at: str
) -> Iterable[tuple[Cell, int]]:
    """How many stand at the start or the end of the period, by the dimensions but time."""
    moment = source.dialect.time(getattr(query, at))
    within = [measure.where, f"happened_at < {moment}", f"(until_at IS NULL OR until_at >= {moment})"]
    splits = [
        sql for key, sql in zip(query.dimensions, _splits(source, query, measure), strict=True) if key != query.grain
    ]
    yield from _counted(source, splits, _narrowed(source, query, [measure], within, actor_id))


def _moved(source: Source, query: Query, measure: Measure, by: str, actor_id: int | None) -> Iterable[tuple[Cell, int]]:
    start, end = source.dialect.time(query.start), source.dialect.time(query.end)
    within = [measure.where, f"{by}_at >= {start}", f"{by}_at < {end}"]
    splits = [split.sql(source.dialect, f"{by}_local") for split in query.splits()]
    yield from _counted(source, splits, _narrowed(source, query, [measure], within, actor_id))


def _counted(source: Source, splits: Sequence[str], rows: str) -> Iterable[tuple[Cell, int]]:
    columns = [f"{sql} AS d{number}" for number, sql in enumerate(splits)]
    by = " GROUP BY " + ", ".join(str(number + 1) for number in range(len(splits))) if splits else ""
    for *cell, n in source.fetch(f"SELECT {', '.join([*columns, 'count(*)'])} FROM {rows}{by}"):
        yield tuple(cell), int(n)


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
    """The ids behind a figure of the answer, the newest first. part: of a share, only those that have it."""
    measure = MEASURES[MEASURES[key].of[0]] if MEASURES[key].of else MEASURES[key]
    splits = _splits(source, query, measure)
    if measure.how == STOCK:
        rows = _standing_rows(source, query, measure, cell, actor_id)
        pairs = [(sql, it) for name, sql, it in zip(query.dimensions, splits, cell, strict=True) if name != query.grain]
    else:
        rows, pairs = _from(source, query, [measure], actor_id), list(zip(splits, cell, strict=True))
    within = [measure.where, *(_is(source, sql, it) for sql, it in pairs)]
    if part and measure.part:
        within.append(f"({measure.part.replace(CAME_BACK, 'came_back')})")
    where = " AND ".join(within)
    said = f"SELECT DISTINCT ticket_id FROM {rows} WHERE {where} ORDER BY ticket_id DESC LIMIT {limit} OFFSET {offset}"
    return [int(ticket) for (ticket,) in source.fetch(said)]


def _standing_rows(source: Source, query: Query, measure: Measure, cell: Cell, actor_id: int | None) -> str:
    moment = query.end
    if query.grain:
        moment = min(query.end, query.end_of(cell[query.dimensions.index(query.grain)]))
    at = source.dialect.time(moment)
    within = [f"happened_at < {at}", f"(until_at IS NULL OR until_at >= {at})"]
    return _narrowed(source, query, [measure], within, actor_id)


def _is(source: Source, sql: str, value: Any) -> str:
    if value is None:
        return f"{sql} IS NULL"
    if isinstance(value, date):
        return f"{sql} = CAST('{value.isoformat()}' AS DATE)"
    return f"{sql} = {int(value)}" if isinstance(value, int) else f"{sql} = {source.dialect.text(str(value))}"


def _order(cell: Cell) -> tuple[Any, ...]:
    return tuple((value is None, value if value is not None else 0) for value in cell)
