"""What a search finds, for whoever may see it: keys of rows, the newest first, a page at a time.

Quick with a million tickets, because whichever is fewer is looked up: the documents with these words, or the rows that
fulfil the conditions; when both are many they are walked through from the newest on. docs/algorithms/search.md
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from .. import access
from ..models import User
from ..rules.kinds import Moment
from ..rules.search_terms import EVERYWHERE, HEAD, ORGANIZATION, TICKET, USER, Asked
from ..words import Status
from . import index
from .questions import Beside, question

SIZE = 25
MOST_COUNTED = 1_000
RANKED = 200  # So few are sorted: what has the words in its title comes first.
FEW_DOCUMENTS = 1_000  # Not fewer than MOST_COUNTED.
FEW_ROWS = 2_000
LOOKED_AT = 1_000  # So many rows are looked at for a number of results,
CHUNKS = (100, 400, 1_000, 4_000)
COUNTING_CHUNKS = (LOOKED_AT, 4_000)
MOST_LOOKED_AT = 100_000  # so many for a page.
STATUSES = list(Status)


@dataclass(frozen=True, slots=True)
class Page:
    """keys: in their order. number: how many there are, at least, where not is_all.

    newer, older: by what the neighbours begin (?before=, ?after=); None: there are none. is_in_order: not where there
    are too many to be sorted as it was asked.
    """

    keys: tuple[int, ...]
    number: int = 0
    is_all: bool = True
    newer: int | None = None
    older: int | None = None
    is_in_order: bool = True


def find(
    agent: User,
    asked: Asked,
    kind: str,
    moment: Moment,
    *,
    after: int = 0,
    before: int = 0,
    size: int = SIZE,
    counts: bool = True,
) -> Page:
    """A page of what the agent may see. after, before: of a page's `older` and `newer`; counts: with their number.

    Raises Missing.
    """
    if kind not in asked.kinds or asked.is_empty:
        return Page(())
    search = _Search(agent, asked, kind, moment)
    known = search.few()
    if known is not None:
        return _slice(known, after, before, size)
    is_newest_first = asked.order is None or (asked.order.column == "created_at" and asked.order.descending)
    return replace(search.walk(after, before, size, counts=counts), is_in_order=is_newest_first)


def tickets(agent: User, asked: Asked, moment: Moment, limit: int) -> list[int]:
    """Every ticket that a search finds of those the agent may see, up to a limit, however long that takes."""
    if TICKET not in asked.kinds or asked.is_empty:
        return []
    search = _Search(agent, asked, TICKET, moment)
    known = search.few()
    return known[:limit] if known is not None else search.all(limit)


def _slice(known: list[int], after: int, before: int, size: int) -> Page:
    start = 0
    if after in known:
        start = known.index(after) + 1
    elif before in known:
        start = max(0, known.index(before) - size)
    shown = known[start : start + size]
    return Page(
        tuple(shown),
        min(len(known), MOST_COUNTED),
        len(known) <= MOST_COUNTED,
        newer=shown[0] if shown and start else None,
        older=shown[-1] if len(known) > start + size else None,
    )


class _Search:
    def __init__(self, agent: User, asked: Asked, kind: str, moment: Moment) -> None:
        self.kind, self.texts = kind, index.spelled_out(kind, asked.texts)
        self.has_words = any(not text.negated for group in asked.texts for text in group)
        self.is_limited = bool(asked.tests) or (kind == TICKET and not access.sees_every_ticket(agent))
        # Then what the index finds is what he may see.
        self.is_counted_by_words = self.has_words and not self.is_limited
        self._first: list[int] = []  # The newest with these words, when they are more than a few.
        self._asked = agent, asked.tests, moment
        self._order = asked.order

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """What fulfils the conditions and may be seen, all of it."""
        return self._fulfilling(Beside(one_by_one=False))

    @cached_property
    def among(self) -> QuerySet[Any]:
        """The same, for asking which of some rows are of it."""
        return self._fulfilling(Beside(one_by_one=True))

    def _fulfilling(self, beside: Beside) -> QuerySet[Any]:
        agent, tests, moment = self._asked
        asked = (question(self.kind, group, moment, beside) for group in tests)
        return _visible(agent, self.kind).filter(*asked).order_by()

    def few(self) -> list[int] | None:
        """All that is found, in order; None: it is too much to look it all up."""
        if self.has_words:
            self._first = index.find(self.kind, self.texts, FEW_DOCUMENTS + 1)
            if len(self._first) <= FEW_DOCUMENTS:
                there = self._there(self._first)
                return self._in_order([key for key in self._first if key in there])
            if not self.is_limited:
                return None
        rows = list(self.rows.values_list("pk", flat=True)[: FEW_ROWS + 1])
        if len(rows) > FEW_ROWS:
            return None
        return self._in_order(sorted(self._with_words(rows), reverse=True))

    def _there(self, keys: list[int]) -> set[int]:
        return set(self._those(keys).values_list("pk", flat=True)) if keys else set()

    def _those(self, keys: list[int]) -> QuerySet[Any]:
        """Those of them that fulfil the conditions and may be seen."""
        # As one value: the ORM takes longer over a thousand of them than the database.
        column = f'"{self.among.model._meta.db_table}"."id"'
        is_among, given = f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(keys)
        if connection.vendor == "postgresql":
            is_among, given = f"{column} = ANY(%s::bigint[])", f"{{{given[1:-1]}}}"
        return self.among.extra(where=[is_among], params=[given])

    def _with_words(self, keys: list[int]) -> set[int]:
        return index.among(self.kind, self.texts, keys) if self.texts else set(keys)

    def _in_order(self, keys: list[int]) -> list[int]:
        """As it was asked; what has nothing in that column is least."""
        order = self._order
        if order is None or not keys:
            return self._ranked(keys)
        values = dict(self._those(keys).values_list("pk", order.column))
        if order.column == "status":
            values = {key: STATUSES.index(status) for key, status in values.items()}
        return sorted(values, key=lambda key: (values[key] is not None, values[key], key), reverse=order.descending)

    def _ranked(self, keys: list[int]) -> list[int]:
        if not self.has_words or not 1 <= len(keys) <= RANKED:
            return keys
        titled = tuple(
            tuple(replace(text, parts=HEAD) if text.parts == EVERYWHERE else text for text in group)
            for group in self.texts
            if not all(text.negated for text in group)
        )
        first = index.among(self.kind, titled, keys)
        return sorted(keys, key=lambda key: key not in first)

    def walk(self, after: int, before: int, size: int, *, counts: bool) -> Page:
        """From the newest on; before: the other way round."""
        is_back = before > 0
        beyond = before or after or None
        goes_on = counts and beyond is None and not self.is_counted_by_words  # It counts on its way.
        found: list[int] = []
        stopped_at: int | None = None
        is_end = True
        chunks = COUNTING_CHUNKS if goes_on else CHUNKS
        for looked_at, last, keys in self._chunks(chunks, beyond, descending=not is_back):
            found += keys
            is_enough = len(found) > size
            if is_enough and not (goes_on and looked_at < LOOKED_AT and len(found) <= MOST_COUNTED):
                is_end = False
                break
            if looked_at >= MOST_LOOKED_AT:
                is_end, stopped_at = False, last
                break
        shown = found[:size]
        has_more = len(found) > size
        if goes_on:
            number, is_all = min(len(found), MOST_COUNTED), is_end and len(found) <= MOST_COUNTED
        else:
            number, is_all = self._number() if counts else (len(shown), False)
        if is_back:
            shown.reverse()
            return Page(tuple(shown), number, is_all, shown[0] if has_more else None, before)
        older = shown[-1] if has_more else stopped_at
        return Page(tuple(shown), number, is_all, (shown[0] if shown else after + 1) if after else None, older)

    def all(self, limit: int) -> list[int]:
        found: list[int] = []
        for _looked_at, _last, keys in self._chunks(CHUNKS, None, descending=True):
            found += keys
            if len(found) >= limit:
                break
        return found[:limit]

    def _number(self) -> tuple[int, bool]:
        if self.is_counted_by_words:
            return min(len(self._first), MOST_COUNTED), False
        number = 0
        for looked_at, _last, keys in self._chunks(COUNTING_CHUNKS, None, descending=True):
            number += len(keys)
            if number > MOST_COUNTED or looked_at >= LOOKED_AT:
                return min(number, MOST_COUNTED), False
        return number, True

    def _chunks(
        self, sizes: Iterable[int], beyond: int | None, *, descending: bool
    ) -> Iterator[tuple[int, int, list[int]]]:
        """(how many were looked at so far, the last of them, those of them that are found), one piece after another."""
        looked_at = size = 0
        coming = iter(sizes)
        while True:
            size = next(coming, size)
            if self.has_words:
                if beyond is None and descending and size < len(self._first):
                    keys = self._first[:size]
                else:
                    keys = index.find(self.kind, self.texts, size, beyond=beyond, descending=descending)
                there = self._there(keys)
            else:
                rows = self.rows if beyond is None else self.rows.filter(**{_side(descending): beyond})
                keys = list(rows.order_by("-pk" if descending else "pk").values_list("pk", flat=True)[:size])
                there = self._with_words(keys)
            looked_at += len(keys)
            if keys:
                beyond = keys[-1]
                yield looked_at, beyond, [key for key in keys if key in there]
            if len(keys) < size:
                return


def _side(descending: bool) -> str:
    return "pk__lt" if descending else "pk__gt"


def _visible(agent: User, kind: str) -> QuerySet[Any]:
    return {TICKET: access.tickets, USER: access.people, ORGANIZATION: access.organizations}[kind](agent)
