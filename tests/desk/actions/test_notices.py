"""Rules that write to somebody who answers by machine end: a cap an hour, which the history tells of once."""

import pytest

from sportello.desk.actions import notices, rules, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import OutgoingMail
from sportello.desk.words import Via
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def telling(ticket):
    """Rita is told of every change, and so is Anna."""
    for title, whom in (("Requester", "requester_id"), ("All", "all_agents")):
        mail = {"field": "notification_user", "value": [whom, "Novità", "Guarda"]}
        conditions = {"all": [{"field": "update_type", "operator": "is", "value": "Change"}]}
        rules.save_trigger({"title": title, "conditions": conditions, "actions": [mail]}, actor=None)
    return ticket


def change(ticket, number, actor):
    tickets.update(ticket.pk, Change(subject=f"Stampante {number}"), actor=actor, via=Via.WEB)


def told(person):
    return OutgoingMail.objects.filter(step=notices.STEP, recipient=person).count()


def capped(ticket):
    return [event["values"] for event in events(ticket, type="Note") if event["code"] == notices.CAPPED]


def test_notices_when_a_rule_writes_too_often_end_and_the_history_says_so_once(telling, ada, anna, rita):
    for number in range(notices.HOURLY + 3):
        change(telling, number, ada)

    assert (told(rita), told(anna)) == (notices.HOURLY, notices.HOURLY + 3)
    assert capped(telling) == [{"address": "rita@rossi.example", "limit": notices.HOURLY}]


def test_notices_when_the_hour_is_over_go_out_again(telling, ada, rita, frozen_clock):
    for number in range(notices.HOURLY + 1):
        change(telling, number, ada)
    frozen_clock.shift(3599)
    change(telling, "still", ada)
    assert told(rita) == notices.HOURLY
    frozen_clock.shift(1)

    change(telling, "again", ada)

    assert told(rita) == notices.HOURLY + 1
    assert len(capped(telling)) == 1


def test_notices_when_every_answer_opens_another_ticket_end_too(mailbox, rita, ada):
    mail = {"field": "notification_user", "value": ["requester_id", "Ricevuto", "Grazie"]}
    rules.save_trigger({"title": "Thank", "conditions": {"all": [], "any": []}, "actions": [mail]}, actor=None)

    for number in range(notices.HOURLY + 2):
        last = tickets.open_ticket(
            requester=rita, subject=f"Re: {number}", words=Words("Ricevuto"), actor=ada, via=Via.WEB
        )

    assert told(rita) == notices.HOURLY
    assert capped(last) == [{"address": "rita@rossi.example", "limit": notices.HOURLY}]
