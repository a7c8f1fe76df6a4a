"""What was promised, in the queue's rows and on the ticket's page."""

from datetime import timedelta

import pytest

from sportello.desk.actions import policies, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Timer
from sportello.desk.words import Priority, Status, TimerKind, TimerState, Via
from sportello.kit import clock
from sportello.web.agent.promises import promise_of

pytestmark = pytest.mark.django_db


def target(metric, minutes, *, business=False):
    return {"metric": metric, "priority": "high", "target": minutes, "business_hours": business}


@pytest.fixture
def promised(mailbox, ada, rita, group):
    """First reply in two hours, and no more than five hours of waiting for the requester."""
    targets = [target("first_reply_time", 120), target("requester_wait_time", 300)]
    policies.save_policy({"title": "Gold", "targets": targets}, actor=ada)
    return tickets.open_ticket(
        requester=rita,
        subject="La stampante non stampa",
        words=Words("Aiuto"),
        actor=rita,
        via=Via.EMAIL,
        group=group,
        priority=Priority.HIGH,
    )


def page_of(response):
    return response.content.decode()


def standing(agent, ticket):
    return agent.get(f"/tickets/{ticket.pk}").context["sla"]


def lines(found):
    return [
        (line.label, (line.promise.is_missed, line.promise.is_soon) if line.promise else line.left)
        for line in found.lines
    ]


def chip(agent, usual):
    return agent.get(usual["unsolved"]).context["list"].table.groups[0].rows[0].promise


def test_promise_when_running_is_due_and_soon_in_its_last_hour(enter, usual, anna, promised, frozen_clock):
    agent = enter(anna)
    early, on_page = chip(agent, usual), standing(agent, promised)

    frozen_clock.shift(61 * 60)

    due_at = promised.created_at.replace(microsecond=0) + timedelta(hours=2)
    assert (early.at, early.is_missed, early.is_soon) == (due_at, False, False)
    assert (on_page.policy, lines(on_page)) == (
        "Gold",
        [("First reply", (False, False)), ("Waiting of the requester", (False, False))],
    )
    assert (chip(agent, usual).is_missed, chip(agent, usual).is_soon) == (False, True)
    assert lines(standing(agent, promised))[0] == ("First reply", (False, True))


def test_promise_when_missed_says_since_when_also_before_the_clock_rang(enter, usual, anna, promised, frozen_clock):
    agent = enter(anna)
    missed_at = promised.created_at.replace(microsecond=0) + timedelta(hours=2)
    frozen_clock.shift(2 * 3600 + 60)

    before = chip(agent, usual), standing(agent, promised)
    timers.step()
    after = chip(agent, usual), standing(agent, promised)

    for row, found in (before, after):
        assert (row.at, row.is_missed) == (missed_at, True)
        assert (lines(found)[0], found.lines[0].promise.at) == (("First reply", (True, False)), missed_at)
    assert page_of(agent.get(usual["unsolved"])).count("overdue for") == 1
    assert page_of(agent.get(f"/tickets/{promised.pk}")).count("overdue for") == 1


def test_promise_when_kept_is_gone_and_what_stands_still_says_what_is_left(enter, usual, anna, promised, frozen_clock):
    frozen_clock.shift(1800)
    tickets.answer(promised.pk, Words("Eccomi"), status=Status.PENDING, actor=anna, via=Via.WEB)
    agent = enter(anna)

    assert lines(standing(agent, promised)) == [("Waiting of the requester", "4:30 h")]
    assert chip(agent, usual) is None


def test_promise_when_solved_leaves_the_policy_alone(enter, anna, promised):
    tickets.answer(promised.pk, Words("Fatto"), status=Status.SOLVED, actor=anna, via=Via.WEB)

    found = standing(enter(anna), promised)

    assert (found.policy, found.lines) == ("Gold", [])


def test_promise_when_its_policy_is_dropped_still_stands(enter, ada, anna, promised):
    policies.drop(policies.SlaPolicy.objects.get().pk, actor=ada)

    found = standing(enter(anna), promised)

    assert (found.policy, len(found.lines)) == (None, 2)
    tickets.update(promised.pk, Change(add_tags=("seen",)), actor=anna, via=Via.WEB)
    assert lines(standing(enter(anna), promised)) == []


def test_ticket_without_clocks_says_nothing_of_promises(enter, usual, anna, ticket):
    agent = enter(anna)

    assert (standing(agent, ticket), chip(agent, usual)) == (None, None)
    assert "Promised" not in page_of(agent.get(f"/tickets/{ticket.pk}"))


def test_protocol_line_leaves_promises_out(enter, anna, promised):
    line = enter(anna).get(f"/tickets/{promised.pk}").context["protocol"]

    assert [event.icon for event in line] == ["ticket", "mail"]


def test_promise_of_takes_what_is_missed_before_what_is_due():
    now = clock.now()

    missed = promise_of(now + timedelta(hours=3), now - timedelta(hours=1), now)

    assert (missed.at, missed.is_missed) == (now - timedelta(hours=1), True)
    assert promise_of(now, None, now).is_missed
    assert promise_of(None, None, now) is None


def test_promise_when_there_is_no_priority_says_that_nothing_is_promised(enter, ada, promised):
    tickets.update(promised.pk, Change(priority=None), actor=ada, via=Via.WEB)

    page = page_of(enter(ada).get(f"/tickets/{promised.pk}"))

    assert "Without a priority nothing is promised." in page


def test_clock_of_a_promise_is_stopped_by_nobody(enter, anna, promised):
    clocks = Timer.objects.filter(ticket=promised, kind=TimerKind.SLA)
    agent = enter(anna)

    refused = {agent.post(f"/tickets/{promised.pk}/timers/{it.pk}/cancellation").status_code for it in clocks}

    assert refused == {404}
    assert {it.state for it in clocks.all()} == {TimerState.WAITING}
