"""The checklist of a ticket: what its page shows, and what is done to it there."""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import tasks as verbs
from sportello.desk.errors import Invalid, Missing, Refused, Stale
from sportello.desk.models import Ticket, User
from sportello.kit.keys import keys_of
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.prepared import prepared


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    found = _tasks(agent, ticket.pk)
    done = sum(1 for task in found if task.done_at)
    return {"tasks": SimpleNamespace(all=found, done=done, count=len(found), open=len(found) - done)}


@prepared
def _tasks(agent: User, ticket_id: int) -> QuerySet[Any]:
    lines = access.tasks(agent, ticket_id)
    return lines.values_list("pk", "text", "done_at", "done_by__name", named=True)


@require_POST
@staff
def tasks(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """A new line."""
    ticket, agent = access.get_ticket(agent_of(request), ticket_id, to="edit"), agent_of(request)
    return _answer(request, ticket, lambda: verbs.add(ticket.pk, request.POST.get("task", ""), actor=agent))


@require_POST
@staff
def task(request: HttpRequest, ticket_id: int, task_id: int) -> HttpResponse:
    """What happens to one line. do: "done", "undone", "up", "down" or "remove"."""
    ticket, agent = access.get_ticket(agent_of(request), ticket_id, to="edit"), agent_of(request)
    wanted = request.POST.get("do", "")
    if wanted in ("done", "undone"):
        return _answer(request, ticket, lambda: verbs.tick(ticket.pk, task_id, done=wanted == "done", actor=agent))
    if wanted in ("up", "down"):
        return _answer(request, ticket, lambda: verbs.move(ticket.pk, task_id, up=wanted == "up", actor=agent))
    if wanted != "remove":  # What is not understood must not cost a line.
        raise Missing
    return _answer(request, ticket, lambda: verbs.remove(ticket.pk, task_id, actor=agent))


@require_POST
@staff
def order(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket, agent = access.get_ticket(agent_of(request), ticket_id, to="edit"), agent_of(request)
    return _answer(request, ticket, lambda: verbs.order(ticket.pk, keys_of(request.POST.getlist("task")), actor=agent))


def _answer(request: HttpRequest, ticket: Ticket, verb: Any) -> HttpResponse:
    try:
        verb()
    except (Invalid, Refused, Stale) as refusal:
        messages.error(request, refusal.sentence)
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#tasks")
