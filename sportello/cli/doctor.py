"""`sportello doctor`: what may be wrong with a desk on this machine, before anybody has to ask."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sportello.config.readers import SettingError, Settings, read
from sportello.kit.locks import Busy, hold
from sportello.kit.terminal import _

SOUND_SQLITE = (3, 51, 3)
LITTLE_SPACE = 1024**3
SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """verdict: "OK", "WARN" (works, but) or "FAIL" (does not)."""

    verdict: str
    what: str
    found: str


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Every finding; changes nothing."""
    try:
        settings = read(environ)
    except SettingError as error:
        return [Finding("FAIL", _("settings"), str(error))]
    findings = [Finding("OK", _("settings"), str(settings.data))]
    for look in CHECKS:
        findings += look(settings)
    return findings


def _data(settings: Settings) -> Iterator[Finding]:
    what, data = _("data folder"), settings.data
    if not data.exists():
        yield Finding("WARN", what, _("{folder} does not exist yet; serve makes it.").format(folder=data))
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding("FAIL", what, _("{folder} cannot be written.").format(folder=data))
        return
    free = shutil.disk_usage(data).free
    verdict = "OK" if free > LITTLE_SPACE else "WARN"
    yield Finding(verdict, what, _("{megabytes} MB free").format(megabytes=free // 1024**2))
    try:
        hold(data / "worker.lock").release()
        yield Finding("OK", _("running"), _("no desk runs here now"))
    except Busy as busy:
        yield Finding("OK", _("running"), _("a desk runs here, process {pid}").format(pid=busy.pid))


def _sqlite(settings: Settings) -> Iterator[Finding]:
    import sportello.kit.sqlite  # noqa: F401, I001  puts the SQLite that the desk uses in place
    import sqlite3

    if settings.database.engine == "sqlite":
        sound = sqlite3.sqlite_version_info >= SOUND_SQLITE
        trouble = _("before 3.51.3 a WAL database can be damaged; install pysqlite3")
        yield Finding("OK" if sound else "WARN", "SQLite", sqlite3.sqlite_version + ("" if sound else f": {trouble}"))


def _database(settings: Settings) -> Iterator[Finding]:
    what = _("database")
    if settings.database.path is not None and not settings.database.path.exists():
        yield Finding("WARN", what, _("there is none yet; serve makes it."))
        return
    import django
    from django.db import Error

    django.setup()
    from sportello.config.prepare import is_migrated

    try:
        if is_migrated():
            yield Finding("OK", what, _("reachable and up to date"))
        else:
            yield Finding("WARN", what, _("older than the program; serve brings it up to date."))
    except Error as error:
        yield Finding("FAIL", what, str(error).strip())


def _mail_out(settings: Settings) -> Iterator[Finding]:
    what, way = _("mail out"), settings.mail_out
    if way is None:
        yield Finding("OK", what, _("not set here: mails wait in the outbox unless the desk names a server"))
    elif way.folder is not None:
        fine = way.folder.is_dir() and os.access(way.folder, os.W_OK)
        sentence = str(way.folder) if fine else _("{folder} cannot be written.").format(folder=way.folder)
        yield Finding("OK" if fine else "FAIL", what, sentence)
    else:
        try:
            socket.create_connection((way.host, way.port), timeout=SECONDS).close()
            yield Finding("OK", what, f"{way.host}:{way.port}")
        except OSError as error:
            yield Finding("FAIL", what, f"{way.host}:{way.port}: {error.strerror or error}")


def _clock(settings: Settings) -> Iterator[Finding]:
    # Nobody is asked for the time; a clock behind the newest file of the desk is wrong for certain.
    path = settings.database.path
    newest = path.stat().st_mtime if path is not None and path.exists() else 0.0
    now = datetime.now(UTC)
    behind = now.timestamp() < newest - 60
    sentence = _("behind the desk's own files") if behind else f"{now:%Y-%m-%d %H:%M} UTC"
    yield Finding("WARN" if behind else "OK", _("clock"), sentence)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_data, _sqlite, _database, _mail_out, _clock)
