"""`sportello serve` as a newcomer meets it: real processes, real sockets, a folder of its own."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels.email.imap_server import Server, raw

pytestmark = pytest.mark.slow

SECONDS = 60


class Desk:
    """A running `sportello serve`; said: what it has printed so far."""

    def __init__(self, data: Path, *arguments: str) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")}
        environ |= {
            "SPORTELLO_DATA": str(data),
            "SPORTELLO_HTTP": "127.0.0.1:0",
            "SPORTELLO_MAIL_IN": "127.0.0.1:0",
            "LANG": "C.UTF-8",
        }
        self.environ = environ
        self.errors = data.with_suffix(".errors")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sportello", "serve", *arguments],
            env=environ, stdout=subprocess.PIPE, stderr=self.errors.open("w"), text=True,
        )  # fmt: skip
        self.said = ""

    def wait_for(self, word: str) -> str:
        """The address on the line that begins with word."""
        deadline = time.monotonic() + SECONDS
        while select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
            # Unbuffered, a byte at a time: what a buffer holds select does not see.
            line = ""
            while not line.endswith("\n") and (byte := os.read(self.process.stdout.fileno(), 1)):
                line += byte.decode()
            if not line:
                break
            self.said += line
            if line.startswith(word):
                return line.removeprefix(word).strip()
        raise AssertionError(f"{word} never came: {self.said}{self.errors.read_text()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until it was gone."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.communicate(timeout=SECONDS)
        return time.monotonic() - started


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def start(*arguments: str) -> Desk:
        desks.append(Desk(tmp_path / "desk", *arguments))
        return desks[-1]

    yield start
    for desk in desks:
        if desk.process.poll() is None:
            desk.process.kill()
        desk.process.communicate()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read().decode()


def test_serve_when_the_desk_is_empty_prints_where_it_is_and_shows_the_set_up_page(serve):
    desk = serve()

    page = desk.wait_for("Sportello:")
    setup = desk.wait_for("Set it up:")
    host, port = desk.wait_for("Mail in:").split(":")

    assert page.startswith("http://127.0.0.1:")
    assert setup.startswith(page)
    assert "<form" in fetch(setup)
    with socket.create_connection((host, int(port)), timeout=SECONDS) as listener:
        assert listener.recv(100).startswith(b"220 ")
    assert desk.stop() < 5
    assert desk.process.returncode == 0


def test_serve_when_a_page_names_a_static_file_gives_it_with_a_name_made_for_keeping(serve):
    desk = serve("--only", "web")
    setup = desk.wait_for("Set it up:")

    (path, *_) = re.findall(r'href="(/static/[^"]+\.css)"', fetch(setup))
    root = "/".join(setup.split("/")[:3])
    with urllib.request.urlopen(root + path, timeout=SECONDS) as answer:
        headers, body = answer.headers, answer.read()

    assert re.search(r"\.[0-9a-f]{12}\.css$", path)
    assert "immutable" in headers["Cache-Control"]
    assert body


def test_serve_when_another_runs_on_the_folder_says_so_and_leaves(serve):
    first = serve("--only", "web")
    first.wait_for("Sportello:")

    second = serve("--only", "web")
    second.process.communicate(timeout=SECONDS)

    assert second.process.returncode == 3
    assert str(first.process.pid) in second.errors.read_text()
    assert first.process.poll() is None


def test_serve_when_a_part_is_killed_brings_it_back(serve):
    desk = serve("--only", "web")
    url = desk.wait_for("Sportello:")
    (web,) = Path(f"/proc/{desk.process.pid}/task/{desk.process.pid}/children").read_text().split()

    os.kill(int(web), signal.SIGKILL)

    # The socket is the parent's: whoever asks meanwhile waits a moment and is answered.
    assert fetch(f"{url}/alive") == "ok"


def test_serve_when_stopped_and_started_again_keeps_the_data(serve, tmp_path):
    first = serve("--only", "web")
    first.wait_for("Sportello:")
    first.stop(signal.SIGINT)
    key, database = ((tmp_path / "desk" / name).stat().st_ino for name in ("secret.key", "desk.sqlite3"))

    second = serve("--only", "web")
    second.wait_for("Sportello:")
    second.stop()

    assert first.process.returncode == 0
    assert [(tmp_path / "desk" / name).stat().st_ino for name in ("secret.key", "desk.sqlite3")] == [key, database]


def test_serve_when_killed_can_be_started_again_at_once(serve):
    first = serve("--only", "web")
    first.wait_for("Sportello:")
    first.process.kill()
    first.process.wait()

    second = serve("--only", "web")

    assert second.wait_for("Sportello:")


def test_serve_when_its_port_is_taken_names_the_setting(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = {
            **os.environ,
            "SPORTELLO_DATA": str(tmp_path),
            "SPORTELLO_HTTP": f"127.0.0.1:{taken.getsockname()[1]}",
        }
        done = subprocess.run(
            [sys.executable, "-m", "sportello", "serve", "--only", "web"],
            env=environ, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("SPORTELLO_HTTP: ")


def test_serve_when_the_data_folder_is_a_file_in_the_way_says_so(tmp_path):
    (tmp_path / "file").touch()

    done = subprocess.run(
        [sys.executable, "-m", "sportello", "serve"],
        env={**os.environ, "SPORTELLO_DATA": str(tmp_path / "file" / "desk")},
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert str(tmp_path / "file") in done.stderr
    assert "Traceback" not in done.stderr


ADD_MAILBOX = """
import django, json, sys
django.setup()
from sportello.desk.actions import desks
desks.add_mailbox("help@desk.example", **json.loads(sys.argv[1]))
"""


@pytest.mark.dovecot
def test_serve_when_a_watched_mailbox_rings_takes_the_mail_in_and_still_stops_at_once(serve, dovecot):
    box = {"imap_host": dovecot.host, "imap_port": dovecot.port, "imap_user": "serve", "imap_security": "none"}
    server = Server(dovecot, "serve")
    desk = serve()
    desk.wait_for("Mail in:")
    environ = desk.environ | {"DJANGO_SETTINGS_MODULE": "sportello.config.settings"}
    words = json.dumps(box | {"imap_password": dovecot.password})
    subprocess.run([sys.executable, "-c", ADD_MAILBOX, words], env=environ, timeout=SECONDS, check=True)

    def count() -> int:
        status = [sys.executable, "-m", "sportello", "mail", "status", "--json"]
        done = subprocess.run(status, env=environ, capture_output=True, timeout=SECONDS, check=True)
        return json.loads(done.stdout)["received"]

    waits = []
    for number in (1, 2):
        server.deliver(raw(number))
        began = time.monotonic()
        while count() < number and time.monotonic() - began < SECONDS:
            pass
        waits.append(time.monotonic() - began)

    assert max(waits) < 20  # By the clock it would be 30.
    assert desk.stop() < 2
