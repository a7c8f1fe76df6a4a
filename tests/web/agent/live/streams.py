"""A web process of its own, and somebody who listens to its stream."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

PATIENCE = 60.0


def session_of(person: Any) -> str:
    """The key of a session of this person, as signing in makes it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


class Stream:
    """GET /live on a port, read event by event."""

    def __init__(self, port: int, session_key: str, query: str = "", **headers: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}"
        said = {"Cookie": cookie, "Host": f"localhost:{port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        self._connection.request("GET", f"/live?{query}", headers=said)
        self.answer: HTTPResponse = self._connection.getresponse()
        self.status = self.answer.status

    def next(self) -> tuple[str, dict[str, Any], str]:
        """(event, data, id); event "" when the stream has ended."""
        event, data, key = "", "{}", ""
        while line := self.answer.readline().decode():
            name, _colon, value = line.rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                key = value
            elif not name and event:
                return event, json.loads(data), key
        return "", {}, ""

    def until(self, event: str, **wanted: Any) -> dict[str, Any]:
        """The data of the next such event whose data hold what is wanted; others are left out."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found, data, _key = self.next()
            if found == event and wanted.items() <= data.items():
                return data
            assert found, f"the stream ended before {event}"
        raise AssertionError(f"no {event} came")

    def close(self) -> None:
        # Its file keeps the socket open.
        self.answer.close()
        self._connection.close()


class WebProcess:
    """`sportello process web` on a database that others use too."""

    def __init__(self, database: str, folder: Path) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        links, answer = os.pipe()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SPORTELLO_", "TEST_"))},
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TEST_DATABASE_URL": database,
        }
        command = [sys.executable, "-m", "sportello", "process", "web"]
        self.log = folder.with_suffix(".log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--socket", str(listener.fileno()), "--answer", str(answer)],
                env=environment, pass_fds=(listener.fileno(), answer), stdout=log, stderr=log,
            )  # fmt: skip
        listener.close()
        os.close(answer)
        os.close(links)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> float:
        """As the supervisor does it; how long it took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - began


@contextmanager
def web_processes(database: str, folder: Path, count: int) -> Iterator[list[WebProcess]]:
    found = [WebProcess(database, folder / f"web{number}") for number in range(count)]
    try:
        yield found
    finally:
        for it in found:
            print(it.log.read_text())  # Shown where a test fails.
            if it.process.poll() is None:
                it.kill()
