"""The clocks of automations: set for all tickets when a rule changes, late after an outage, in time for promises."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from sportello.desk import rehearsal
from sportello.desk.actions import alarms, automations, configuration, desks, people, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Automated, Automation, Firing, OutgoingMail, SlaPolicy, Ticket, TicketSla, Timer
from sportello.desk.rules.automations import read_conditions
from sportello.desk.rules.schedules import ALWAYS
from sportello.desk.words import Priority, Status, TimerKind, TimerState, Via
from sportello.kit import clock
from tests.personas import events

pytestmark = pytest.mark.django_db

HOUR = 3600


def when(field, operator="greater_than", value=4):
    return {"field": field, "operator": operator, "value": value}


def automation(title="Late", *conditions, tag="late", actions=None, key=None, active=True):
    data = {
        "title": title,
        "active": active,
        "conditions": {"all": list(conditions or [when("NEW")])},
        "actions": actions or [{"field": "current_tags", "value": tag}],
    }
    return automations.save_automation(data, actor=None, automation_id=key)


def opened(person, count=1, **more):
    return [
        tickets.open_ticket(
            requester=person, subject=f"n. {number}", words=Words("Aiuto"), actor=person, via=Via.EMAIL, **more
        )
        for number in range(count)
    ]


def clocks():
    found = Timer.objects.filter(kind=TimerKind.AUTOMATION, state=TimerState.WAITING).order_by("due_at", "id")
    return [(timer.ticket_id, timer.due_at) for timer in found]


def acted():
    return [(it.ticket_id, it.automation.title) for it in Firing.objects.order_by("id")]


def arm(frozen_clock):
    frozen_clock.shift(alarms.SETTLED)
    while alarms.arm_step():
        pass


def work():
    while timers.step():
        pass


# --- the walk --------------------------------------------------------------------------------------------------------


def test_automation_when_new_is_armed_on_old_tickets_and_acts_where_it_holds_already(mailbox, rita, anna, frozen_clock):
    old, closed = opened(rita, 2)
    tickets.assign(closed.pk, anna, actor=anna, via=Via.WEB)
    tickets.confirm(closed.pk, actor=rita, via=Via.WEB)
    frozen_clock.shift(9 * HOUR)
    (young,) = opened(rita)

    made = automation()
    assert not alarms.arm_step()  # other processes may not know of it yet
    arm(frozen_clock)

    assert clocks() == [(old.pk, clock.now()), (young.pk, young.created_at + timedelta(hours=4))]
    made.refresh_from_db()
    assert made.armed_to is None
    work()
    assert acted() == [(old.pk, "Late")]


def test_walk_goes_on_where_it_was_and_asks_no_more_for_more_tickets(mailbox, rita, frozen_clock, monkeypatch):
    keys = [ticket.pk for ticket in opened(rita, 5)]
    made = automation(
        "Late", when("HOLD"), when("current_tags", "includes", "x"), when("until_sla_breach", "less_than")
    )
    frozen_clock.shift(alarms.SETTLED)

    def step(size):
        monkeypatch.setattr(alarms, "BATCH", size)
        with CaptureQueriesContext(connection) as asked:
            assert alarms.arm_step()
        made.refresh_from_db()
        return made.armed_to, len(asked)

    configuration.current().automations  # noqa: B018 - read once a second
    alone, few = step(1), step(3)

    assert (alone[0], few[0]) == (keys[0], keys[3])
    assert alone[1] == few[1]
    assert step(3)[0] is None
    assert not alarms.arm_step()


def test_automation_when_its_conditions_change_moves_its_clocks_and_acts_on_no_ticket_twice(
    mailbox, rita, anna, frozen_clock
):
    done, waits, leaves = opened(rita, 3)
    made = automation()
    arm(frozen_clock)
    Timer.objects.filter(ticket__in=[waits, leaves]).update(due_at=clock.now() + timedelta(hours=50))
    frozen_clock.shift(5 * HOUR)
    work()
    assert acted() == [(done.pk, "Late")]
    tickets.update(leaves.pk, Change(status=Status.HOLD), actor=anna, via=Via.WEB)

    automation("Late", when("NEW", value=3), {"field": "status", "operator": "is", "value": "new"}, key=made.pk)
    arm(frozen_clock)

    assert [ticket for ticket, _due in clocks()] == [waits.pk]
    work()
    assert acted() == [(done.pk, "Late"), (waits.pk, "Late")]


def test_automation_when_switched_off_loses_its_clocks_and_on_again_remembers_what_it_did(mailbox, rita, frozen_clock):
    done, waits = opened(rita, 2)
    made = automation()
    arm(frozen_clock)
    Timer.objects.filter(ticket=waits).update(due_at=clock.now() + timedelta(hours=50))
    frozen_clock.shift(5 * HOUR)
    work()

    automations.switch(made.pk, on=False, actor=None)
    arm(frozen_clock)
    assert clocks() == []
    frozen_clock.shift(60 * HOUR)
    work()
    assert acted() == [(done.pk, "Late")]
    automations.switch(made.pk, on=True, actor=None)
    arm(frozen_clock)
    work()

    assert acted() == [(done.pk, "Late"), (waits.pk, "Late")]


def test_automation_when_dropped_takes_its_clocks_and_marks_with_it(mailbox, rita, frozen_clock):
    opened(rita, 2)
    made = automation()
    arm(frozen_clock)

    automations.drop(made.pk, actor=None)

    assert (clocks(), Automated.objects.count()) == ([], 0)


def test_automation_that_cannot_be_read_any_more_does_nothing_and_loses_its_clocks(mailbox, rita, frozen_clock):
    opened(rita)
    automation()
    arm(frozen_clock)
    Automation.objects.update(conditions={"all": [when("gone")]}, updated_at=clock.now())
    configuration.forget()

    frozen_clock.shift(5 * HOUR)
    work()

    assert (acted(), clocks()) == ([], [])


def test_rehearsal_tells_on_which_tickets_and_when_and_changes_nothing(mailbox, rita, anna, frozen_clock):
    early, closed = opened(rita, 2, tags=("x",))
    tickets.assign(closed.pk, anna, actor=anna, via=Via.WEB)
    tickets.confirm(closed.pk, actor=rita, via=Via.WEB)
    frozen_clock.shift(9 * HOUR)
    late, _other = *opened(rita, tags=("x",)), *opened(rita)
    asked = read_conditions({"all": [when("NEW"), when("current_tags", "includes", "x")]})

    found = rehearsal.due(asked, now=clock.now(), hours=ALWAYS)

    assert [(act.ticket_id, act.at) for act in found] == [
        (early.pk, clock.now()),
        (late.pk, clock.now() + timedelta(hours=4)),
    ]
    assert [it["field"] for it in found[1].because] == ["NEW", "current_tags"]
    assert (clocks(), acted()) == ([], [])


# --- after an outage -------------------------------------------------------------------------------------------------


def test_automations_after_an_outage_act_once_each_in_the_order_of_their_times(mailbox, rita, frozen_clock):
    automation("Third", when("NEW", value=12), tag="c")
    automation("First", when("NEW", value=4), tag="a")
    automation("Second", when("NEW", value=8), tag="b")
    (ticket,) = opened(rita)

    frozen_clock.shift(100 * HOUR)
    work()

    assert acted() == [(ticket.pk, title) for title in ("First", "Second", "Third")]


@pytest.mark.parametrize("status", [Status.HOLD, Status.CLOSED])
def test_automation_when_the_ticket_has_left_it_unnoticed_does_not_act(status, mailbox, rita, anna, frozen_clock):
    automation("Late", when("NEW"), {"field": "status", "operator": "is_not", "value": "hold"})
    opened(rita)

    frozen_clock.shift(100 * HOUR)
    solved_at = clock.now() if status == Status.CLOSED else None
    Ticket.objects.update(status=status, solved_at=solved_at, waiting_since=None)
    work()

    assert (acted(), clocks()) == ([], [])


def test_automations_that_are_late_come_at_a_pace_and_hold_up_nothing_else(
    mailbox, rita, ada, frozen_clock, monkeypatch
):
    monkeypatch.setattr(timers, "pace", timers.Pace(3))
    automation()
    late = [ticket.pk for ticket in opened(rita, 5)]
    frozen_clock.shift(10 * HOUR)
    (timely,) = opened(rita)
    Timer.objects.filter(ticket=timely, kind=TimerKind.AUTOMATION).update(due_at=clock.now() + timedelta(minutes=1))
    Timer.objects.filter(ticket=timely).exclude(kind=TimerKind.AUTOMATION).update(due_at=clock.now())
    Ticket.objects.filter(pk=timely.pk).update(created_at=clock.now() - timedelta(hours=4))

    frozen_clock.shift(61)
    work()

    assert [ticket for ticket, _title in acted()] == [*late[:3], timely.pk]
    assert not Timer.objects.filter(ticket=timely, state=TimerState.WAITING).exists()
    frozen_clock.shift(60)
    work()
    assert [ticket for ticket, _title in acted()] == [*late[:3], timely.pk, *late[3:]]


def test_automation_that_fails_on_one_ticket_is_tried_again_and_costs_no_other(mailbox, rita, frozen_clock):
    automation()
    first, broken, last = opened(rita, 3)
    sla = TicketSla.objects.create(ticket=broken, clocks={"status": "what nobody can read"})
    frozen_clock.shift(4 * HOUR)

    work()

    assert acted() == [(first.pk, "Late"), (last.pk, "Late")]
    kept = Timer.objects.get(ticket=broken, kind=TimerKind.AUTOMATION)
    assert (kept.state, kept.attempts, kept.last_error) == (TimerState.WAITING, 1, "KeyError: 'schedule'")
    sla.delete()
    frozen_clock.shift(61)
    work()
    assert acted() == [(first.pk, "Late"), (last.pk, "Late"), (broken.pk, "Late")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows by itself when a partial index will do")
def test_step_looks_only_among_the_clocks_that_wait(db):
    due = Timer.objects.filter(timers.WAITING, due_at__lte=clock.now()).order_by("due_at", "id")

    assert "USING INDEX timer_due (due_at<?)" in due.explain()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_automations_when_two_workers_are_at_it_act_once_on_each_ticket(real_database):
    configuration.forget()
    rita = people.add("Rita Rossi", "rita@rossi.example")
    automation("Note", when("NEW", value=0), actions=[{"field": "note", "value": "Eccolo"}])
    automation("Tag", when("NEW", value=0))
    found = opened(rita, 12)
    start, failures = threading.Barrier(2), []

    def worker():
        try:
            start.wait(10)
            while timers.step() or alarms.arm_step():
                pass
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failures == []
    assert sorted(acted()) == [(ticket.pk, title) for ticket in found for title in ("Note", "Tag")]
    configuration.forget()


# --- promises --------------------------------------------------------------------------------------------------------


@pytest.fixture
def promised(mailbox):
    """A desk of which every first reply is due within 3 hours, every solution within 3 and a half."""
    desks.finish_set_up()
    targets = [
        {"metric": metric, "priority": "high", "target": minutes, "business_hours": False}
        for metric, minutes in (("first_reply_time", 180), ("total_resolution_time", 210))
    ]
    SlaPolicy.objects.create(
        title="All", conditions={"all": []}, targets=targets, created_at=clock.now(), updated_at=clock.now()
    )
    configuration.forget()


def warnings(agent):
    mails = OutgoingMail.objects.filter(step="notice", to=agent.email).order_by("id")
    return [mail.created_at for mail in mails if mail.subject.startswith(("Sta per scadere", "Due soon"))]


def test_new_desk_warns_the_assignee_an_hour_before_each_promise_once(promised, rita, anna, group, frozen_clock):
    (ticket,) = opened(rita, priority=Priority.HIGH, group=group, assignee=anna)
    began = ticket.created_at.replace(microsecond=0)

    for _quarter in range(20):
        tickets.update(ticket.pk, Change(add_tags=(f"t{_quarter}",)), actor=None, via=Via.RULE)
        frozen_clock.shift(900)
        work()

    minutes = [round((at - began).total_seconds() / 60) for at in warnings(anna)]
    # An hour before the first reply is due; and when that is missed, at once of the solution, due half an hour later.
    assert minutes == [120, 180]
    assert [event["metric"] for event in events(ticket, type="SlaBreach")] == [
        "first_reply_time",
        "total_resolution_time",
    ]


def test_new_desk_when_the_promise_is_kept_warns_nobody(promised, rita, anna, group, frozen_clock):
    (ticket,) = opened(rita, priority=Priority.HIGH, group=group, assignee=anna)
    frozen_clock.shift(HOUR)
    tickets.answer(ticket.pk, Words("Fatto"), status=Status.SOLVED, actor=anna, via=Via.WEB)

    frozen_clock.shift(4 * HOUR)
    work()

    assert warnings(anna) == []


def test_new_desk_has_its_automation_once_in_its_language(mailbox):
    desks.configure(language="it")
    desks.finish_set_up()
    desks.finish_set_up()

    assert [(it.title, it.active) for it in Automation.objects.all()] == [
        ("Avvisa un'ora prima che un obiettivo SLA sia mancato", True)
    ]
