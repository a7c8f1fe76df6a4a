"""The backend: write-ahead log, immediate transactions, full durability, and a fair queue of writers."""

import os
import threading
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base as django_sqlite
from django.db.utils import OperationalError

from ..accents import plain

try:
    import fcntl
except ImportError:  # Windows: SQLite's own busy handler has to do
    fcntl = None  # type: ignore[assignment]

_held = threading.local()
_open_files: set[int] = set()


def _forget_after_fork() -> None:
    # A forked child shares its parent's lock until it closes its copy; closing does not let the parent's turn go.
    for file in _open_files:
        os.close(file)
    _open_files.clear()
    _held.__dict__.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def _fold(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _plain(text: str | None) -> str | None:
    return plain(text) if isinstance(text, str) else text


def _refuse_read_only(path: str) -> None:
    files = [file for file in (path, f"{path}-wal", f"{path}-shm") if os.path.exists(file)]
    if path and not all(os.access(it, os.W_OK) for it in (os.path.dirname(path) or ".", *files)):
        raise OperationalError("attempt to write a readonly database")


@lru_cache(maxsize=2_000)
def _with_question_marks(query: str) -> str:
    return django_sqlite.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Cursor(django_sqlite.SQLiteCursorWrapper):
    """Remembers how a statement reads in SQLite's own manner: Django looks through all of it at each call."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        return _with_question_marks(query)


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """Takes turns: a write transaction first waits in the kernel's queue for a lock on `<database>.lock`.

    SQLite's busy handler sleeps and retries, so that under load one writer can starve for seconds; flock serves
    waiters in order and is let go by the kernel when a process dies. Plain statements outside a transaction do not
    take the lock: they are short, and SQLite's own locks keep them right. A thread that already holds the lock
    through another connection to the same file would wait for itself and gets OperationalError instead.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock_file: int | None = None

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def get_new_connection(self, conn_params: Any) -> Any:
        # What cannot be written SQLite opens for reading, and then this whole process could never write again. Looked
        # at before, and after in case it came in between.
        path = "" if self.is_in_memory_db() else str(conn_params["database"])
        _refuse_read_only(path)
        connection = super().get_new_connection(conn_params)
        try:
            _refuse_read_only(path)
        except OperationalError:
            connection.close()
            raise
        # SQLite's own LOWER knows ASCII alone.
        connection.create_function("SPORTELLO_FOLD", 1, _fold, deterministic=True)
        connection.create_function("SPORTELLO_PLAIN", 1, _plain, deterministic=True)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._unlock()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # when it fails Django rolls back, and then the turn is over
        self._unlock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._unlock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._unlock()

    def _lock(self) -> None:
        if fcntl is None or self._lock_file is not None or self.is_in_memory_db():
            return
        path = f"{self.settings_dict['NAME']}.lock"
        mine: set[str] = _held.__dict__.setdefault("paths", set())
        if path in mine:
            raise OperationalError("This thread is already writing through another connection to the same database.")
        # A new open each time: the lock belongs to this open file, so threads of one process exclude each other too.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except BaseException:
            os.close(file)
            raise
        self._lock_file = file
        _open_files.add(file)
        mine.add(path)

    def _unlock(self) -> None:
        if self._lock_file is None:
            return
        file, self._lock_file = self._lock_file, None
        _held.__dict__.get("paths", set()).discard(f"{self.settings_dict['NAME']}.lock")
        if file in _open_files:  # not so in a forked child
            _open_files.remove(file)
            fcntl.flock(file, fcntl.LOCK_UN)  # closing alone would not do while a child just forked has its copy still
            os.close(file)
