"""The main job: a mail in, four mails out, a vote. From raw bytes to the bytes that leave, the clock moved by hand."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine

from sportello.channels.email import receive
from sportello.delivery import outbox
from sportello.desk.actions import inbox, ratings, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import InboundMail, OutgoingMail, SatisfactionRating, Ticket
from sportello.desk.words import Status, Via
from sportello.kit.mail_out import MailOut
from tests.personas import events, mails

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

REQUEST = b"""From: Rita Rossi <rita@rossi.example>\r
To: help@desk.example\r
Subject: La stampante non stampa\r
Message-ID: <first@rossi.example>\r
Date: Wed, 04 Mar 2026 13:00:00 +0100\r
\r
Da stamattina la stampante al primo piano non stampa.\r
Grazie\r
Rita\r
"""


@pytest.fixture
def folder(tmp_path: Path, settings):
    settings.MAIL_OUT = MailOut("file", folder=tmp_path / "out")
    return tmp_path / "out"


def take_in(raw: bytes) -> InboundMail:
    (mail_id,) = inbox.record(
        [inbox.Delivery(raw, "smtp", {"sender": "x@y.example", "recipients": ["help@desk.example"]})]
    )
    receive.step()
    return InboundMail.objects.get(pk=mail_id)


def sent(folder: Path):
    """The mails that left, oldest first."""
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")]
    order = list(OutgoingMail.objects.order_by("id").values_list("message_id", flat=True))
    return sorted(found, key=lambda mail: order.index(mail["Message-ID"].strip("<>")))


def pass_time(traveller, step: timedelta):
    traveller.shift(step)
    while timers.step():
        pass
    while outbox.step():
        pass


def test_protocol_when_nobody_answers_then_four_mails_and_a_vote(mailbox, rita, anna, folder):
    with time_machine.travel(NOON, tick=False) as traveller:
        taken = take_in(REQUEST)
        ticket = Ticket.objects.get()
        assert (taken.state, taken.ticket_id) == ("opened", ticket.pk)

        pass_time(traveller, timedelta(minutes=5))
        tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(hours=1))
        tickets.answer(ticket.pk, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(minutes=0))
        pass_time(traveller, timedelta(hours=47, minutes=59))
        assert Ticket.objects.get().status == Status.SOLVED
        pass_time(traveller, timedelta(minutes=1))
        assert Ticket.objects.get().status == Status.CLOSED
        pass_time(traveller, timedelta(hours=48))
        for _day in range(60):
            pass_time(traveller, timedelta(days=1))

    assert mails(ticket) == ["taken_charge", "solved", "closed", "survey"]
    left = sent(folder)
    assert [mail["To"] for mail in left] == ["rita@rossi.example"] * 4
    assert {mail["Subject"].removeprefix("Re: ") for mail in left} == {"La stampante non stampa"}
    assert left[0]["In-Reply-To"] == "<first@rossi.example>"
    assert left[3]["References"].split()[0] == "<first@rossi.example>"
    assert left[3]["In-Reply-To"] == left[2]["Message-ID"]
    assert [mail["Auto-Submitted"] for mail in left] == ["auto-generated", None, "auto-generated", "auto-generated"]
    assert all(mail.get_body(("plain",)) and mail.get_body(("html",)) for mail in left)
    rating = SatisfactionRating.objects.get()
    assert (rating.score, rating.assignee) == ("offered", anna)


def test_vote_when_changed_then_history_keeps_both(mailbox, rita, anna, folder):
    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(REQUEST)
        ticket = Ticket.objects.get()
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(0))
        tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
        pass_time(traveller, timedelta(hours=48))
        rating = SatisfactionRating.objects.get()

        ratings.vote(rating.pk, "bad", comment="Il PC è lento.", about="product", actor=rita, via=Via.WEB)
        ratings.vote(rating.pk, "good", actor=rita, via=Via.WEB)

    rating.refresh_from_db()
    assert (rating.score, rating.about, rating.comment) == ("good", "", "")
    assert [(e["score"], e.get("previous_score"), e["about"]) for e in events(ticket, type="SatisfactionRating")] == [
        ("offered", None, ""),
        ("bad", "offered", "product"),
        ("good", "bad", ""),
    ]


def test_protocol_when_nobody_takes_it_then_the_first_mail_has_no_name_and_is_not_repeated(mailbox, rita, anna, folder):
    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(REQUEST)
        ticket = Ticket.objects.get()
        pass_time(traveller, timedelta(minutes=9))
        assert mails(ticket) == []
        pass_time(traveller, timedelta(minutes=1))
        tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(days=1))

    (mail,) = sent(folder)
    assert mails(ticket) == ["taken_charge"]
    assert "Anna" not in mail.get_body(("plain",)).get_content()


def test_reply_when_sent_to_the_signed_address_then_reopens(mailbox, rita, anna, folder):
    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(REQUEST)
        ticket = Ticket.objects.get()
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(0))
        (solved,) = sent(folder)

        back = take_in(
            b"From: rita@rossi.example\r\nTo: "
            + solved["Reply-To"].encode()
            + b"\r\nSubject: altro\r\nMessage-ID: <second@rossi.example>\r\n\r\nNon va ancora.\r\n"
        )

    assert (back.state, back.threaded_by) == ("commented", "reply_address")
    assert Ticket.objects.get().status == Status.OPEN
    assert mails(ticket) == ["solved"]


def test_close_when_solved_mail_bounced_then_back_to_the_agent(mailbox, rita, anna, folder):
    from sportello.desk.actions import outbox as verbs

    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(REQUEST)
        ticket = Ticket.objects.get()
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(0))
        mail = OutgoingMail.objects.get(step="solved")

        verbs.bounced(mail.pk, permanent=True, detail="5.1.1 no such user")
        pass_time(traveller, timedelta(days=3))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert events(ticket, type="Note")[-1] == {
        "type": "Note",
        "code": "not_reached",
        "values": {"address": "rita@rossi.example", "why": "5.1.1 no such user"},
    }
    assert rita.identities.get().undeliverable_reason == "5.1.1 no such user"
    assert mails(ticket) == ["solved"]


def test_close_when_solved_mail_waits_in_the_outbox_then_the_clock_waits_for_it(mailbox, rita, anna, settings):
    settings.MAIL_OUT = MailOut("smtp", host="127.0.0.1", port=9)  # Nobody listens on discard.
    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(REQUEST)
        ticket = Ticket.objects.get()
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
        pass_time(traveller, timedelta(hours=49))

        ticket.refresh_from_db()
        assert ticket.status == Status.SOLVED

        settings.MAIL_OUT = None
        pass_time(traveller, timedelta(hours=1))
        pass_time(traveller, timedelta(hours=47))
        ticket.refresh_from_db()
        assert ticket.status == Status.SOLVED
        pass_time(traveller, timedelta(hours=2))

    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
