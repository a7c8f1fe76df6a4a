"""Held mail, ledger, outbox, breakers."""

import pytest

from sportello.desk.actions import inbox, notices, side_conversations, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Breaker, InboundMail, OutgoingMail
from sportello.desk.words import MailState, SendState, Via
from sportello.reports import saved_mail
from sportello.reports.month import mailing

RAW = (
    b"From: Sam <sam@elsewhere.example>\r\nTo: help@desk.example\r\nSubject: Re: La stampante\r\n\r\n"
    b"Ne so qualcosa.\r\n"
)


@pytest.fixture
def held(ticket):
    (mail_id,) = inbox.record([inbox.Delivery(RAW, InboundMail.Source.SMTP, {"sender": "sam@elsewhere.example"})])
    InboundMail.objects.filter(pk=mail_id).update(
        state=MailState.HELD,
        reason="stranger",
        ticket=ticket,
        sender="sam@elsewhere.example",
        subject="Re: La stampante",
        preview="Ne so",
    )
    return InboundMail.objects.get(pk=mail_id)


def test_held_list_says_why(enter, anna, held):
    page = enter(anna).get("/mail/held").content.decode()

    assert "sam@elsewhere.example" in page
    assert "Somebody who takes no part in the conversation wrote on it." in page


def test_held_mail_shows_the_words_that_its_reader_wrote_down(enter, anna, held):
    page = enter(anna).get(f"/mail/in/{held.pk}").content.decode()

    assert '<div class="message__body">Ne so</div>' in page  # the bytes, which may be a trap, are not parsed here
    assert "qualcosa" not in page


def test_held_mail_that_nobody_could_read_is_still_a_page(enter, anna):
    (mail_id,) = inbox.record([inbox.Delivery(b"\x00\xff" * 1000, InboundMail.Source.SMTP)])

    response = enter(anna).get(f"/mail/in/{mail_id}")

    assert response.status_code == 200
    assert "Its words cannot be shown." in response.content.decode()


def test_held_mail_accepted_is_read_again_in_the_agent_s_name(enter, anna, held):
    enter(anna).post(f"/mail/in/{held.pk}/acceptance")

    held.refresh_from_db()
    assert (held.state, held.accepted_by) == (MailState.RECEIVED, anna)


def test_held_mail_rejected_stays_in_the_ledger(enter, anna, held):
    enter(anna).post(f"/mail/in/{held.pk}/rejection")

    held.refresh_from_db()
    assert (held.state, held.reason) == (MailState.IGNORED, "rejected")


def test_held_mail_replayed_is_read_again_by_the_rules(enter, anna, held):
    enter(anna).post(f"/mail/in/{held.pk}/replay")

    held.refresh_from_db()
    assert (held.state, held.accepted_by) == (MailState.RECEIVED, None)


def test_held_mail_settled_meanwhile_says_so(enter, anna, held):
    inbox.reject(held.pk, actor=anna)

    response = enter(anna).post(f"/mail/in/{held.pk}/rejection", follow=True)

    assert [str(message) for message in response.context["messages"]] == ["This mail has been dealt with already."]


@pytest.mark.parametrize("verb", ["acceptance", "rejection", "replay"])
def test_held_mail_of_a_ticket_outside_is_not_there(enter, ben, rita, held, verb):
    assert enter(ben).get(f"/mail/in/{held.pk}").status_code == 404
    assert enter(ben).post(f"/mail/in/{held.pk}/{verb}").status_code == 404
    assert enter(rita).post(f"/mail/in/{held.pk}/{verb}").status_code == 404

    held.refresh_from_db()
    assert held.state == MailState.HELD


@pytest.mark.parametrize(("name", "seen"), [("ada", True), ("anna", True), ("ben", False)])
def test_mail_of_a_ticket_outside_is_in_no_list(enter, request, held, name, seen):
    agent = enter(request.getfixturevalue(name))

    found = {
        path: "sam@elsewhere.example" in agent.get(path).content.decode() for path in ("/mail/held", "/mail/ledger")
    }

    assert found == {"/mail/held": seen, "/mail/ledger": seen}


def test_mail_of_no_ticket_is_in_the_lists_of_all_agents(enter, ben, held):
    InboundMail.objects.update(ticket=None)

    assert [row.pk for row in enter(ben).get("/mail/held").context["mails"]] == [held.pk]
    assert enter(ben).get(f"/mail/in/{held.pk}").status_code == 200


def test_held_mail_by_get_changes_nothing(enter, anna, held):
    assert enter(anna).get(f"/mail/in/{held.pk}/acceptance").status_code == 405


def test_ledger_adds_up(enter, anna, held):
    inbox.record([inbox.Delivery(RAW, InboundMail.Source.LMTP)])

    context = enter(anna).get("/mail/ledger").context

    numbers = {state["value"]: state["number"] for state in context["states"]}
    assert (context["received"], context["adds_up"]) == (2, True)
    assert numbers == {"received": 1, "opened": 0, "commented": 0, "held": 1, "ignored": 0, "failed": 0}


def test_ledger_of_one_state_shows_only_those(enter, anna, held):
    inbox.record([inbox.Delivery(RAW, InboundMail.Source.LMTP)])

    assert [mail.pk for mail in enter(anna).get("/mail/ledger?state=held").context["mails"]] == [held.pk]


def test_ledger_for_a_customer_is_not_there(enter, rita, held):
    assert enter(rita).get("/mail/ledger").status_code == 404


@pytest.fixture
def mail(ticket, anna):
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    return OutgoingMail.objects.get(ticket=ticket)


def test_outbox_lists_by_state(enter, anna, mail):
    agent = enter(anna)

    assert [row.pk for row in agent.get("/mail/out").context["mails"]] == [mail.pk]
    assert [row.pk for row in agent.get("/mail/out?state=sent").context["mails"]] == []


def test_outbox_says_of_every_mail_which_it_is(enter, ada, mail):
    steps = (notices.STEP, side_conversations.STEP, mailing.STEP, saved_mail.STEP, "sign_in", "invitation", "test")
    for step in steps:
        mail.pk, mail.once, mail.message_id, mail.step = None, None, f"<{step}@desk.example>", step
        mail.save()

    rows = enter(ada).get("/mail/out").context["mails"]
    assert len(rows) > len(steps)
    assert {str(row.step) for row in rows}.isdisjoint(steps)


def test_outgoing_mail_shows_the_server_s_answer(enter, anna, mail):
    OutgoingMail.objects.update(state=SendState.SENT, server_answer="250 2.0.0 queued as ABC")

    assert "250 2.0.0 queued as ABC" in enter(anna).get(f"/mail/out/{mail.pk}").content.decode()


def test_letter_is_shown_in_a_closed_frame(enter, anna, mail):
    response = enter(anna).get(f"/mail/out/{mail.pk}/letter")

    assert "Arrivo." in response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_outgoing_mail_taken_back_does_not_leave(enter, anna, mail):
    enter(anna).post(f"/mail/out/{mail.pk}/cancellation")

    mail.refresh_from_db()
    assert mail.state == SendState.CANCELLED


def test_outgoing_mail_given_up_is_sent_again(enter, anna, mail):
    OutgoingMail.objects.update(state=SendState.FAILED)

    enter(anna).post(f"/mail/out/{mail.pk}/retrial")

    mail.refresh_from_db()
    assert mail.state == SendState.QUEUED


def test_outgoing_mail_of_a_ticket_outside_is_not_there(enter, ben, mail):
    for path in ("", "/letter"):
        assert enter(ben).get(f"/mail/out/{mail.pk}{path}").status_code == 404
    assert enter(ben).post(f"/mail/out/{mail.pk}/cancellation").status_code == 404

    mail.refresh_from_db()
    assert mail.state == SendState.QUEUED


def test_breaker_is_listed_with_its_reason_and_lifted(enter, anna):
    breaker = inbox.trip("machine@elsewhere.example", 31)
    agent = enter(anna)

    page = agent.get("/mail/breakers").content.decode()
    agent.post(f"/mail/breakers/{breaker.pk}/lifting")

    assert "31 mails within an hour" in page
    assert Breaker.objects.get().lifted_by == anna


def test_breaker_for_a_customer_is_not_there(enter, rita):
    breaker = inbox.trip("machine@elsewhere.example", 31)

    assert enter(rita).post(f"/mail/breakers/{breaker.pk}/lifting").status_code == 404
    assert Breaker.objects.get().lifted_at is None
