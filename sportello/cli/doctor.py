"""`sportello doctor`: what may be wrong with a desk on this machine, before anybody has to ask."""

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sportello.config.checks import problems
from sportello.config.readers import Address, SettingError, Settings, read
from sportello.kit.locks import Busy, hold
from sportello.kit.mail_out import MailOut
from sportello.kit.terminal import _

SOUND_SQLITE = (3, 51, 3)
LITTLE_SPACE = 1024**3
NO_SPACE = 50 * 1024**2
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """verdict: "OK", "WARN" (works, but) or "FAIL" (does not). todo: what to do about it."""

    verdict: str
    what: str
    found: str
    todo: str = ""


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Every finding; changes nothing and sends nothing."""
    try:
        settings = read(environ)
    except SettingError as error:
        return [Finding("FAIL", _("settings"), str(error), _("docs/settings.md has a line for each of them."))]
    return [finding for look in CHECKS for finding in look(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    found = list(problems(settings))
    for problem in found:
        words = f"{problem.setting}: {problem.sentence} (sportello.{problem.number})"
        yield Finding("FAIL" if problem.is_error else "WARN", _("settings"), words, problem.hint)
    if not found:
        yield Finding("OK", _("settings"), str(settings.data))


def _data(settings: Settings) -> Iterator[Finding]:
    what, data = _("data folder"), settings.data
    if not data.exists():
        yield Finding("WARN", what, _("{folder} does not exist yet; serve makes it.").format(folder=data))
        return
    free = shutil.disk_usage(data).free
    verdict = "OK" if free > LITTLE_SPACE else "WARN" if free > NO_SPACE else "FAIL"
    todo = "" if verdict == "OK" else _("Make room: on a full disk no mail is taken in.")
    yield Finding(verdict, what, _("{megabytes} MB free").format(megabytes=free // 1024**2), todo)
    if os.access(data, os.W_OK | os.X_OK):
        pid = _holder(settings, "worker")
        running = _("a desk runs here, process {pid}").format(pid=pid) if pid else _("no desk runs here now")
        yield Finding("OK", _("running"), running)


def _holder(settings: Settings, part: str) -> int:
    """The process that runs this part of the desk, 0 when none does."""
    path = settings.data / f"{part}.lock"
    if not path.exists():
        return 0
    try:
        hold(path).release()
    except Busy as busy:
        return busy.pid
    return 0


def _ports(settings: Settings) -> Iterator[Finding]:
    for part, name, address in (("web", "HTTP", settings.http), ("mail", "MAIL_IN", settings.mail_in)):
        yield _port(f"SPORTELLO_{name}", address, _holder(settings, part))


def _port(what: str, address: Address, pid: int) -> Finding:
    if address.port == 0:
        return Finding("OK", what, _("a free port is taken at the start"))
    try:
        family, kind, protocol, _name, target = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and pid:
            return Finding("OK", what, _("{address}, held by the running desk").format(address=address))
        todo = {
            errno.EADDRINUSE: _("Another program listens there: end it, or choose another port."),
            errno.EACCES: _("Ports below 1024 need a right of their own: choose another port."),
        }.get(error.errno or 0, _("This machine has no such address: choose another."))
        return Finding("FAIL", what, f"{address}: {error.strerror or error}", todo)
    return Finding("OK", what, _("{address} is free").format(address=address))


def _notices(settings: Settings) -> Iterator[Finding]:
    """Browsers take an app, and notices while no page is open, only from where nobody can have changed the page."""
    url = urlsplit(settings.public_url)
    safe = url.scheme == "https" or (url.hostname or "") in ("localhost", "127.0.0.1", "::1")
    todo = "" if safe else _("Put a proxy with https before the desk, and set SPORTELLO_PUBLIC_URL.")
    found = settings.public_url if safe else _("{url}: browsers want https").format(url=settings.public_url)
    yield Finding("OK" if safe else "WARN", _("app and notices on devices"), found, todo)


def _sqlite(settings: Settings) -> Iterator[Finding]:
    import sportello.kit.sqlite  # noqa: F401, I001  puts the SQLite that the desk uses in place
    import sqlite3

    if settings.database.engine == "sqlite":
        sound = sqlite3.sqlite_version_info >= SOUND_SQLITE
        trouble = _("before 3.51.3 a WAL database can be damaged")
        found = sqlite3.sqlite_version + ("" if sound else f": {trouble}")
        yield Finding("OK" if sound else "WARN", "SQLite", found, "" if sound else _("Install pysqlite3."))


def _database(settings: Settings) -> Iterator[Finding]:
    """The database, and how mail goes in and out, part of which is in it."""
    from sportello.cli.session import open_desk

    open_desk()
    what = _("database")
    if settings.database.path is not None and not settings.database.path.exists():
        yield Finding("WARN", what, _("there is none yet; serve makes it."))
        yield _mail_out(settings.mail_out)
        return
    from django.db import Error, transaction

    from sportello.config.prepare import is_migrated
    from sportello.delivery import outbox, transport
    from sportello.desk.models import Desk

    try:
        if not is_migrated():
            yield Finding("WARN", what, _("older than the program; serve brings it up to date."))
            return
        with transaction.atomic():
            # Changes no row, and yet asks for the right and the lock to change one.
            Desk.objects.filter(pk=-1).update(name="")
        yield Finding("OK", what, _("reachable, writable and up to date"))
        yield from _mailboxes()
        yield _mail_out(outbox.way_out())
    except Error as error:
        todo = _("See that the database runs, that SPORTELLO_DATABASE_URL leads to it, and that it may be written.")
        yield Finding("FAIL", what, str(error).strip(), todo)
    except transport.Failed as failed:
        yield Finding(
            "FAIL", _("mail out"), str(failed), _("Set SPORTELLO_MAIL_OUT, or bring the old secret.key back.")
        )


def _mailboxes() -> Iterator[Finding]:
    from sportello.channels.email import imap as desk_imap
    from sportello.kit import imap

    for mailbox in desk_imap.mailboxes():
        try:
            imap.check(desk_imap.account(mailbox), timeout=SECONDS)
            yield Finding("OK", mailbox.address, _("can be read at {host}").format(host=mailbox.imap_host))
        except imap.CannotRead as trouble:
            yield Finding("FAIL", mailbox.address, str(trouble), _("Mails wait on that server until it can be read."))


def _mail_out(way: MailOut | None) -> Finding:
    """Sign in as if to send, and leave."""
    from sportello.kit import smtp

    what = _("mail out")
    if way is None:
        return Finding("OK", what, _("set nowhere, or a demo: mails stay in the outbox page"))
    if way.folder is not None:  # Whether it can be written the checks of the settings say.
        return Finding("OK", what, str(way.folder))
    try:
        smtp.close(smtp.connect(way, timeout=SECONDS))
        return Finding("OK", what, f"{way.host}:{way.port}")
    except smtp.CannotSend as trouble:
        found = str(trouble)
    return Finding("FAIL", what, found, _("Mails wait in the outbox and are tried again: look at server and password."))


def _clock(settings: Settings) -> Iterator[Finding]:
    # Nobody is asked for the time; a clock behind the newest file of the desk is wrong for certain.
    path = settings.database.path
    newest = path.stat().st_mtime if path is not None and path.exists() else 0.0
    now = datetime.now(UTC)
    behind = now.timestamp() < newest - 60
    sentence = _("behind the desk's own files") if behind else f"{now:%Y-%m-%d %H:%M} UTC"
    todo = _("Set the machine's clock, best by NTP: the protocol lives by it.") if behind else ""
    yield Finding("WARN" if behind else "OK", _("clock"), sentence, todo)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _settings,
    _data,
    _ports,
    _notices,
    _sqlite,
    _database,
    _clock,
)
