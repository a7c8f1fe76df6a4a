"""Mailboxes read when their server rings, against a real IMAP server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

import pytest

from sportello.channels.email import fetch
from sportello.channels.email.fetch import Fetcher
from sportello.desk.actions import desks
from sportello.desk.models import Mailbox
from tests import services
from tests.channels.email.imap_server import contents, raw

pytestmark = [pytest.mark.django_db, pytest.mark.dovecot]

SECONDS = 10.0  # Far less than until the next reading by the clock.


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher()
    yield fetcher
    fetcher.close()


def steps_until(fetcher: Fetcher, reached: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not reached() and time.monotonic() < deadline:
        fetcher.step()
    return reached()


def watches() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("idle ")]


def is_watched(number: int = 1) -> bool:
    return len(watches()) == number and all(watch.idle_since for watch in watches())


class Proxy:
    """A way to the server that can be cut."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _peer = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.pairs.append((near, far))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while found := one.recv(65536):
                other.sendall(found)
            other.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        for pair in self.pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()


def test_mail_when_it_arrives_in_a_watched_mailbox_then_read_at_once(fetcher, server, box):
    assert steps_until(fetcher, is_watched)
    fetcher.step()

    for number in (1, 2):
        server.deliver(raw(number))
        assert steps_until(fetcher, lambda: len(contents()) == number)  # noqa: B023

    assert contents() == [raw(1), raw(2)]


def test_mailboxes_when_several_with_folders_then_each_is_watched(fetcher, server, box, dovecot, user):
    server.box.folder.create("Requests")
    Mailbox.objects.update(imap_folders=["INBOX", "Requests"])
    desks.add_mailbox(
        "other@desk.example",
        imap_password=dovecot.password,
        imap_host=dovecot.host,
        imap_port=dovecot.port,
        imap_user=f"{user}-other",
        imap_security="none",
    )
    assert steps_until(fetcher, lambda: is_watched(3))
    fetcher.step()

    server.deliver(raw(1), folder="Requests")

    assert steps_until(fetcher, lambda: contents() == [raw(1)])


def test_watch_when_the_connection_drops_then_made_again(fetcher, server, box):
    proxy = Proxy(box.imap_port)
    Mailbox.objects.update(imap_port=proxy.port)
    assert steps_until(fetcher, is_watched)
    (before,) = watches()

    proxy.cut()

    assert steps_until(fetcher, lambda: is_watched() and before not in watches())
    server.deliver(raw(1))
    assert steps_until(fetcher, lambda: contents() == [raw(1)])
    proxy.listener.close()


def test_mailbox_when_removed_or_changed_then_its_watch_ends(fetcher, server, box, user):
    assert steps_until(fetcher, is_watched)
    (before,) = watches()

    Mailbox.objects.update(imap_user=f"{user}-else")
    changed = steps_until(fetcher, lambda: is_watched() and before not in watches())
    Mailbox.objects.update(active=False)

    assert changed
    assert steps_until(fetcher, lambda: watches() == [])


def test_mailbox_when_it_cannot_be_read_then_not_watched_and_asked_less_and_less(fetcher, box, monkeypatch):
    Mailbox.objects.update(imap_folders=["Lost"])
    now = [1000.0]
    monkeypatch.setattr(fetch, "monotonic", lambda: now[0])
    monkeypatch.setattr(fetch, "LOOK_SECONDS", 0.0)
    read_at: list[float] = []
    while len(read_at) < 9:
        Mailbox.objects.update(checked_at=None)
        fetcher.step()
        if Mailbox.objects.get().checked_at:
            read_at.append(now[0])
        now[0] += 15

    assert [later - earlier for earlier, later in pairwise(read_at)] == [
        30, 30, 30, 60, 120, 240, 480, 600,
    ]  # fmt: skip
    assert watches() == []


def test_server_when_it_offers_no_idle_then_read_by_the_clock_alone(fetcher, user, monkeypatch):
    monkeypatch.setattr(
        services, "DOVECOT_CONFIGURATION", services.DOVECOT_CONFIGURATION + "imap_capability = IMAP4rev1\n"
    )
    monkeypatch.setattr(fetch, "POLL_SECONDS", 0.5)
    with services.dovecot() as plain:
        desks.add_mailbox(
            "help@desk.example",
            imap_password=plain.password,
            imap_host=plain.host,
            imap_port=plain.port,
            imap_user=user,
            imap_security="none",
        )
        seen = set()
        for _time in range(4):
            Mailbox.objects.update(checked_at=None)
            assert steps_until(fetcher, lambda: Mailbox.objects.get().checked_at is not None)
            seen |= set(watches())

    assert len(seen) <= 1
    assert watches() == []
