"""The tables of a first start are those that the migrations make, on both databases."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from sportello.config import prepare

SQLITE = {
    "columns": 'SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden FROM sqlite_master t '
    "JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name <> 'sqlite_sequence'",
    "keys": 'SELECT t.name, k."from", k."table", k."to", k.on_delete FROM sqlite_master t '
    "JOIN pragma_foreign_key_list(t.name) k WHERE t.type = 'table'",
    "indexes and triggers": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type <> 'table' AND sql <> ''",
    "search": "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'",
}
POSTGRES = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity, "
    "character_maximum_length FROM information_schema.columns WHERE table_schema = current_schema()",
    "keys and checks": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = current_schema()::regnamespace",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c "
    "ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace",
}


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[None]:
    """An empty one beside the migrated one of `real_database`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA first")
            cursor.execute("SET search_path TO first")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO public")
            cursor.execute("DROP SCHEMA first CASCADE")
        return
    connection.close()
    connection.settings_dict["NAME"] = tmp_path / "first.sqlite3"
    yield


@pytest.fixture
def migrated_schema(real_database: str) -> dict[str, list[str]]:
    return schema()


@pytest.mark.django_db(transaction=True)
def test_first_start_makes_the_tables_of_the_migrations(
    migrated_schema: dict[str, list[str]], empty_database: None
) -> None:
    prepare.migrate()

    assert schema() == migrated_schema
    assert prepare.is_migrated()


def schema() -> dict[str, list[str]]:
    """Everything that the database knows of its tables, whatever order the columns stand in."""
    asked = POSTGRES if connection.vendor == "postgresql" else SQLITE
    found = {}
    with connection.cursor() as cursor:
        for name, question in asked.items():
            cursor.execute(question)
            found[name] = sorted(str(row).replace("first.", "").replace("public.", "") for row in cursor.fetchall())
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            found["checks and unique"] = sorted(
                f"{table}: {constraint}" for table, sql in cursor.fetchall() for constraint in constraints(sql)
            )
        cursor.execute("SELECT app, name FROM django_migrations")
        found["migrations"] = sorted(map(str, cursor.fetchall()))
        cursor.execute("SELECT app_label, model FROM django_content_type")
        found["content types"] = sorted(map(str, cursor.fetchall()))
    return found


def constraints(sql: str) -> Iterator[str]:
    """Of a CREATE TABLE of SQLite its named constraints and its checks of columns."""
    yield from re.findall(r'CONSTRAINT "\w+" (?:CHECK|UNIQUE) \(.*?\)(?=, CONSTRAINT|\)$)', sql)
    yield from re.findall(r'"\w+" [^",]*CHECK \(.*?\)(?=,|\)$)', sql)
