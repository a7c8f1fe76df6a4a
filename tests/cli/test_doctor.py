"""`sportello doctor` against ports, servers and a database."""

import json
import os
import socket
import subprocess
import sys

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from sportello.cli.doctor import Finding, examine
from sportello.desk.actions import desks
from sportello.kit.locks import hold


@pytest.fixture
def environ(tmp_path, db):
    """A desk whose folder and file are there; Django has the test's database open."""
    (tmp_path / "desk.sqlite3").touch()
    return {"SPORTELLO_DATA": str(tmp_path), "SPORTELLO_HTTP": "127.0.0.1:0", "SPORTELLO_MAIL_IN": "127.0.0.1:0"}


def found(environ: dict[str, str], what: str) -> list[Finding]:
    return [each for each in examine(environ) if each.what == what]


def test_desk_when_well_then_each_line_is_ok_and_nothing_is_to_do(environ):
    verdicts = {each.what: (each.verdict, each.todo) for each in examine(environ) if each.what != "SQLite"}

    assert verdicts == dict.fromkeys(
        (
            "settings",
            "data folder",
            "running",
            "SPORTELLO_HTTP",
            "SPORTELLO_MAIL_IN",
            "app and notices on devices",
            "database",
            "mail out",
            "clock",
        ),
        ("OK", ""),
    )


def test_desk_when_never_started_then_serve_will_make_what_is_missing(environ, tmp_path):
    environ["SPORTELLO_DATA"] = str(tmp_path / "new")

    verdicts = {each.what: each.verdict for each in examine(environ) if each.what != "SQLite"}

    assert verdicts == {
        "settings": "OK", "data folder": "WARN", "SPORTELLO_HTTP": "OK", "SPORTELLO_MAIL_IN": "OK",
        "app and notices on devices": "OK", "database": "WARN", "mail out": "OK", "clock": "OK",
    }  # fmt: skip


def test_port_when_free_taken_by_another_or_held_by_the_desk_then_says_which(environ, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        environ["SPORTELLO_HTTP"] = address
        (taken,) = found(environ, "SPORTELLO_HTTP")
        lock = hold(tmp_path / "web.lock")
        (ours,) = found(environ, "SPORTELLO_HTTP")
        lock.release()
    (free,) = found(environ, "SPORTELLO_HTTP")

    assert (taken.verdict, taken.todo) == ("FAIL", "Another program listens there: end it, or choose another port.")
    assert (ours.verdict, ours.found) == ("OK", f"{address}, held by the running desk")
    assert (free.verdict, free.found) == ("OK", f"{address} is free")


def test_port_when_the_address_is_not_of_this_machine_then_says_so(environ):
    environ["SPORTELLO_MAIL_IN"] = "192.0.2.7:2525"

    (finding,) = found(environ, "SPORTELLO_MAIL_IN")

    assert (finding.verdict, finding.todo) == ("FAIL", "This machine has no such address: choose another.")


@pytest.mark.parametrize(
    ("url", "verdict"),
    [("https://desk.example.com", "OK"), ("http://localhost:8000", "OK"), ("http://desk.example.com", "WARN")],
)
def test_public_address_when_not_safe_then_no_browser_takes_an_app_from_it(environ, url, verdict):
    environ["SPORTELLO_PUBLIC_URL"] = url

    (finding,) = found(environ, "app and notices on devices")

    assert (finding.verdict, bool(finding.todo)) == (verdict, verdict == "WARN")


def test_setting_when_it_cannot_work_then_its_number_is_said(environ, tmp_path):
    environ["SPORTELLO_MAIL_OUT"] = f"file://{tmp_path}/desk.sqlite3/mails"

    (finding,) = found(environ, "settings")

    assert finding.verdict == "FAIL"
    assert "sportello.E005" in finding.found


class Login:
    """An SMTP server that knows one password."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, *_arguments: object) -> str:
        self.mails += 1
        return "250 OK"


@pytest.fixture
def smtp():
    class Server(Controller):
        def factory(self) -> SMTP:
            def check(server, session, envelope, mechanism, data) -> AuthResult:
                return AuthResult(success=data.password == b"right", handled=False)

            return SMTP(self.handler, authenticator=check, auth_require_tls=False)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(Login(), hostname="127.0.0.1", port=port)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(("password", "verdict"), [("right", "OK"), ("wrong", "FAIL")])
def test_mail_out_when_tried_then_signs_in_and_sends_nothing(environ, smtp, settings, password, verdict):
    settings.MAIL_OUT = None
    desks.set_mail_out(f"smtp://desk:{password}@127.0.0.1:{smtp.port}")

    (finding,) = found(environ, "mail out")

    assert finding.verdict == verdict
    assert bool(finding.todo) == (verdict == "FAIL")
    assert smtp.handler.mails == 0


@pytest.mark.dovecot
def test_mailboxes_when_one_cannot_be_read_then_says_why(environ, dovecot):
    for name, password in (("good", dovecot.password), ("bad", "wrong")):
        desks.add_mailbox(
            f"{name}@desk.example",
            imap_password=password,
            imap_host=dovecot.host,
            imap_port=dovecot.port,
            imap_user=f"doctor-{name}",
            imap_security="none",
        )

    (good,) = found(environ, "good@desk.example")
    (bad,) = found(environ, "bad@desk.example")

    assert (good.verdict, good.todo) == ("OK", "")
    assert (bad.verdict, bad.found) == ("FAIL", "127.0.0.1 does not accept this user and password.")


def test_doctor_when_something_is_wrong_then_ends_with_1_and_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        environ = {
            "PATH": os.environ["PATH"],
            "SPORTELLO_DATA": str(tmp_path),
            "SPORTELLO_HTTP": f"127.0.0.1:{other.getsockname()[1]}",
            "SPORTELLO_MAIL_IN": "127.0.0.1:0",
        }
        command = [sys.executable, "-m", "sportello", "doctor"]
        text = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)
        facts = subprocess.run([*command, "--json"], env=environ, capture_output=True, timeout=180, check=False)

    assert (text.returncode, facts.returncode) == (1, 1)
    assert "\n      Another program listens there" in text.stdout
    assert [each["what"] for each in json.loads(facts.stdout) if each["verdict"] == "FAIL"] == ["SPORTELLO_HTTP"]
