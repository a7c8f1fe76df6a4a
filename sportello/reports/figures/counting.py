"""Which rows of the facts count in a figure, as SQL: those of the period that hold at its end and pass the filters."""

from collections.abc import Sequence

from sportello.desk.rules.kinds import Moment
from sportello.kit import clock
from sportello.reports.folding.rows import SPANNED
from sportello.reports.folding.schema import TABLES

from . import filters
from .measure import GIVEN, HAPPENED, HELD, STOCK, Measure
from .measures import AGAIN_DAYS, CAME_BACK, MEASURES
from .query import Query
from .source import Source


def splits(source: Source, query: Query, clock_: str) -> list[str]:
    """What stands in the cells, for each dimension. clock_: by which time the rows belong to a period."""
    # In a period that runs nothing is older than now.
    return [split.sql(source.dialect, f"{clock_}_local", min(query.end, clock.now())) for split in query.splits()]


def rows(source: Source, query: Query, measures: Sequence[Measure], actor_id: int | None) -> str:
    """The rows that count in measures of one table and clock, with the columns that are worked out beside them."""
    if measures[0].how == STOCK:
        return standing(source, query, measures[0], actor_id, source.dialect.time(query.end))
    measure = measures[0]
    start, end = source.dialect.time(query.start), source.dialect.time(query.end)
    at = f"{measure.clock}_at"
    within = [f"{at} >= {start}", f"{at} < {end}", *_holding(source, query, measure)]
    return narrowed(source, query, measures, within, actor_id)


def standing(source: Source, query: Query, measure: Measure, actor_id: int | None, at: str) -> str:
    """What stands at an instant. at: as the dialect writes it."""
    within = [measure.where, f"happened_at < {at}", f"(until_at IS NULL OR until_at >= {at})"]
    return narrowed(source, query, [measure], within, actor_id)


def narrowed(
    source: Source, query: Query, measures: Sequence[Measure], within: Sequence[str], actor_id: int | None
) -> str:
    """The rows within, of those that pass the filters."""
    table = TABLES[measures[0].table]
    more, joins = "", ""
    if "vote" in query.dimensions or filters.asks_vote(query.filters):
        if table.name == "votes":
            more += ", f.score AS vote, f.commented AS vote_commented"
        else:
            votes = (
                "SELECT ticket_id AS voted_id, score AS voted, commented AS vote_commented "
                f"FROM {source.relation(TABLES['votes'])} AS w"
            )
            more += ", CASE WHEN coalesce(v.voted, '') = '' THEN 'unoffered' ELSE v.voted END AS vote"
            more += ", coalesce(v.vote_commented, FALSE) AS vote_commented"
            joins = f" LEFT JOIN ({votes}) AS v ON v.voted_id = f.ticket_id"
    if "tag" in query.dimensions:
        more += f", {source.dialect.each('f.tags')} AS tag"
    if any(CAME_BACK in it.part for it in measures):
        more += f", (f.ticket_id, f.happened_at) IN ({_came_back(source, query)}) AS came_back"
    found = f"SELECT f.*{more} FROM {source.relation(table)} AS f{joins} WHERE {' AND '.join(within)}"
    asked = filters.sql(query.filters, source.dialect, Moment(clock.now(), actor_id))
    return f"(SELECT * FROM ({found}) AS g WHERE {asked}) AS h" if asked else f"({found}) AS h"


def _holding(source: Source, query: Query, measure: Measure) -> list[str]:
    """What a later event took back does not count, if that was before the period (the bucket) ended."""
    if measure.table not in SPANNED or measure.held not in (HELD, GIVEN):
        return []
    end, grain = source.dialect.time(query.end), query.grain
    bucket = {name: source.dialect.truncate(grain, f"{name}_local") for name in (HAPPENED, "since", "until") if grain}
    still = ["until_at IS NULL", f"until_at >= {end}"]
    since = [f"since_at < {end}"]
    if grain:
        still.append(f"{bucket['until']} > {bucket[HAPPENED]}")
        since.append(f"{bucket['since']} <= {bucket[HAPPENED]}")
    if measure.held == GIVEN:
        still.append("ended <> 'undone'")
        since.append(_latest(source, measure, [f"happened_at >= {source.dialect.time(query.start)}", *since]))
    held = f"{' AND '.join(since)} AND ({' OR '.join(still)})"
    # What never ceased to hold, nearly all, needs no calendar; engines work out both sides of an OR, but not of a CASE.
    return [f"CASE WHEN until_at IS NULL AND since_at = happened_at THEN TRUE ELSE {held} END"]


def _latest(source: Source, measure: Measure, known: Sequence[str]) -> str:
    """Of an event that came back, its last row that is known; few ever do."""
    again = (
        f"FROM {source.relation(TABLES[measure.table])} AS t WHERE since_at <> happened_at AND {' AND '.join(known)}"
    )
    latest = f"SELECT ticket_id, happened_at, max(since_at) {again} GROUP BY ticket_id, happened_at"
    return (
        f"(since_at = happened_at AND (ticket_id, happened_at) NOT IN (SELECT ticket_id, happened_at {again}) "
        f"OR (ticket_id, happened_at, since_at) IN ({latest}))"
    )


def _came_back(source: Source, query: Query) -> str:
    """The solutions whose requester opened another ticket soon after, in the same period (bucket).

    One pass over what each person did, the latest first, however much somebody asks: the last creation seen is the next
    one. What is created at the very instant of a solution does not follow it.
    """
    dialect, start, end = source.dialect, source.dialect.time(query.start), source.dialect.time(query.end)
    bucket = f", {dialect.truncate(query.grain, 'happened_local')} AS bucket" if query.grain else ""
    parts = []
    for key, is_solution in (("num_solved_tickets", 1), ("num_new_tickets", 0)):
        within = [f"happened_at >= {start}", f"happened_at < {end}", *_holding(source, query, MEASURES[key])]
        parts.append(
            f"SELECT ticket_id, requester_id, happened_at, {is_solution} AS is_solution{bucket} "
            f"FROM {source.relation(TABLES[MEASURES[key].table])} AS t "
            f"WHERE requester_id IS NOT NULL AND {' AND '.join(within)}"
        )
    by = "requester_id, bucket" if query.grain else "requester_id"
    following = (
        "min(CASE WHEN is_solution = 0 THEN happened_at END) "
        f"OVER (PARTITION BY {by} ORDER BY happened_at DESC, is_solution DESC "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    each = f"SELECT ticket_id, happened_at, is_solution, {following} AS next_at FROM ({' UNION ALL '.join(parts)}) AS e"
    soon = f"next_at <= {dialect.later('happened_at', AGAIN_DAYS)}"
    return f"SELECT ticket_id, happened_at FROM ({each}) AS n WHERE is_solution = 1 AND {soon}"
