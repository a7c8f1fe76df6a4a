"""When mailboxes are read: as soon as their server says that something has come (IDLE, RFC 2177), else by the clock.

A watch, one thread with one connection for each folder, only rings; the mailbox is then read as ever (imap.py). So a
watch that breaks, hangs or hears nothing costs minutes and loses nothing.
"""

import select
import threading
from dataclasses import dataclass, field
from time import monotonic

import structlog
from imap_tools import BaseMailBox

from sportello.channels.email import imap
from sportello.desk.models import Mailbox
from sportello.kit.imap import Account, CannotRead, connected, open_folder

log = structlog.get_logger()

LOOK_SECONDS = 0.5  # until a change of a mailbox's settings is noticed
POLL_SECONDS = 30.0
# Where every folder is watched, only in case the server forgot to ring.
WATCHED_POLL_SECONDS = 300.0
LAST_RETRY_SECONDS = 600.0
# IDLE is begun anew before routers forget a quiet connection; RFC 2177 allows 29 minutes.
RENEW_SECONDS = 540.0
SETTLED_SECONDS = 60.0
# Servers allow an account some ten connections, and a person's mail program wants them too.
FOLDERS_WATCHED = 3


class Fetcher:
    """The mailboxes that are fetched, each read when it is due."""

    def __init__(self) -> None:
        self._bell = threading.Event()
        self._cares: dict[int, _Care] = {}

    def step(self) -> bool:
        """Wait a moment at most for a server to ring, then read what is due. Always False: it waits by itself."""
        self._bell.wait(LOOK_SECONDS)
        self._bell.clear()
        mailboxes = {mailbox.pk: mailbox for mailbox in imap.mailboxes()}
        for pk in self._cares.keys() - mailboxes.keys():
            self._cares.pop(pk).end()
        for mailbox in mailboxes.values():
            self._look_after(mailbox)
        return False

    def close(self) -> None:
        """End all watches and wait for them."""
        for care in self._cares.values():
            care.end()
        for care in self._cares.values():
            for watch in care.watches:
                watch.join()

    def _look_after(self, mailbox: Mailbox) -> None:
        settings = (
            mailbox.imap_host, mailbox.imap_port, mailbox.imap_security, mailbox.imap_user, mailbox.imap_secret,
            *mailbox.imap_folders,
        )  # fmt: skip
        care = self._cares.get(mailbox.pk)
        if care is None or care.settings != settings:
            if care is not None:
                care.end()
            care = self._cares[mailbox.pk] = _Care(settings, self._bell)
        if not care.is_due():
            return
        if imap.read(mailbox):
            self._bell.set()
        elif mailbox.last_error:
            care.failed()
        else:
            care.succeeded(mailbox)


@dataclass(slots=True)
class _Care:
    """One mailbox: when it is due (by the monotonic clock), and who watches it. settings: those it was made for."""

    settings: tuple[object, ...]
    bell: threading.Event
    due: float = 0.0
    failures: int = 0
    drops: int = 0
    is_watchable: bool = True
    watches: "list[_Watch]" = field(default_factory=list)

    def is_due(self) -> bool:
        now = monotonic()
        ended = [watch for watch in self.watches if not watch.is_alive()]
        if ended:
            self.is_watchable = all(watch.is_offered for watch in ended)
            settled = any(watch.idle_since and now - watch.idle_since > SETTLED_SECONDS for watch in ended)
            self.drops = 0 if settled else self.drops + 1
            self.end()
            self.due = min(self.due, now + min(2.0**self.drops, LAST_RETRY_SECONDS))
        if any(watch.has_rung() for watch in self.watches):
            self.due = now
        return self.due <= now

    def failed(self) -> None:
        """The server is in trouble, or does not let us in: ask less often, and without watches."""
        self.failures += 1
        self.end()
        self.due = monotonic() + min(POLL_SECONDS * 2 ** max(0, self.failures - 3), LAST_RETRY_SECONDS)

    def succeeded(self, mailbox: Mailbox) -> None:
        self.failures = 0
        account = imap.account(mailbox)
        if self.is_watchable and not self.watches:
            self.watches = [_Watch(account, folder, self.bell) for folder in account.folders[:FOLDERS_WATCHED]]
            for watch in self.watches:
                watch.start()
        is_watched = len(self.watches) == len(account.folders) and all(watch.idle_since for watch in self.watches)
        self.due = monotonic() + (WATCHED_POLL_SECONDS if is_watched else POLL_SECONDS)

    def end(self) -> None:
        for watch in self.watches:
            watch.end.set()
        self.watches = []


class _Watch(threading.Thread):
    """Rings when the server says something about a folder. Ends by itself when the connection does."""

    def __init__(self, account: Account, folder: str, bell: threading.Event) -> None:
        super().__init__(name=f"idle {folder}", daemon=True)
        self.end = threading.Event()
        self.is_offered = True
        self.idle_since: float | None = None
        self._account, self._folder, self._bell = account, folder, bell
        self._rung = threading.Event()

    def has_rung(self) -> bool:
        """Whether it rang since it was asked last."""
        rung = self._rung.is_set()
        self._rung.clear()
        return rung

    def run(self) -> None:
        try:
            with connected(self._account) as server:
                open_folder(server, self._folder)
                _kind, words = server.client.capability()
                self.is_offered = b"IDLE" in words[0].upper().split()
                while self.is_offered and not self.end.is_set():
                    self._idle(server)
        except CannotRead as trouble:
            log.info("watch ended", folder=self._folder, reason=str(trouble))
        except Exception as surprise:  # An answer that no server should give.
            log.warning("watch ended", folder=self._folder, reason=type(surprise).__name__)
        finally:
            self._bell.set()

    def _idle(self, server: BaseMailBox) -> None:
        """Until the server says something, whatever it is. What came before it listened is read after this ring."""
        server.idle.start()
        self.idle_since = self.idle_since or monotonic()
        self._rung.set()
        self._bell.set()
        until = monotonic() + RENEW_SECONDS
        while not self.end.is_set() and monotonic() < until:
            if select.select([server.client.sock], [], [], LOOK_SECONDS)[0]:
                break
        server.idle.stop()
