"""What every test has: a closed network, throw-away data, and real services where a mark asks for one."""

import contextlib
import fcntl
import hashlib
import ipaddress
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests import services

pytest_plugins = ["tests.personas", "tests.shelves"]

# The same examples at each run of CI; elsewhere new ones, to find what nobody thought of. No deadline: machines differ.
hypothesis.settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("house")

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"
MARKS = {"postgres": "postgres", "dovecot": "dovecot", "browser": "chromium"}
ON_POSTGRES = "postgres" in settings.DATABASES["default"]["ENGINE"]

# --- which tests run -------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run again only what touches the database. A browser sees the same pages there.

    With CI=true real processes have a second try: what the first said is printed, and who reads it mends the cause.
    """
    if os.environ.get("CI") == "true":
        for item in items:
            if any(item.get_closest_marker(mark) for mark in MOVING):
                item.add_marker(pytest.mark.flaky(reruns=1))
    if ON_POSTGRES:
        bound = [item for item in items if _touches_database(item) and not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=[item for item in items if item not in bound])
        items[:] = bound


def _touches_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup", "real_database"}
    return item.get_closest_marker("django_db") is not None or bool(fixtures & set(getattr(item, "fixturenames", ())))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose service is missing is skipped by name; with CI=true it fails."""
    for mark, service in MARKS.items():
        if item.get_closest_marker(mark) and services.program(service) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{service} is not installed, and with CI=true every test has to run.", pytrace=False)
            pytest.skip(f"{service} is not installed")


# --- closed network --------------------------------------------------------------------------------------------------

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):  # a unix socket
        return True
    try:
        return address[0] in ("", "localhost") or ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


def _refuse(address: Any) -> None:
    if not _is_local(address):
        raise PermissionError(f"Tests stay on this machine, but one wanted to reach {address!r}.")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse(address)
    return _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse(address)
    return _connect_ex(self, address)


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded_connect)
        patch.setattr(socket.socket, "connect_ex", _guarded_connect_ex)
        yield


# --- frozen clock ----------------------------------------------------------------------------------------------------

MOVING = {"postgres", "dovecot", "browser", "slow"}


@pytest.fixture(autouse=True)
def frozen_clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """Time stands still until the test shifts it, so that none depends on the second it began in.

    Not where real processes take part (None).
    """
    moving = any(request.node.get_closest_marker(mark) for mark in MOVING)
    if moving or "real_database" in request.fixturenames or not _touches_database(request.node):
        yield None
        return
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller, pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sportello.desk.actions.configuration.FRESH_SECONDS", float("inf")
        )  # Its second stands still, too.
        yield traveller


# --- services --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def dovecot() -> Iterator[services.Dovecot]:
    """A real IMAP server; mark the test with `dovecot`."""
    with services.dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium's program, for Playwright's executable_path; mark the test with `browser`."""
    found = services.program("chromium")
    assert found is not None
    return found


# --- data ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def throw_away_data() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SPORTELLO_DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """A database of its own for each parallel process: SQLite's is in memory as it is, PostgreSQL's gets a name."""
    if ON_POSTGRES and hasattr(request.config, "workerinput"):
        database = settings.DATABASES["default"]
        database.setdefault("TEST", {})["NAME"] = f"test_{database['NAME']}_{request.config.workerinput['workerid']}"


@pytest.fixture(scope="session")
def migrated_file(django_db_blocker: Any) -> Path:
    """An empty, migrated SQLite desk, to be copied: made once for these migrations by whichever process comes first."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"desk-{_migrations()}.sqlite3"
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in CACHE.glob("desk-*"):
                old.unlink()
            part = path.with_suffix(".part")
            with django_db_blocker.unblock():
                _migrate(part)
            part.rename(path)
    return path


def _migrations() -> str:
    """What tells these migrations, on this SQLite, from others."""
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for file in sorted((ROOT / "sportello").glob("*/migrations/*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(path: Path) -> None:
    memory, configured = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**configured, "NAME": path}
    connections["default"] = connections.create_connection("default")
    call_command("migrate", verbosity=0)
    connections["default"].cursor().execute("PRAGMA journal_mode=DELETE")
    connections["default"].close()
    connections.settings["default"] = configured
    connections["default"] = memory


if not ON_POSTGRES:

    @pytest.fixture(scope="session")
    def django_db_setup(django_test_environment: None, django_db_blocker: Any, migrated_file: Path) -> Iterator[None]:
        """The usual database of the tests, in memory: a copy of the migrated file, which takes no time."""
        connection = connections["default"]
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = connection.creation._get_test_db_name()
            connection.ensure_connection()
            with contextlib.closing(sqlite3.connect(migrated_file)) as source:
                source.backup(connection.connection)
        yield
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture
def real_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that several threads and processes can write at once; yields its SPORTELLO_DATABASE_URL.

    The usual test database lives in the memory of one connection. Here the default database becomes a migrated file of
    its own on SQLite, and a flushed one on PostgreSQL. Every commit is real.
    """
    if ON_POSTGRES:
        request.getfixturevalue("transactional_db")
        database = settings.DATABASES["default"]
        yield f"postgres://{database['USER']}@/{database['NAME']}?host={database['OPTIONS']['host']}"
        return
    path = tmp_path / "desk.sqlite3"
    shutil.copyfile(request.getfixturevalue("migrated_file"), path)
    with request.getfixturevalue("django_db_blocker").unblock():
        memory = connections["default"]
        configured = connections.settings["default"]
        connections.settings["default"] = {**configured, "NAME": path}
        connections["default"] = connections.create_connection("default")
        yield f"sqlite:///{path}"
        connections["default"].close()
        connections.settings["default"] = configured
        connections["default"] = memory
