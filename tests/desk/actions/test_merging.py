"""Merge a ticket into another and take it back out: nothing is lost, nothing is shown twice or to the wrong person."""

from datetime import timedelta

import pytest

from sportello.desk import families
from sportello.desk.actions import configuration, merging, ratings, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import (
    Comment,
    OutgoingMail,
    Participant,
    SatisfactionRating,
    SlaPolicy,
    Ticket,
    TicketMetric,
    TicketSla,
    Timer,
)
from sportello.desk.rules.protocol import REPLY
from sportello.desk.words import Score, Status, TimerKind, TimerState, Via
from sportello.kit import clock
from tests.personas import events, mails


def opened(requester, subject="Ancora la stampante", text="Non stampa.", **more):
    return tickets.open_ticket(
        requester=requester, subject=subject, words=Words(text), actor=requester, via=Via.EMAIL, **more
    )


@pytest.fixture
def again(ticket, mailbox, rita):
    """Rita writes a second time about her printer."""
    return opened(rita, mailbox_id=mailbox.pk)


@pytest.fixture
def strange(ticket, mailbox, sam):
    """Sam, of another company, has the same trouble."""
    return opened(sam, "Anche da noi", "La stampante è guasta.", mailbox_id=mailbox.pk)


def merge(source, target, actor, **more):
    return merging.merge(source.pk, target.pk, actor=actor, via=Via.WEB, **more)


def unmerge(source, actor):
    return merging.unmerge(source.pk, actor=actor, via=Via.WEB)


def copied(ticket):
    return set(Participant.objects.filter(ticket=ticket, kind="cc").values_list("user", flat=True))


def columns(ticket):
    return {
        name: value
        for name, value in Ticket.objects.filter(pk=ticket.pk).values().get().items()
        if name not in ("updated_at",)
    }


def waiting(ticket):
    return set(Timer.objects.filter(ticket=ticket, state=TimerState.WAITING).values_list("kind", flat=True))


# --- merging ----------------------------------------------------------------------------------------------------------


def test_merge_when_two_of_one_person_then_the_first_is_closed_without_a_word(ticket, again, anna):
    audit = merge(again, ticket, anna)

    again.refresh_from_db()
    assert (again.merged_into_id, again.status, again.waiting_since) == (ticket.pk, Status.CLOSED, None)
    assert [event["type"] for event in audit.events] == ["Merge"]
    assert (mails(again), waiting(again)) == ([], set())
    assert [event["code"] for event in events(ticket, type="Note")] == ["merged"]
    assert not SatisfactionRating.objects.exists()


def test_merge_when_told_to_then_requester_gets_one_mail(ticket, again, anna):
    merge(again, ticket, anna, tell_requester=True)

    mail = OutgoingMail.objects.get(ticket=again)
    assert (mail.step, mail.to) == ("merged", "rita@rossi.example")
    assert f"n. {again.pk}" in mail.text
    assert ticket.subject not in mail.text


def test_merge_when_note_is_given_then_agents_read_it_on_the_other(ticket, again, anna):
    merge(again, ticket, anna, note="Stessa stampante.")

    note = Comment.objects.filter(ticket=ticket).last()
    assert (note.text, note.public, note.author) == ("Stessa stampante.", False, anna)


def test_merge_when_into_a_merged_one_then_goes_to_its_end(ticket, again, mailbox, rita, anna):
    third = opened(rita, mailbox_id=mailbox.pk)
    merge(again, ticket, anna)

    merge(third, again, anna)

    assert Ticket.objects.get(pk=third.pk).merged_into_id == ticket.pk
    assert families.merged_into(ticket.pk) == [again.pk, third.pk]


def test_merge_when_target_goes_on_then_family_is_found_at_every_remove(ticket, again, mailbox, rita, anna):
    third = opened(rita, mailbox_id=mailbox.pk)
    merge(third, again, anna)

    merge(again, ticket, anna)

    assert families.merged_into(ticket.pk) == [again.pk, third.pk]
    assert families.chain(third.pk) == [again.pk, ticket.pk]


def test_merge_when_it_would_bite_its_tail_then_is_refused(ticket, again, anna):
    merge(again, ticket, anna)

    with pytest.raises(Invalid, match="itself"):
        merge(ticket, again, anna)
    with pytest.raises(Invalid, match="itself"):
        merge(ticket, ticket, anna)
    with pytest.raises(Stale, match="was merged"):
        merge(again, ticket, anna)


def test_merge_when_either_is_closed_then_is_refused(ticket, again, anna, rita):
    tickets.confirm(again.pk, actor=rita, via=Via.WEB)

    with pytest.raises(Stale):
        merge(again, ticket, anna)
    with pytest.raises(Stale):
        merge(ticket, again, anna)

    assert Ticket.objects.get(pk=ticket.pk).merged_into_id is None


def test_update_when_merged_then_says_where_it_went(ticket, again, anna):
    merge(again, ticket, anna)

    with pytest.raises(Stale, match=f"#{ticket.pk}"):
        tickets.update(again.pk, Change(priority=1), actor=anna, via=Via.WEB)


# --- who reads along --------------------------------------------------------------------------------------------------


def test_merge_when_a_colleague_of_one_organization_then_he_is_in_copy(ticket, mailbox, otto, anna):
    his = opened(otto, mailbox_id=mailbox.pk)

    merge(his, ticket, anna)

    assert copied(ticket) == {otto.pk}


def test_merge_when_a_stranger_then_he_reads_along_only_if_so_chosen(ticket, strange, sam, anna):
    merge(strange, ticket, anna)
    assert copied(ticket) == set()

    unmerge(strange, anna)
    merge(strange, ticket, anna, add_ccs=True)

    assert copied(ticket) == {sam.pk}


def test_unmerge_when_nobody_else_put_them_there_then_copies_go_again(ticket, mailbox, otto, anna):
    first, second = opened(otto, mailbox_id=mailbox.pk), opened(otto, mailbox_id=mailbox.pk)
    merge(first, ticket, anna)
    merge(second, ticket, anna)

    unmerge(first, anna)
    assert copied(ticket) == {otto.pk}
    unmerge(second, anna)

    assert copied(ticket) == set()


def test_unmerge_when_somebody_was_in_copy_before_or_put_back_by_hand_then_stays(ticket, mailbox, otto, sam, anna):
    tickets.update(ticket.pk, Change(add_ccs=(otto,)), actor=anna, via=Via.WEB)
    his = opened(otto, mailbox_id=mailbox.pk, ccs=(sam,))
    merge(his, ticket, anna)
    tickets.update(ticket.pk, Change(remove_ccs=(sam,)), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(add_ccs=(sam,)), actor=anna, via=Via.WEB)

    unmerge(his, anna)

    assert copied(ticket) == {otto.pk, sam.pk}


# --- and back ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [None, Status.PENDING, Status.HOLD, Status.SOLVED])
def test_unmerge_when_nobody_touched_anything_then_all_is_as_it_was(ticket, again, anna, status):
    if status:
        tickets.answer(again.pk, Words("Guardo."), status=status, actor=anna, via=Via.WEB)
    before, other = columns(again), columns(ticket)

    merge(again, ticket, anna)
    unmerge(again, anna)

    assert (columns(again), columns(ticket)) == (before, other)


def test_unmerge_when_solved_then_it_closes_later_by_itself_again(ticket, again, anna):
    tickets.answer(again.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    merge(again, ticket, anna)
    assert waiting(again) == set()

    unmerge(again, anna)

    assert waiting(again) == {TimerKind.CLOSE}


def test_unmerge_when_not_merged_then_says_so(ticket, anna):
    with pytest.raises(Stale, match="not merged"):
        unmerge(ticket, anna)


def test_timers_when_merged_then_nothing_happens_to_it(ticket, again, anna):
    merge(again, ticket, anna)

    with clock.at(clock.now() + timedelta(days=30)):
        while timers.step():
            pass

    assert mails(again) == []


# --- what is said goes on -------------------------------------------------------------------------------------------


def test_words_when_said_on_a_merged_one_then_stand_on_the_other(ticket, again, rita, anna):
    tickets.answer(ticket.pk, Words("Mi dica."), status=Status.PENDING, actor=anna, via=Via.WEB)
    merge(again, ticket, anna)

    heard, audit = tickets.hear(again.pk, Words("Ecco."), actor=rita, via=Via.EMAIL)

    assert (heard.pk, audit.ticket_id, heard.status) == (ticket.pk, ticket.pk, Status.OPEN)
    assert Comment.objects.get(text="Ecco.").ticket_id == ticket.pk


def test_words_when_of_somebody_left_out_then_stay_his_and_wake_the_other(ticket, strange, sam, anna):
    tickets.answer(ticket.pk, Words("Riprovi."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    merge(strange, ticket, anna)

    heard, _audit = tickets.hear(strange.pk, Words("Ancora guasta."), actor=sam, via=Via.EMAIL)

    woken = Ticket.objects.get(pk=ticket.pk)
    assert (heard.pk, Comment.objects.get(text="Ancora guasta.").ticket_id) == (strange.pk, strange.pk)
    assert (woken.status, woken.waiting_since) == (Status.OPEN, clock.now())
    assert Ticket.objects.get(pk=strange.pk).status == Status.CLOSED


def test_answer_when_an_agent_writes_to_somebody_left_out_then_only_he_gets_it(ticket, strange, anna):
    merge(strange, ticket, anna)

    heard, _audit = tickets.hear(strange.pk, Words("Signor Sam, arriviamo."), actor=anna, via=Via.EMAIL)

    assert heard.pk == strange.pk
    assert list(OutgoingMail.objects.filter(step=REPLY).values_list("to", flat=True)) == ["sam@elsewhere.example"]


def test_words_when_the_other_is_closed_then_a_follow_up_opens_of_what_he_may_read(ticket, strange, sam, rita, anna):
    merge(strange, ticket, anna)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    heard, _audit = tickets.hear(strange.pk, Words("Ancora guasta."), actor=sam, via=Via.EMAIL)

    assert (heard.follow_up_of_id, heard.requester, heard.subject) == (strange.pk, sam, "Anche da noi")


def test_vote_when_merged_then_stays_with_its_requester_and_assignee(ticket, again, rita, anna, ada):
    with clock.at(clock.now() + timedelta(minutes=5)):
        tickets.answer(again.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    rating = SatisfactionRating.objects.create(
        ticket=again,
        requester=rita,
        assignee=anna,
        offered_at=clock.now(),
        expires_at=clock.now() + timedelta(days=9),
        updated_at=clock.now(),
    )
    tickets.assign(ticket.pk, None, actor=ada, via=Via.WEB)
    merge(again, ticket, ada)

    voted = ratings.vote(rating.pk, Score.GOOD, actor=rita, via=Via.WEB)

    assert (voted.ticket_id, voted.requester, voted.assignee) == (again.pk, rita, anna)


# --- times ------------------------------------------------------------------------------------------------------------


def test_metric_when_merged_for_a_while_then_that_time_is_nobodys(ticket, again, anna, frozen_clock):
    frozen_clock.shift(600)
    merge(again, ticket, anna)
    frozen_clock.shift(6000)
    unmerge(again, anna)
    frozen_clock.shift(300)
    tickets.answer(again.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    metric = TicketMetric.objects.get(ticket=again)
    assert (metric.requester_wait_calendar, metric.reopens) == (15, 0)
    assert (metric.first_solved_at, metric.replies) == (clock.now(), 1)


def test_promise_when_merged_for_a_while_then_its_clock_stood_still(ticket, mailbox, rita, anna, frozen_clock):
    targets = [{"metric": "first_reply_time", "priority": "high", "target": 60, "business_hours": False}]
    SlaPolicy.objects.create(
        title="Tutti",
        conditions={"all": [], "any": []},
        targets=targets,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    configuration.forget()
    again = opened(rita, mailbox_id=mailbox.pk, priority=3)
    due_at = TicketSla.objects.get(ticket=again).due_at
    frozen_clock.shift(600)
    merge(again, ticket, anna)
    assert TicketSla.objects.get(ticket=again).due_at is None
    frozen_clock.shift(7200)

    unmerge(again, anna)

    found = TicketSla.objects.get(ticket=again)
    assert (found.due_at, found.breached_at) == (due_at + timedelta(seconds=7200), None)
