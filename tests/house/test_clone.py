"""A newcomer's first command: a fresh clone, a machine that has Python and nothing else of ours."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "sportello"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a newcomer's shell has; where packages come from stays as it is on this machine."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "http", "SSL_"))}
    cache = subprocess.run(
        [sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=False
    ).stdout.strip()
    python = Path(sys._base_executable).parent  # not that of the environment that runs the tests
    return {
        **kept,
        **({"PIP_CACHE_DIR": cache} if cache else {}),
        "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path_factory.mktemp("home")),
        "LANG": "C.UTF-8",
        "SPORTELLO_HTTP": "127.0.0.1:0",
        "SPORTELLO_MAIL_IN": "127.0.0.1:0",
    }


class Serving:
    """A running `bin/serve --demo`."""

    def __init__(self, clone: Path, environ: dict[str, str]) -> None:
        self.errors = clone / "errors.log"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                ["bin/serve", "--demo"], cwd=clone, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def lines(self, number: int) -> list[str]:
        """The next lines it prints."""
        assert self.process.stdout
        found = [self.process.stdout.readline().rstrip("\n") for _line in range(number)]
        assert all(found), self.errors.read_text()[-3000:]
        return found

    def stop(self) -> float:
        """Seconds until it was gone."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=SECONDS)
        return time.monotonic() - started


@pytest.fixture
def serve(clone: Path, environ: dict[str, str]) -> Iterator[object]:
    started: list[Serving] = []

    def start() -> Serving:
        started.append(Serving(clone, environ))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read().decode()


def test_clone_when_served_with_demo_prepares_itself_says_three_lines_and_keeps_its_data(serve, clone):
    first = serve()
    page, sign_in, mail = first.lines(3)
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+$", page)
    (link,) = re.findall(rf"{address}/sign-in/\S+", sign_in)
    shown = fetch(link)
    seconds = first.stop()
    key = (clone / "data" / "secret.key").read_bytes()
    size = (clone / "data" / "desk.sqlite3").stat().st_size

    second = serve()
    began = time.monotonic()
    again = second.lines(3)
    until_lines = time.monotonic() - began
    second.stop()

    assert re.search(r"127\.0\.0\.1:\d+$", mail)
    assert "<form" in shown
    assert seconds < 3
    assert [line.split(":")[0] for line in again] == [line.split(":")[0] for line in (page, sign_in, mail)]
    assert until_lines < SECONDS
    assert (clone / "data" / "secret.key").read_bytes() == key
    assert (clone / "data" / "desk.sqlite3").stat().st_size >= size > 1_000_000
    assert subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True).stdout == (
        b"?? errors.log\n"
    )
