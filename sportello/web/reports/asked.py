"""Questions to the facts as addresses, and back: everything that is looked at can be kept as a link and sent on."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import Desk
from sportello.desk.rules import conditions
from sportello.desk.rules.conditions import Conditions
from sportello.reports import periods
from sportello.reports.figures import filters
from sportello.reports.figures.answer import Cell
from sportello.reports.figures.dimensions import Dimension
from sportello.reports.figures.measures import is_of_tickets
from sportello.reports.figures.query import Query
from sportello.reports.periods import Period
from sportello.web.agent.navigation import address

MOST_CHARACTERS = 20_000


def read(asked: QueryDict, desk: Desk) -> Query:
    """m=key (several), by=dimension (several), from=, to= (the first day not included, or up to 2026-10-26T08:30),
    filters= conditions as JSON.

    Without days: this month. Raises Invalid with what is wrong: "measures", "dimensions", "period", "filters…".
    """
    start, end = _period(asked, periods.today(desk.time_zone)).instants(desk.time_zone)
    return Query(tuple(asked.getlist("m")), start, end, desk.time_zone, tuple(asked.getlist("by")), read_filters(asked))


def parameters(query: Query) -> str:
    """The same as what stands behind the ? of an address."""
    return urlencode(_pairs(query))


def behind(query: Query, key: str, cell: Cell = (), part: bool = False) -> str:
    """The address of the tickets behind a figure; where there are none, of the article it is of, or "".

    part: of a share, only those that have it.
    """
    if not is_of_tickets(key):
        named = cell and "article" in query.dimensions
        return address("agent:article", cell[query.dimensions.index("article")]) if named else ""
    return in_cell(behind_all(query, key), cell) + ("&part=1" if part else "")


def behind_all(query: Query, key: str) -> str:
    """The same of every cell; `in_cell` tells which one. A page of many figures makes it once."""
    pairs = [("m", key), *(pair for pair in _pairs(query) if pair[0] != "m")]
    return f"{address('reports:tickets')}?{urlencode(pairs)}"


def in_cell(url: str, cell: Cell) -> str:
    if not cell:
        return url
    return f"{url}&cell={quote(json.dumps(cell, default=date.isoformat, separators=(',', ':'), ensure_ascii=False))}"


def read_cell(asked: QueryDict, query: Query) -> Cell:
    """A value for each dimension. Raises Invalid("cell")."""
    if not query.dimensions:
        return ()
    values = _json(asked, "cell", "[]")
    if not isinstance(values, list) or len(values) != len(query.dimensions):
        raise Invalid("cell", _("A value for each dimension, please."))
    return tuple(_value(it, split) for it, split in zip(values, query.splits(), strict=True))


def read_filters(asked: QueryDict) -> Conditions:
    """filters= of an address. Raises Invalid with the place of each fault."""
    return filters.read(_json(asked, "filters", "{}"), configuration.current().fields)


def period_of(query: Query) -> Period:
    """The days of a question."""
    return periods.of_instants(query.start, query.end, query.time_zone)


def _pairs(query: Query) -> list[tuple[str, str]]:
    period = period_of(query)
    pairs = [*(("m", key) for key in query.measures), *(("by", key) for key in query.dimensions)]
    end = f"{period.last}T{period.until:%H:%M}" if period.until else f"{period.end}"
    pairs += [("from", f"{period.start}"), ("to", end)]
    if any(query.filters):
        pairs.append(
            ("filters", json.dumps(conditions.write(query.filters), separators=(",", ":"), ensure_ascii=False))
        )
    return pairs


def _period(asked: QueryDict, day: date) -> Period:
    if not ("from" in asked or "to" in asked):
        return periods.named(periods.THIS_MONTH, day)
    try:
        first, end = date.fromisoformat(asked.get("from", "")), datetime.fromisoformat(asked.get("to", ""))
        if end.time() == time(0):
            return periods.between(first, end.date())
        return replace(periods.between(first, end.date() + timedelta(days=1)), until=end.time())
    except (ValueError, OverflowError):
        raise Invalid("period", _("Two days are needed, as 2026-10-01.")) from None


def _json(asked: QueryDict, name: str, default: str) -> Any:
    said = asked.get(name) or default
    try:
        return json.loads(said[:MOST_CHARACTERS])
    except (ValueError, RecursionError):
        raise Invalid(name, _("This address is not whole.")) from None


def _value(given: Any, split: Dimension) -> Any:
    """A value of the kind that the dimension has: what the engine could not compare is not asked of it."""
    if split.is_time and isinstance(given, str):
        try:
            given = date.fromisoformat(given)
        except ValueError:
            given = None
        # The first of them may begin in the year before.
        if given and periods.FIRST - timedelta(days=366) <= given < periods.LAST:
            return given
    elif not split.is_time and (given is None or _fits(given, split)):
        return given
    raise Invalid("cell", _("This address is not whole."))


def _fits(given: Any, split: Dimension) -> bool:
    if split.is_number:
        return isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**31
    return isinstance(given, str) and "\0" not in given
