"""Pages by key instead of by number: as fast on the last page as on the first, and no row twice while others arrive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.http import QueryDict

SIZE = 50
CAP = 100
Key = tuple[datetime | None, int]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, in reading order, and the addresses of its neighbours (None at an end)."""

    rows: list[Any]
    newer_url: str | None
    older_url: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an order: what has the column `by`, sorted by it, or what has none, by id. after: a key within it.

    by: "" for an order by id alone. has: None where every row has it.
    """

    by: str
    descending: bool
    has: bool | None = None
    after: Key | None = None

    def of(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of a page, and one more to know whether there is another."""
        by = "" if self.has is False else self.by
        if self.has is not None:
            queryset = queryset.filter(**{f"{self.by}__isnull": not self.has})
        if self.after is not None:
            queryset = queryset.filter(_beyond(self.after, by, self.descending))
        sign = "-" if self.descending else ""
        return queryset.order_by(*[sign + column for column in (by, "id") if column])[: SIZE + 1]


def page(queryset: QuerySet[Any], query: QueryDict) -> Page:
    """The page that the address asks for, newest first."""
    return keyed(query, lambda stretch: list(stretch.of(queryset)))


def keyed(
    query: QueryDict,
    fetch: Callable[[Stretch], list[Any]],
    *,
    by: str = "",
    descending: bool = True,
    nullable: bool = False,
) -> Page:
    """The page that the address asks for. `by`: the time column that sorts before the id; nullable: rows without it
    stand last.

    A neighbour is named by the key of the row it begins after, ?after=key or ?before=key. A mangled key means the
    first page.
    """
    forward_key, back_key = (_read(query.get(way, ""), by, nullable) for way in ("after", "before"))
    is_back = back_key is not None
    key = back_key if is_back else forward_key
    found: list[Any] = []
    for has in _stretches(key, nullable, is_back):
        is_first = key is not None and has in (None, key[0] is not None)
        found += fetch(Stretch(by, descending != is_back, has, key if is_first else None))
        if len(found) > SIZE:
            break
    has_more = len(found) > SIZE
    rows = found[:SIZE]
    if is_back:
        rows.reverse()
    has_before, has_after = (has_more, True) if is_back else (key is not None, has_more)
    return Page(
        rows=rows,
        newer_url=url(query, "before", _key(rows[0], by)) if rows and has_before else None,
        older_url=url(query, "after", _key(rows[-1], by)) if rows and has_after else None,
    )


def _stretches(key: Key | None, nullable: bool, is_back: bool) -> Sequence[bool | None]:
    """Which stretches come, from the one of the key on."""
    if not nullable:
        return (None,)
    order = (False, True) if is_back else (True, False)
    return order[order.index(key[0] is not None) :] if key is not None else order


class CappedCount(Subquery):
    """How many rows a queryset has, counted up to cap + 1: an expression, so that one query counts many things."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, queryset: QuerySet[Any], *, cap: int = CAP, of: str = "pk") -> None:
        super().__init__(queryset.order_by().values(of)[: cap + 1])


def as_count(number: int, *, is_all: bool = True) -> str:
    """A capped count as it is shown: "12", "100+" from the cap on, "" for none.

    is_all: whether everything was looked at; else there are at least so many, "12+".
    """
    if number > CAP:
        return f"{CAP}+"
    return "" if not number else str(number) if is_all else f"{number}+"


def url(query: QueryDict, way: str, key: str) -> str:
    """The address of a neighbour: `way` is "after" or "before"."""
    kept = {name: value for name, value in query.items() if name not in ("after", "before")}
    return "?" + urlencode({**kept, way: key})


def _beyond(key: Key, by: str, down: bool) -> Q:
    at, pk = key
    way = "lt" if down else "gt"
    if not by:
        return Q(**{f"id__{way}": pk})
    # The first condition is implied by the second; it is there for the index.
    return Q(**{f"{by}__{way}e": at}) & (Q(**{f"{by}__{way}": at}) | Q(**{f"id__{way}": pk}))


def _read(text: str, by: str, nullable: bool) -> Key | None:
    at, _, pk = text.rpartition("_")
    try:
        moment = datetime.fromisoformat(at) if by and (at or not nullable) else None
        if (moment is not None and moment.tzinfo is None) or not 0 <= int(pk) < 2**63:
            return None
        return moment, int(pk)
    except ValueError:
        return None


def _key(row: Any, by: str) -> str:
    if not by:
        return str(row.pk)
    at = getattr(row, by)
    return f"{at.isoformat() if at else ''}_{row.pk}"
