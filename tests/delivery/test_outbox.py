"""Outgoing mail against a real SMTP server on loopback."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from sportello.delivery import outbox, transport
from sportello.delivery.transport import Failed
from sportello.desk.actions import desks, tickets
from sportello.desk.actions import outbox as verbs
from sportello.desk.actions.outbox import ATTEMPTS
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.errors import Stale
from sportello.desk.models import Identity, OutgoingMail
from sportello.desk.words import Status, Via
from sportello.kit import claims, clock, smtp
from sportello.kit.mail_out import MailOut
from tests.personas import events


class Sink:
    """Takes mails; `refuse` maps a command to the answer it gives instead of yes."""

    def __init__(self):
        self.taken, self.refuse, self.ended = [], {}, 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if answer := self.refuse.get("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.refuse.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if answer := self.refuse.get("DATA"):
            return answer
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 queued as 42"

    async def handle_QUIT(self, server, session, envelope):
        self.ended += 1
        return "221 Bye"


@pytest.fixture
def sink(settings):
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=0)
    # Port 0: the controller's own check of the port needs the one that it got.
    controller.port = free_port()
    controller.start()
    settings.MAIL_OUT = MailOut("smtp", "127.0.0.1", controller.port)
    yield sink
    controller.stop()


def free_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def answer(ticket, anna):
    """Anna's answer to Rita, with a file."""
    words = Words("Ecco.", files=(NewFile("manuale.pdf", "application/pdf", b"%PDF"),))
    tickets.answer(ticket.id, words, actor=anna, via=Via.WEB)
    return OutgoingMail.objects.get()


def test_step_when_accepted_then_marked_sent_with_the_servers_words(sink, answer):
    assert outbox.step() is True
    assert outbox.step() is False

    answer.refresh_from_db()
    assert (answer.state, answer.server_answer, answer.claimed_by) == ("sent", "250 queued as 42", "")
    ((sender, recipients, content),) = sink.taken
    mail = message_from_bytes(content, policy=policy.default)
    assert recipients == ["rita@rossi.example"]
    assert sender.startswith(f"help+b{answer.pk}.")
    assert sender.endswith("@desk.example")
    assert mail["Message-ID"] == f"<{answer.message_id}>"
    assert mail["Reply-To"].addresses[0].addr_spec == answer.reply_to
    assert mail["From"].addresses[0].display_name == "Anna Conti (Sportello)"
    assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == [("manuale.pdf", b"%PDF")]


def test_step_when_recipient_is_refused_for_good_then_given_up_and_the_ticket_says_so(sink, answer, ticket):
    sink.refuse["rita@rossi.example"] = "550 5.1.1 no such user"

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.last_error) == ("failed", "550 5.1.1 no such user")
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_reason == "550 5.1.1 no such user"
    assert [event["code"] for event in events(ticket, type="Note")] == ["bounced"]


def test_step_when_server_says_later_then_tried_again_for_a_week_and_given_up_visibly(sink, answer, frozen_clock):
    sink.refuse["DATA"] = "451 4.3.0 greylisted"

    outbox.step()
    answer.refresh_from_db()
    assert (answer.state, answer.attempts, answer.due_at) == ("queued", 1, answer.created_at + timedelta(minutes=1))
    OutgoingMail.objects.update(attempts=ATTEMPTS - 2)
    for hours in (1, 2):
        frozen_clock.shift(timedelta(hours=hours))
        outbox.step()

    answer.refresh_from_db()
    waits = [claims.retry_at(attempt, clock.now()) - clock.now() for attempt in range(1, ATTEMPTS)]
    assert (answer.state, answer.attempts, answer.last_error) == ("failed", ATTEMPTS, "451 4.3.0 greylisted")
    assert timedelta(days=7) <= sum(waits, timedelta()) < timedelta(days=7, hours=1)


def test_step_when_server_is_away_then_nothing_is_lost(answer, settings):
    settings.MAIL_OUT = MailOut("smtp", "127.0.0.1", free_port())

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.attempts) == ("queued", 1)
    assert "refused" in answer.last_error.lower()


@pytest.mark.parametrize("said", ["550 5.7.1 blocked", "530 5.7.0 sign in first", "554 5.7.1 not on our list"])
def test_step_when_refused_for_what_we_are_then_given_up_and_the_address_is_not_blamed(sink, answer, said):
    sink.refuse["rita@rossi.example"] = said

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.last_error) == ("failed", said)
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is None


def test_step_when_the_content_is_refused_then_given_up_and_the_address_is_not_blamed(sink, answer):
    sink.refuse["DATA"] = "552 5.3.4 too large"

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.last_error) == ("failed", "552 5.3.4 too large")
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is None


def test_step_when_the_server_will_not_take_our_sender_then_tried_again(sink, answer, ticket):
    sink.refuse["MAIL"] = "530 5.7.0 Authentication required"

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.last_error) == ("queued", "530 5.7.0 Authentication required")
    assert events(ticket, type="Note") == []


def test_step_when_one_mail_cannot_be_built_then_the_others_leave(sink, answer, ticket, anna):
    tickets.answer(ticket.id, Words("E ancora."), actor=anna, via=Via.WEB)
    OutgoingMail.objects.filter(pk=answer.pk).update(to="anna@b\u00fccher.example", due_at=answer.created_at)

    outbox.step()

    assert list(OutgoingMail.objects.order_by("id").values_list("state", flat=True)) == ["failed", "sent"]


def test_connect_when_the_login_fails_ends_the_session(sink, settings):
    way = MailOut("smtp", settings.MAIL_OUT.host, settings.MAIL_OUT.port, "desk", "secret")  # it knows no AUTH

    with pytest.raises(Failed) as refusal:
        transport.connect(way)

    assert (refusal.value.whole, sink.ended) == (True, 1)


def test_step_when_a_password_would_travel_in_the_clear_then_it_stays_here(answer, settings):
    with pytest.raises(smtp.CannotSend, match="offers no TLS"):
        smtp.refuse_to_shout(MailOut("smtp", "mail.example", 25, "desk", "secret"), has_tls=False)

    smtp.refuse_to_shout(MailOut("smtp", "127.0.0.1", 25, "desk", "secret"), has_tls=False)
    smtp.refuse_to_shout(MailOut("smtp", "mail.example", 25, "desk", "secret"), has_tls=True)
    smtp.refuse_to_shout(MailOut("smtp", "mail.example", 25), has_tls=False)


def test_step_when_the_key_changed_then_says_what_to_do(answer, settings):
    settings.MAIL_OUT = None
    desks.set_mail_out("smtp://desk:secret@mail.example")
    settings.SECRET_KEY = "another key, another key, another key"

    outbox.step()

    answer.refresh_from_db()
    assert (answer.state, answer.last_error) == ("queued", "the desk's key has changed: enter the mail server again")


def test_step_when_somebody_else_has_the_row_by_now_then_it_is_not_sent(sink, answer):
    (slept,) = claims.claim(OutgoingMail.objects.filter(state="queued"), 1, lease=timedelta(seconds=-1))
    claims.claim(OutgoingMail.objects.filter(state="queued"), 1)

    outbox._send_all([slept])

    assert sink.taken == []


def test_step_when_there_is_no_way_out_then_kept(answer, settings):
    settings.MAIL_OUT = None

    outbox.step()

    answer.refresh_from_db()
    assert answer.state == "kept"


def test_step_when_written_to_a_folder_then_the_same_mail_twice_is_one_file(answer, settings, tmp_path):
    settings.MAIL_OUT = MailOut("file", folder=tmp_path)

    outbox.step()
    verbs_retry = OutgoingMail.objects.filter(pk=answer.pk).update(state="queued")
    outbox.step()

    assert verbs_retry == 1
    assert [file.suffix for file in tmp_path.iterdir()] == [".eml"]


def test_step_when_worker_died_after_sending_then_goes_again_with_the_same_message_id(sink, answer):
    (dead,) = claims.claim(OutgoingMail.objects.filter(state="queued"), 1, lease=timedelta(seconds=-1))
    outbox.step()

    with pytest.raises(claims.LeaseLost):
        verbs.mark_sent(dead, "250 from the dead")

    answer.refresh_from_db()
    assert (answer.state, answer.attempts, len(sink.taken)) == ("sent", 2, 1)


def test_cancel_when_queued_then_never_leaves(sink, answer, anna):
    verbs.cancel(answer.pk, actor=anna)

    outbox.step()

    assert sink.taken == []
    with pytest.raises(Stale):
        verbs.cancel(answer.pk, actor=anna)


def test_retry_when_given_up_then_sent_from_the_start(sink, answer, anna):
    sink.refuse["rita@rossi.example"] = "550 mailbox full"
    outbox.step()
    sink.refuse.clear()

    verbs.retry(answer.pk, actor=anna)
    outbox.step()

    answer.refresh_from_db()
    assert answer.state == "sent"
    with pytest.raises(Stale):
        verbs.retry(answer.pk, actor=anna)


def test_solved_when_refused_for_good_then_goes_back_to_the_agent(sink, ticket, anna):
    sink.refuse["rita@rossi.example"] = "550 5.1.1 no such user"
    tickets.answer(ticket.id, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    outbox.step()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert [event["code"] for event in events(ticket, type="Note")] == ["not_reached"]
