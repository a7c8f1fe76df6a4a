"""A mail to the listener of a running desk comes back as the four mails, while robots open every link on the way."""

import json
import re
import urllib.request
from datetime import timedelta

import pytest

from tests.faults.desk import fetch, wait_until
from tests.journeys.conftest import html_of, link_in

pytestmark = pytest.mark.slow

ADDRESS = "dino@bassi.example"
REQUEST = f"""From: Dino Bassi <{ADDRESS}>\r
To: help@desk.example\r
Subject: Il monitor lampeggia\r
Message-ID: <first@bassi.example>\r
Content-Type: text/plain; charset=utf-8\r
\r
Da ieri il monitor lampeggia, perché non so.\r
""".encode()


def open_every_link(mail) -> None:
    """As the scanner of a mail server does."""
    for link in set(re.findall(r'href="(http://[^"]+)"', html_of(mail))):
        for method in ("HEAD", "GET"):
            with urllib.request.urlopen(urllib.request.Request(link, method=method), timeout=60) as answer:
                answer.read()


def test_mail_comes_back_as_the_four_mails_and_a_vote_counts(desk):
    run, as_agent = desk.process.run, ("--as", "agata@desk.example")

    def tickets() -> list[tuple]:
        return desk.process.rows("SELECT id, status FROM desk_ticket WHERE subject='Il monitor lampeggia'")

    def seen_by_a_robot():
        mail = desk.mail_to(ADDRESS)
        open_every_link(mail)
        return mail

    desk.write(REQUEST, ADDRESS)
    wait_until(tickets, 45, "a ticket", desk.process.log)
    ((number, _status),) = tickets()
    run("ticket", "take", str(number), *as_agent)
    mails = [seen_by_a_robot()]
    run("ticket", "solve", str(number), "Abbiamo cambiato il cavo.", *as_agent)
    mails.append(seen_by_a_robot())
    status_after_robots = tickets()
    desk.clock.move(timedelta(hours=48))
    mails.append(seen_by_a_robot())
    status_at_48 = tickets()
    desk.clock.move(timedelta(hours=48))
    mails.append(seen_by_a_robot())
    votes_of_robots = desk.process.rows(f"SELECT score FROM desk_satisfactionrating WHERE ticket_id={number}")
    fetch(link_in(mails[3], r'/vote/[^"]+/bad'), b"score=bad&about=product&comment=Lampeggia+ancora")
    shown = json.loads(run("ticket", "show", str(number), *as_agent, "--json"))
    figures = run("report", "month", f"{desk.clock.now():%Y-%m}")

    assert status_after_robots == [(number, "solved")]
    assert status_at_48 == [(number, "closed")]
    assert shown["status"] == "closed"
    assert votes_of_robots == [("offered",)]
    assert [mail["In-Reply-To"] for mail in mails] == ["<first@bassi.example>", *(m["Message-ID"] for m in mails[:3])]
    assert "Agata Sala" in html_of(mails[0])
    assert desk.mails_to(ADDRESS) == 4
    assert desk.process.rows(f"SELECT score, about, comment FROM desk_satisfactionrating WHERE ticket_id={number}") == [
        ("bad", "product", "Lampeggia ancora")
    ]
    assert "Dino Bassi" in figures
