"""The facts for other programs: a file for each table and a script that makes tables or views of them. docs/sql.md"""

import os
from collections.abc import Callable
from pathlib import Path

from django.utils import translation

from sportello.desk.actions import configuration
from sportello.desk.models import Organization, User
from sportello.desk.rules.texts import in_language
from sportello.desk.words import Role
from sportello.reports import articles
from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import DAY, FLAG, ID, INTEGER, TABLES, TEXT, TEXT_BY_TEXT, TEXTS, TIME, Column

DUCKDB, POSTGRESQL, CLICKHOUSE = "duckdb", "postgresql", "clickhouse"
POSTGRESQL_TYPES = {
    ID: "bigint",
    TIME: "timestamp",
    TEXT: "text",
    INTEGER: "integer",
    FLAG: "boolean",
    DAY: "date",
    TEXTS: "text[]",
    TEXT_BY_TEXT: "jsonb",
}
# What the numbers of agents, groups, organizations, own fields and articles are called now; of people only the desk's
# own.
NAMES = ("agents", "groups", "organizations", "fields", "articles")
NAME_COLUMNS = (Column("id", ID, "as in the facts"), Column("name", TEXT, "what it is called now"))


def export(folder: Path, engine: str = DUCKDB) -> Path:
    """Write all tables as they stand now, each file there whole or not at all, and the script, whose path is returned.

    engine: DUCKDB and CLICKHOUSE read Parquet, POSTGRESQL CSV. Raises store.Missing.
    """
    facts = sync.folder()
    manifest = store.load(facts)
    if manifest is None:
        raise store.Missing
    folder.mkdir(parents=True, exist_ok=True)
    write = _csv if engine == POSTGRESQL else _parquet
    suffix = "csv" if engine == POSTGRESQL else "parquet"
    columns = {table.name: table.columns for table in TABLES.values()} | dict.fromkeys(NAMES, NAME_COLUMNS)
    for table in TABLES.values():
        write(store.relation(facts, manifest, table), folder / f"{table.name}.{suffix}", table.columns)
    for name, rows in _names().items():
        write(_values(rows), folder / f"{name}.{suffix}", NAME_COLUMNS)
    script = folder / f"{engine}.sql"
    said = _SCRIPTS[engine](folder.resolve(), columns)
    temporary = script.with_suffix(".new")
    temporary.write_text(said, encoding="utf-8")
    os.replace(temporary, script)
    return script


def _names() -> dict[str, list[tuple[int, str]]]:
    known = configuration.current()
    language = known.desk.language
    with translation.override(language):
        fields = [(pk, in_language(it.title, language)) for pk, it in known.custom_fields.items()]
    return {
        "agents": list(User.objects.exclude(role=Role.END_USER).order_by("pk").values_list("pk", "name")),
        "groups": [(pk, it.name) for pk, it in known.groups.items()],
        "organizations": list(Organization.objects.order_by("pk").values_list("pk", "name")),
        "fields": fields,
        "articles": list(articles.titles(language).items()),
    }


def _values(rows: list[tuple[int, str]]) -> str:
    literals = ", ".join(f"({pk}::BIGINT, {_text(name)})" for pk, name in rows)
    empty = "SELECT NULL::BIGINT AS id, NULL::VARCHAR AS name WHERE false"
    return f"SELECT * FROM (VALUES {literals}) AS names(id, name)" if rows else empty


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _parquet(query: str, path: Path, _columns: tuple[Column, ...]) -> None:
    store.copy(query, path)


def _csv(query: str, path: Path, columns: tuple[Column, ...]) -> None:
    """As PostgreSQL's COPY reads it: lists as arrays, maps as JSON."""
    quoted = "lambda it: concat('\"', replace(replace(it, '\\', '\\\\'), '\"', '\\\"'), '\"')"
    shown = {
        TEXTS: f"concat('{{{{', array_to_string(list_transform({{0}}, {quoted}), ','), '}}}}') AS {{0}}",
        TEXT_BY_TEXT: "to_json({0})::VARCHAR AS {0}",
    }
    selected = ", ".join(shown.get(it.type, "{0}").format(f'"{it.name}"') for it in columns)
    temporary = path.with_suffix(".new")
    copy = (
        f"COPY (SELECT {selected} FROM ({query})) TO {_text(str(temporary))} (FORMAT csv, HEADER true, FORCE_QUOTE *)"
    )
    store.engine(path.parent).execute(copy)
    temporary.replace(path)


Columns = dict[str, tuple[Column, ...]]


def _duckdb(folder: Path, columns: Columns) -> str:
    views = (
        f"CREATE OR REPLACE VIEW facts.{name} AS SELECT * FROM read_parquet({_text(str(folder / name) + '.parquet')});"
        for name in columns
    )
    return "\n".join(("CREATE SCHEMA IF NOT EXISTS facts;", *views, ""))


def _clickhouse(_folder: Path, columns: Columns) -> str:
    """Files are asked for by their names alone: the server reads them in its own folder (user_files)."""
    tables = (
        f"CREATE OR REPLACE TABLE facts.{name} ENGINE = MergeTree ORDER BY tuple() "
        f"AS SELECT * FROM file('{name}.parquet', Parquet);"
        for name in columns
    )
    return "\n".join(("CREATE DATABASE IF NOT EXISTS facts;", *tables, ""))


def _postgresql(folder: Path, columns: Columns) -> str:
    """For psql: everything anew in one transaction, so that whoever asks meanwhile finds the tables as they were."""
    lines = ["BEGIN;", "DROP SCHEMA IF EXISTS facts CASCADE;", "CREATE SCHEMA facts;"]
    for name, its in columns.items():
        typed = ", ".join(f'"{it.name}" {POSTGRESQL_TYPES[it.type]}' for it in its)
        lines.append(f"CREATE TABLE facts.{name} ({typed});")
        lines.append(f"\\copy facts.{name} FROM {_text(str(folder / (name + '.csv')))} WITH (FORMAT csv, HEADER true)")
    return "\n".join((*lines, "COMMIT;", ""))


_SCRIPTS: dict[str, Callable[[Path, Columns], str]] = {
    DUCKDB: _duckdb,
    POSTGRESQL: _postgresql,
    CLICKHOUSE: _clickhouse,
}
