"""Automations at work: when they act, how often, and what the history says."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import alarms, automations, configuration, desks, rules, schedules, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Automated, Firing, OutgoingMail, Schedule, Timer
from sportello.desk.words import Priority, Status, TimerKind, TimerState, Via
from tests.personas import events

pytestmark = pytest.mark.django_db

HOUR = 3600
TAG = {"field": "current_tags", "value": "late"}


def when(field, operator="greater_than", value=4):
    return {"field": field, "operator": operator, "value": value}


def automation(title, *actions, all=(), any=()):
    data = {"title": title, "conditions": {"all": list(all), "any": list(any)}, "actions": list(actions or [TAG])}
    return automations.save_automation(data, actor=None)


def waiting(ticket):
    found = Timer.objects.filter(ticket=ticket, kind=TimerKind.AUTOMATION, state=TimerState.WAITING)
    return [(timer.automation.title, timer.due_at) for timer in found.order_by("due_at", "id")]


def acted(ticket):
    return [(event["rel"], event["title"]) for event in events(ticket, type="Rule")]


def work():
    """As the worker: everything that is due now."""
    while timers.step():
        pass


@pytest.fixture
def pending(ticket, anna):
    """Rita's ticket, given to Anna, waits for Rita."""
    tickets.answer(ticket.pk, Words("Che stampante è?"), status=Status.PENDING, actor=anna, via=Via.WEB)
    ticket.refresh_from_db()
    return ticket


def test_automation_when_its_time_has_come_acts_to_the_minute_and_says_why(pending, anna, frozen_clock):
    made = automation("Raise", {"field": "priority", "value": "high"}, TAG, all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    since = pending.updated_at
    assert waiting(pending) == [("Raise", since + timedelta(hours=4))]

    frozen_clock.move_to(since + timedelta(hours=4) - timedelta(seconds=1))
    work()
    assert acted(pending) == []
    frozen_clock.shift(1)
    work()

    pending.refresh_from_db()
    assert (pending.priority, pending.status) == (Priority.HIGH, Status.PENDING)
    audit = pending.audits.latest("id")
    assert audit.author is None
    assert audit.via == {"channel": "rule", "source": {"rel": "automation", "id": made.pk, "title": "Raise"}}
    assert audit.events[0] == {
        "type": "Rule",
        "rel": "automation",
        "id": made.pk,
        "title": "Raise",
        "because": made.conditions["all"],
    }
    assert [(it.automation, it.trigger, it.ticket, it.audit) for it in Firing.objects.all()] == [
        (made, None, pending, audit)
    ]
    timer = Timer.objects.get(ticket=pending, kind=TimerKind.AUTOMATION)
    assert (timer.state, timer.ended_at) == (TimerState.DONE, since + timedelta(hours=4))


def test_automation_while_its_conditions_hold_acts_once_whatever_else_happens(pending, anna, frozen_clock):
    automation("Tell", {"field": "note", "value": "Senti Rita"}, all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)
    work()

    for tag in "abc":
        frozen_clock.shift(HOUR)
        tickets.update(pending.pk, Change(add_tags=(tag,)), actor=anna, via=Via.WEB)
        work()

    assert acted(pending) == [("automation", "Tell")]
    assert pending.comments.filter(public=False).count() == 1
    assert waiting(pending) == []


def test_automation_when_its_conditions_hold_again_after_a_break_acts_again(pending, anna, frozen_clock):
    automation("Tell", {"field": "note", "value": "Senti Rita"}, all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)
    work()

    tickets.update(pending.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)
    assert (waiting(pending), Automated.objects.count()) == ([], 0)
    tickets.update(pending.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)
    work()

    assert len(acted(pending)) == 2


def test_automation_when_time_ends_its_stretch_acts_in_the_next(ticket, rita, frozen_clock):
    automation(
        "Fresh", {"field": "note", "value": "Ha appena scritto"}, all=[when("requester_updated_at", "less_than")]
    )
    tickets.hear(ticket.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
    work()
    tickets.hear(ticket.pk, Words("Pronto?"), actor=rita, via=Via.EMAIL)
    work()
    assert len(acted(ticket)) == 1

    frozen_clock.shift(9 * HOUR)  # nobody looks, not even the worker
    tickets.hear(ticket.pk, Words("C'è qualcuno?"), actor=rita, via=Via.EMAIL)
    work()

    assert len(acted(ticket)) == 2


def test_automation_that_starts_its_own_time_anew_acts_again_and_again(ticket, anna, frozen_clock):
    automation("Nag", {"field": "note", "value": "Ancora niente"}, all=[when("updated_at", value=24)])
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)

    for _day in range(3):
        frozen_clock.shift(24 * HOUR)
        work()

    assert len(acted(ticket)) == 3
    ticket.refresh_from_db()
    assert waiting(ticket) == [("Nag", ticket.updated_at + timedelta(hours=24))]


def test_automation_when_a_ticket_opens_is_armed_with_it_in_business_hours(mailbox, group, rita, frozen_clock):
    desks.finish_set_up()
    frozen_clock.move_to("2026-03-06T16:30:00Z")  # Friday 17:30 in Rome; the desk opens on Monday at 9
    configuration.forget()
    automation("Late", all=[when("NEW", "greater_than_business_hours", 1)])

    ticket = tickets.open_ticket(
        requester=rita, subject="Ferma", words=Words("Aiuto"), actor=rita, via=Via.EMAIL, group=group
    )

    assert [(title, due.isoformat()) for title, due in waiting(ticket)] == [("Late", "2026-03-09T08:30:00+00:00")]
    frozen_clock.move_to("2026-03-09T08:30:00Z")
    work()
    assert acted(ticket) == [("automation", "Late")]


def test_automation_when_the_desks_hours_change_waits_for_the_new_ones(mailbox, ticket, ada, frozen_clock, monkeypatch):
    desks.finish_set_up()
    frozen_clock.move_to("2026-03-06T16:30:00Z")
    configuration.forget()
    automation("Late", all=[when("updated_at", "greater_than_business_hours", 1)])
    tickets.assign(ticket.pk, None, actor=ada, via=Via.WEB)
    tickets.update(ticket.pk, Change(priority=Priority.LOW), actor=ada, via=Via.WEB)

    office, before = Schedule.objects.get(), configuration.current()
    data = schedules.export(office) | {"intervals": [[0, 10080]]}
    schedules.save(data, actor=ada, schedule_id=office.pk)
    monkeypatch.setattr(configuration, "_cached", (time.monotonic(), before))  # as the worker's, for a second
    frozen_clock.shift(2)
    while alarms.arm_step():
        pass

    assert [due.isoformat() for _title, due in waiting(ticket)] == ["2026-03-06T17:30:00+00:00"]


def test_automation_when_the_ticket_leaves_its_conditions_is_stopped_without_a_trace(pending, anna, frozen_clock):
    automation("Late", all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)

    tickets.update(pending.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)

    assert not Timer.objects.filter(kind=TimerKind.AUTOMATION).exists()


def test_automation_when_the_ticket_closes_forgets_it(pending, rita, anna, frozen_clock):
    automation("Late", all=[when("NEW")])
    automation("Much later", all=[when("NEW", value=400)])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)
    work()
    assert Automated.objects.count() == 1

    tickets.confirm(pending.pk, actor=rita, via=Via.WEB)
    tickets.notice(pending.pk, "bounced", actor=None, via=Via.RULE)

    assert (waiting(pending), Automated.objects.count()) == ([], 0)
    frozen_clock.shift(400 * HOUR)
    work()
    assert acted(pending) == [("automation", "Late")]


def test_automation_is_seen_by_triggers_and_by_other_automations(pending, anna, frozen_clock):
    high = {"field": "priority", "operator": "is", "value": "high"}
    automation("Raise", {"field": "priority", "value": "high"}, all=[when("PENDING")])
    automation("Follow", {"field": "current_tags", "value": "second"}, all=[when("PENDING", value=1), high])
    rules.save_trigger(
        {
            "title": "React",
            "conditions": {"all": [{"field": "priority", "operator": "value", "value": "high"}]},
            "actions": [{"field": "current_tags", "value": "third"}],
        },
        actor=None,
    )
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)

    frozen_clock.shift(4 * HOUR)
    work()

    assert acted(pending) == [("automation", "Raise"), ("trigger", "React"), ("automation", "Follow")]
    assert {tagging.tag for tagging in pending.taggings.all()} == {"x", "second", "third"}


def test_automations_that_undo_each_other_end_and_say_so(pending, anna, frozen_clock):
    tagged = {"field": "current_tags", "operator": "includes", "value": "ping"}
    bare = {"field": "current_tags", "operator": "not_includes", "value": "ping"}
    automation("On", {"field": "current_tags", "value": "ping"}, all=[when("PENDING"), bare])
    automation("Off", {"field": "remove_tags", "value": "ping"}, all=[when("PENDING"), tagged])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)

    work()

    assert len(acted(pending)) == 2 * alarms.ACTS_AN_HOUR
    notes = [event["values"] for event in events(pending, type="Note") if event["code"] == "automation_paused"]
    assert notes == [{"title": "On", "limit": alarms.ACTS_AN_HOUR}]
    frozen_clock.shift(48 * HOUR)
    work()
    assert len(acted(pending)) == 2 * alarms.ACTS_AN_HOUR
    tickets.update(pending.pk, Change(add_tags=("ping",)), actor=anna, via=Via.WEB)
    work()
    assert len(acted(pending)) > 2 * alarms.ACTS_AN_HOUR


def test_automation_when_it_mails_the_requester_writes_in_his_language(pending, anna, frozen_clock):
    text = {"it": "Ci sei ancora, {{ requester.first_name }}?", "en": "Still there?"}
    automation(
        "Ask", {"field": "notification_user", "value": ["requester_id", "{{ ticket.title }}", text]},
        all=[when("PENDING")],
    )  # fmt: skip
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)

    frozen_clock.shift(4 * HOUR)
    work()

    mail = OutgoingMail.objects.get(step="notice")
    assert (mail.to, mail.automatic) == ("rita@rossi.example", True)
    assert "Ci sei ancora, Rita?" in mail.text


def test_automation_when_nothing_comes_of_it_leaves_no_trace_and_acts_no_more(pending, anna, frozen_clock):
    automation("Tag", all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("late",)), actor=anna, via=Via.WEB)
    before = pending.audits.count()

    frozen_clock.shift(4 * HOUR)
    work()

    assert (pending.audits.count(), Firing.objects.count(), waiting(pending)) == (before, 0, [])
    assert Automated.objects.count() == 1


def test_automation_when_it_cannot_do_one_of_its_things_does_the_others(pending, anna, ben, frozen_clock):
    automation("Give", {"field": "assignee_id", "value": str(ben.pk)}, TAG, all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)

    frozen_clock.shift(4 * HOUR)
    work()

    assert acted(pending) == [("automation", "Give")]
    assert {tagging.tag for tagging in pending.taggings.all()} == {"x", "late"}
    assert [event["values"]["rel"] for event in events(pending, type="Note") if event["code"] == "rule_refused"] == [
        "automation"
    ]


def test_automation_when_stopped_by_hand_stays_away_until_the_ticket_has_left_it(pending, anna, frozen_clock):
    automation("Late", all=[when("PENDING")])
    tickets.update(pending.pk, Change(add_tags=("x",)), actor=anna, via=Via.WEB)
    timer = Timer.objects.get(ticket=pending, kind=TimerKind.AUTOMATION)

    timers.cancel(timer.pk, actor=anna, via=Via.WEB)
    tickets.update(pending.pk, Change(add_tags=("y",)), actor=anna, via=Via.WEB)
    frozen_clock.shift(9 * HOUR)
    work()

    assert (acted(pending), waiting(pending)) == ([], [])
    assert events(pending, type="Note")[-1]["values"] == {"kind": "automation", "title": "Late"}
    tickets.update(pending.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)
    tickets.update(pending.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)
    frozen_clock.shift(4 * HOUR)
    work()
    assert acted(pending) == [("automation", "Late")]


def test_update_asks_nothing_more_without_automations_and_once_with_them(ticket, anna):
    def cost(priority):
        configuration.current().automations  # noqa: B018 - read at most once a second, not with each update
        with CaptureQueriesContext(connection) as asked:
            tickets.update(ticket.pk, Change(priority=priority), actor=anna, via=Via.WEB)
        return len(asked)

    cost(Priority.URGENT)
    bare = cost(Priority.LOW)
    for number in range(3):
        automation(f"n. {number}", all=[when("HOLD"), when("current_tags", "not_includes", "x")])

    cost(Priority.URGENT)
    assert cost(Priority.HIGH) - bare == 1
