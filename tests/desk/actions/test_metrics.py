"""Whatever verbs do to a ticket, the metric kept on the way is the one its audits give from zero."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import configuration, desks, ratings, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.actions.update import METRIC_FIELDS
from sportello.desk.errors import DeskError
from sportello.desk.models import Audit, OutgoingMail, SatisfactionRating, Schedule, Ticket, TicketMetric
from sportello.desk.rules.metrics import AuditFacts, rebuild
from sportello.desk.rules.schedules import business_seconds
from sportello.desk.words import FINISHED, Score, SendState, Status, Via
from sportello.kit import clock

START = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday afternoon in Rome
AGENTS = st.sampled_from(["anna", "ada"])
STATUSES = st.sampled_from([Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED])
VERBS = st.one_of(
    st.tuples(st.just("answer"), AGENTS, STATUSES, st.booleans()),
    st.tuples(st.just("status"), AGENTS, STATUSES),
    st.tuples(st.just("assign"), AGENTS, st.sampled_from(["anna", "ada", None])),
    st.tuples(st.just("schedule"), st.booleans()),
    st.tuples(st.just("customer"), st.sampled_from(["Ancora uguale.", "Grazie!"]), st.booleans()),
    st.tuples(st.sampled_from(["confirm", "not_yet", "vote", "timers"])),
)
PAUSES = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=60))


@pytest.fixture
def hours(db):
    Schedule.objects.create(name="Office", time_zone="Europe/Rome", intervals=desks.OFFICE_HOURS, default=True)
    Schedule.objects.create(name="Nights", time_zone="Europe/Rome", intervals=[[0, 420], [1200, 1860], [2640, 3300]])
    configuration.forget()
    return configuration.current().hours


def rebuilt(ticket, hours):
    audits = Audit.objects.filter(ticket=ticket).order_by("id")
    facts = [AuditFacts(audit.author_id, audit.events, audit.created_at) for audit in audits]
    now = configuration.current()
    assert now.hours == hours
    return asdict(rebuild(facts, lambda pk, start, end: business_seconds(now.hours_of(pk), start, end)))


def kept(ticket):
    return TicketMetric.objects.filter(ticket=ticket).values(*METRIC_FIELDS).get()


def act(verb, ticket, people):
    """One verb on the ticket, at the clock's time."""
    match verb:
        case ("answer", agent, status, public):
            words = Words("Guardo.", public=public)
            tickets.answer(ticket.pk, words, status=status, actor=people[agent], via=Via.WEB)
        case ("status", agent, status):
            tickets.update(ticket.pk, Change(status=status), actor=people[agent], via=Via.API)
        case ("assign", agent, other):
            tickets.assign(ticket.pk, people[other] if other else None, actor=people[agent], via=Via.WEB)
        case ("schedule", own):
            nights = Schedule.objects.get(name="Nights") if own else None
            tickets.update(ticket.pk, Change(schedule=nights), actor=people["ada"], via=Via.WEB)
        case ("customer", text, automatic):
            words = Words(text, automatic=automatic, public=not automatic)
            tickets.hear(ticket.pk, words, actor=ticket.requester, via=Via.EMAIL)
        case ("confirm",):
            tickets.confirm(ticket.pk, actor=ticket.requester, via=Via.WEB)
        case ("not_yet",):
            tickets.not_yet(ticket.pk, Words("No."), actor=ticket.requester, via=Via.WEB)
        case ("vote",):
            for rating in SatisfactionRating.objects.filter(ticket=ticket):
                ratings.vote(rating.pk, Score.BAD, actor=ticket.requester, via=Via.WEB)
        case ("timers",):
            now = clock.now()
            OutgoingMail.objects.filter(state=SendState.QUEUED).update(state=SendState.KEPT, settled_at=now)
            timers.step()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=st.lists(st.tuples(PAUSES, VERBS), max_size=10))
def test_metric_whatever_verbs_do_then_equals_a_rebuild(mailbox, hours, rita, anna, ada, course):
    at = START
    with clock.at(at):
        ticket = tickets.open_ticket(
            requester=rita, subject="Lento", words=Words("Tutto lento."), actor=rita, via=Via.EMAIL
        )

    for pause, verb in course:
        at += pause
        with clock.at(at):
            try:
                act(verb, ticket, {"anna": anna, "ada": ada})
            except DeskError:
                continue  # The ticket is closed, or this cannot be done to it now.

    metric, now = kept(ticket), Ticket.objects.get(pk=ticket.pk)
    assert metric == rebuilt(ticket, hours)
    assert metric["solver_id"] in (None, anna.pk, ada.pk)
    assert (metric["solved_at"] == now.solved_at) or now.status not in FINISHED
    assert (metric["replies"] == 0) == (metric["first_reply_at"] is None)


def test_metric_when_customer_confirms_what_is_open_then_credit_goes_to_who_had_it(ticket, anna, rita):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)

    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    assert kept(ticket)["solver_id"] == anna.pk


def test_metric_when_protocol_writes_then_nobody_has_replied(ticket):
    with clock.at(clock.now() + timedelta(minutes=11)):
        timers.step()

    assert [mail.step for mail in OutgoingMail.objects.all()] == ["taken_charge"]
    assert (kept(ticket)["replies"], kept(ticket)["reply_calendar"]) == (0, None)


def test_metric_when_ticket_gets_another_schedule_then_each_counts_for_its_own_time(hours, mailbox, rita, anna):
    with clock.at(START):  # Friday 16:00 in Rome; the office closes at 18:00, the night desk opens Sunday 00:00.
        ticket = tickets.open_ticket(requester=rita, subject="x", words=Words("x"), actor=rita, via=Via.EMAIL)
    with clock.at(START + timedelta(hours=1)):
        tickets.update(ticket.pk, Change(schedule=Schedule.objects.get(name="Nights")), actor=anna, via=Via.WEB)
    with clock.at(START + timedelta(hours=34)):  # Sunday 02:00
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    metric = kept(ticket)
    assert metric == rebuilt(ticket, hours)
    assert (metric["reply_business"], metric["reply_calendar"]) == (60 + 120, 34 * 60)
    assert metric["requester_wait_business"] == 180


def test_metric_when_schedule_changes_then_what_was_counted_stays(ticket, anna, hours):
    opened = Ticket.objects.get().created_at
    with clock.at(opened + timedelta(minutes=30)):
        tickets.answer(ticket.pk, Words("Guardo."), status=Status.OPEN, actor=anna, via=Via.WEB)
    before = kept(ticket)

    Schedule.objects.update(intervals=[])
    configuration.forget()
    with clock.at(opened + timedelta(minutes=90)):
        tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    after = kept(ticket)
    assert (after["reply_calendar"], after["reply_business"]) == (before["reply_calendar"], before["reply_business"])
