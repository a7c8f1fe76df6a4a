from datetime import datetime, timedelta
from types import SimpleNamespace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import Truncator

from sportello.desk import links
from sportello.desk.models import Ticket
from sportello.kit import clock
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import page
from sportello.web.ui import paging

LONG_WAIT = timedelta(days=1)


@staff
def view(request: HttpRequest, name: str) -> HttpResponse:
    found = lists.BY_NAME.get(name)
    if found is None:
        raise Http404
    agent, now = agent_of(request), clock.now()
    tickets = lists.for_list(found.tickets(agent), agent)
    shown = paging.page(tickets, request.GET, by=found.by, descending=found.descending)
    context = {
        "view": found,
        "here": reverse("agent:view", args=[name]),
        "views": [(other, reverse("agent:view", args=[other.name])) for other in lists.VIEWS],
        "rows": [as_row(ticket, now) for ticket in shown.rows],
        "page": shown,
    }
    return page(request, "agent/queue.html", context)


def as_row(ticket: Ticket, now: datetime) -> SimpleNamespace:
    """A ticket of `lists.for_list` as ui/ticket_row.html wants it."""
    read_at = getattr(ticket, "read_at", None)
    waits = ticket.waiting_since
    return SimpleNamespace(
        url=reverse("agent:ticket", args=[ticket.pk]),
        number=ticket.pk,
        subject=Truncator(ticket.subject).chars(140),
        snippet=links.without_tokens(ticket.preview),
        status=ticket.status,
        priority=ticket.priority,
        requester=ticket.requester.name,
        assignee=ticket.assignee.name if ticket.assignee else "",
        waiting_since=waits,
        updated_at=ticket.updated_at,
        is_unread=not ticket.is_solved and (read_at is None or ticket.commented_at > read_at),
        tags=[tagging.tag for tagging in ticket.taggings.all()][:3],
        wait="long" if waits and now - waits > LONG_WAIT else "",
    )
