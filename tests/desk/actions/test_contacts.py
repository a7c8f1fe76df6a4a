"""Direct contacts: the clock starts when the customer spoke, one polite mail tells him the way, nothing is lost."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import configuration, contacts, people, tickets, timers
from sportello.desk.actions.update import METRIC_FIELDS
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import Audit, Comment, OutgoingMail, SlaPolicy, Ticket, TicketMetric, Timer
from sportello.desk.rules.metrics import AuditFacts, rebuild
from sportello.desk.rules.schedules import business_seconds
from sportello.desk.words import Contact, Priority, Status, TimerState, Via
from sportello.kit import clock
from tests.personas import events, mails

pytestmark = pytest.mark.django_db
SAID = "La stampante fa rumore.\nAnche stamattina."


def ago(**time):
    return clock.now() - timedelta(**time)


def kept(ticket):
    return TicketMetric.objects.filter(ticket=ticket).values(*METRIC_FIELDS).get()


def rebuilt(ticket):
    now = configuration.current()
    facts = [
        AuditFacts(it.author_id, it.events, it.created_at) for it in Audit.objects.filter(ticket=ticket).order_by("id")
    ]
    return asdict(rebuild(facts, lambda pk, start, end: business_seconds(now.hours_of(pk), start, end)))


def test_contact_when_it_was_earlier_then_every_clock_counts_from_then(mailbox, anna, rita, frozen_clock):
    at = ago(minutes=30)

    ticket = contacts.log(rita, SAID, Contact.CALL, actor=anna, at=at, assignee=anna)

    ticket.refresh_from_db()
    assert (ticket.created_at, ticket.waiting_since, ticket.customer_commented_at) == (at, at, at)
    assert (ticket.contact, ticket.channel, ticket.subject) == ("call", "voice", "La stampante fa rumore.")
    assert (ticket.requester, ticket.submitter, ticket.assignee, ticket.status) == (rita, anna, anna, Status.OPEN)
    audit = Audit.objects.get()
    assert (audit.created_at, audit.author) == (at, anna)
    noted = {"contact": "call", "at": at.isoformat(), "written_at": clock.now().isoformat()}
    assert events(ticket, type="Note") == [{"type": "Note", "code": "contact", "values": noted}]
    comment = Comment.objects.get()
    assert (comment.author, comment.public, comment.text, comment.created_at) == (rita, True, SAID, at)

    frozen_clock.shift(600)
    tickets.answer(ticket.pk, tickets.Words("Arrivo."), actor=anna, via=Via.WEB)

    assert kept(ticket)["reply_calendar"] == 40
    assert kept(ticket) == rebuilt(ticket)


def test_contact_then_one_polite_mail_confirms_it_and_tells_the_way(mailbox, anna, rita):
    ticket = contacts.log(rita, SAID, Contact.CALL, actor=anna, at=ago(hours=3), assignee=anna)

    mail = OutgoingMail.objects.get()
    ticket.refresh_from_db()
    assert (mail.step, mail.recipient, mail.to, mail.language) == ("contact", rita, "rita@rossi.example", "it")
    assert mail.automatic
    assert (mail.due_at, mail.created_at, ticket.told_at) == (clock.now(), clock.now(), clock.now())
    for words in (f"ha il numero {ticket.pk}", "Anna Conti", "help@desk.example", "fa rumore"):
        assert words in " ".join(mail.text.split())
    assert not Timer.objects.filter(kind="taken_charge").exists()
    assert ticket.thread_last == mail.message_id


def test_contact_in_english_then_the_mail_is_english(mailbox, anna, otto):
    contacts.log(otto, "It hums.", Contact.MESSAGE, actor=anna)

    assert "the quickest way is to write to the desk itself" in " ".join(OutgoingMail.objects.get().text.split())


def test_contact_when_the_desk_has_its_own_words_then_those_go_out(mailbox, ada, anna, rita):
    from sportello.desk.actions import protocols
    from sportello.desk.rules.protocol import Steps

    own = {"it": {"contact": {"subject": "Ciao", "body": "Scriva a {{ desk.address }} o {{ desk.url }}."}}}
    protocols.save(Steps(), own, organization=None, actor=ada)

    contacts.log(rita, SAID, Contact.CALL, actor=anna)

    mail = OutgoingMail.objects.get()
    assert mail.subject == "Ciao"
    assert "Scriva a help@desk.example o http" in mail.text


def test_contact_without_an_address_then_no_mail_and_nobody_waits_for_one(mailbox, anna):
    caller = people.add("Gino Bassi", phone="+39 055 111")

    ticket = contacts.log(caller, SAID, Contact.CALL, actor=anna)

    assert mails(ticket) == []
    assert not Timer.objects.filter(state=TimerState.WAITING).exists()


def test_contact_when_solved_while_they_spoke_then_one_mail_with_its_buttons(mailbox, anna, rita):
    at = ago(minutes=10)

    ticket = contacts.log(rita, SAID, Contact.IN_PERSON, actor=anna, at=at, solved=True)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.solved_at, ticket.assignee, ticket.waiting_since) == (Status.SOLVED, at, anna, None)
    mail = OutgoingMail.objects.get()
    assert mail.step == "solved"
    assert "/confirm/" in mail.text
    assert "scrivere direttamente allo sportello" in " ".join(mail.text.split())
    assert Timer.objects.get().kind == "close"
    assert kept(ticket) == rebuilt(ticket)
    assert (kept(ticket)["solver_id"], kept(ticket)["full_resolution_calendar"]) == (anna.pk, 0)


def test_contact_when_solved_long_ago_then_it_closes_only_once_he_could_know(mailbox, anna, rita, frozen_clock):
    ticket = contacts.log(rita, SAID, Contact.CALL, actor=anna, at=ago(days=5), solved=True)

    timers.step()

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED


@pytest.mark.parametrize("wrong", [{"minutes": -5}, {"days": 31}])
def test_contact_when_time_is_impossible_then_refused(mailbox, anna, rita, wrong):
    with pytest.raises(Invalid, match="at: "):
        contacts.log(rita, SAID, Contact.CALL, actor=anna, at=ago(**wrong))

    assert Ticket.objects.count() == 0


def test_contact_when_nothing_was_said_or_no_way_then_refused(mailbox, anna, rita):
    with pytest.raises(Invalid, match="comment: "):
        contacts.log(rita, "  ", Contact.CALL, actor=anna)
    with pytest.raises(Invalid, match="contact: "):
        contacts.log(rita, SAID, "pigeon", actor=anna)


def test_contact_about_an_open_request_then_it_goes_there_in_his_name(ticket, anna, rita, frozen_clock):
    frozen_clock.shift(3600)
    at = ago(minutes=20)

    contacts.add(ticket.pk, SAID, Contact.CALL, requester=rita, actor=anna, at=at)

    ticket.refresh_from_db()
    comment = Comment.objects.latest("id")
    assert (comment.author, comment.audit.author, comment.created_at) == (rita, anna, at)
    assert (ticket.contact, ticket.channel) == ("call", "email")
    assert events(ticket, type="Note")[-1]["values"]["contact"] == "call"
    assert mails(ticket) == ["contact"]
    assert Ticket.objects.count() == 1
    assert kept(ticket) == rebuilt(ticket)


def test_contact_about_a_request_when_earlier_than_its_history_then_the_history_goes_forward(ticket, anna, rita):
    opened_at = ticket.created_at

    contacts.add(ticket.pk, SAID, Contact.CALL, requester=rita, actor=anna, at=opened_at - timedelta(days=2))

    assert Comment.objects.latest("id").created_at == opened_at


def test_contact_about_somebody_elses_or_a_closed_request_then_refused(ticket, anna, rita, sam):
    with pytest.raises(Invalid, match="about"):
        contacts.add(ticket.pk, SAID, Contact.CALL, requester=sam, actor=anna)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    with pytest.raises(Stale):
        contacts.add(ticket.pk, SAID, Contact.CALL, requester=rita, actor=anna)


def test_contact_when_request_is_silent_then_no_mail(mailbox, anna, rita):
    ticket = tickets.open_ticket(
        requester=rita, subject="x", words=tickets.Words("y"), actor=rita, via=Via.EMAIL, silent=True
    )

    contacts.add(ticket.pk, SAID, Contact.CALL, requester=rita, actor=anna)

    assert mails(ticket) == []


def test_contact_when_a_promise_was_missed_meanwhile_then_it_is_told_at_once(mailbox, anna, rita):
    now, target = clock.now(), {"metric": "first_reply_time", "priority": "high", "target": 30, "business_hours": False}
    SlaPolicy.objects.create(
        title="Fast", conditions={"all": [], "any": []}, targets=[target], created_at=now, updated_at=now
    )
    configuration.forget()

    ticket = tickets.open_ticket(
        requester=rita, subject="", words=tickets.Words(SAID, author=rita), actor=anna, via=Via.WEB,
        at=ago(minutes=45), contact=Contact.CALL, priority=Priority.HIGH,
    )  # fmt: skip
    timers.step()

    (missed,) = events(ticket, type="SlaBreach")
    assert missed["metric"] == "first_reply_time"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ago_minutes=st.integers(0, 30 * 24 * 60 - 1),
    later=st.lists(st.integers(0, 5000), max_size=4),
    solved=st.booleans(),
)
def test_contact_whenever_it_was_then_the_metric_equals_a_rebuild(mailbox, anna, rita, ago_minutes, later, solved):
    ticket = contacts.log(rita, SAID, Contact.CALL, actor=anna, at=ago(minutes=ago_minutes), solved=solved)
    for minutes in later:
        contacts.add(ticket.pk, SAID, Contact.MESSAGE, requester=rita, actor=anna, at=ago(minutes=minutes))
        tickets.answer(ticket.pk, tickets.Words("Guardo."), status=Status.OPEN, actor=anna, via=Via.WEB)

    times = list(Audit.objects.filter(ticket=ticket).order_by("id").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert kept(ticket) == rebuilt(ticket)
