"""The SQLite backend among real processes and threads."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from sportello.kit.sqlite import OPTIONS

WRITER = """
import sys, time
from django.conf import settings
from sportello.kit.sqlite import OPTIONS
settings.configure(DATABASES={"default": {"ENGINE": "sportello.kit.sqlite", "NAME": sys.argv[1], "OPTIONS": OPTIONS}})
from django.db import connection, transaction
name, seconds, until_killed = sys.argv[2], float(sys.argv[3]), len(sys.argv) > 4
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
written, worst, end = 0, 0.0, time.monotonic() + seconds
while time.monotonic() < end:
    asked = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        worst = max(worst, time.monotonic() - asked)
        cursor.execute("SELECT count(*) FROM line WHERE writer = %s", [name])
        before = cursor.fetchone()[0]
        cursor.execute("INSERT INTO line (writer, number) VALUES (%s, %s)", [name, before])
        if until_killed and before == 20:
            print("holding", flush=True)
            time.sleep(60)
    written += 1
    if until_killed:
        print(written, flush=True)
print(written, worst, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "desk.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE line (writer TEXT, number INTEGER, UNIQUE (writer, number))")
    connection.close()
    return path


@pytest.fixture
def connection(path: Path, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A connection to the database at path, known to Django as "file"; "other" is a second one."""
    for alias in ("file", "other"):
        database = {"ENGINE": "sportello.kit.sqlite", "NAME": path, "OPTIONS": OPTIONS}
        monkeypatch.setitem(connections.settings, alias, connections.settings["default"] | database)
    with django_db_blocker.unblock():
        yield connections["file"]
        for alias in ("file", "other"):
            connections[alias].close()
            del connections[alias]


def insert(connection: Any, writer: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO line (writer, number) VALUES (%s, %s)", [writer, number])


def lines(path: Path) -> list[tuple[str, int]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT writer, number FROM line ORDER BY writer, number").fetchall()
    finally:
        connection.close()


def is_free(path: Path) -> bool:
    """Whether a process that comes now could write at once."""
    import fcntl

    with open(f"{path}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def writers(path: Path, count: int, *arguments: str) -> list[subprocess.Popen[str]]:
    found = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), f"writer {number}", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(count)
    ]  # fmt: skip
    for process in found:
        assert process.stdout.readline() == "ready\n"
    for process in found:
        process.stdin.write("go\n")
        process.stdin.flush()
    return found


def test_sqlite_where_the_wheel_exists_has_no_wal_reset_bug():
    pytest.importorskip("pysqlite3")

    assert sqlite3.sqlite_version_info >= (3, 51, 3)


def test_connection_when_opened_is_durable_and_checks_foreign_keys(connection):
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        foreign_keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]

    assert found == {"journal_mode": "wal", "synchronous": 2}
    assert foreign_keys == 1


def test_transaction_when_open_keeps_other_writers_waiting_and_frees_them_at_its_end(connection, path):
    with transaction.atomic(using="file"):
        insert(connection, "a", 1)
        inside = is_free(path)

    assert (inside, is_free(path)) == (False, True)
    assert lines(path) == [("a", 1)]


def test_transaction_when_nested_holds_the_turn_until_the_outer_one_ends(connection, path):
    with transaction.atomic(using="file"):
        with pytest.raises(ZeroDivisionError), transaction.atomic(using="file"):
            insert(connection, "lost", 1)
            raise ZeroDivisionError
        insert(connection, "kept", 1)
        inside = is_free(path)

    assert (inside, is_free(path)) == (False, True)
    assert lines(path) == [("kept", 1)]


def test_transaction_when_it_raises_gives_its_turn_back(connection, path):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="file"):
        insert(connection, "a", 1)
        raise ZeroDivisionError

    assert is_free(path)
    assert lines(path) == []


def test_connection_when_closed_in_a_transaction_gives_its_turn_back(connection, path):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="file"):
        insert(connection, "a", 1)
        connection.close()
        raise ZeroDivisionError

    assert is_free(path)
    assert lines(path) == []


def test_statement_outside_a_transaction_when_alone_is_committed(connection, path):
    insert(connection, "a", 1)

    assert lines(path) == [("a", 1)]


def test_transaction_when_its_thread_already_writes_elsewhere_is_refused_instead_of_waiting_for_itself(connection):
    with transaction.atomic(using="file"):
        with pytest.raises(OperationalError, match="already writing"), transaction.atomic(using="other"):
            pass

        insert(connection, "a", 1)

    with transaction.atomic(using="other"):
        insert(connections["other"], "a", 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork_when_its_parent_writes_does_not_keep_the_turn(connection, path):
    read, write = os.pipe()
    with transaction.atomic(using="file"):
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
    free = is_free(path)
    os.close(write)
    os.close(read)
    os.waitpid(child, 0)

    assert free


def test_write_storm_when_processes_hammer_loses_nothing_and_starves_nobody(path):
    storm = writers(path, 2, "1.5")

    results = [process.communicate(timeout=30)[0].split() for process in storm]

    counts = [int(written) for written, _ in results]
    assert len(lines(path)) == sum(counts)
    assert [number for writer, number in lines(path) if writer == "writer 0"] == list(range(counts[0]))
    assert max(float(worst) for _, worst in results) < 1.0
    assert min(counts) > max(counts) / 4


def test_kill_when_a_writer_dies_holding_its_turn_lets_others_on_and_keeps_what_was_committed(path):
    (victim,) = writers(path, 1, "60", "until killed")
    acknowledged = 0
    while (said := victim.stdout.readline().strip()) != "holding":
        acknowledged = int(said)

    victim.send_signal(signal.SIGKILL)
    victim.wait()
    started = time.monotonic()
    (survivor,) = writers(path, 1, "0.2")
    survivor.communicate(timeout=30)

    assert acknowledged == 20
    assert time.monotonic() - started < 10
    assert lines(path)[:20] == [("writer 0", number) for number in range(20)]
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
