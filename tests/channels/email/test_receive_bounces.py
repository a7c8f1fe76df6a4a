"""What becomes of reports that a mail did not arrive."""

import pytest

from sportello.desk.actions import desks, letters, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Identity, OutgoingMail
from sportello.desk.words import Status, Via
from tests.channels.email.mails import outcome, take_in
from tests.personas import events

pytestmark = pytest.mark.django_db


def report(
    original: str, *, action: str = "failed", status: str = "5.1.1", recipient: str = "rita@rossi.example"
) -> bytes:
    """A delivery report (RFC 3464) on a mail with this Message-ID."""
    return (
        "From: MAILER-DAEMON@mx.rossi.example\r\nTo: help@desk.example\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <report.{action}.{status}.{recipient}>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.rossi.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def solved(ticket, anna) -> OutgoingMail:
    tickets.answer(ticket.pk, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    return OutgoingMail.objects.get(step="solved")


@pytest.mark.parametrize("by", ["bounce_address", "message_id"])
def test_bounce_when_permanent_then_address_marked_and_ticket_back_to_its_agent(solved, ticket, anna, by):
    raw = report("unknown@rossi.example" if by == "bounce_address" else solved.message_id)
    address = letters.bounce_address(solved) if by == "bounce_address" else "help@desk.example"
    if by == "message_id":  # Of a mailbox whose server knows no +: its bounces come to the mailbox itself.
        OutgoingMail.objects.update(reply_to="help@desk.example")

    found = take_in(raw, recipients=(address,), sender="")

    ticket.refresh_from_db()
    assert (outcome(found), found.ticket) == (("ignored", "bounce"), ticket)
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is not None
    assert [event["code"] for event in events(ticket, type="Note")] == ["not_reached"]
    assert "550 no such user" in found.detail


def test_bounce_when_it_knows_only_the_message_id_then_noted_once_and_nothing_is_done(solved, ticket):
    """Whoever got one mail knows its Message-ID; the bounce address is the mail's own."""
    found = [take_in(report(solved.message_id) + b"\r\n" * number, sender="") for number in range(3)]

    ticket.refresh_from_db()
    assert [outcome(each) for each in found] == [("ignored", "bounce")] * 3
    assert ticket.status == Status.SOLVED
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is None
    assert [event["code"] for event in events(ticket, type="Note")] == ["bounced"]

    take_in(report(solved.message_id), recipients=(letters.bounce_address(solved),), sender="")

    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


def test_reports_when_more_than_the_budget_then_held(solved, ticket):
    desks.configure(hourly_budget=2)

    found = [take_in(report(solved.message_id, status=f"5.1.{n}"), sender="") for n in range(4)]

    assert [outcome(each) for each in found] == [("ignored", "bounce")] * 2 + [("held", "breaker")] * 2


def test_report_when_marked_as_spam_then_held(solved):
    raw = b"X-Spam-Flag: YES\r\n" + report(solved.message_id)

    assert outcome(take_in(raw, sender="")) == ("held", "spam")


def test_bounce_when_only_delayed_then_noted(solved, ticket):
    found = take_in(report(solved.message_id, action="delayed", status="4.4.1"), sender="")

    ticket.refresh_from_db()
    assert (outcome(found), ticket.status) == (("ignored", "delay"), Status.SOLVED)
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is None
    assert [event["code"] for event in events(ticket, type="Note")] == ["delayed"]


def test_bounce_when_it_comes_twice_then_told_once(solved, ticket):
    address = letters.bounce_address(solved)
    for action in ("failed", "delayed", "failed", "delayed"):
        take_in(report(solved.message_id, action=action), recipients=(address,), sender="")

    assert [event["code"] for event in events(ticket, type="Note")] == ["not_reached"]


def test_delay_when_told_again_then_noted_once(solved, ticket):
    found = [take_in(report(solved.message_id, action="delayed"), sender="") for _again in range(3)]

    assert [outcome(each) for each in found] == [("ignored", "delay")] * 3
    assert [event["code"] for event in events(ticket, type="Note")] == ["delayed"]


def test_bounce_when_it_names_somebody_we_did_not_write_to_then_he_is_not_marked(solved, ticket, sam):
    take_in(report(solved.message_id, recipient="sam@elsewhere.example"), sender="")

    assert Identity.objects.get(address="sam@elsewhere.example").undeliverable_at is None


def test_bounce_when_of_a_mail_that_is_not_ours_then_ignored(mailbox):
    found = take_in(report("other@elsewhere.example"), sender="")

    assert outcome(found) == ("ignored", "bounce_of_unknown")
