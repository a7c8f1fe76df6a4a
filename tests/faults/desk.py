"""A whole desk as real processes, to be used from outside and to be hurt."""

import contextlib
import fcntl
import os
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SET_UP = """
import django; django.setup()
from sportello.desk.actions import desks, people
from sportello.desk.words import Role
mailbox = desks.add_mailbox("help@desk.example")
agents = tuple(people.add(f"Agent {n}", f"agent{n}@desk.example", role=Role.AGENT) for n in range(3))
group = people.add_group("Support", assignment="round_robin", members=agents)
mailbox.group = group
mailbox.save()
desks.configure(hourly_budget=100000)
desks.finish_set_up()
"""


class DeskProcess:
    """`sportello serve` on a folder, on free ports; killed and started again at will.

    environ: more variables for all its processes. wrapper: a command that runs serve. settings: SPORTELLO_*.
    """

    def __init__(
        self, folder: Path, *, environ: Mapping[str, str] | None = None, wrapper: Sequence[str] = (), **settings: str
    ) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")},
            "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
            "SPORTELLO_DATA": str(folder),
            "SPORTELLO_HTTP": f"127.0.0.1:{free_port()}",
            "SPORTELLO_MAIL_IN": f"127.0.0.1:{free_port()}",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "LANG": "C.UTF-8",
            **{f"SPORTELLO_{name}": value for name, value in settings.items()},
            **(environ or {}),
        }
        self.wrapper = wrapper
        self.mail_port = int(self.environment["SPORTELLO_MAIL_IN"].rpartition(":")[2])
        self.url = f"http://{self.environment['SPORTELLO_HTTP']}"
        self.log = folder.with_name(f"{folder.name}.log")
        self.process: subprocess.Popen[str] | None = None

    def set_up(self, script: str = SET_UP) -> None:
        """Prepare the folder, and run a script of verbs: by itself, agents who take tickets in turn."""
        self.folder.mkdir(exist_ok=True)
        self.run("process", "prepare")
        subprocess.run([sys.executable, "-c", script], env=self.environment, check=True, timeout=180)

    def run(self, *arguments: str) -> str:
        """What `sportello ARGUMENTS` prints on this desk. Raises when it fails."""
        command = [sys.executable, "-m", "sportello", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def launch(self) -> subprocess.Popen[str]:
        """Start `serve` and wait for nothing."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, sys.executable, "-m", "sportello", "serve"],
                env=self.environment, stdout=log, stderr=log, text=True,
            )  # fmt: skip
        return self.process

    def start(self) -> None:
        """Start and wait until both doors are open."""
        self.launch()
        wait_until(lambda: is_greeting(self.mail_port), 60, "the mail listener", self.log)
        wait_until(lambda: fetch(f"{self.url}/alive")[0] == 200, 60, "the page", self.log)

    def children(self) -> dict[str, int]:
        """Process ids of the running parts, by name."""
        assert self.process
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int(re.search(r"PPid:\t(\d+)", (entry / "status").read_text())[1])
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, TypeError):
                continue
            if parent == self.process.pid and b"process" in arguments:
                found[arguments[arguments.index(b"process") + 1].decode()] = int(entry.name)
        return found

    def kill(self, part: str) -> bool:
        """kill -9 of one part; False when it is not there at the moment."""
        pid = self.children().get(part)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def halt(self, part: str) -> int:
        """Stop a part where it stands, but never while it holds a lock on the database; its process id."""
        pid = self.children()[part]
        while True:
            os.kill(pid, signal.SIGSTOP)
            wait_until(lambda: is_halted(pid), 60, f"{part} to stand still", self.log)
            if self.is_writable():
                return pid
            os.kill(pid, signal.SIGCONT)

    def is_writable(self) -> bool:
        """Whether neither the queue of writers (see kit/sqlite) nor SQLite's own lock is taken for a second."""
        connection = sqlite3.connect(self.folder / "desk.sqlite3", timeout=1, isolation_level=None)
        with contextlib.closing(connection), open(self.folder / "desk.sqlite3.lock", "w") as queue:
            try:
                fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except (BlockingIOError, sqlite3.OperationalError):
                return False
        return True

    def kill_all(self) -> None:
        """kill -9 of the supervisor and of every part, as when the power goes."""
        assert self.process
        pids = [self.process.pid, *self.children().values()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End it; parts that a moved clock keeps from ending (libfaketime) do not outlive the test either."""
        if self.process and self.process.poll() is None:
            parts = self.children().values()
            self.process.terminate()
            self.process.wait(30)
            for pid in parts:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def rows(self, sql: str) -> list[tuple]:
        """Read the desk's database from outside."""
        connection = sqlite3.connect(self.folder / "desk.sqlite3", timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def fetch(url: str, data: bytes | None = None) -> tuple[int, str]:
    """Status and text of a page; status 0 when nobody answers. With data: a POST."""
    try:
        with urllib.request.urlopen(url, data, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def is_halted(pid: int) -> bool:
    """Whether each thread has come to its stop: the signal takes a moment to reach them."""
    return all(
        re.search(r"State:\tT", (task / "status").read_text()) is not None
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def is_greeting(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def wait_until(is_so: Callable[[], object], seconds: float, what: str, log: Path | None = None) -> None:
    """Poll until is_so(); fails with a sentence, and the end of the log, when it takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            said = log.read_text()[-2000:] if log else ""
            raise AssertionError(f"waited {seconds} s for {what}\n{said}")
        time.sleep(0.1)
