"""The disk is full, the folder cannot be written to, the power goes while starting: said plainly, nothing is lost."""

import os
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.faults.desk import DeskProcess, fetch, wait_until

pytestmark = pytest.mark.slow

FORM = urlencode(
    {"name": "Nina Neri", "email": "nina@neri.example", "subject": "By form", "text": "It beeps.", "website": ""}
).encode()
# Root may write whatever the rights of a file say, unless it gives this up.
WITHOUT_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
BYTES = 20 * 1024 * 1024


def send(desk: DeskProcess, number: int) -> int:
    """The listener's answer to a mail."""
    mail = (
        f"From: c{number}@client.example\r\nTo: help@desk.example\r\nSubject: Request {number}\r\n"
        f"Message-ID: <{number}@client.example>\r\n\r\n{'It does not print. ' * 200}\r\n"
    )
    try:
        with smtplib.SMTP("127.0.0.1", desk.mail_port, timeout=30) as session:
            session.sendmail(f"c{number}@client.example", ["help@desk.example"], mail)
            return 250
    except smtplib.SMTPResponseException as error:
        return error.smtp_code


def subjects(desk: DeskProcess) -> list[str]:
    return [subject for (subject,) in desk.rows("SELECT subject FROM desk_ticket ORDER BY subject")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={BYTES}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@contextmanager
def running(desk: DeskProcess) -> Iterator[DeskProcess]:
    desk.set_up()
    try:
        desk.start()
        yield desk
    finally:
        desk.stop()


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        with pytest.raises(OSError, match="No space left"):
            while True:
                os.write(file, bytes(512))
    finally:
        os.close(file)


def test_disk_when_full_turns_mail_and_forms_away_and_goes_on_when_there_is_room(small_disk, tmp_path):
    desk = DeskProcess(small_disk / "desk", MAIL_OUT=(tmp_path / "out").as_uri())
    desk.log = tmp_path / "log"

    with running(desk):
        # Taken before, not yet looked at: this one has to wait for room without being lost or marked as failed.
        worker = desk.halt("worker")
        before = send(desk, 1)
        fill(small_disk / "filler")
        os.kill(worker, signal.SIGCONT)
        answers = {send(desk, number) for number in range(2, 5)}
        status, page = fetch(f"{desk.url}/requests/new", FORM)
        waiting = desk.rows("SELECT state FROM desk_inboundmail")

        (small_disk / "filler").unlink()
        after = send(desk, 5)
        status_after, _page = fetch(f"{desk.url}/requests/new", FORM)
        wait_until(lambda: len(subjects(desk)) == 3, 60, "three tickets", desk.log)
        told = "SELECT 1 FROM desk_outgoingmail WHERE step = 'taken_charge' AND state = 'sent'"
        wait_until(lambda: len(desk.rows(told)) == 2, 60, "the first mails", desk.log)

    assert before == 250
    assert answers == {452}
    assert (status, "The disk of the data folder is full." in page) == (503, True)
    assert waiting == [("received",)]
    assert (after, status_after) == (250, 200)
    assert subjects(desk) == ["By form", "Request 1", "Request 5"]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write anything in folder while this lasts."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


@pytest.fixture
def bound_by_rights() -> tuple[str, ...]:
    """A wrapper under which the rights of files count."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot be kept from writing")
    return WITHOUT_OVERRIDE


def test_folder_when_it_cannot_be_written_turns_mail_and_forms_away_until_it_can(tmp_path, bound_by_rights):
    desk = DeskProcess(tmp_path / "desk", wrapper=bound_by_rights, MAIL_OUT=(tmp_path / "out").as_uri())

    with running(desk):
        send(desk, 0)
        wait_until(lambda: len(subjects(desk)) == 1, 60, "the desk at work", desk.log)
        with read_only(desk.folder):
            answer = send(desk, 1)
            status, page = fetch(f"{desk.url}/requests/new", FORM)
            second = subprocess.run(
                [*bound_by_rights, sys.executable, "-m", "sportello", "serve"],
                env=desk.environment, capture_output=True, text=True, timeout=180, check=False,
            )  # fmt: skip
        answer_after = send(desk, 2)
        status_after, _page = fetch(f"{desk.url}/requests/new", FORM)
        wait_until(lambda: len(subjects(desk)) == 3, 60, "three tickets", desk.log)

    assert answer == 451
    assert (status, "The data folder cannot be written to." in page) == (503, True)
    assert (answer_after, status_after) == (250, 200)
    assert subjects(desk) == ["By form", "Request 0", "Request 2"]
    assert second.returncode == 1
    assert second.stderr == f"The data folder {desk.folder} cannot be used: Permission denied.\n"


def test_second_serve_on_a_running_desk_says_so_and_leaves(tmp_path):
    desk = DeskProcess(tmp_path / "desk")

    with running(desk):
        other = subprocess.run(
            [sys.executable, "-m", "sportello", "serve"],
            env=desk.environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        still = send(desk, 1)

    assert other.returncode == 3
    assert str(desk.folder) in other.stderr
    assert len(other.stderr.splitlines()) == 1
    assert still == 250


@pytest.mark.parametrize("whole", [True, False], ids=["all-killed", "parent-killed"])
def test_first_start_when_killed_again_and_again_does_not_spoil_the_folder(tmp_path, whole):
    desk = DeskProcess(tmp_path / "desk")

    # The moments fall into the start of Python, into the tables, into the static files.
    for seconds in (0.3, 0.7, 1.1, 1.5, 2.0):
        process = desk.launch()
        time.sleep(seconds)
        if whole:
            desk.kill_all()
        else:
            process.kill()
            process.wait()
    desk.start()
    status, page = fetch(desk.url)
    answer = send(desk, 1)
    desk.stop()

    assert status == 200
    assert "/static/" in page
    assert answer == 250
    assert desk.rows("PRAGMA integrity_check") == [("ok",)]
    assert desk.rows("SELECT count(*) FROM desk_inboundmail") == [(1,)]
