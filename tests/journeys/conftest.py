"""A desk of real processes whose clock moves on, its mails in a folder, and browsers whose console is watched."""

import os
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests import services
from tests.faults.desk import DeskProcess, wait_until

# A Monday, far from the ends of the month: four days later it is still March.
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAIL_SECONDS = 90.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SET_UP = """
import django; django.setup()
from sportello.desk.actions import desks, people
from sportello.desk.words import Role
desks.configure(name="Banco di prova", language="it")
desks.add_mailbox("help@desk.example", name="Banco di prova")
agent = people.add("Agata Sala", "agata@desk.example", role=Role.ADMIN, language="it", phone="+39 055 0000002")
people.add_group("Support", members=(agent,))
desks.finish_set_up()
"""


@dataclass
class Clock:
    """The time of every process of the desk, moved on while they run (libfaketime reads the file at each look)."""

    file: Path
    ahead: timedelta

    def environ(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(services.program("faketime")),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            # Waiting goes on as always, and so do the times of files.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, step: timedelta) -> None:
        self.ahead += step
        part = self.file.with_suffix(".part")
        part.write_text(f"{self.ahead.total_seconds():+.0f}\n")
        part.replace(self.file)


@dataclass
class Desk:
    """The running desk: process, clock, the folder that its mails leave into."""

    process: DeskProcess
    clock: Clock
    folder: Path
    read: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.process.url

    def mail_to(self, address: str) -> EmailMessage:
        """Wait for the next mail to this address. Fails when there is more than one that nobody has read."""
        found: dict[str, EmailMessage] = {}

        def has_come() -> bool:
            for file in self.folder.glob("*.eml"):
                mail = message_from_bytes(file.read_bytes(), policy=policy.default)
                if file.name not in self.read and mail["To"].addresses[0].addr_spec == address:
                    found[file.name] = mail
            return bool(found)

        wait_until(has_come, MAIL_SECONDS, f"a mail to {address}", self.process.log)
        assert len(found) == 1
        self.read |= set(found)
        return next(iter(found.values()))

    def mails_to(self, address: str) -> int:
        """How many mails have left to this address so far."""
        mails = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in self.folder.glob("*.eml"))
        return sum(mail["To"].addresses[0].addr_spec == address for mail in mails)

    def write(self, raw: bytes, sender: str) -> None:
        """Send a mail to the listener, as any mail program does."""
        with smtplib.SMTP("127.0.0.1", self.process.mail_port, timeout=30) as session:
            session.sendmail(sender, ["help@desk.example"], raw)


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return body.get_content()


def link_in(mail: EmailMessage, path: str) -> str:
    """The link of the mail whose path matches."""
    (link,) = set(re.findall(rf'href="(http://[^/"]+{path})"', html_of(mail)))
    return link


# Not for the whole run: with a clock that is looked up in a file, a desk with nothing to do takes half a processor.
@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if services.program("faketime") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("faketime is not installed, and with CI=true every test has to run.", pytrace=False)
        pytest.skip("faketime is not installed")
    place = tmp_path_factory.mktemp("journey")
    clock = Clock(place / "time", BEGINNING - datetime.now(UTC))
    clock.move(timedelta(0))
    process = DeskProcess(place / "desk", environ=clock.environ(), MAIL_OUT=(place / "out").as_uri())
    process.set_up(SET_UP)
    process.start()
    yield Desk(process, clock, place / "out")
    process.stop()


# Not for the whole run: while Playwright's loop runs, Django keeps other connections than before (tests.browsing).
@pytest.fixture(scope="module")
def chromium_running(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser. complaints: what the console said, refused by the policy for instance."""

    page: Page
    has_script: bool
    complaints: list[str]

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "status of 422" not in said.text:  # a refused form is no fault
            self.complaints.append(said.text)

    def fits(self) -> None:
        """Nothing has to be scrolled sideways."""
        if self.has_script:
            assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, self.page.url

    def open_mail(self, mail: EmailMessage) -> None:
        """Show the mail as a mail program does: its HTML part, no script."""
        self.page.goto("about:blank")
        self.page.set_content(html_of(mail))
        self.fits()


@pytest.fixture
def sit_down(chromium_running: Browser, desk: Desk) -> Iterator[Any]:
    """sit_down(language, width, script=True): a context manager that gives a Person."""

    @contextmanager
    def opened(language: str, width: int, *, script: bool = True) -> Iterator[Person]:
        context: BrowserContext = chromium_running.new_context(
            base_url=desk.url,
            locale=language,
            viewport={"width": width, "height": 844 if width < 600 else 900},
            java_script_enabled=script,
            accept_downloads=True,
        )
        page = context.new_page()
        page.set_default_timeout(45_000)
        person = Person(page, script, [])
        page.on("console", person.hear)
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        try:
            yield person
        except Exception as error:
            error.add_note(f"{page.url} showed: {page.locator('body').inner_text()[:1500]} {person.complaints}")
            raise
        finally:
            context.close()
        assert person.complaints == []

    return opened
