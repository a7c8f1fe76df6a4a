"""Undo a change of many tickets: all of it comes back, but for what somebody has changed since."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import bulk, jobs, macros, merging, people, ticket_fields, tickets, undoing
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Missing, Stale
from sportello.desk.models import Breaker, Job, JobItem, OutgoingMail, Ticket, TicketFieldValue, TicketMetric, Timer
from sportello.desk.words import JobState, Status, Via
from tests.personas import mails

pytestmark = pytest.mark.django_db

KEPT = ("status", "priority", "type", "group_id", "assignee_id", "waiting_since", "solved_at", "subject", "form_id")


@pytest.fixture
def opened(mailbox, group, rita):
    def opened(count):
        return [
            tickets.open_ticket(
                requester=rita, subject=f"Richiesta {number}", words=Words("Aiuto"), actor=rita, via=Via.EMAIL,
                group=group, mailbox_id=mailbox.pk, tags=("vecchio", "altro"),
            )
            for number in range(count)
        ]  # fmt: skip

    return opened


@pytest.fixture
def others(ben):
    return people.add_group("Altri", members=(ben,))


def run(found, actor, **wish) -> Job:
    return jobs.press_on(bulk.start([it.pk for it in found], wish, actor=actor), seconds=60)


def undo(job, actor) -> Job:
    return jobs.press_on(undoing.start(job.pk, actor=actor), seconds=60)


def stands(found):
    """All that a change can change."""
    rows = Ticket.objects.filter(pk__in=[it.pk for it in found]).order_by("pk")
    return [
        (
            *(getattr(row, name) for name in KEPT),
            sorted(row.taggings.values_list("tag", flat=True)),
            sorted(row.participants.values_list("user", "kind")),
            sorted(TicketFieldValue.objects.filter(ticket=row).values_list("field", "value")),
        )
        for row in rows
    ]


def clocks(ticket):
    return set(Timer.objects.filter(ticket=ticket, state="waiting").values_list("kind", flat=True))


wishes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["open", "pending", "hold", "solved"]),
        "priority": st.sampled_from([None, 1, 4]),
        "assignee": st.sampled_from([None, "anna", "ben"]),
        "group": st.sampled_from([None, "group", "other"]),
        "add_tags": st.lists(st.sampled_from(["nuovo", "altro"]), max_size=2),
        "remove_tags": st.lists(st.sampled_from(["vecchio", "assente"]), max_size=2),
        "text": st.just("Solo per noi."),
        "spam": st.just(True),
    },
).filter(bool)
befores = st.sampled_from(["new", "open", "pending", "hold", "solved", "answered", "reopened"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=wishes, before=befores)
def test_undo_when_nobody_else_wrote_gives_back_every_field(opened, anna, ben, group, others, wish, before):
    names = {"anna": anna, "ben": ben, "group": group, "other": others}
    (found,) = opened(1)
    _bring(found, before, anna)
    had, ran, told = stands([found]), clocks(found), mails(found)
    wish |= {name: names[wish[name]].pk for name in ("assignee", "group") if wish.get(name)}

    job = run([found], anna, **wish)
    mailed = mails(found)
    back = undo(job, anna)

    assert stands([found]) == had
    # Whoever has heard from a person is not told any more that his request has arrived.
    assert clocks(found) == (ran - {"taken_charge"} if mailed != told else ran)
    assert (back.state, back.failed, back.result.get("stayed")) == (JobState.DONE, 0, None)
    assert mails(found) == mailed
    assert mailed[: len(told)] == told


def _bring(found, before, anna):
    """Bring a ticket where the story begins."""
    if before in ("open", "pending", "hold", "solved"):
        tickets.update(found.pk, Change(assignee=anna, status=before), actor=anna, via=Via.WEB)
    if before in ("answered", "reopened"):
        tickets.answer(found.pk, Words("Provi ora."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    if before == "reopened":
        tickets.hear(found.pk, Words("Non va ancora"), actor=found.requester, via=Via.EMAIL)


@pytest.mark.parametrize("count", [1, 3])
def test_undo_is_a_job_of_its_own_with_an_audit_for_each(opened, anna, count):
    found = opened(count)
    job = run(found, anna, priority=4)

    back = undo(job, anna)

    assert (back.kind, back.undoes, back.done, back.failed) == ("undo", job, count, 0)
    for it in found:
        audit = it.audits.last()
        assert audit.via["source"] == {"rel": "undo", "id": back.pk}
        assert JobItem.objects.get(job=back, ticket=it).audit == audit


def test_undo_of_solved_opens_again_and_the_customer_hears_of_it_no_more(opened, anna, frozen_clock):
    found = opened(2)
    job = run(found, anna, status="solved")
    frozen_clock.shift(5)

    undo(job, anna)

    for it in found:
        it.refresh_from_db()
        metric = TicketMetric.objects.get(ticket=it)
        assert (it.status, it.solved_at, mails(it)) == (Status.NEW, None, ["solved"])
        assert (metric.solved_at, metric.solver_id, metric.first_solved_at, metric.reopens) == (None, None, None, 0)
        assert not Timer.objects.filter(ticket=it, kind="close", state="waiting").exists()


def test_undo_of_reopened_closes_the_clock_again_without_a_second_mail(opened, anna):
    found = opened(1)
    tickets.answer(found[0].pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    job = run(found, anna, status="open")

    undo(job, anna)

    assert Ticket.objects.get().status == Status.SOLVED
    assert mails(found[0]) == ["solved"]
    assert Timer.objects.filter(kind="close", state="waiting").count() == 1


def test_undo_when_somebody_changed_it_since_leaves_his_change_and_counts_it(opened, anna, ada):
    changed, not_changed = opened(2)
    job = run([changed, not_changed], anna, priority=4, status="pending", add_tags=["nuovo"])
    tickets.update(changed.pk, Change(priority=1, add_tags=("suo",)), actor=ada, via=Via.WEB)

    back = undo(job, anna)

    changed.refresh_from_db()
    not_changed.refresh_from_db()
    assert (changed.priority, changed.status) == (1, Status.NEW)
    assert sorted(changed.taggings.values_list("tag", flat=True)) == ["altro", "suo", "vecchio"]
    assert (not_changed.priority, back.done, back.failed) == (None, 2, 0)
    assert back.result["stayed"] == 1
    assert dict(JobItem.objects.filter(job=back).values_list("ticket", "error")) == {
        changed.pk: "stayed", not_changed.pk: ""
    }  # fmt: skip


def test_undo_when_closed_since_cannot(opened, anna):
    found = opened(1)
    job = run(found, anna, priority=4)
    tickets.confirm(found[0].pk, actor=found[0].requester, via=Via.WEB)

    back = undo(job, anna)

    assert (back.done, back.failed, JobItem.objects.get(job=back).error) == (0, 1, "closed")
    assert Ticket.objects.get().priority == 4


def test_undo_of_spam_opens_again_and_lets_the_sender_through(opened, anna):
    found = opened(2)
    had = stands(found)
    job = run(found, anna, spam=True, hold=True)

    undo(job, anna)

    assert stands(found) == had
    assert [mails(it) for it in found] == [[], []]
    assert not Breaker.objects.filter(lifted_at=None).exists()


def test_undo_of_a_merge_takes_out_those_that_are_still_in(opened, anna):
    into, still, taken_out = found = opened(3)
    had = stands(found)
    job = run([still, taken_out], anna, merge_into=into.pk)
    merging.unmerge(taken_out.pk, actor=anna, via=Via.WEB)

    back = undo(job, anna)

    assert stands(found) == had
    assert (back.done, back.failed, back.result["stayed"]) == (2, 0, 1)


def test_undo_leaves_what_was_said(opened, anna):
    found = opened(1)
    job = run(found, anna, text="Ci siamo.", public=True, status="pending")

    undo(job, anna)

    found[0].refresh_from_db()
    assert (found[0].status, found[0].waiting_since) == (Status.NEW, None)
    assert found[0].comments.filter(text="Ci siamo.").exists()
    assert OutgoingMail.objects.count() == 1


def test_undo_of_own_fields_gives_back_what_stood_there(opened, anna, ada):
    floor = {"title": {"en": "Floor"}, "key": "floor", "kind": "text", "of": "ticket"}
    field = ticket_fields.save_field(floor, actor=ada)
    found = opened(2)
    tickets.update(found[0].pk, Change(fields={field.pk: "primo"}), actor=ada, via=Via.WEB)
    macro = macros.save(
        {"title": "M", "actions": [{"field": f"custom_fields_{field.pk}", "value": "terzo"}]}, actor=ada
    )
    had = stands(found)
    job = run(found, anna, macro=macro.pk)
    assert stands(found) != had

    undo(job, anna)

    assert stands(found) == had


def test_undo_by_who_put_them_out_of_his_sight_brings_back_what_nobody_touched(opened, anna, ada, group, others):
    anna.ticket_restriction = "groups"
    anna.save()
    untouched, touched = opened(2)
    job = run([untouched, touched], anna, group=others.pk)
    tickets.update(touched.pk, Change(priority=1), actor=ada, via=Via.WEB)

    back = undo(job, anna)

    assert dict(JobItem.objects.filter(job=back).values_list("ticket", "error")) == {
        untouched.pk: "", touched.pk: "missing"
    }  # fmt: skip
    assert list(Ticket.objects.order_by("pk").values_list("group", flat=True)) == [group.pk, others.pk]


def test_undo_is_its_actors_or_an_administrators_and_only_once_and_not_while_at_work(opened, anna, ben, ada):
    found = opened(1)
    at_work = bulk.start([found[0].pk], {"priority": 1}, actor=anna)
    with pytest.raises(Stale):
        undoing.start(at_work.pk, actor=anna)
    job = jobs.press_on(at_work, seconds=60)

    with pytest.raises(Missing):
        undoing.start(job.pk, actor=ben)
    undo(job, ada)

    with pytest.raises(Stale):
        undoing.start(job.pk, actor=anna)


def test_undo_of_a_stopped_job_undoes_what_was_done(opened, anna, monkeypatch):
    monkeypatch.setattr(jobs, "PIECE_SECONDS", -1)
    found = opened(3)
    had = stands(found)
    job = bulk.start([it.pk for it in found], {"priority": 4}, actor=anna)
    jobs.step()
    jobs.stop(job.pk, actor=anna)

    back = undo(job, anna)

    assert (back.total, back.done) == (1, 1)
    assert stands(found) == had
