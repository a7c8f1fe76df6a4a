"""What becomes of the mail of somebody whose ticket was marked as spam."""

import pytest

from sportello.channels.email import receive
from sportello.desk.actions import inbox, junk
from sportello.desk.models import Breaker, InboundMail, Ticket
from sportello.desk.words import MailState, Via

pytestmark = pytest.mark.django_db


def write(rita, number):
    head = f"From: {rita.email}\r\nTo: help@desk.example\r\nSubject: Sconti\r\nMessage-ID: <{number}@x.example>"
    (mail_id,) = inbox.record([inbox.Delivery(f"{head}\r\n\r\nCompra.".encode(), InboundMail.Source.SMTP)])
    while receive.step():
        pass
    return InboundMail.objects.get(pk=mail_id)


@pytest.mark.parametrize(("hold", "state"), [(True, MailState.HELD), (False, MailState.OPENED)])
def test_mail_of_a_spammer_waits_for_an_agent_where_he_is_held(ticket, rita, anna, hold, state):
    junk.mark(ticket.pk, hold=hold, actor=anna, via=Via.WEB)

    found = write(rita, 1)

    assert found.state == state
    assert Ticket.objects.count() == (1 if hold else 2)


def test_mail_of_a_spammer_comes_through_again_once_the_breaker_is_lifted(ticket, rita, anna):
    junk.mark(ticket.pk, hold=True, actor=anna, via=Via.WEB)

    inbox.lift(Breaker.objects.get().pk, actor=anna)

    assert write(rita, 1).state == MailState.OPENED
