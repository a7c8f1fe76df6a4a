"""The hub over HTTP, as real processes."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sportello.benchmark import client, exchange
from sportello.benchmark.distribution import How, standing_in
from sportello.benchmark.file import LIMIT, Signed, sign
from sportello.benchmark.hub import PER_ADDRESS, Hub
from sportello.benchmark.refusals import Refused
from sportello.benchmark.server import Application
from sportello.kit import outward
from tests.benchmark.desks import NOW, a_file, key

pytestmark = pytest.mark.slow

MONTH = "2026-10"
# Files of a month are taken for ten days: the processes live in the days after it, whenever the tests run.
SPORTELLO = """
import sys, time_machine
time_machine.travel(sys.argv.pop(1), tick=True).start()
from sportello.cli import main
main()
"""
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "en_GB.UTF-8", "PYTHONUNBUFFERED": "1"}
COMMAND = (sys.executable, "-c", SPORTELLO, NOW.isoformat(), "benchmark")
# A desk's whole part, run by a Python of its own: its file to the hub, and what the hub answers.
DESK = """
import sys
from sportello.benchmark import client
from sportello.benchmark.file import read
from datetime import datetime
signed = read(sys.stdin.buffer.read(), datetime.fromisoformat(sys.argv[2]))
print(client.send(sys.argv[1], signed, private=True))
"""


@dataclass
class Running:
    url: str
    folder: Path
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, object]]:
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said


def sportello(*arguments: str, **options):
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, timeout=180, env=ENVIRONMENT, check=False, **options)


def handed_in_by_a_process(url: str, desk: Signed) -> bytes:
    command = [sys.executable, "-c", DESK, url, NOW.isoformat()]
    octets = desk.as_bytes()
    return subprocess.run(command, input=octets, capture_output=True, timeout=180, env=ENVIRONMENT, check=True).stdout


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[Running]:
    """One for all, since it takes seconds to start; what floods it comes last."""
    folder = tmp_path_factory.mktemp("hub")
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [*COMMAND, "hub", "--data", folder, "--http", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=log, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        assert url.startswith("http://127.0.0.1:"), (folder / "log").read_text()
        yield Running(url, folder, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        log.close()


def test_hub_and_desks_as_processes_exchange_a_month(hub):
    """Ten desks hand in, two of them as processes of their own; the month is frozen by command and read by both."""
    desks = [sign(a_file(first_reply_time_in_minutes_mean=(60 * n, 500)), key(n)) for n in range(1, 13)]

    said = [handed_in_by_a_process(hub.url, desk) for desk in (*desks[:2], desks[0])]
    assert said == [b"received\n", b"received\n", b"same\n"]
    assert {client.send(hub.url, desk, private=True) for desk in desks[2:]} == {"received"}
    assert client.months(hub.url, private=True) == []
    with pytest.raises(Refused, match="not_published"):
        client.fetch(hub.url, MONTH, private=True)

    frozen = sportello("freeze", MONTH, "--data", str(hub.folder))
    assert (frozen.returncode, frozen.stdout.decode()) == (0, f"{MONTH} is published for 5 cohorts of desks.\n")

    found = client.fetch(hub.url, MONTH, private=True)
    assert client.months(hub.url, private=True) == [MONTH]
    everybody = found.publications[0]
    first_reply = everybody.distributions[1]
    assert (everybody.cohort, first_reply.key, first_reply.desks) == ("all", "first_reply_time_in_minutes_mean", 10)
    assert 240 <= first_reply.median <= 480
    assert standing_in(first_reply, 20).how == How.BEYOND
    with pytest.raises(Refused, match="month_frozen"):
        client.send(hub.url, desks[0], private=True)
    exported = sportello("export", MONTH, "--data", str(hub.folder))
    assert exchange.read(exported.stdout) == found
    status, one = hub.ask("GET", f"/publications/{MONTH}/sector:software")
    assert (status, [each["cohort"] for each in one["publications"]]) == (200, ["sector:software"])
    _log_names_nobody((hub.folder / "log").read_text(), [desk.desk for desk in desks])


def _log_names_nobody(log: str, desks: list[str]) -> None:
    assert "event='file'" in log
    assert "code='month_frozen'" in log
    assert "127.0.0.1" not in log
    assert not any(desk[:12] in log for desk in desks)
    assert not re.search(r"[0-9a-f]{32}", log)


def test_hub_when_asked_nonsense_answers_with_a_reason_in_both_languages(hub):
    forged = sign(a_file(), key(1)).as_bytes().replace(b'"business"', b'"consumer"')

    status, said = hub.ask("POST", "/files", forged)

    assert status == 422
    assert said["error"]["code"] == "bad_signature"
    assert set(said["error"]["sentence"]) == {"en", "it"}
    assert [hub.ask(*request)[0] for request in REQUESTS] == [413, 422, 405, 405, 404, 404, 404, 422, 200]
    method = hub.ask("GET", "/method")[1]
    assert method["cohorts"]["fewest_desks"] == 10
    assert {name: set(words) for name, words in method["methods"].items()} == {
        "vendor": {"en", "it"},
        "own": {"en", "it"},
    }


REQUESTS = (
    ("POST", "/files", b" " * (LIMIT + 1)),
    ("POST", "/files", b"{}"),
    ("GET", "/files"),
    ("DELETE", f"/publications/{MONTH}"),
    ("GET", "/"),
    ("GET", "/publications/2024-01"),
    ("GET", "/publications/2024-01/all/more"),
    ("GET", "/publications/../etc"),
    ("GET", "/method"),
)


def test_hub_when_its_address_is_taken_or_wrong_says_so(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        held = sportello("hub", "--data", str(tmp_path), "--http", f"127.0.0.1:{taken.getsockname()[1]}")
    wrong = sportello("hub", "--data", str(tmp_path), "--http", "nowhere")

    assert (held.returncode, wrong.returncode) == (1, 2)
    assert b"Address already in use" in held.stderr
    assert b"Traceback" not in held.stderr + wrong.stderr


def test_hub_when_its_file_is_gone_answers_with_a_code_and_goes_on(tmp_path):
    hub, answers = Hub(tmp_path), []
    (tmp_path / "hub.sqlite3").unlink()

    async def send(message):
        answers.append(message)

    scope = {"type": "http", "method": "GET", "path": "/publications"}
    asyncio.run(Application(hub, "Test")(scope, None, send))

    assert answers[0]["status"] == 500
    assert json.loads(answers[1]["body"]) == {"error": {"code": "failed"}}


def test_freeze_when_the_month_is_not_over_says_so(tmp_path):
    found = sportello("freeze", "2099-01", "--data", str(tmp_path))

    assert (found.returncode, found.stderr.decode()) == (1, "The month is not over yet: 2099-01.\n")


def test_client_when_the_other_side_is_no_hub_says_so(hub):
    with pytest.raises(outward.Unreachable, match="404"):
        client.months(f"{hub.url}/elsewhere", private=True)
    with pytest.raises(outward.Refused):
        client.months(hub.url)


def test_hub_when_flooded_refuses_until_later(hub):
    statuses = [hub.ask("POST", "/files", b"{}")[0] for _ in range(PER_ADDRESS + 1)]

    first = statuses.index(429)
    assert statuses == [422] * first + [429] * (len(statuses) - first)
    assert hub.ask("GET", "/publications")[0] == 200


def test_hub_answers_what_is_published_out_of_memory_and_what_is_not_anew(tmp_path):
    hub, answers = Hub(tmp_path), []
    application = Application(hub, "Test")

    async def send(message):
        answers.append(message)

    def ask():
        answers.clear()
        asyncio.run(application({"type": "http", "method": "GET", "path": f"/publications/{MONTH}"}, None, send))
        return answers[0]["status"], answers[1]["body"]

    before = ask()
    hub.freeze(MONTH, NOW)
    hub.publish(MONTH, NOW)
    first = ask()
    (tmp_path / "hub.sqlite3").unlink()

    assert (before[0], first[0]) == (404, 200)
    assert ask() == first


def test_hub_when_an_address_brings_too_many_desks_refuses_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr("sportello.benchmark.hub.NEW_PER_ADDRESS", 1)
    monkeypatch.setattr("sportello.benchmark.server._now", lambda: NOW)
    application, answers = Application(Hub(tmp_path), "Test"), []

    async def send(message):
        answers.append(message)

    def post(number):
        async def receive():
            return {"type": "http.request", "body": sign(a_file(), key(number)).as_bytes()}

        scope = {"type": "http", "method": "POST", "path": "/files", "client": ("192.0.2.1", 1)}
        asyncio.run(application(scope, receive, send))
        return answers[-2]["status"]

    assert [post(1), post(1), post(2)] == [201, 200, 429]
