"""The rules of a new desk: whoever should know is told, once, and nobody of what he did himself."""

import pytest

from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import OutgoingMail, Trigger
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db


def told():
    return list(OutgoingMail.objects.filter(step="notice").order_by("id").values_list("to", "subject"))


@pytest.fixture
def new_desk(mailbox):
    desks.configure(language="it")
    desks.finish_set_up()


def test_new_desk_has_its_rules_once_in_its_language(new_desk):
    titles = list(Trigger.objects.values_list("title", "active"))
    desks.finish_set_up()

    assert titles == list(Trigger.objects.values_list("title", "active"))
    assert titles[0] == ("Avvisa chi riceve un ticket", True)
    assert [active for _title, active in titles] == [True, True, True, False]


def test_new_desk_when_a_ticket_is_given_tells_its_agent(new_desk, ticket, ada, anna):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    assert told() == []
    tickets.assign(ticket.pk, None, actor=anna, via=Via.WEB)

    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)

    assert told() == [(anna.email, "Assegnato a te: La stampante non stampa")]


def test_new_desk_when_the_customer_writes_tells_assignee_and_followers(new_desk, ticket, ada, anna, rita):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(add_followers=(ada,)), actor=anna, via=Via.WEB)

    tickets.hear(ticket.pk, Words("Ancora ferma"), actor=rita, via=Via.EMAIL)

    assert sorted(told()) == [
        (ada.email, "News: La stampante non stampa"),
        (anna.email, "Rita Rossi ha scritto: La stampante non stampa"),
    ]
    mail = OutgoingMail.objects.get(step="notice", to=anna.email)
    assert "Ancora ferma" in mail.text


def test_new_desk_when_an_agent_writes_a_note_tells_followers_alone(new_desk, ticket, ada, anna):
    tickets.update(ticket.pk, Change(add_followers=(ada, anna)), actor=anna, via=Via.WEB)

    tickets.answer(ticket.pk, Words("Nota per noi", public=False), actor=anna, via=Via.WEB)

    assert told() == [(ada.email, "News: La stampante non stampa")]
