"""One change of many tickets: each with its own audit, by the rights of now; what cannot be changed is told apart."""

import pytest

from sportello.desk.actions import bulk, jobs, macros, people, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Refused
from sportello.desk.models import Breaker, Comment, Job, JobItem, OutgoingMail, TicketMetric, Timer
from sportello.desk.rules import times
from sportello.desk.words import JobState, Priority, Status, Via
from sportello.kit import clock
from tests.personas import events, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(mailbox, group, rita):
    """opened(3): so many more tickets, of Rita's where nobody else is named."""

    def opened(count, requester=rita, **more):
        return [
            tickets.open_ticket(
                requester=requester, subject=f"Richiesta {number}", words=Words("Aiuto"), actor=requester,
                via=Via.EMAIL, **{"group": group, "mailbox_id": mailbox.pk} | more,
            )
            for number in range(count)
        ]  # fmt: skip

    return opened


def run(found, actor, **wish) -> Job:
    return jobs.press_on(bulk.start([it.pk for it in found], wish, actor=actor), seconds=60)


def counts(job) -> tuple:
    return job.state, job.total, job.done, job.failed, job.result


def again(found):
    for it in found:
        it.refresh_from_db()
    return found


@pytest.mark.parametrize("count", [1, 3])
def test_bulk_changes_each_ticket_with_an_audit_of_its_own(opened, anna, group, count):
    found = opened(count)

    job = run(found, anna, status="pending", priority=3, assignee=anna.pk, add_tags=["lento"])

    assert counts(job) == (JobState.DONE, count, count, 0, {})
    for it in again(found):
        assert (it.status, it.priority, it.assignee) == (Status.PENDING, Priority.HIGH, anna)
        assert list(it.taggings.values_list("tag", flat=True)) == ["lento"]
        audit = it.audits.last()
        assert (audit.author, audit.via["source"]["rel"], audit.via["source"]["id"]) == (anna, "job", job.pk)
        assert JobItem.objects.get(job=job, ticket=it).audit == audit
    assert [mails(it) for it in found] == [["taken_charge"]] * count


def test_bulk_tells_what_is_so_already_closed_gone_or_not_his(opened, anna, ada, ben, group):
    ben_only = people.add_group("Others", members=(ben,))
    same, closed, elsewhere, changed = opened(4)
    tickets.update(same.pk, Change(priority=1), actor=ada, via=Via.WEB)
    tickets.confirm(closed.pk, actor=closed.requester, via=Via.WEB)
    tickets.update(elsewhere.pk, Change(group=ben_only), actor=ada, via=Via.WEB)
    anna.ticket_restriction = "groups"
    anna.save()

    ids = [same.pk, closed.pk, elsewhere.pk, changed.pk, 999_999]
    job = jobs.press_on(bulk.start(ids, {"priority": 1}, actor=anna), seconds=60)

    assert counts(job) == (JobState.DONE, 5, 2, 3, {"unchanged": 1, "gone": 1})
    assert dict(JobItem.objects.filter(job=job).values_list("ticket", "error")) == {
        same.pk: "", closed.pk: "closed", elsewhere.pk: "missing", changed.pk: ""
    }  # fmt: skip
    elsewhere.refresh_from_db()
    assert elsewhere.priority is None


def test_bulk_when_one_is_refused_says_why_and_changes_the_others(opened, anna, ben, group):
    in_group, free = opened(1)[0], opened(1)[0]
    tickets.update(free.pk, Change(group=None), actor=anna, via=Via.WEB)

    job = run([in_group, free], anna, assignee=ben.pk)

    assert counts(job)[1:4] == (2, 1, 1)
    assert JobItem.objects.get(job=job, ticket=in_group).error == "Ben Archer non fa parte del gruppo del ticket."
    assert [it.assignee for it in again([in_group, free])] == [None, ben]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "wish"),
        ({"status": "closed"}, "status"),
        ({"priority": 9}, "priority"),
        ({"assignee": 999}, "assignee"),
        ({"group": 999}, "group"),
        ({"macro": 999}, "macro"),
    ],
)
def test_bulk_with_a_wish_that_cannot_be_is_not_begun(ticket, anna, wish, field):
    with pytest.raises(Invalid) as refusal:
        bulk.start([ticket.pk], wish, actor=anna)

    assert list(refusal.value.fields) == [field]
    assert not Job.objects.exists()


def test_bulk_of_no_ticket_or_of_too_many_is_not_begun(anna, monkeypatch):
    monkeypatch.setattr(bulk, "AT_MOST", 2)

    for ids in ([], [1, 2, 3]):
        with pytest.raises(Invalid, match="tickets"):
            bulk.start(ids, {"priority": 1}, actor=anna)


def test_bulk_by_a_customer_or_by_a_role_without_it_is_refused(ticket, rita):
    with pytest.raises(Refused):
        bulk.start([ticket.pk], {"priority": 1}, actor=rita)


def test_bulk_comment_is_said_on_each_and_mailed_to_each_customer(opened, anna):
    found = opened(2)

    run(found, anna, text="Ci stiamo lavorando.", public=True)

    said = Comment.objects.filter(text="Ci stiamo lavorando.", public=True, author=anna)
    assert set(said.values_list("ticket", flat=True)) == {it.pk for it in found}
    assert OutgoingMail.objects.filter(ticket__in=found, step="taken_charge").count() == 2


def test_bulk_note_is_mailed_to_nobody(opened, anna):
    found = opened(2)

    run(found, anna, text="Solo per noi.")

    assert Comment.objects.filter(text="Solo per noi.", public=False).count() == 2
    assert not OutgoingMail.objects.exists()


def test_bulk_macro_is_applied_to_each_with_its_own_values(opened, anna, ada):
    actions = [
        {"field": "comment_value", "value": "Riguardo a {{ticket.title}}: fatto."},
        {"field": "comment_mode_is_public", "value": "true"},
        {"field": "current_tags", "value": "fatto"},
        {"field": "priority", "value": "low"},
    ]
    macro = macros.save({"title": "Fatto", "actions": actions}, actor=ada)
    found = opened(2)

    run(found, anna, macro=macro.pk, priority=4, add_tags=["mio"])

    assert list(Comment.objects.filter(author=anna).order_by("id").values_list("text", flat=True)) == [
        "Riguardo a Richiesta 0: fatto.", "Riguardo a Richiesta 1: fatto."
    ]  # fmt: skip
    assert {it.priority for it in again(found)} == {Priority.URGENT}
    assert {tuple(it.taggings.order_by("tag").values_list("tag", flat=True)) for it in found} == {("fatto", "mio")}


def test_bulk_when_a_macro_is_dropped_meanwhile_says_so(opened, anna, ada):
    macro = macros.save({"title": "Via", "actions": [{"field": "current_tags", "value": "x"}]}, actor=ada)
    job = bulk.start([it.pk for it in opened(1)], {"macro": macro.pk}, actor=anna)
    macros.drop(macro.pk, actor=ada)

    job = jobs.press_on(job, seconds=60)

    assert (job.done, job.failed) == (0, 1)


def test_spam_is_closed_without_a_mail_and_counts_as_solved_by_nobody(opened, anna, rita):
    found = opened(2)

    job = run(found, anna, spam=True, hold=True)

    assert counts(job)[1:4] == (2, 2, 0)
    for it in again(found):
        metric = TicketMetric.objects.get(ticket=it)
        assert (it.status, it.assignee, mails(it)) == (Status.CLOSED, None, [])
        assert (metric.solved_at, metric.solver_id, metric.first_solved_at) == (None, None, None)
        assert events(it, type="Note")[-1]["code"] == "spam"
        assert not Timer.objects.filter(ticket=it, state="waiting").exists()
    assert list(Breaker.objects.values_list("address", "lifted_at")) == [(rita.email, None)]


def test_spam_when_nobody_is_to_be_held_trips_no_breaker(opened, anna):
    run(opened(1), anna, spam=True)

    assert not Breaker.objects.exists()


def test_spam_of_a_colleague_holds_nobody(mailbox, anna, ben):
    mine = tickets.open_ticket(requester=ben, subject="?", words=Words("?"), actor=ben, via=Via.EMAIL)

    run([mine], anna, spam=True, hold=True)

    assert not Breaker.objects.exists()


def test_merge_makes_the_others_part_of_one_and_leaves_that_one(opened, anna):
    into, first, second = opened(3)

    job = run([into, first, second], anna, merge_into=into.pk)

    assert counts(job)[1:4] == (2, 2, 0)
    assert [it.merged_into_id for it in again([into, first, second])] == [None, into.pk, into.pk]


def test_merge_when_what_it_goes_into_leaves_his_sight_meanwhile_is_refused(opened, ada, ben, group):
    others = people.add_group("Others", members=(ben,))
    into, other = opened(2, group=others)
    job = bulk.start([other.pk], {"merge_into": into.pk}, actor=ben)
    tickets.update(into.pk, Change(group=group), actor=ada, via=Via.WEB)

    job = jobs.press_on(job, seconds=60)

    assert counts(job)[1:4] == (1, 0, 1)
    assert again([other])[0].merged_into is None
    assert JobItem.objects.get(job=job).error == "There is no such ticket."


def test_merge_into_a_ticket_that_he_does_not_see_is_not_begun(opened, ben):
    hidden, other = opened(2)

    with pytest.raises(Invalid, match="merge_into"):
        bulk.start([other.pk], {"merge_into": hidden.pk}, actor=ben)


def test_bulk_does_a_piece_at_a_time_and_no_ticket_twice(opened, anna, monkeypatch):
    monkeypatch.setattr(jobs, "PIECE_SECONDS", -1)
    found = opened(3)
    job = bulk.start([it.pk for it in found], {"text": "Una volta."}, actor=anna)

    seen = []
    while jobs.step():
        job.refresh_from_db()
        seen.append((job.state, job.done))

    assert seen == [("running", 1), ("running", 2), ("done", 3)]
    assert Comment.objects.filter(text="Una volta.").count() == 3


def test_bulk_comment_fills_its_placeholders_for_each_ticket_in_the_language_of_its_customer(opened, anna, ada):
    english = people.add("Ellen Hale", "ellen@client.example")
    english.language = "en"
    english.save()
    (italian,) = opened(1)
    (other,) = opened(1, requester=english)

    run(
        [italian, other],
        anna,
        text="{{requester.first_name}}, {{ticket.title}}: {{agent.name}}, {{today}}",
        public=True,
    )

    said = dict(Comment.objects.filter(author=anna).values_list("ticket", "text"))
    days = [times.day(clock.now(), language, "Europe/Rome") for language in ("it", "en")]
    assert said == {
        italian.pk: f"Rita, Richiesta 0: Anna Conti, {days[0]}",
        other.pk: f"Ellen, Richiesta 0: Anna Conti, {days[1]}",
    }
    assert days[0] != days[1]


def test_bulk_comment_with_a_fault_in_a_placeholder_is_not_begun(ticket, anna):
    for text in ("{{ticket.titel}}", "{{ticket.title", "{% for x in y %}"):
        with pytest.raises(Invalid, match="text"):
            bulk.start([ticket.pk], {"text": text}, actor=anna)

    assert not Job.objects.exists()


def test_bulk_comment_that_comes_out_empty_says_nothing_on_that_ticket(opened, anna, organization, otto):
    without, within = opened(1)[0], opened(1, requester=otto)[0]
    without.organization = None
    without.save()

    job = run([without, within], anna, text="{{organization.name}}")

    assert counts(job)[2:4] == (1, 1)
    assert Comment.objects.get(author=anna).text == organization.name


def test_bulk_started_twice_by_two_clicks_is_one_job(opened, anna, ben, frozen_clock):
    found = opened(3)
    ids = [it.pk for it in found]
    first = bulk.start(ids, {"text": "Una volta."}, actor=anna)

    # The second click meant what is left of the same list.
    second = bulk.start(ids[1:], {"text": "Una volta."}, actor=anna)
    other_wish = bulk.start(ids, {"text": "Un'altra."}, actor=anna)
    other_ticket = bulk.start([*ids, opened(1)[0].pk], {"text": "Una volta."}, actor=anna)
    other_agent = bulk.start(ids, {"text": "Una volta."}, actor=ben)
    frozen_clock.shift(6)
    later = bulk.start(ids, {"text": "Una volta."}, actor=anna)

    assert second == first
    assert len({first, other_wish, other_ticket, other_agent, later}) == 5
