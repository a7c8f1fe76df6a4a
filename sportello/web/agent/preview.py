"""A ticket seen beside the list: who asks, how it stands, its first and its latest words. Reading it marks nothing."""

from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sportello.desk import access, links
from sportello.desk.models import Ticket
from sportello.desk.words import Role
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.prepared import prepared

LONGEST = 1200  # characters of a message
STAFF = (Role.AGENT, Role.ADMIN)
COLUMNS = ("pk", "text", "public", "created_at", "author_id", "author__name", "author__role")


@staff
def preview(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id)
    said = {row.pk: row for row in (*_first(agent, ticket_id), *_latest(agent, ticket_id))}
    context = {
        "ticket": ticket,
        "said": [_message(row, ticket) for row in said.values()],
        "tags": lists.tags_of(agent, [ticket_id]).get(ticket_id, []),
    }
    return render(request, "agent/_ticket_preview.html", context)


@prepared
def _first(agent: Any, ticket_id: int) -> QuerySet[Any]:
    return access.comments(agent, Ticket(pk=ticket_id)).order_by("id").values_list(*COLUMNS, named=True)[:1]


@prepared
def _latest(agent: Any, ticket_id: int) -> QuerySet[Any]:
    return access.comments(agent, Ticket(pk=ticket_id)).order_by("-id").values_list(*COLUMNS, named=True)[:1]


def _message(row: Any, ticket: Ticket) -> SimpleNamespace:
    is_answer = row.author__role in STAFF and row.author_id != ticket.requester_id
    text = links.without_tokens(row.text).strip()
    return SimpleNamespace(
        author=row.author__name,
        is_note=not row.public,
        is_answer=is_answer,
        at=row.created_at,
        text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
    )
