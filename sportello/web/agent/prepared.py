"""Queries whose SQL is made once: the ORM makes it anew for each page, which takes five times as long as the answer.

Only the making is saved. What an agent may see is still what `access` says: a statement is kept for each set of rights,
made with a stand-in that has these rights and nothing else.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    NamedValuesListIterable,
    get_related_populators,
)

from sportello.desk import access
from sportello.desk.models import User

# A number that stands for the n-th key while a statement is made: FIRST_MARK + n. No desk has so many rows.
FIRST_MARK = 2**62

Row = Any


class prepared:
    """Decorate build(agent, *keys) -> QuerySet, keys being integers: calling it gives the list of rows.

    build must not look at the keys, and its queryset must not prefetch. `queryset` is the undecorated function.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.queryset = build
        self._statements: dict[tuple[access.Rights, int], _Statement | None] = {}

    def __call__(self, agent: User, *keys: int) -> list[Row]:
        shape = access.rights_of(agent), len(keys)
        if shape not in self._statements:
            self._statements[shape] = self._make(*shape)
        statement = self._statements[shape]
        return statement.fetch((agent.pk, *keys)) if statement else []

    def _make(self, rights: access.Rights, count: int) -> "_Statement | None":
        """None: these rights show nothing, whatever the keys."""
        agent, *keys = range(FIRST_MARK, FIRST_MARK + 1 + count)
        queryset = self.queryset(access.stand_in(rights, agent), *keys)
        compiler = queryset.query.get_compiler(using=connection.alias)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        if not set(keys) <= {it for it in parameters if isinstance(it, int)}:
            # It was looked at on the way, and would be ignored from now on.
            raise TypeError(f"a key does not arrive in the statement: {sql}")
        converters = tuple(
            (number, convert, expression)
            for number, (converts, expression) in compiler.get_converters(it for it, _, _ in compiler.select).items()
            for convert in converts
        )
        return _Statement(sql, tuple(parameters), converters, _reader(queryset, compiler))


@dataclass(frozen=True, slots=True)
class _Statement:
    """converters: (column, how the database's value becomes Python's, expression)."""

    sql: str
    parameters: tuple[Any, ...]
    converters: tuple[tuple[int, Callable[..., Any], Any], ...]
    as_row: Callable[[list[Any]], Row]

    def fetch(self, keys: Sequence[int]) -> list[Row]:
        values = [keys[it - FIRST_MARK] if type(it) is int and it >= FIRST_MARK else it for it in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            found = cursor.fetchall()
        rows = []
        for row in map(list, found):
            for column, convert, expression in self.converters:
                row[column] = convert(row[column], expression, connection)
            rows.append(self.as_row(row))
        return rows


def _reader(queryset: QuerySet[Any], compiler: Any) -> Callable[[list[Any]], Row]:
    """What makes a row of the columns, as the queryset's own iterable does."""
    kind = queryset._iterable_class
    if kind is ModelIterable:
        return _model_reader(queryset, compiler)
    if kind is FlatValuesListIterable:
        return lambda row: row[0]
    if kind is NamedValuesListIterable:
        columns = namedtuple("Columns", queryset._fields)  # type: ignore[misc,attr-defined]
        return columns._make
    return tuple


def _model_reader(queryset: QuerySet[Any], compiler: Any) -> Callable[[list[Any]], Row]:
    # Nothing public of Django's makes models with what select_related fetched.
    selected = compiler.klass_info["select_fields"]
    first, end = selected[0], selected[-1] + 1
    names = [column.target.attname for column, _sql, _alias in compiler.select[first:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
    from_db = queryset.model.from_db

    def read(row: list[Any]) -> Row:
        found = from_db(connection.alias, names, row[first:end])
        for populator in related:
            populator.populate(row, found)
        return found

    return read
