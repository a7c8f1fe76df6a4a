import json
from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import fair_queue
from sportello.desk.errors import Missing
from sportello.desk.words import Permission, Via
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent import lists, ticket_rows
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.jobs import told
from sportello.web.agent.navigation import address, page
from sportello.web.agent.wishes import bar_fields


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
    rows = shown.page.rows
    keys = [row.pk for row in rows]
    can_pick = access.may(agent, Permission.BULK)
    tags, own = lists.tags_of(agent, keys), lists.own_of(shown.layout, keys)
    context = {
        "view": found,
        "can_edit": found.icon == "user" or access.may(agent, Permission.MACROS),
        "listed": listed,
        "here": address("agent:view", found.id),
        "table": ticket_rows.table(
            shown.layout, rows, tags=tags, own=own, now=clock.now(), home=address("agent:queue"), can_pick=can_pick
        ),
        "bulk": bar_fields() if can_pick and rows else None,
        "keys": _keys(),
        "query": request.GET.urlencode(),
        "job": _job(request),
        "is_plain": shown.is_plain,
        "is_resorted": "sort_by" in request.GET,
        "page": shown.page,
    }
    return page(request, "agent/queue.html", context)


def _keys() -> str:
    """What the keys of a list do, for the page that shows all keys."""
    said = {
        "j": _("Next row"),
        "k": _("Previous row"),
        "o": _("Open the ticket"),
        "p": _("Show or hide the preview"),
        "x": _("Select the row"),
        "Shift+j": _("Select downwards"),
        "Shift+k": _("Select upwards"),
        "Mod+a": _("Select all on the page; once more: all of the view"),
        "Escape": _("Select nothing"),
    }
    return json.dumps(said, ensure_ascii=False)


def _job(request: HttpRequest) -> SimpleNamespace | None:
    """What was done from here a moment ago (?job=7)."""
    agent, key = agent_of(request), key_of(request.GET.get("job", ""))
    found = access.jobs(agent).filter(pk=key).select_related("actor", "undoes", "undone_by").first() if key else None
    return told(agent, found) if found else None


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
