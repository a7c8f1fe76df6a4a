"""The same figures on another engine, to the last digit: the facts as a warehouse of the team would have them."""

import importlib.util
import json
from datetime import date

import psycopg
import pytest

from sportello.desk.errors import Invalid
from sportello.reports.figures import answer, filters, source
from sportello.reports.figures.dialects import CLICKHOUSE, POSTGRESQL
from sportello.reports.figures.dimensions import DIMENSIONS
from sportello.reports.figures.measures import MEASURES, is_of_tickets
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import schema, store, sync
from sportello.reports.folding.schema import TABLES
from tests import services
from tests.reports.lived import Lived

ZONE = "Europe/Rome"
START, END = of_month(2026, 1, ZONE)[0], of_month(2026, 3, ZONE)[1]
FILTER = {
    "all": [{"field": "current_tags", "operator": "not_includes", "value": "invoice"}],
    "any": [
        {"field": "priority", "operator": "greater_than", "value": "low"},
        {"field": "satisfaction_score", "operator": "is", "value": "good"},
        {"field": "group_id", "operator": "is", "value": ""},
    ],
}
POSTGRES_TYPES = {
    schema.ID: "bigint",
    schema.TIME: "timestamp",
    schema.TEXT: "text",
    schema.INTEGER: "integer",
    schema.FLAG: "boolean",
    schema.DAY: "date",
    schema.TEXTS: "text[]",
    schema.TEXT_BY_TEXT: "jsonb",
}


@pytest.fixture
def lived(db, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    Lived(seed=3).happen(150)
    sync.rebuild()
    return source.own()


def same_figures(one, other):
    """Every measure in every split that it knows, and under a filter."""
    keys = tuple(MEASURES)
    for split in ("", "month", "week", *DIMENSIONS, "field:1"):
        dimensions = (split,) if split else ()
        known = tuple(key for key in keys if _knows(key, dimensions))
        asked = Query(known, START, END, ZONE, dimensions)
        assert answer.ask(other, asked) == answer.ask(one, asked), split
    of_tickets = tuple(filter(is_of_tickets, keys))
    asked = Query(of_tickets, START, END, ZONE, ("month", "group"), filters.read(FILTER))
    assert answer.ask(other, asked) == answer.ask(one, asked)
    for key in ("num_solved_tickets", "backlog", "first_contact_strict_percentage"):
        cell = answer.ask(one, Query((key,), START, END, ZONE, ("month", "tag"))).rows[0].cell
        asked = Query((key,), START, END, ZONE, ("month", "tag"))
        assert answer.tickets(other, asked, key, cell) == answer.tickets(one, asked, key, cell)


def _knows(key, dimensions):
    try:
        Query((key,), START, END, ZONE, dimensions)
    except Invalid:
        return False
    return True


@pytest.mark.postgres
def test_figures_on_postgresql_then_the_same(lived):
    with (
        services.postgres() as url,
        psycopg.connect(url.replace("/desk?", "/postgres?"), autocommit=True) as connection,
    ):
        connection.execute("CREATE SCHEMA facts")
        manifest = store.load(sync.folder())
        for table in TABLES.values():
            columns = ", ".join(f'"{it.name}" {POSTGRES_TYPES[it.type]}' for it in table.columns)
            connection.execute(f"CREATE TABLE facts.{table.name} ({columns})")
            rows = store.engine().execute(store.relation(sync.folder(), manifest, table)).fetchall()
            places = ", ".join(["%s"] * len(table.columns))
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO facts.{table.name} VALUES ({places})",
                    [[json.dumps(it) if isinstance(it, dict) else it for it in row] for row in rows],
                )

        same_figures(lived, source.warehouse(POSTGRESQL, "facts", lambda query: connection.execute(query).fetchall()))


@pytest.mark.skipif(
    importlib.util.find_spec("chdb") is None, reason="chdb (ClickHouse in the process) is not installed"
)
def test_figures_on_clickhouse_then_the_same(lived, tmp_path):
    from chdb import session

    engine = session.Session()
    engine.query("CREATE DATABASE facts")
    manifest = store.load(sync.folder())
    for table in TABLES.values():
        path = tmp_path / f"{table.name}.parquet"
        store.copy(store.relation(sync.folder(), manifest, table), path)
        engine.query(
            f"CREATE TABLE facts.{table.name} ENGINE = MergeTree ORDER BY tuple() AS "
            f"SELECT * FROM file('{path}', Parquet)"
        )

    def fetch(query):
        said = str(engine.query(query, "JSONCompact"))
        return [tuple(map(_read, row, json.loads(said)["meta"])) for row in json.loads(said)["data"]]

    same_figures(lived, source.warehouse(CLICKHOUSE, "facts", fetch))


def _read(value, column):
    if value is None or "Date" not in column["type"]:
        return int(value) if isinstance(value, str) and "Int" in column["type"] else value
    return date.fromisoformat(value)
