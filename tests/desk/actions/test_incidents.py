"""One problem behind many tickets: link, unlink, solve one and with it all."""

import pytest

from sportello.desk.actions import incidents, jobs, merging, rules, tickets
from sportello.desk.actions.people import Sender
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import Comment, Job, JobItem, OutgoingMail, Ticket
from sportello.desk.rules import conditions
from sportello.desk.rules.kinds import Moment
from sportello.desk.words import JobState, Status, TicketType, Via
from sportello.kit import clock
from tests.personas import events, mails


def opened(requester, **more):
    return tickets.open_ticket(
        requester=requester, subject="Rete", words=Words("Non va."), actor=requester, via=Via.EMAIL, **more
    )


@pytest.fixture
def many(ticket, mailbox, rita, otto, sam, anna):
    found = [opened(person, mailbox_id=mailbox.pk) for person in (rita, otto, sam)]
    for it in found:
        incidents.link(it.pk, ticket.pk, actor=anna, via=Via.WEB)
    return found


def test_link_when_told_then_both_get_the_type_and_histories_say_so(ticket, mailbox, sam, anna):
    incident = opened(sam, mailbox_id=mailbox.pk)

    incidents.link(incident.pk, ticket.pk, actor=anna, via=Via.WEB)
    incidents.link(incident.pk, ticket.pk, actor=anna, via=Via.WEB)

    incident.refresh_from_db()
    ticket.refresh_from_db()
    assert (incident.problem_id, incident.type, ticket.type) == (ticket.pk, TicketType.INCIDENT, TicketType.PROBLEM)
    assert [event["value"] for event in events(incident, field="problem_id")] == [ticket.pk]


def test_link_when_it_would_make_a_chain_then_is_refused(ticket, many, mailbox, sam, anna):
    other = opened(sam, mailbox_id=mailbox.pk)

    for incident, problem in ((other, many[0]), (ticket, other), (other, other)):
        with pytest.raises(Invalid, match="problem"):
            incidents.link(incident.pk, problem.pk, actor=anna, via=Via.WEB)


def test_link_when_either_is_closed_then_is_refused(ticket, mailbox, sam, rita, anna):
    incident = opened(sam, mailbox_id=mailbox.pk)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    with pytest.raises(Stale):
        incidents.link(incident.pk, ticket.pk, actor=anna, via=Via.WEB)
    with pytest.raises(Stale):
        incidents.unlink(ticket.pk, actor=anna, via=Via.WEB)


def test_unlink_when_it_was_something_else_then_is_free_again(ticket, many, anna):
    incidents.unlink(many[0].pk, actor=anna, via=Via.WEB)

    assert list(incidents.unsolved(ticket.pk)) == many[1:]
    assert Ticket.objects.get(pk=many[0].pk).problem_id is None


def test_add_when_somebody_else_calls_then_his_ticket_is_linked_in_one_gesture(ticket, anna, group):
    made = incidents.add(ticket.pk, sender=Sender("Eva", "eva@new.example"), text="Anche qui.", actor=anna, via=Via.WEB)

    found = Ticket.objects.get(pk=made.pk)
    assert (found.subject, found.problem_id, found.requester.name, found.group) == (
        ticket.subject,
        ticket.pk,
        "Eva",
        group,
    )
    assert Comment.objects.get(ticket=found).author == found.requester


def test_solve_when_problem_is_solved_then_each_incident_gets_the_answer_in_his_own_ticket(ticket, many, anna, rita):
    tickets.confirm(many[0].pk, actor=rita, via=Via.WEB)

    job = incidents.solve(ticket.pk, "Il cavo è riparato.", actor=anna)
    while jobs.step():
        pass

    assert set(Ticket.objects.filter(problem=ticket).values_list("pk", "status")) == {
        (many[0].pk, Status.CLOSED),
        (many[1].pk, Status.SOLVED),
        (many[2].pk, Status.SOLVED),
    }
    assert [mails(it)[-1] for it in many[1:]] == ["solved", "solved"]
    told = OutgoingMail.objects.filter(step="solved").values_list("to", flat=True)
    assert set(told) == {"otto@rossi.example", "sam@elsewhere.example"}
    said = Comment.objects.filter(text="Il cavo è riparato.")
    assert {(it.author, it.public) for it in said} == {(anna, True)}
    job.refresh_from_db()
    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, 2, 2, 0)
    assert JobItem.objects.filter(job=job, audit__isnull=False).count() == 2


def test_solve_when_a_problem_was_merged_into_it_then_its_incidents_are_solved_too(ticket, many, mailbox, rita, anna):
    other = opened(rita, mailbox_id=mailbox.pk)
    merging.merge(ticket.pk, other.pk, actor=anna, via=Via.WEB)

    incidents.solve(other.pk, "Fatto.", actor=anna)
    while jobs.step():
        pass

    assert set(Ticket.objects.filter(problem=ticket).values_list("status", flat=True)) == {Status.SOLVED}


def test_solve_when_there_are_no_words_then_is_refused(ticket, many, anna):
    with pytest.raises(Invalid, match="text"):
        incidents.solve(ticket.pk, "  ", actor=anna)

    assert not Job.objects.exists()


def test_rules_when_they_ask_for_incidents_then_both_readings_agree(ticket, mailbox, sam, anna):
    asked = {"all": [{"field": "problem_id", "operator": "is", "value": "true"}]}
    tag = [{"field": "current_tags", "value": "rete"}]
    rules.save_trigger({"title": "Rete", "conditions": asked, "actions": tag}, actor=None)
    incident = opened(sam, mailbox_id=mailbox.pk)

    incidents.link(incident.pk, ticket.pk, actor=anna, via=Via.WEB)

    assert list(Ticket.objects.filter(taggings__tag="rete")) == [incident]
    found = conditions.query(conditions.read(asked, stored=True), Moment(clock.now()))
    assert list(Ticket.objects.filter(found)) == [incident]


def test_solve_by_a_restricted_agent_leaves_what_he_does_not_see(ticket, many, ben):
    for it in (ticket, many[0]):
        tickets.update(it.pk, tickets.Change(group=None, assignee=ben), actor=ben, via=Via.WEB)

    job = incidents.solve(ticket.pk, "Torna la rete.", actor=ben)
    while jobs.step():
        pass

    job.refresh_from_db()
    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, 1, 1, 0)
    assert list(Ticket.objects.filter(status=Status.SOLVED).values_list("pk", flat=True)) == [many[0].pk]
    assert list(Comment.objects.filter(text="Torna la rete.").values_list("ticket", flat=True)) == [many[0].pk]
