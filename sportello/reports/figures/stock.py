"""What stood at the end of each bucket: those at the beginning of the period, and what came and went."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from . import counting
from .figure import Figure, count
from .measure import Measure
from .query import Query
from .source import MOST_ROWS, Source, limited, too_many

# Buckets of cells that are gone through: a few seconds.
MOST_STEPS = 5_000_000
Cell = tuple[object, ...]


def by_bucket(
    source: Source, query: Query, measure: Measure, actor_id: int | None
) -> Iterator[tuple[Cell, dict[str, Figure]]]:
    """Every cell in which something stood. It is not asked bucket by bucket: the moves are added up.

    Raises Invalid("period") where there are too many.
    """
    place = query.dimensions.index(query.grain)
    moves: dict[Cell, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for cell, n in _standing(source, query, measure, actor_id):
        moves[cell][date.min] += n
    for clock, sign in (("happened", 1), ("until", -1)):
        for cell, n in _moved(source, query, measure, clock, actor_id):
            day = cell[place]
            assert isinstance(day, date)
            moves[(*cell[:place], *cell[place + 1 :])][day] += sign * n
    buckets = query.buckets()
    if len(moves) * len(buckets) > MOST_STEPS:
        raise too_many()
    for cell, by_day in moves.items():
        n = by_day[date.min]
        for day in buckets:
            n += by_day.get(day, 0)
            if n:
                yield (*cell[:place], day, *cell[place:]), {measure.key: count(n, measure.unit)}


def _standing(source: Source, query: Query, measure: Measure, actor_id: int | None) -> Iterator[tuple[Cell, int]]:
    """How many stand at the start, by the dimensions but time."""
    rows = counting.standing(source, query, measure, actor_id, source.dialect.time(query.start))
    every = zip(query.dimensions, counting.splits(source, query, measure.clock), strict=True)
    yield from _counted(source, [sql for key, sql in every if key != query.grain], rows)


def _moved(
    source: Source, query: Query, measure: Measure, clock: str, actor_id: int | None
) -> Iterator[tuple[Cell, int]]:
    start, end = source.dialect.time(query.start), source.dialect.time(query.end)
    within = [measure.where, f"{clock}_at >= {start}", f"{clock}_at < {end}"]
    rows = counting.narrowed(source, query, [measure], within, actor_id)
    yield from _counted(source, counting.splits(source, query, clock), rows)


def _counted(source: Source, splits: Sequence[str], rows: str) -> Iterator[tuple[Cell, int]]:
    columns = [f"{sql} AS d{number}" for number, sql in enumerate(splits)]
    by = " GROUP BY " + ", ".join(str(number + 1) for number in range(len(splits))) if splits else ""
    said = f"SELECT {', '.join([*columns, 'count(*)'])} FROM {rows}{by} LIMIT {MOST_ROWS + 1}"
    for *cell, n in limited(source.fetch(said)):
        yield tuple(cell), int(n)
