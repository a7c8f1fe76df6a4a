"""What an automation will do stands on the ticket, and can be stopped there."""

import pytest

from sportello.desk.actions import automations, tickets, timers
from sportello.desk.actions.tickets import Change
from sportello.desk.models import Timer
from sportello.desk.words import TimerKind, TimerState, Via


@pytest.fixture
def timer(ticket, anna):
    automations.save_automation(
        {
            "title": "Sollecita il cliente",
            "conditions": {"all": [{"field": "NEW", "operator": "is", "value": 4}]},
            "actions": [{"field": "current_tags", "value": "late"}],
        },
        actor=None,
    )
    tickets.update(ticket.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    return Timer.objects.get(kind=TimerKind.AUTOMATION)


def coming(client, ticket):
    line = client.get(f"/tickets/{ticket.pk}").context["protocol"]
    return [(event.text, event.cancel_url) for event in line if event.kind == "future" and "late" not in event.text]


def test_ticket_page_names_what_an_automation_will_do(enter, anna, ticket, timer):
    address = f"/tickets/{ticket.pk}/timers/{timer.pk}/cancellation"

    assert ("Sollecita il cliente", address) in coming(enter(anna), ticket)


def test_ticket_page_when_the_automation_has_acted_names_it_no_more(enter, anna, ticket, timer, frozen_clock):
    frozen_clock.shift(4 * 3600)
    timers.step()

    assert Timer.objects.filter(kind=TimerKind.AUTOMATION, state=TimerState.WAITING).exists()
    assert "Sollecita il cliente" not in [text for text, _url in coming(enter(anna), ticket)]


def test_timer_when_stopped_by_an_agent_is_gone_and_by_another_is_missing(enter, anna, ben, ticket, timer):
    address = f"/tickets/{ticket.pk}/timers/{timer.pk}/cancellation"

    assert enter(ben).post(address).status_code == 404
    enter(anna).post(address)

    assert "Sollecita il cliente" not in [text for text, _url in coming(enter(anna), ticket)]
    history = enter(anna).get(f"/tickets/{ticket.pk}").context["history"]
    assert any("Sollecita il cliente" in sentence for entry in history for sentence in entry.sentences)
