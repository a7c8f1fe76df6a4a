"""What each verb on tickets leaves behind: the row, the audit events, the mail, the clocks."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine

from sportello.desk import links
from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import OutgoingMail, Ticket, Timer
from sportello.desk.words import Status, Via
from tests.personas import events, mails

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_open_when_nobody_has_it_then_waits_ten_minutes_before_saying_so(mailbox, group, rita):
    with time_machine.travel(NOON, tick=False):
        ticket = tickets.open_ticket(
            requester=rita,
            subject="Re: Fattura",
            words=Words("Manca la fattura."),
            actor=rita,
            via=Via.EMAIL,
            group=group,
        )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.waiting_since, ticket.preview) == (
        Status.NEW,
        None,
        NOON,
        "Manca la fattura.",
    )
    assert list(Timer.objects.values_list("kind", "state", "due_at")) == [
        ("taken_charge", "waiting", NOON + timedelta(minutes=10))
    ]
    assert mails(ticket) == []
    assert [event["field_name"] for event in events(ticket, type="Create")] == [
        "subject",
        "requester_id",
        "submitter_id",
        "organization_id",
        "group_id",
        "status",
    ]


def test_assign_when_first_then_customer_hears_who_has_it(ticket, anna):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert mails(ticket) == ["taken_charge"]
    assert Timer.objects.get().state == "cancelled"
    mail = OutgoingMail.objects.get()
    assert mail.to == "rita@rossi.example"
    assert "Anna Conti" in mail.text
    assert "Anna Conti" in mail.html


def test_assign_when_again_then_customer_is_not_told_twice(ticket, anna, ada, group):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    tickets.assign(ticket.id, None, actor=anna, via=Via.WEB)
    tickets.assign(ticket.id, anna, actor=ada, via=Via.WEB)

    assert mails(ticket) == ["taken_charge"]
    assert [e["value"] for e in events(ticket, field="assignee_id")] == [anna.id, None, anna.id]


def test_assign_when_agent_outside_group_is_refused(ticket, anna, ben):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    with pytest.raises(Invalid, match="assignee"):
        tickets.assign(ticket.id, ben, actor=anna, via=Via.WEB)

    assert [e["value"] for e in events(ticket, field="assignee_id")] == [anna.id]


def test_assign_when_unchanged_leaves_no_audit(ticket, anna):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    assert tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB) is None


def test_answer_when_nobody_has_it_then_agent_takes_it_and_one_mail_says_both(ticket, anna):
    tickets.answer(ticket.id, Words("Arrivo alle 15."), actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status, ticket.waiting_since) == (anna, Status.OPEN, None)
    assert mails(ticket) == ["taken_charge"]
    assert "Arrivo alle 15." in OutgoingMail.objects.get().text


def test_answer_when_told_then_plain_reply(ticket, anna):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    tickets.answer(ticket.id, Words("Arrivo alle 15."), status=Status.PENDING, actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING
    assert mails(ticket) == ["taken_charge", "reply"]
    assert [mail.automatic for mail in OutgoingMail.objects.order_by("id")] == [True, False]


def test_note_when_internal_then_nothing_leaves_and_customer_still_waits(ticket, anna):
    before = ticket.waiting_since

    tickets.answer(ticket.id, Words("Toner finito.", public=False), actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.waiting_since, ticket.assignee, mails(ticket)) == (before, None, [])


def test_solve_when_answered_in_same_gesture_then_one_mail_and_the_clock_runs(ticket, anna):
    with time_machine.travel(NOON, tick=False):
        tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.solved_at) == (Status.SOLVED, anna, NOON)
    assert mails(ticket) == ["solved"]
    close = Timer.objects.get(state="waiting")
    assert (close.kind, close.due_at) == ("close", NOON + timedelta(hours=48))


@pytest.mark.parametrize("status", [Status.PENDING, Status.HOLD, Status.SOLVED])
def test_hear_when_waiting_for_customer_then_reopens(ticket, anna, rita, status):
    tickets.answer(ticket.id, Words("Provi ora."), status=status, actor=anna, via=Via.WEB)

    tickets.hear(ticket.id, Words("Non funziona ancora."), actor=rita, via=Via.EMAIL)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.is_solved, ticket.solved_at) == (Status.OPEN, anna, False, None)
    assert ticket.waiting_since is not None
    assert not Timer.objects.filter(state="waiting").exists()


def test_hear_when_only_thanks_then_stays_solved_and_says_so(ticket, anna, rita):
    tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    tickets.hear(ticket.id, Words("Grazie!"), actor=rita, via=Via.EMAIL)

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED
    assert [event["code"] for event in events(ticket, type="Note")] == ["thanks"]
    assert Timer.objects.filter(kind="close", state="waiting").exists()

    tickets.update(ticket.id, Change(status=Status.OPEN), actor=anna, via=Via.WEB)

    assert Ticket.objects.get().status == Status.OPEN


def test_hear_when_closed_then_follow_up_points_back(ticket, anna, rita):
    tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.id, actor=rita, via=Via.WEB)

    follow_up, _audit = tickets.hear(ticket.id, Words("Si è rotta di nuovo."), actor=rita, via=Via.EMAIL)

    assert (follow_up.follow_up_of, follow_up.group, follow_up.status) == (ticket, ticket.group, Status.NEW)
    assert Ticket.objects.get(pk=ticket.pk).status == Status.CLOSED


def test_update_when_closed_is_stale(ticket, anna, rita):
    tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.id, actor=rita, via=Via.WEB)

    with pytest.raises(Stale):
        tickets.update(ticket.id, Change(priority=4), actor=anna, via=Via.WEB)


@pytest.mark.parametrize(("status", "error"), [(Status.CLOSED, Refused), (Status.NEW, Invalid), ("resolved", Invalid)])
def test_update_when_status_is_nobodys_to_set_is_refused(ticket, anna, status, error):
    tickets.update(ticket.id, Change(status=Status.OPEN), actor=anna, via=Via.WEB)

    with pytest.raises(error):
        tickets.update(ticket.id, Change(status=status), actor=anna, via=Via.WEB)


def test_confirm_when_solved_then_closes_without_a_mail_and_the_survey_clock_runs(ticket, anna, rita):
    tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    with time_machine.travel(NOON, tick=False):
        tickets.confirm(ticket.id, actor=rita, via=Via.WEB)
    tickets.confirm(ticket.id, actor=rita, via=Via.WEB)

    assert Ticket.objects.get().status == Status.CLOSED
    assert mails(ticket) == ["solved"]
    assert list(Timer.objects.filter(state="waiting").values_list("kind", "due_at")) == [
        ("survey", NOON + timedelta(hours=48))
    ]


def test_not_yet_when_solved_then_reopens_to_the_same_technician_even_if_polite(ticket, anna, rita):
    tickets.answer(ticket.id, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    tickets.not_yet(ticket.id, Words("Grazie"), actor=rita, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)


def test_open_when_group_works_in_turn_then_assigned_evenly_and_told_at_once(mailbox, rita, anna, ada, frozen_clock):
    from sportello.desk.actions import people

    turn = people.add_group("In turn", assignment="round_robin", members=(anna, ada))

    opened = []
    for n in range(4):
        frozen_clock.shift(1)
        ticket = tickets.open_ticket(
            requester=rita, subject=f"n. {n}", words=Words("aiuto"), actor=rita, via=Via.EMAIL, group=turn
        )
        opened.append(ticket)

    assert [ticket.assignee for ticket in opened] == [anna, ada, anna, ada]
    assert [mails(ticket) for ticket in opened] == [["taken_charge"]] * 4
    assert not Timer.objects.exists()


def test_tags_and_copies_when_changed_then_listed_in_the_audit(ticket, anna, otto):
    tickets.update(ticket.id, Change(add_tags=("Stampante", "urgente ora"), add_ccs=(otto,)), actor=anna, via=Via.WEB)
    tickets.update(ticket.id, Change(remove_tags=("stampante",)), actor=anna, via=Via.WEB)

    assert [tagging.tag for tagging in ticket.taggings.all()] == ["urgente_ora"]
    assert events(ticket, field="cc_ids")[0]["value"] == [otto.id]
    assert events(ticket, field="tags")[-1]["previous_value"] == ["stampante", "urgente_ora"]


def test_answer_when_somebody_is_in_copy_then_each_gets_a_mail_with_links_of_his_own(ticket, anna, otto, rita):
    tickets.update(ticket.id, Change(add_ccs=(otto,)), actor=anna, via=Via.WEB)

    tickets.answer(ticket.id, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    to_rita, to_otto = OutgoingMail.objects.order_by("id")
    assert [(mail.to, mail.step, mail.language) for mail in (to_rita, to_otto)] == [
        ("rita@rossi.example", "solved", "it"),
        ("otto@rossi.example", "reply", "en"),
    ]
    assert "/confirm/" in to_rita.text
    assert "/confirm/" not in to_otto.text + to_otto.html
    (link,) = set(re.findall(r"/r/([\w:-]+)", to_otto.text))
    assert links.read_pair("request", link) == (ticket.pk, otto.pk)
    assert events(ticket, type="Notification")[0]["recipients"] == [rita.pk, otto.pk]


def test_step_when_nobody_says_anything_then_those_in_copy_hear_nothing(ticket, anna, otto):
    tickets.update(ticket.id, Change(add_ccs=(otto,)), actor=anna, via=Via.WEB)

    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)
    tickets.update(ticket.id, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    assert {mail.to for mail in OutgoingMail.objects.all()} == {"rita@rossi.example"}


def test_without_tokens_when_a_mail_is_quoted_back_leaves_no_key_in_it(ticket, rita):
    text = " ".join(
        (
            links.request_url(ticket.pk, rita.pk),
            links.confirm_url(ticket.pk, rita.pk),
            links.not_yet_url(ticket.pk, rita.pk),
            links.vote_url(ticket.pk, rita.pk, "good"),
            links.sign_in_url(rita.pk, seen="x"),
        )
    )

    assert links.without_tokens(text) == (
        "http://desk.example.org/r/… http://desk.example.org/confirm/… http://desk.example.org/not-yet/… "
        "http://desk.example.org/vote/…/good http://desk.example.org/sign-in/…"
    )
    assert links.without_tokens(quote(links.confirm_url(ticket.pk, rita.pk), safe="")).endswith("%2Fconfirm%2F…")
