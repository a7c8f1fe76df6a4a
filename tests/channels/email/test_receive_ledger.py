"""Mails that come twice, that are judged by hand, that fail: each ends in one state."""

import errno
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.channels.email import reading, receive
from sportello.desk.actions import inbox
from sportello.desk.errors import Stale
from sportello.desk.models import Comment, InboundMail, Ticket
from sportello.desk.words import MailState
from sportello.kit import claims
from tests.channels.email.mails import answer_address, deliver, mail, outcome, take_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_mail_when_it_comes_by_two_doors_then_one_ticket(mailbox):
    raw = mail()
    first, second = deliver(raw), deliver(b"Received: from elsewhere\r\n" + raw)
    receive.step()

    assert list(InboundMail.objects.filter(pk__in=(first, second)).order_by("pk").values_list("state", "reason")) == [
        ("opened", ""),
        ("ignored", "duplicate"),
    ]


def test_mail_when_it_has_no_message_id_then_told_apart_by_what_it_says(mailbox):
    date = {"Date": "Wed, 04 Mar 2026 13:00:00 +0100"}
    same = mail(message_id=None, **date)
    states = [
        take_in(same).state,
        take_in(b"Received: from elsewhere\r\n" + same).state,
        take_in(mail(message_id=None, text="Altro.", **date)).state,
        take_in(mail(message_id=None, Date="Wed, 04 Mar 2026 13:00:01 +0100")).state,
    ]

    assert states == ["opened", "ignored", "opened", "opened"]


def test_mail_when_it_has_neither_id_nor_date_then_once_an_hour(mailbox):
    with time_machine.travel(NOON, tick=False) as traveller:
        states = [take_in(mail(message_id=None)).state for _again in range(2)]
        traveller.shift(timedelta(hours=1))

        assert [*states, take_in(mail(message_id=None)).state] == ["opened", "ignored", "opened"]


def test_message_id_when_another_uses_it_then_he_suppresses_nothing(mailbox):
    take_in(mail("evil@elsewhere.example", message_id="same"))

    assert outcome(take_in(mail(message_id="same"))) == ("opened", "")


def test_ledger_verbs_when_used_then_states_follow(mailbox, ada):
    found = take_in(mail(X_Spam_Flag="YES"))

    inbox.reject(found.pk, actor=ada)
    found.refresh_from_db()
    assert (outcome(found), found.detail) == (("ignored", "rejected"), "Ada Admin")
    with pytest.raises(Stale):
        inbox.accept(found.pk, actor=ada)
    assert outcome(take_in(mail(X_Spam_Flag="YES"))) == ("ignored", "duplicate")

    inbox.replay(found.pk, actor=ada)
    receive.step()
    found.refresh_from_db()
    assert outcome(found) == ("held", "spam")

    inbox.accept(found.pk, actor=ada)
    receive.step()
    found.refresh_from_db()
    assert outcome(found) == ("opened", "")
    for verb in (inbox.accept, inbox.reject, inbox.replay):
        with pytest.raises(Stale):
            verb(found.pk, actor=ada)


def test_mail_when_it_fails_three_times_then_kept_as_failed_and_replayable(mailbox, ada, monkeypatch):
    with time_machine.travel(NOON, tick=False) as traveller, monkeypatch.context() as broken:
        broken.setattr(receive, "languages", None)
        mail_id = deliver(mail())
        for _attempt in range(3):
            receive.step()
            assert not receive.step()
            traveller.shift(timedelta(hours=1))

    found = InboundMail.objects.get(pk=mail_id)
    assert (outcome(found), found.attempts, Ticket.objects.count()) == (("failed", "error"), 3, 0)
    assert "AttributeError" in found.detail

    inbox.replay(mail_id, actor=ada)
    receive.step()
    found.refresh_from_db()
    assert outcome(found) == ("opened", "")


@pytest.mark.parametrize("trouble", [OperationalError("locked"), OSError(errno.ENOSPC, "full")])
def test_machine_when_in_trouble_then_no_mail_is_to_blame(mailbox, trouble):
    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO") and "comment" in sql:
            raise trouble
        return execute(sql, params, many, context)

    for number in range(3):
        deliver(mail(number=number))
    for _attempt in range(receive.ATTEMPTS + 2):
        with connection.execute_wrapper(refuse), pytest.raises(type(trouble)):
            receive.step()

    assert set(InboundMail.objects.values_list("state", "attempts", "claimed_by")) == {("received", 0, "")}

    while receive.step():
        pass
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"opened"}


def test_batch_when_slow_then_nobody_else_claims_it_meanwhile(mailbox, monkeypatch):
    monkeypatch.setattr(receive, "PORTION_BYTES", 1)
    real, others = receive.languages.guess, []
    for number in range(5):
        deliver(mail(f"{number}@rossi.example", number=number))

    with time_machine.travel(NOON, tick=False) as traveller:

        def slow(text):
            traveller.shift(claims.LEASE * 0.9)
            others.extend(claims.claim(InboundMail.objects.filter(state="received").order_by("id"), 20))
            return real(text)

        monkeypatch.setattr(receive.languages, "guess", slow)
        receive.step()

    assert others == []
    assert set(InboundMail.objects.values_list("state", "attempts")) == {("opened", 1)}


def test_mail_when_it_fails_then_those_beside_it_are_taken_in(mailbox, monkeypatch):
    def stumble(*values, **named):
        raise RuntimeError("stumbled")

    first, bad, last = (
        deliver(mail(number=1)),
        deliver(mail("new@rossi.example", subject="bad")),
        deliver(mail(number=3)),
    )
    real = receive.languages.guess
    monkeypatch.setattr(receive.languages, "guess", lambda text: stumble() if text.startswith("bad") else real(text))
    receive.step()

    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert states == {first: "opened", bad: "received", last: "opened"}
    assert InboundMail.objects.get(pk=bad).last_error == "RuntimeError: stumbled"


def test_mail_when_it_kills_the_worker_then_it_alone_is_given_up(mailbox, monkeypatch):
    real = reading.parse

    def fatal(raw, **named):
        if b"poison" in raw:
            raise SystemExit  # What no handler of ours stops, as a kill would.
        return real(raw, **named)

    monkeypatch.setattr(reading, "parse", fatal)
    with time_machine.travel(NOON, tick=False) as traveller:
        ids = [deliver(mail(number=1)), deliver(mail(subject="poison")), *(deliver(mail(number=n)) for n in (3, 4))]
        for _restart in range(20):
            try:
                while receive.step():
                    pass
            except SystemExit:
                pass
            traveller.shift(timedelta(seconds=31))

    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert [states[mail_id] for mail_id in ids] == ["opened", "failed", "opened", "opened"]
    assert InboundMail.objects.get(pk=ids[1]).reason == "gave_up"


def test_portion_when_mails_are_big_then_few_at_a_time(mailbox, monkeypatch):
    monkeypatch.setattr(receive, "PORTION_BYTES", 500)
    for number in range(5):
        deliver(mail(number=number, text="x" * 300))
    receive.step()

    assert set(InboundMail.objects.values_list("state", flat=True)) == {"opened"}


SENDERS = ["rita@rossi.example", "otto@rossi.example", "anna@desk.example", "help@desk.example", "nobody", ""]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SENDERS),
            st.integers(0, 3),
            st.sampled_from(["", "auto-replied"]),
            st.sampled_from(["", "YES"]),
            st.sampled_from(["x@y.example", ""]),
        ),
        max_size=8,
    )
)
def test_ledger_when_any_mails_come_then_it_adds_up(mailbox, group, ticket, drawn):
    InboundMail.objects.all().delete()
    for sender, number, auto, spam, envelope_sender in drawn:
        headers = {"Auto_Submitted": auto} if auto else {}
        headers |= {"X_Spam_Flag": spam} if spam else {}
        to = answer_address(ticket) if number == 3 else "help@desk.example"
        deliver(mail(sender, number=number, to=to, **headers), sender=envelope_sender)
    before = Ticket.objects.count(), Comment.objects.count()
    while receive.step():
        pass

    counts = inbox.ledger()
    states = counts["states"]
    assert counts["received"] == len(drawn) == sum(states.values())
    assert states[MailState.RECEIVED] == states[MailState.FAILED] == 0
    assert Ticket.objects.count() - before[0] == states[MailState.OPENED]
    assert Comment.objects.count() - before[1] == states[MailState.OPENED] + states[MailState.COMMENTED]
    assert all(sum(reasons.values()) <= states[state] for state, reasons in counts["reasons"].items())
