"""Pages of a list in the order of names, by key: as fast on the last page as on the first."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from sportello.web.ui.paging import SIZE, Page, url


def by_name(found: QuerySet[Any], query: QueryDict, rows: Callable[[QuerySet[Any]], list[Any]] = list) -> Page:
    """The page that the address asks for: ?after= or ?before= the id of a row. A mangled one means the first page.

    rows: how they are fetched; each has `pk` and `name`.
    """
    key, is_back = _key(found, query)
    if key is not None:
        name, pk = key
        way = "lt" if is_back else "gt"
        # The first condition is implied by the second; it is there for the index.
        found = found.filter(**{f"name__{way}e": name}).filter(
            Q(**{f"name__{way}": name}) | Q(name=name, **{f"pk__{way}": pk})
        )
    fetched = rows(found.order_by(*(("-name", "-pk") if is_back else ("name", "pk")))[: SIZE + 1])
    shown, has_more = fetched[:SIZE], len(fetched) > SIZE
    if is_back:
        shown.reverse()
    has_before, has_after = (has_more, True) if is_back else (key is not None, has_more)
    return Page(
        rows=shown,
        newer_url=url(query, "before", str(shown[0].pk)) if shown and has_before else None,
        older_url=url(query, "after", str(shown[-1].pk)) if shown and has_after else None,
    )


def _key(found: QuerySet[Any], query: Mapping[str, str]) -> tuple[tuple[str, int] | None, bool]:
    for way in ("before", "after"):
        text = query.get(way, "")
        if text.isdecimal() and len(text) <= 18:
            row = found.filter(pk=int(text)).values_list("name", "pk").first()
            return row, way == "before" and row is not None
    return None, False
