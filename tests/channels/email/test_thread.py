"""Which ticket a mail goes on with."""

import pytest

from sportello.channels.email import thread
from sportello.channels.email.parse import parse
from sportello.channels.email.thread import Thread
from sportello.desk.actions import letters, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import InboundMail, OutgoingMail
from sportello.desk.words import MailState, Via
from sportello.kit import clock
from tests.channels.email.mails import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(ticket, otto, mailbox):
    """A ticket of Otto's."""
    return tickets.open_ticket(
        requester=otto, subject="Monitor", words=Words("Nero."), actor=otto, via=Via.EMAIL, mailbox_id=mailbox.pk
    )


def known_mail(ticket, message_id: str) -> None:
    InboundMail.objects.create(
        source="smtp",
        size=1,
        digest="",
        received_at=clock.now(),
        state=MailState.OPENED,
        message_id=message_id,
        ticket=ticket,
    )


def find(raw: bytes, *, recipients=(), sender=None) -> Thread:
    return thread.find(parse(raw), recipients, sender)


def test_reply_address_when_in_any_place_then_found(ticket, mailbox, rita):
    address = letters.reply_address(ticket.pk, mailbox)
    expected = Thread(ticket.pk, "reply_address")

    assert find(mail(to=address), sender=rita) == expected
    assert find(mail(Cc=address.upper()), sender=rita) == expected
    assert find(mail(Delivered_To=address), sender=rita) == expected
    assert find(mail(), recipients=[address], sender=rita) == expected


@pytest.mark.parametrize("change", ["number", "mark", "cut", "purpose"])
def test_reply_address_when_forged_then_not_believed(ticket, other, mailbox, rita, change):
    address = letters.reply_address(ticket.pk, mailbox)
    forged = {
        "number": address.replace(f"+{ticket.pk}.", f"+{other.pk}."),
        "mark": address.replace("@", "@")[:-20] + ("a" * 12) + "@desk.example",
        "cut": address.replace("@", "")[:-5] + "@desk.example",
        "purpose": address.replace("+", "+b"),
    }[change]

    assert find(mail(to=forged), sender=rita) == Thread(None)


def test_reply_address_when_it_disagrees_with_references_then_it_counts(ticket, other, mailbox, rita):
    known_mail(other, "1@rossi.example")

    found = find(mail(to=letters.reply_address(ticket.pk, mailbox), References="<1@rossi.example>"), sender=rita)

    assert found == Thread(ticket.pk, "reply_address")


def test_references_when_they_name_a_mail_of_ours_or_theirs_then_found(ticket, anna, rita):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    known_mail(ticket, "first@rossi.example")
    ours = OutgoingMail.objects.get().message_id

    for header in (
        {"In_Reply_To": f"<{ours}>"},
        {"References": f"<x@y> <{ours}>"},
        {"References": "<first@rossi.example>"},
    ):
        assert find(mail(**header), sender=rita) == Thread(ticket.pk, "references")


def test_references_when_to_many_tickets_then_the_senders_own_else_the_latest(ticket, other, rita, otto, sam):
    known_mail(ticket, "1@rossi.example")
    known_mail(other, "2@rossi.example")
    raw = mail(References="<1@rossi.example> <2@rossi.example>")

    assert find(raw, sender=rita) == Thread(ticket.pk, "references")
    assert find(raw, sender=otto) == Thread(other.pk, "references")
    assert find(raw, sender=sam) == Thread(other.pk, "references")
    assert find(raw, sender=None) == Thread(other.pk, "references")


def test_references_when_another_took_the_same_message_id_then_the_senders_own_ticket(ticket, other, rita, otto):
    known_mail(ticket, "same@rossi.example")
    known_mail(other, "same@rossi.example")

    assert find(mail(References="<same@rossi.example>"), sender=rita).ticket_id == ticket.pk
    assert find(mail(References="<same@rossi.example>"), sender=otto).ticket_id == other.pk


def test_references_when_ten_thousand_then_the_latest_count_and_few_questions_are_asked(
    ticket, rita, django_assert_max_num_queries
):
    known_mail(ticket, "9999@rossi.example")
    raw = mail(References="\r\n ".join(f"<{n}@rossi.example>" for n in range(10_000)))

    with django_assert_max_num_queries(2):
        assert find(raw, sender=rita) == Thread(ticket.pk, "references")


def test_subject_when_tagged_then_only_for_who_takes_part(ticket, rita, sam, anna):
    raw = mail(subject=f"Re: [#{ticket.pk}] Stampante")

    assert find(raw, sender=rita) == Thread(ticket.pk, "subject")
    assert [find(raw, sender=sender) for sender in (sam, anna, None)] == [Thread(None)] * 3


@pytest.mark.parametrize("tag", ["[#0]", "[#999999999999999999]", "[#9999999999999999999999]", "[#-1]", "[#١]", "#1"])
def test_subject_when_the_tag_is_no_ticket_then_a_new_conversation(ticket, rita, tag):
    assert find(mail(subject=tag), sender=rita) == Thread(None)


def test_bounce_address_when_ours_then_names_the_mail(ticket, anna):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    letter = OutgoingMail.objects.get()
    address = letters.bounce_address(letter)

    assert thread.bounced_mail_id(["help@desk.example", address.upper()]) == letter.pk
    assert thread.bounced_mail_id([letter.reply_to, address.replace(f"+b{letter.pk}.", f"+b{letter.pk + 1}.")]) is None
    assert find(mail(to=address)) == Thread(ticket.pk, "bounce_address")
