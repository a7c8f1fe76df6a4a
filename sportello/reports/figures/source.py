"""Where facts are asked: the Parquet files of this desk, or the tables of a warehouse that the team has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import TABLES, Table

from .dialects import DUCKDB, Dialect

Fetch = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Source:
    """relation: the rows of a table, as what may stand after FROM. fetch: a query's rows."""

    dialect: Dialect
    relation: Callable[[Table], str]
    fetch: Fetch


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
        lambda query: store.engine().execute(query).fetchall(),
    )


def warehouse(dialect: Dialect, schema: str, fetch: Fetch) -> Source:
    """The tables of docs/facts-tables.md under their names in a schema (database) of another engine."""
    assert all(name.isidentifier() for name in TABLES)
    return Source(dialect, lambda table: f"{schema}.{table.name}", fetch)
