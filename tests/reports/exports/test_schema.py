"""What is written for other programs is loaded into them by its own script, and says the same."""

import re
from pathlib import Path

import duckdb
import psycopg
import pytest

from sportello.reports.exports import schema
from sportello.reports.figures import answer, source
from sportello.reports.figures.dialects import DUCKDB, POSTGRESQL
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import TABLES
from tests import services
from tests.reports.lived import Lived

ZONE = "Europe/Rome"
START, END = of_month(2026, 1, ZONE)[0], of_month(2026, 3, ZONE)[1]
KEYS = ("num_new_tickets", "num_solved_tickets", "first_reply_time_in_minutes_median", "backlog")


@pytest.fixture
def lived(db, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path / "data"
    Lived(seed=5).happen(60)
    sync.rebuild()
    return source.own()


def same(one, other):
    for split in ("month", "agent", "tag", "field:1"):
        asked = Query(KEYS, START, END, ZONE, (split,))
        assert answer.ask(other, asked) == answer.ask(one, asked), split


def test_export_for_duckdb_makes_views_that_say_the_same(lived, tmp_path):
    script = schema.export(tmp_path / "it's out")

    connection = duckdb.connect()
    connection.execute(script.read_text())

    same(lived, source.warehouse(DUCKDB, "facts", lambda query: connection.execute(query).fetchall()))
    assert connection.execute("SELECT name FROM facts.groups ORDER BY id").fetchall() == [("Support",), ("Network",)]


def test_export_again_replaces_the_files_under_the_views(lived, tmp_path):
    connection = duckdb.connect()
    connection.execute(schema.export(tmp_path).read_text())
    before = connection.execute("SELECT count(*) FROM facts.created").fetchone()

    (tmp_path / "created.parquet").unlink()
    schema.export(tmp_path)

    assert connection.execute("SELECT count(*) FROM facts.created").fetchone() == before
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.postgres
def test_export_for_postgresql_is_loaded_by_psql_and_says_the_same(lived, tmp_path):
    script = schema.export(tmp_path, schema.POSTGRESQL)

    with services.postgres() as url:
        address = url.replace("/desk?", "/postgres?")
        with psycopg.connect(address, autocommit=True) as connection:
            load(connection, script)
            load(connection, script)
            fetch = lambda query: connection.execute(query).fetchall()  # noqa: E731
            same(lived, source.warehouse(POSTGRESQL, "facts", fetch))


def load(connection, script):
    """As psql does: what begins with a backslash is copied by the client."""
    for line in script.read_text().splitlines():
        found = re.fullmatch(r"\\copy (\S+) FROM '(.*)' (WITH .*)", line)
        if found is None:
            connection.execute(line)
            continue
        table, path, how = found.groups()
        with connection.cursor().copy(f"COPY {table} FROM STDIN {how}") as copy, open(path, "rb") as file:
            copy.write(file.read())


def test_export_for_clickhouse_names_every_table(lived, tmp_path):
    said = schema.export(tmp_path, schema.CLICKHOUSE).read_text()

    assert all(f"AS SELECT * FROM file('{name}.parquet', Parquet);" in said for name in (*TABLES, *schema.NAMES))
    assert {it.name for it in tmp_path.glob("*.parquet")} == {f"{name}.parquet" for name in (*TABLES, *schema.NAMES)}


def test_export_holds_no_name_of_a_customer(lived, tmp_path):
    schema.export(tmp_path, schema.POSTGRESQL)

    written = "".join(it.read_text() for it in tmp_path.glob("*.csv"))

    assert "Customer " not in written
    assert "Anna" in written


def test_export_before_the_facts_are_folded_is_refused(db, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path

    with pytest.raises(store.Missing):
        schema.export(tmp_path / "out")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_questions_of_the_documentation_are_answered(lived, tmp_path, place):
    page = (Path(__file__).parents[3] / "docs" / "sql.md").read_text()
    question = (
        re.findall(r"```sql\n(.*?)```", page, re.DOTALL)[place]
        .replace("2026-10", "2026-01")
        .replace("2026-11", "2026-02")
    )
    connection = duckdb.connect()
    connection.execute(schema.export(tmp_path).read_text())

    assert connection.execute(question).fetchall()


def test_question_of_the_documentation_about_the_backlog_says_what_the_measure_says(lived, tmp_path):
    connection = duckdb.connect()
    connection.execute(schema.export(tmp_path).read_text())
    said = (
        "SELECT count(*) FROM facts.spells WHERE status NOT IN ('solved', 'closed') "
        f"AND happened_at < TIMESTAMP '{END:%Y-%m-%d %H:%M:%S}' "
        f"AND (until_at IS NULL OR until_at >= TIMESTAMP '{END:%Y-%m-%d %H:%M:%S}')"
    )

    (n,) = connection.execute(said).fetchone()

    assert n == answer.ask(lived, Query(("backlog",), START, END, ZONE)).totals["backlog"].value
