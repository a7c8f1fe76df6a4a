"""Where facts are asked: the Parquet files of this desk, or the tables of a warehouse that the team has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import Table

from .dialects import DUCKDB, Dialect

# So many rows of an answer are in memory together.
MOST_ROWS = 500_000
Fetch = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Source:
    """relation: the rows of a table, as what may stand after FROM. fetch: a query's rows."""

    dialect: Dialect
    relation: Callable[[Table], str]
    fetch: Fetch


def limited(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of a query that asked for one more than MOST_ROWS. Raises Invalid("period") where it got it."""
    if len(rows) > MOST_ROWS:
        raise too_many()
    return rows


def too_many() -> Invalid:
    return Invalid("period", _("These are too many combinations: choose a shorter period, or fewer dimensions."))


def own() -> Source:
    """The desk's own facts, as they stand now; all figures of one page should be asked of one source.

    Raises store.Missing before they are built for the first time.
    """
    folder = sync.folder()
    manifest = store.load(folder)
    if manifest is None:
        raise store.Missing
    return Source(
        DUCKDB,
        lambda table: f"({store.relation(folder, manifest, table)})",
        _fetch,
    )


def _fetch(query: str) -> list[tuple[Any, ...]]:
    query.encode()  # Half a letter is a fault of who asks; the engine would end with one of its own.
    return store.engine().execute(query).fetchall()


def warehouse(dialect: Dialect, schema: str, fetch: Fetch) -> Source:
    """The tables of docs/facts-tables.md under their names in a schema (database) of another engine."""
    assert schema.isidentifier()
    return Source(dialect, lambda table: f"{schema}.{table.name}", fetch)
