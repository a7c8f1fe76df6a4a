"""Pages by key instead of by number: as fast on the last page as on the first, and no row twice while others arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import IntegerField, Model, Q, QuerySet, Subquery
from django.http import QueryDict

SIZE = 50
CAP = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, in reading order, and the addresses of its neighbours (None at an end)."""

    rows: list[Any]
    newer_url: str | None
    older_url: str | None


def page(
    queryset: QuerySet[Any],
    query: QueryDict,
    *,
    by: str = "",
    descending: bool = True,
    size: int = SIZE,
    fetch: Callable[[QuerySet[Any]], list[Any]] = list,
) -> Page:
    """The page that the address asks for. `by`: the time column that sorts before the id; "" sorts by id alone.

    A neighbour is named by the key of the row it begins after, ?after=key or ?before=key. A mangled key means the
    first page.
    """
    forward_key, back_key = _read(query.get("after", ""), by), _read(query.get("before", ""), by)
    is_back = back_key is not None
    key = back_key if is_back else forward_key
    down = descending != is_back
    if key is not None:
        queryset = queryset.filter(_beyond(key, by, down))
    found = fetch(first_rows(queryset, by=by, descending=down, size=size))
    has_more = len(found) > size
    rows = found[:size]
    if is_back:
        rows.reverse()
    has_before, has_after = (has_more, True) if is_back else (key is not None, has_more)
    return Page(
        rows=rows,
        newer_url=_url(query, "before", rows[0], by) if rows and has_before else None,
        older_url=_url(query, "after", rows[-1], by) if rows and has_after else None,
    )


def first_rows(queryset: QuerySet[Any], *, by: str = "", descending: bool = True, size: int = SIZE) -> QuerySet[Any]:
    """The rows of the first page, and one more to know whether there is a second."""
    sign = "-" if descending else ""
    return queryset.order_by(*[sign + column for column in (by, "id") if column])[: size + 1]


def first_page(found: list[Any], query: QueryDict, *, by: str = "", size: int = SIZE) -> Page:
    """The page of these `first_rows`, for an address that names no key."""
    rows = found[:size]
    return Page(rows, None, _url(query, "after", rows[-1], by) if len(found) > size else None)


class CappedCount(Subquery):
    """How many rows a queryset has, counted up to CAP + 1: an expression, so that one query counts many things."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__(queryset.order_by().values("pk")[: CAP + 1])


def as_count(number: int) -> str:
    """A capped count as it is shown: "12", "100+" from the cap on, "" for none."""
    return f"{CAP}+" if number > CAP else str(number or "")


def _beyond(key: tuple[datetime | None, int], by: str, down: bool) -> Q:
    at, pk = key
    way = "lt" if down else "gt"
    if not by:
        return Q(**{f"id__{way}": pk})
    # The first condition is implied by the second; it is there for the index.
    return Q(**{f"{by}__{way}e": at}) & (Q(**{f"{by}__{way}": at}) | Q(**{f"id__{way}": pk}))


def _read(text: str, by: str) -> tuple[datetime | None, int] | None:
    at, _, pk = text.rpartition("_")
    try:
        moment = datetime.fromisoformat(at) if by else None
        if moment is not None and moment.tzinfo is None:
            return None
        return moment, int(pk)
    except ValueError:
        return None


def _url(query: QueryDict, way: str, row: Model, by: str) -> str:
    key = f"{getattr(row, by).isoformat()}_{row.pk}" if by else str(row.pk)
    kept = {name: value for name, value in query.items() if name not in ("after", "before")}
    return "?" + urlencode({**kept, way: key})
