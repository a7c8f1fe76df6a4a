from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import links
from sportello.desk.actions import fair_queue
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address, page
from sportello.web.agent.promises import promise_of

LONG_WAIT = timedelta(days=1)
SUBJECT = 140  # characters


@staff
def view(request: HttpRequest, name: str) -> HttpResponse:
    found = lists.BY_NAME.get(name)
    if found is None:
        raise Http404
    agent, now = agent_of(request), clock.now()
    shown = lists.page(found, agent, request.GET)
    tags = lists.tags_of(agent, [row.pk for row in shown.rows])
    home = address("agent:queue")
    context = {
        "view": found,
        "here": address("agent:view", name),
        "views": [(other, address("agent:view", other.name)) for other in lists.VIEWS],
        "rows": [as_row(row, tags.get(row.pk, [])[:3], now, home) for row in shown.rows],
        "page": shown,
    }
    return page(request, "agent/queue.html", context)


@require_POST
@staff
def next_ticket(request: HttpRequest) -> HttpResponse:
    """To the ticket that needs the agent most. after: the one he comes from."""
    after = request.POST.get("after", "")
    ticket = fair_queue.take_next(agent_of(request), via=Via.WEB, after=int(after) if after.isdecimal() else None)
    if ticket is None:
        messages.success(request, _("Nobody waits for you."))
        return redirect("agent:queue")
    return redirect("agent:ticket", ticket.pk)


def as_row(ticket: Any, tags: list[str], now: datetime, home: str) -> SimpleNamespace:
    """A row of `View.rows` as the tag `ticket_row` wants it. home: the queue's own address, once for all rows."""
    waits, promise = ticket.waiting_since, promise_of(ticket.sla__due_at, ticket.sla__overdue_since, now)
    is_unread = ticket.solved_at is None and (ticket.read_at is None or ticket.commented_at > ticket.read_at)
    return SimpleNamespace(
        url=f"{home}/{ticket.pk}",
        number=ticket.pk,
        subject=ticket.subject if len(ticket.subject) <= SUBJECT else Truncator(ticket.subject).chars(SUBJECT),
        snippet=links.without_tokens(ticket.preview),
        status=ticket.status,
        priority=ticket.priority,
        requester=ticket.requester__name,
        assignee=ticket.assignee__name or "",
        waiting_since=waits,
        updated_at=ticket.updated_at,
        is_unread=is_unread,
        tags=tags,
        promise=promise,
        wait="breached" if promise and promise.is_missed else "long" if waits and now - waits > LONG_WAIT else "",
    )
