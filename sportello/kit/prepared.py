"""Questions asked all the time, compiled once: the ORM takes ten times as long to write the SQL as to run it."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    NamedValuesListIterable,
    get_related_populators,
)

Values = ParamSpec("Values")
Answer = TypeVar("Answer")

# They stand for the values while the SQL is written: FIRST_NUMBER + n, FIRST_TEXT + "n". No desk has so many rows.
FIRST_NUMBER, FIRST_TEXT = 2**62, "\ue000value "


def prepared(build: Callable[Values, "QuerySet[Any, Answer]"]) -> Callable[Values, list[Answer]]:
    """Make of a function that builds a queryset from numbers and texts one that gives its rows, compiled at first use.

    build must not look at its values: the same SQL serves them all, so no None, no branch, no prefetch_related.
    """
    statements: dict[Any, Statement | None] = {}

    @wraps(build)
    def ask(*values: Values.args, **none: Values.kwargs) -> list[Answer]:
        kinds = tuple(isinstance(value, str) for value in values)
        shape = connections[DEFAULT_DB_ALIAS].vendor, kinds
        if shape not in statements:
            statements[shape] = make(build(*marks(kinds)), len(kinds))  # type: ignore[call-arg]
        statement = statements[shape]
        return statement.fetch(values) if statement else []

    return ask


def marks(kinds: Sequence[bool]) -> list[Any]:
    """What stands for the values, in order; True: a text, False: a number."""
    return [f"{FIRST_TEXT}{place}" if is_text else FIRST_NUMBER + place for place, is_text in enumerate(kinds)]


def make(queryset: "QuerySet[Any, Any]", count: int) -> "Statement | None":
    """The statement of a queryset built with `count` marks. None: it never has rows."""
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    places = tuple(_place(parameter) for parameter in parameters)
    # A value that did not arrive in the statement was looked at on the way, and would be ignored from now on.
    assert {*range(count)} <= {*places}, sql
    converters = tuple(
        (column, convert, expression)
        for column, (converts, expression) in compiler.get_converters([it for it, _, _ in compiler.select]).items()
        for convert in converts
    )
    return Statement(sql, tuple(zip(parameters, places, strict=True)), converters, _reader(queryset, compiler))


def _place(parameter: Any) -> int | None:
    if isinstance(parameter, str):
        return int(parameter.removeprefix(FIRST_TEXT)) if parameter.startswith(FIRST_TEXT) else None
    # psycopg has a type of its own for each size of number.
    return int(parameter) - FIRST_NUMBER if isinstance(parameter, int) and parameter >= FIRST_NUMBER else None


@dataclass(frozen=True, slots=True)
class Statement:
    """parameters: (itself, or the place of the value that takes it). converters: (column, convert, expression)."""

    sql: str
    parameters: tuple[tuple[Any, int | None], ...]
    converters: tuple[tuple[int, Callable[..., Any], Any], ...]
    as_row: Callable[[list[Any]], Any]

    def fetch(self, values: Sequence[Any]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [it if place is None else values[place] for it, place in self.parameters])
            found = cursor.fetchall()
        rows = []
        for row in map(list, found):
            for column, convert, expression in self.converters:
                row[column] = convert(row[column], expression, connection)
            rows.append(self.as_row(row))
        return rows


def _reader(queryset: "QuerySet[Any, Any]", compiler: Any) -> Callable[[list[Any]], Any]:
    """What makes a row of the columns, as the queryset's own iterable does."""
    kind = queryset._iterable_class
    if kind is ModelIterable:
        return _model_reader(queryset, compiler)
    if kind is FlatValuesListIterable:
        return lambda row: row[0]
    if kind is NamedValuesListIterable:
        columns: Any = namedtuple("Columns", queryset._fields)  # type: ignore[attr-defined, misc]
        return columns._make
    return tuple


def _model_reader(queryset: "QuerySet[Any, Any]", compiler: Any) -> Callable[[list[Any]], Any]:
    # Nothing public of Django's makes models with what select_related fetched.
    selected = compiler.klass_info["select_fields"]
    first, end = selected[0], selected[-1] + 1
    names = [column.target.attname for column, _sql, _alias in compiler.select[first:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    from_db = queryset.model.from_db

    def read(row: list[Any]) -> Any:
        found = from_db(DEFAULT_DB_ALIAS, names, row[first:end])
        for populator in related:
            populator.populate(row, found)
        return found

    return read
