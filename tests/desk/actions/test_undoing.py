"""Undo a change of many tickets: all of it comes back, but for what somebody has changed since."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import bulk, jobs, macros, merging, outbox, people, ticket_fields, tickets, undoing
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Missing, Stale
from sportello.desk.models import Breaker, Job, JobItem, OutgoingMail, Ticket, TicketFieldValue, TicketMetric, Timer
from sportello.desk.words import JobState, Status, Via
from sportello.kit import claims
from tests.personas import events, mails

pytestmark = pytest.mark.django_db

KEPT = ("status", "priority", "type", "group_id", "assignee_id", "waiting_since", "solved_at", "subject", "form_id")


@pytest.fixture
def opened(mailbox, group, rita):
    def opened(count, group=group):
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


def queued(ticket):
    """The mails that will leave."""
    return list(OutgoingMail.objects.filter(ticket=ticket, state="queued").order_by("id").values_list("pk", "once"))


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
        "text": st.just("Ci siamo."),
        "public": st.booleans(),
        "spam": st.just(True),
    },
).filter(lambda wish: wish.keys() - {"public"})
befores = st.sampled_from(["new", "open", "pending", "hold", "solved", "answered", "reopened"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=wishes, before=befores)
def test_undo_when_nobody_else_wrote_gives_back_every_field(opened, anna, ben, group, others, wish, before):
    names = {"anna": anna, "ben": ben, "group": group, "other": others}
    (found,) = opened(1)
    _bring(found, before, anna)
    had, ran, told = stands([found]), clocks(found), queued(found)
    wish |= {name: names[wish[name]].pk for name in ("assignee", "group") if wish.get(name)}

    job = run([found], anna, **wish)
    changed, running, mailed = stands([found]), clocks(found), queued(found)
    back = undo(job, anna)

    assert stands([found]) == had
    assert (clocks(found), queued(found)) == (ran, told)
    assert (back.state, back.failed, back.result.get("stayed")) == (JobState.DONE, 0, None)
    assert back.result.get("left") is None

    again = undo(back, anna)

    assert stands([found]) == changed
    assert (clocks(found), queued(found)) == (running, mailed)
    assert (again.kind, again.failed, again.result.get("stayed")) == ("redo", 0, None)

    undo(again, anna)

    assert stands([found]) == had
    assert (clocks(found), queued(found)) == (ran, told)


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
        assert (audit.via["source"]["rel"], audit.via["source"]["id"]) == ("undo", back.pk)
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


def send(mail):
    """As the worker does when the next server takes it."""
    (ours,) = claims.claim(OutgoingMail.objects.filter(pk=mail.pk), 1)
    outbox.mark_sent(ours, "250 OK")


def test_undo_leaves_what_was_said_and_calls_back_the_mails_that_have_not_left(opened, anna):
    found = waits, leaves, has_left = opened(3)
    job = run(found, anna, text="Ci siamo.", public=True, status="pending")
    claims.claim(OutgoingMail.objects.filter(ticket=leaves), 1)
    send(OutgoingMail.objects.get(ticket=has_left))

    back = undo(job, anna)

    for it in found:
        it.refresh_from_db()
        assert (it.status, it.comments.filter(text="Ci siamo.", public=True).count()) == (Status.NEW, 1)
    assert (back.result["called_back"], back.result["left"]) == (1, 2)
    assert dict(OutgoingMail.objects.values_list("ticket", "state")) == {
        waits.pk: "cancelled", leaves.pk: "queued", has_left.pk: "sent"
    }  # fmt: skip
    # Whom no word has reached still waits, and is told that his request has arrived.
    assert [(it.waiting_since is None, it.told_at is None, clocks(it)) for it in found] == [
        (False, True, {"taken_charge"}), (True, False, set()), (True, False, set())
    ]  # fmt: skip


def test_undo_of_nothing_but_an_answer_calls_its_mail_back(opened, anna):
    (found,) = opened(1)
    tickets.answer(found.pk, Words("Prima."), actor=anna, via=Via.WEB)
    tickets.hear(found.pk, Words("E allora?"), actor=found.requester, via=Via.EMAIL)
    job = run([found], anna, text="Ci siamo.", public=True)

    back = undo(job, anna)

    found.refresh_from_db()
    assert (back.done, back.result["called_back"]) == (1, 1)
    assert [found.waiting_since is None, found.told_at is None] == [False, False]
    assert list(OutgoingMail.objects.order_by("id").values_list("state", flat=True)) == ["queued", "cancelled"]


def test_called_back_mail_may_be_said_anew(opened, anna, ada):
    (found,) = opened(1, group=None)
    job = run([found], anna, assignee=anna.pk)
    back = undo(job, anna)

    tickets.assign(found.pk, ada, actor=ada, via=Via.WEB)
    again = undo(back, anna)

    found.refresh_from_db()
    assert (found.assignee, again.result["stayed"], again.result.get("sent_again")) == (ada, 1, None)
    assert list(OutgoingMail.objects.order_by("id").values_list("step", "state")) == [
        ("taken_charge", "cancelled"), ("taken_charge", "queued")
    ]  # fmt: skip


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


@pytest.mark.parametrize("count", [1, 3])
def test_redo_is_a_job_of_its_own_and_sends_the_mails_after_all(opened, anna, frozen_clock, count):
    found = opened(count)
    job = run(found, anna, status="solved")
    had = stands(found)
    frozen_clock.shift(60)
    back = undo(job, anna)
    frozen_clock.shift(60)

    again = undo(back, anna)

    assert (again.kind, again.undoes, again.done, again.failed) == ("redo", back, count, 0)
    assert (again.result["sent_again"], stands(found)) == (count, had)
    for it in found:
        metric = TicketMetric.objects.get(ticket=it)
        assert (metric.solver_id, metric.reopens, clocks(it)) == (anna.pk, 0, {"close"})
        assert OutgoingMail.objects.get(ticket=it).state == "queued"
        assert events(it, type="Note")[-1]["code"] == "redone"


def test_redo_of_what_somebody_has_changed_since_leaves_it(opened, anna, ada):
    changed, not_changed = opened(2)
    back = undo(run([changed, not_changed], anna, priority=4, add_tags=["nuovo"]), anna)
    tickets.update(changed.pk, Change(priority=1), actor=ada, via=Via.WEB)

    again = undo(back, anna)

    assert list(Ticket.objects.order_by("pk").values_list("priority", flat=True)) == [1, 4]
    assert [it.taggings.filter(tag="nuovo").count() for it in (changed, not_changed)] == [1, 1]
    assert (again.done, again.result["stayed"]) == (2, 1)


def test_redo_of_spam_closes_again_and_holds_the_sender(opened, anna):
    found = opened(1)
    job = run(found, anna, spam=True, hold=True)
    had = stands(found)

    again = undo(undo(job, anna), anna)

    assert (stands(found), clocks(found[0]), mails(found[0])) == (had, set(), [])
    assert Breaker.objects.filter(lifted_at=None).count() == 1
    metric = TicketMetric.objects.get(ticket=found[0])
    assert (metric.solved_at, metric.reopens) == (None, 0)
    undo(again, anna)
    assert not Breaker.objects.filter(lifted_at=None).exists()


def test_redo_of_a_merge_merges_again_those_that_are_still_out(opened, anna):
    into, still, elsewhere = opened(3)
    back = undo(run([still, elsewhere], anna, merge_into=into.pk), anna)
    other = opened(1)[0]
    merging.merge(elsewhere.pk, other.pk, actor=anna, via=Via.WEB)

    again = undo(back, anna)

    assert dict(Ticket.objects.filter(pk__in=[still.pk, elsewhere.pk]).values_list("pk", "merged_into")) == {
        still.pk: into.pk, elsewhere.pk: other.pk
    }  # fmt: skip
    assert (again.done, again.failed, again.result["stayed"]) == (2, 0, 1)


def test_redo_leaves_tickets_alone_that_he_does_not_see_any_more(opened, anna, ada, others):
    found = opened(1)
    back = undo(run(found, anna, priority=4), anna)
    tickets.update(found[0].pk, Change(group=others), actor=ada, via=Via.WEB)
    anna.ticket_restriction = "groups"
    anna.save()

    again = undo(back, anna)

    assert (again.done, again.failed, JobItem.objects.get(job=again).error) == (0, 1, "missing")
    assert Ticket.objects.get().priority is None


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
