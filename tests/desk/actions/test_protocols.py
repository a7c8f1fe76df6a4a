"""The protocol as an object: versions, organizations, texts; and what its clocks do."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sportello.desk.actions import protocols, ratings, surveys, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import OutgoingMail, Protocol, RuleChange, SatisfactionRating, Ticket, Timer
from sportello.desk.rules.protocol import Steps
from sportello.desk.words import Status, Via
from sportello.kit import claims
from tests.personas import events, mails

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def run_clocks(traveller, step):
    OutgoingMail.objects.filter(state="queued").update(state="sent", settled_at=datetime.now(UTC))
    traveller.shift(step)
    while timers.step():
        pass


def solve(ticket, anna):
    tickets.answer(ticket.id, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)


def test_save_when_changed_makes_a_new_version(ada, organization):
    first = protocols.save(Steps(close_hours=24), {}, organization=None, actor=ada)
    second = protocols.save(Steps(close_hours=72), {}, organization=None, actor=ada)
    own = protocols.save(Steps(survey=False), {}, organization=organization, actor=ada)

    assert [(p.version, p.current) for p in Protocol.objects.filter(organization=None).order_by("id")] == [
        (1, False),
        (2, True),
    ]
    assert (first.version, second.version, own.version) == (1, 2, 1)


def test_save_when_numbers_or_texts_are_wrong_names_the_place(ada):
    with pytest.raises(Invalid) as caught:
        protocols.save(
            Steps(close_hours=0),
            {"it": {"solved": {"subject": "", "body": "Ciao {{ requester.nme }} {% if %}"}}},
            organization=None,
            actor=ada,
        )

    assert sorted(caught.value.fields) == ["steps.close_hours", "texts.it.solved.body", "texts.it.solved.subject"]
    assert Protocol.objects.count() == 0


def test_protocol_when_the_organization_has_its_own_then_it_counts(ticket, anna, ada, organization):
    protocols.save(
        Steps(close_hours=5),
        {"it": {"solved": {"subject": "Risolto", "body": "Fatto, {{ requester.first_name }}."}}},
        organization=organization,
        actor=ada,
    )

    with time_machine.travel(NOON, tick=False):
        solve(ticket, anna)

    assert Timer.objects.get(kind="close").due_at == NOON + timedelta(hours=5)
    mail = OutgoingMail.objects.get(step="solved")
    assert mail.subject == "Risolto"
    assert "Fatto, Rita." in mail.text

    protocols.drop(organization, actor=ada)
    assert Protocol.objects.filter(current=True).count() == 0
    change = RuleChange.objects.get(kind="protocol", after__isnull=True)
    assert (change.author, change.before["organization"], change.after) == (ada, organization.name, None)


def test_survey_when_merged_with_solved_then_no_mail_of_its_own(ticket, anna, ada):
    protocols.save(Steps(survey_with_solved=True), {}, organization=None, actor=ada)

    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=200))

    assert mails(ticket) == ["solved", "closed"]
    assert SatisfactionRating.objects.get().score == "offered"
    assert OutgoingMail.objects.get(step="solved").text.count("/vote/") == 2


@pytest.mark.parametrize("step", ["solved", "closed", "survey", "taken_charge"])
def test_step_when_off_sends_no_mail_and_the_clocks_run_all_the_same(ticket, anna, ada, step):
    protocols.save(Steps(**{step: False}), {}, organization=None, actor=ada)

    with time_machine.travel(NOON, tick=False) as traveller:
        tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)
        tickets.update(ticket.id, tickets.Change(status=Status.SOLVED), actor=anna, via=Via.WEB)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=48))

    assert Ticket.objects.get().status == Status.CLOSED
    assert mails(ticket) == [s for s in ("taken_charge", "solved", "closed", "survey") if s != step]


def test_survey_when_asked_often_enough_is_skipped_and_says_why(ticket, anna, ada, rita, mailbox):
    protocols.save(Steps(surveys_a_month=1), {}, organization=None, actor=ada)

    with time_machine.travel(NOON, tick=False) as traveller:
        second = tickets.open_ticket(requester=rita, subject="due", words=Words("due"), actor=rita, via=Via.EMAIL)
        for one in (ticket, second):
            solve(one, anna)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=48))

    assert SatisfactionRating.objects.count() == 1
    assert events(second, type="Note")[-1] == {
        "type": "Note",
        "code": "survey_skipped",
        "values": {"reason": "asked_enough"},
    }


def test_survey_when_person_opted_out_is_skipped(ticket, anna, rita):
    rita.surveys = False
    rita.save()

    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=48))

    assert not SatisfactionRating.objects.exists()


def test_vote_when_expired_is_stale(ticket, anna, rita):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=48))
        rating = SatisfactionRating.objects.get()
        traveller.shift(timedelta(days=29))

        with pytest.raises(Stale):
            ratings.vote(rating.pk, "good", actor=rita, via=Via.WEB)


@pytest.mark.parametrize(
    ("score", "about", "comment", "field"),
    [("ok", "", "", "score"), ("bad", "weather", "", "about"), ("good", "", "x" * 5001, "comment")],
)
def test_vote_when_wrong_names_the_field(ticket, anna, rita, score, about, comment, field):
    solve(ticket, anna)
    rating = surveys.offer(tickets.Update(tickets.lock(ticket.id), actor=None, via=Via.RULE))

    with pytest.raises(Invalid, match=field):
        ratings.vote(rating.pk, score, about=about, comment=comment, actor=rita, via=Via.WEB)


def test_credit_when_the_ticket_changed_hands_before_the_offer_goes_to_who_solved(ticket, anna, ada):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        tickets.assign(ticket.id, None, actor=ada, via=Via.WEB)
        run_clocks(traveller, timedelta(hours=48))
        run_clocks(traveller, timedelta(hours=48))

    assert SatisfactionRating.objects.get().assignee == anna


def test_credit_when_reassigned_after_the_offer_stays_with_who_solved(ticket, anna, ada, rita):
    solve(ticket, anna)
    rating = surveys.offer(tickets.Update(tickets.lock(ticket.id), actor=None, via=Via.RULE))

    tickets.hear(ticket.id, Words("Si è rotta ancora."), actor=rita, via=Via.EMAIL)
    tickets.update(ticket.id, tickets.Change(assignee=None), actor=ada, via=Via.WEB)

    rating.refresh_from_db()
    assert rating.assignee == anna


def test_timer_when_cancelled_by_hand_never_runs_and_history_says_who(ticket, anna):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        close = Timer.objects.get(kind="close")

        timers.cancel(close.pk, actor=anna, via=Via.WEB)
        run_clocks(traveller, timedelta(days=30))

    assert Ticket.objects.get().status == Status.SOLVED
    assert events(ticket, type="Note") == [{"type": "Note", "code": "timer_cancelled", "values": {"kind": "close"}}]
    with pytest.raises(Stale):
        timers.cancel(close.pk, actor=anna, via=Via.WEB)


def test_timer_when_stopped_after_a_worker_claimed_it_does_not_run(ticket, anna):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        traveller.shift(timedelta(hours=48))
        (claimed,) = claims.claim(Timer.objects.filter(kind="close"), 1)

        timers.cancel(claimed.pk, actor=anna, via=Via.WEB)
        timers.run(claimed)

    assert (Ticket.objects.get().status, Timer.objects.get(kind="close").state) == (Status.SOLVED, "cancelled")


def test_timer_when_moved_after_a_worker_claimed_it_waits_for_its_new_time(ticket, anna):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        traveller.shift(timedelta(hours=48))
        (claimed,) = claims.claim(Timer.objects.filter(kind="close"), 1)
        Timer.objects.filter(pk=claimed.pk).update(due_at=NOON + timedelta(hours=50))

        timers.run(claimed)

    timer = Timer.objects.get(kind="close")
    assert (timer.state, timer.claimed_by, Ticket.objects.get().status) == ("waiting", "", Status.SOLVED)


def test_timers_when_late_after_an_outage_run_once_in_order(ticket, anna):
    with time_machine.travel(NOON, tick=False) as traveller:
        solve(ticket, anna)
        run_clocks(traveller, timedelta(days=30))
        run_clocks(traveller, timedelta(days=30))

    assert mails(ticket) == ["solved", "closed", "survey"]
    assert not Timer.objects.filter(state="waiting").exists()
