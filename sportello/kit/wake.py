"""Rings when anything was committed, by whichever process: what sleeps wakes at once, and polling is the exception."""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connections

from sportello.kit.sqlite.base import DatabaseWrapper

POLL_SECONDS = 0.06
# Notices of PostgreSQL that come within this are one ring.
TOGETHER_SECONDS = 0.03
LISTEN_SECONDS = 0.5
# How often a connection that hears nothing is tried: the other end may have gone without a word.
TRY_SECONDS = 15.0
# While nobody can tell, everybody looks this often.
BLIND_SECONDS = 1.0
CHANNEL = "sportello"  # the triggers of migration 0014


class Bell:
    """Wakes every sleeper at once. A ring between looking for work and falling asleep is not missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        return self._rings

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, timeout: float) -> None:
        """Sleep until somebody rings, timeout seconds at most; not at all if it rang since `heard` was read."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout)


def watch(ring: Callable[[], None], stop: threading.Event) -> None:
    """Call ring after every commit until stop is set: the work of a thread of its own.

    SQLite: within 60 ms, 6 microseconds a look. PostgreSQL: at once, for the tables that have the trigger; each second
    while its connection is lost. A database in memory belongs to one connection and rings nothing.
    """
    connection = connections["default"]
    if isinstance(connection, DatabaseWrapper):
        if not connection.is_in_memory_db():
            _watch_file(str(connection.settings_dict["NAME"]), ring, stop)
    else:
        _listen(connection.copy(), ring, stop)


def _watch_file(database: str, ring: Callable[[], None], stop: threading.Event) -> None:
    last: int | None = None
    watcher: sqlite3.Connection | None = None
    while not stop.wait(POLL_SECONDS):
        try:
            if watcher is None:
                watcher = sqlite3.connect(database, isolation_level=None)
            version = watcher.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            watcher = None
            continue
        if version != last:
            last = version
            ring()
    if watcher is not None:
        watcher.close()


def _listen(connection: Any, ring: Callable[[], None], stop: threading.Event) -> None:
    """connection: one of its own, for nobody else."""
    while not stop.is_set():
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            ring()  # What was committed before anybody listened.
            _hear(connection, ring, stop)
        except DatabaseError:
            connection.close()
            ring()
            stop.wait(BLIND_SECONDS)
    connection.close()


def _hear(connection: Any, ring: Callable[[], None], stop: threading.Event) -> None:
    """Ring at every notice. Raises DatabaseError when the connection is lost."""
    tried_at = time.monotonic()
    while not stop.is_set():
        with connection.wrap_database_errors:
            heard = list(connection.connection.notifies(timeout=LISTEN_SECONDS, stop_after=1))
        if heard:
            ring()
            stop.wait(TOGETHER_SECONDS)
        elif time.monotonic() - tried_at > TRY_SECONDS:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            tried_at = time.monotonic()
