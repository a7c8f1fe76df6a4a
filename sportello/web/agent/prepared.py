"""What pages ask all the time, compiled once (`kit.prepared`) for each set of rights.

Only the compiling is saved. What an agent may see is what `access` says: a statement is made with a stand-in that has
the agent's rights and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from sportello.desk import access
from sportello.desk.models import User
from sportello.kit.prepared import Statement, make, marks

MARKS = (str, datetime)


class prepared:
    """Decorate build(agent, *keys) -> QuerySet, keys being integers: calling it gives the list of rows.

    build must not look at the keys, and its queryset must not prefetch. `queryset` is the undecorated function.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.queryset = build
        self._statements: dict[tuple[access.Rights, int], Statement | None] = {}

    def __call__(self, agent: User, *keys: int) -> list[Any]:
        shape = access.rights_of(agent), len(keys)
        if shape not in self._statements:
            self._statements[shape] = self._make(*shape)
        statement = self._statements[shape]
        return statement.fetch((*keys, agent.pk)) if statement else []

    def _make(self, rights: access.Rights, count: int) -> Statement | None:
        """None: these rights show nothing, whatever the keys."""
        # The agent comes last and need not arrive: whoever sees everything is not asked for in the statement.
        *keys, agent = marks([False] * (count + 1))
        statement = make(self.queryset(access.stand_in(rights, agent), *keys), count)
        return statement and with_words(statement)


def rows_of(queryset: QuerySet[Any]) -> list[Any]:
    """The rows of a queryset that cannot be prepared, with its texts in the statement too."""
    statement = make(queryset, 0)
    return with_words(statement).fetch(()) if statement else []


def with_words(statement: Statement, places: Mapping[Any, int] = MappingProxyType({})) -> Statement:
    """The statement with its texts in it: the partial indexes of SQLite ("unsolved") are found by literals only.

    places: parameters that are marks too, and the place of the value that each stands for.
    """
    parameters = [(it, places.get(it, place) if isinstance(it, MARKS) else place) for it, place in statement.parameters]
    shown = tuple(_quoted(it) if isinstance(it, str) and place is None else "%s" for it, place in parameters)
    return replace(
        statement,
        sql=statement.sql.replace("%%", "%%%%") % shown,
        parameters=tuple((it, place) for it, place in parameters if not isinstance(it, str) or place is not None),
    )


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("%", "%%") + "'"
