"""The checklist and the time spent on a ticket's page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sportello.desk.actions import contacts, tasks, tickets, time_entries
from sportello.desk.models import TicketTask, TimeEntry
from sportello.desk.words import Contact, Status, Via

pytestmark = pytest.mark.django_db


def address(ticket, rest=""):
    return f"/tickets/{ticket.pk}{rest}"


def test_tasks_when_added_ticked_moved_and_removed_then_so(enter, anna, ticket):
    client = enter(anna)
    for text in ("order", "mount"):
        answer = client.post(address(ticket, "/tasks"), {"task": text})
    assert answer.url == reverse("agent:ticket", args=[ticket.pk]) + "#tasks"
    first, second = TicketTask.objects.all()

    client.post(address(ticket, f"/tasks/{first.pk}"), {"do": "done"})
    client.post(address(ticket, f"/tasks/{second.pk}"), {"do": "up"})

    found = client.get(address(ticket)).context["tasks"]
    assert [(it.text, it.done_by__name) for it in found.all] == [("mount", None), ("order", "Anna Conti")]
    assert (found.done, found.count) == (1, 2)
    client.post(address(ticket, "/tasks/order"), {"task": [first.pk, second.pk]})
    client.post(address(ticket, f"/tasks/{second.pk}"), {"do": "remove"})
    assert list(TicketTask.objects.values_list("text", flat=True)) == ["order"]


def test_tasks_when_open_and_the_ticket_is_solved_then_a_quiet_warning(enter, anna, ticket):
    tasks.add(ticket.pk, "order", actor=anna)
    tickets.answer(ticket.pk, tickets.Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    assert "Solved with 1 task still open." in enter(anna).get(address(ticket)).text


def test_time_when_added_then_total_and_sums_by_agent(enter, anna, ada, ticket):
    time_entries.add(ticket.pk, "10", actor=ada, spent_on=timezone.localdate(), today=timezone.localdate())
    client = enter(anna)

    client.post(address(ticket, "/time"), {"time": "1:30", "note": "on site", "spent_on": timezone.localdate()})

    found = client.get(address(ticket)).context["time_spent"]
    assert (found.total, found.by_agent) == (100, [("Anna Conti", 90), ("Ada Admin", 10)])
    assert [(it.minutes, it.is_own) for it in found.entries] == [(90, True), (10, False)]


def test_time_when_unreadable_then_what_was_typed_stays(enter, anna, ticket):
    answer = enter(anna).post(
        address(ticket, "/time"), {"time": "a while", "note": "on site", "spent_on": timezone.localdate()}
    )

    assert answer.status_code == 422
    assert "a while" in answer.text
    assert "Write a time like" in answer.text
    assert not TimeEntry.objects.exists()


def test_time_of_a_colleague_then_not_found(enter, anna, ada, ticket):
    entry = time_entries.add(ticket.pk, "10", actor=ada, spent_on=timezone.localdate(), today=timezone.localdate())

    assert enter(anna).post(address(ticket, f"/time/{entry.pk}/removal")).status_code == 404
    assert TimeEntry.objects.exists()


def test_beside_when_outside_the_group_or_a_customer_then_not_found(enter, ben, rita, anna, ticket):
    task = tasks.add(ticket.pk, "order", actor=anna)
    for person in (ben, rita):
        client = enter(person)
        for rest, said in (
            ("/tasks", {"task": "x"}),
            (f"/tasks/{task.pk}", {"do": "done"}),
            ("/tasks/order", {"task": task.pk}),
            ("/time", {"time": "10", "spent_on": timezone.localdate()}),
        ):
            assert client.post(address(ticket, rest), said).status_code == 404
    assert not TimeEntry.objects.exists()
    assert list(TicketTask.objects.values_list("text", "done_at")) == [("order", None)]


def test_contact_then_its_badge_and_its_line_in_the_history(enter, mailbox, anna, rita):
    ticket = contacts.log(rita, "Il toner.", Contact.CALL, actor=anna)

    page = enter(anna).get(address(ticket)).text

    assert "direct contact: call to a personal number" in page
    assert "Direct contact: Call to a personal number" in page


def test_task_when_what_is_asked_is_not_understood_then_stays(enter, anna, ticket):
    line = tasks.add(ticket.pk, "order\0", actor=anna)

    assert enter(anna).post(address(ticket, f"/tasks/{line.pk}"), {"do": ""}).status_code == 404
    assert TicketTask.objects.get().text == "order"
