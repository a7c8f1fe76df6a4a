from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import fair_queue
from sportello.desk.errors import Missing
from sportello.desk.words import Permission, Via
from sportello.kit.keys import key_of
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address, page
from sportello.web.agent.ticket_list import ticket_list


@staff
def queue(request: HttpRequest) -> HttpResponse:
    """The first view of the agent."""
    listed = lists.views_of(agent_of(request))
    if not listed:
        return page(request, "agent/queue.html", {"listed": listed})
    return _show(request, listed[0], listed)


@staff
def view(request: HttpRequest, view_id: int) -> HttpResponse:
    listed = lists.views_of(agent_of(request))
    found = next((it for it in listed if it.id == view_id), None)
    if found is None:
        raise Missing
    return _show(request, found, listed)


def _show(request: HttpRequest, found: lists.Listed, listed: list[lists.Listed]) -> HttpResponse:
    agent = agent_of(request)
    shown = lists.page(found, agent, request.GET)
    keys = [row.pk for row in shown.page.rows]
    tags, own = lists.tags_of(agent, keys), lists.own_of(shown.layout, keys)
    context = {
        "view": found,
        "can_edit": found.icon == "user" or access.may(agent, Permission.MACROS),
        "listed": listed,
        "here": address("agent:view", found.id),
        "list": ticket_list(
            request, shown.layout, shown.page, caption=found.title, whole={"view": found.id}, tags=tags, own=own
        ),
        "is_plain": shown.is_plain,
        "is_resorted": "sort_by" in request.GET,
    }
    return page(request, "agent/queue.html", context)


@require_POST
@staff
def next_ticket(request: HttpRequest) -> HttpResponse:
    """To the ticket that needs the agent most. after: the one he comes from."""
    after = request.POST.get("after", "")
    ticket = fair_queue.take_next(agent_of(request), via=Via.WEB, after=key_of(after) or None)
    if ticket is None:
        messages.success(request, _("Nobody waits for you."))
        return redirect("agent:queue")
    return redirect("agent:ticket", ticket.pk)
