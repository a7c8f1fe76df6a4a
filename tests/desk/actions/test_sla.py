"""SLA within updates: the policy that holds, the clock that rings, what is missed and what is told."""

from datetime import datetime, timedelta

import pytest

from sportello.desk.actions import configuration, desks, rules, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import SlaEvent, SlaPolicy, TicketSla, Timer
from sportello.desk.words import Priority, Status, TimerKind, TimerState, Via
from sportello.kit import clock
from tests.personas import events

pytestmark = pytest.mark.django_db

VIP = {"all": [{"field": "current_tags", "operator": "includes", "value": "vip"}], "any": []}


def target(metric, minutes, *, priority="high", business=False):
    return {"metric": metric, "priority": priority, "target": minutes, "business_hours": business}


def policy(title, *targets, when=None, position=0):
    now = clock.now()
    made = SlaPolicy.objects.create(
        title=title, conditions=when or {"all": [], "any": []}, targets=list(targets), position=position,
        created_at=now, updated_at=now,
    )  # fmt: skip
    configuration.forget()
    return made


def opened(person, *, priority=Priority.HIGH, **more):
    return tickets.open_ticket(
        requester=person, subject="Ferma", words=Words("Aiuto"), actor=person, via=Via.EMAIL, priority=priority, **more
    )


def due(ticket):
    return Timer.objects.filter(ticket=ticket, kind=TimerKind.SLA, state=TimerState.WAITING).first()


def seconds(moment):
    return moment.replace(microsecond=0)


def test_policy_when_a_ticket_opens_promises_by_its_priority_and_sets_a_clock(mailbox, rita):
    made = policy("All", target("first_reply_time", 60), target("first_reply_time", 5, priority="urgent"))

    ticket = opened(rita)

    sla = TicketSla.objects.get(ticket=ticket)
    assert (sla.policy, sla.due_at, sla.overdue_since) == (made, seconds(ticket.created_at) + timedelta(hours=1), None)
    assert due(ticket).due_at == sla.due_at
    assert events(ticket, type="Sla") == [{"type": "Sla", "id": made.pk, "title": "All"}]


def test_policy_when_several_match_takes_the_first_and_changes_with_the_ticket(mailbox, rita, anna):
    vip = policy("VIP", target("first_reply_time", 10), when=VIP, position=0)
    policy("All", target("first_reply_time", 60), position=1)
    ticket = opened(rita)

    tickets.update(ticket.pk, Change(add_tags=("vip",)), actor=anna, via=Via.WEB)

    assert [event["title"] for event in events(ticket, type="Sla")] == ["All", "VIP"]
    assert TicketSla.objects.get(ticket=ticket).policy == vip
    assert due(ticket).due_at == seconds(ticket.created_at) + timedelta(minutes=10)


def test_policy_when_answered_in_time_is_kept_and_the_clock_stops(mailbox, rita, anna, frozen_clock):
    policy("All", target("first_reply_time", 60))
    ticket = opened(rita)
    frozen_clock.shift(600)

    tickets.answer(ticket.pk, Words("Eccomi"), actor=anna, via=Via.WEB)

    sla = TicketSla.objects.get(ticket=ticket)
    assert (sla.due_at, sla.overdue_since, sla.breached_at, due(ticket)) == (None, None, None, None)
    kept = SlaEvent.objects.get(ticket=ticket, metric="first_reply_time", type="fulfill")
    assert (kept.calendar_seconds, kept.target_minutes) == (600, 60)


def test_policy_when_missed_is_written_down_at_its_very_time_and_once(mailbox, rita, ada, frozen_clock):
    policy("All", target("first_reply_time", 60), target("total_resolution_time", 120))
    ticket = opened(rita)
    missed_at = seconds(ticket.created_at) + timedelta(hours=1)

    frozen_clock.shift(3600 + 47)
    timers.step()

    sla = TicketSla.objects.get(ticket=ticket)
    assert (sla.overdue_since, sla.due_at) == (missed_at, missed_at + timedelta(hours=1))
    assert due(ticket).due_at == sla.due_at
    (breach,) = events(ticket, type="SlaBreach")
    assert (breach["metric"], datetime.fromisoformat(breach["at"])) == ("first_reply_time", missed_at)
    frozen_clock.shift(7200)
    timers.step()
    assert [event["metric"] for event in events(ticket, type="SlaBreach")] == [
        "first_reply_time",
        "total_resolution_time",
    ]
    assert due(ticket) is None


def test_policy_when_in_business_hours_waits_for_the_morning(mailbox, rita, frozen_clock):
    desks.finish_set_up()
    frozen_clock.move_to("2026-03-06T16:30:00Z")  # Friday 17:30 in Rome
    configuration.forget()
    policy("All", target("first_reply_time", 60, business=True))

    ticket = opened(rita)

    assert due(ticket).due_at.isoformat() == "2026-03-09T08:30:00+00:00"


def test_policy_when_there_is_no_priority_promises_nothing(mailbox, rita):
    policy("All", target("first_reply_time", 60))

    ticket = opened(rita, priority=None)

    assert TicketSla.objects.get(ticket=ticket).due_at is None
    assert due(ticket) is None


def test_desk_without_policies_keeps_no_clocks(mailbox, rita):
    ticket = opened(rita)

    assert not TicketSla.objects.exists()
    assert events(ticket, type="Sla") == []


def test_trigger_when_a_promise_is_missed_can_act(mailbox, rita, ada, frozen_clock):
    policy("All", target("first_reply_time", 60))
    rules.save_trigger(
        {
            "title": "Overdue",
            "conditions": {"all": [{"field": "sla_overdue", "operator": "is", "value": "true"}]},
            "actions": [{"field": "priority", "value": "urgent"}],
        },
        actor=ada,
    )
    ticket = opened(rita)

    frozen_clock.shift(3601)
    timers.step()

    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT
    tickets.update(ticket.pk, Change(status=Status.SOLVED), actor=ada, via=Via.WEB)
    assert TicketSla.objects.get(ticket=ticket).overdue_since is None


def test_ticket_older_than_the_first_policy_gets_its_clocks_with_its_next_update(mailbox, rita, anna, frozen_clock):
    ticket = opened(rita)
    frozen_clock.shift(600)
    policy("All", target("first_reply_time", 60), target("total_resolution_time", 5))

    tickets.update(ticket.pk, Change(add_tags=("vip",)), actor=anna, via=Via.WEB)

    sla = TicketSla.objects.get(ticket=ticket)
    assert (sla.due_at, sla.overdue_since) == (seconds(ticket.created_at) + timedelta(hours=1), seconds(clock.now()))
    assert [event["title"] for event in events(ticket, type="Sla")] == ["All"]
    activated = SlaEvent.objects.get(ticket=ticket, metric="first_reply_time", type="activate")
    assert activated.at == seconds(ticket.created_at)


def test_clocks_read_from_the_audits_equal_those_kept_on_the_way(mailbox, rita, anna, ben, frozen_clock):
    nothing = {"all": [{"field": "current_tags", "operator": "includes", "value": "nobody-has-it"}], "any": []}
    policy("Promises nothing here", target("first_reply_time", 60), when=nothing)
    ticket = opened(rita)
    gestures = (
        lambda: tickets.answer(ticket.pk, Words("Nota", public=False), actor=anna, via=Via.WEB),
        lambda: tickets.answer(ticket.pk, Words("Eccomi"), status=Status.PENDING, actor=anna, via=Via.WEB),
        lambda: tickets.hear(ticket.pk, Words("Ancora"), actor=rita, via=Via.EMAIL),
        lambda: tickets.update(ticket.pk, Change(priority=Priority.LOW, status=Status.HOLD), actor=ben, via=Via.WEB),
        lambda: tickets.answer(ticket.pk, Words("Fatto"), status=Status.SOLVED, actor=anna, via=Via.WEB),
        lambda: tickets.hear(ticket.pk, Words("No"), actor=rita, via=Via.EMAIL),
    )
    for gesture in gestures:
        frozen_clock.shift(700)
        gesture()
    kept = TicketSla.objects.get(ticket=ticket).clocks

    TicketSla.objects.all().delete()
    frozen_clock.shift(60)
    tickets.update(ticket.pk, Change(add_tags=("vip",)), actor=anna, via=Via.WEB)

    assert TicketSla.objects.get(ticket=ticket).clocks == kept
