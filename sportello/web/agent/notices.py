"""The agent's notices: all of them, the way to what one speaks of, and marking them read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import notifications
from sportello.desk.errors import Missing
from sportello.desk.words import NoticeKind
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, attempt, staff
from sportello.web.agent.navigation import page
from sportello.web.agent.notice_words import as_row, rows
from sportello.web.ui import paging


@staff
def notices(request: HttpRequest) -> HttpResponse:
    found = access.notices(agent_of(request))
    is_unread = "unread" in request.GET
    if is_unread:
        found = found.filter(read_at=None)
    shown = paging.page(rows(found), request.GET)
    context = {"notices": [as_row(row) for row in shown.rows], "page": shown, "is_unread": is_unread}
    return page(request, "agent/notices.html", context)


@staff
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """To what it speaks of, where looking at it marks it read."""
    found = access.notices(agent_of(request)).filter(pk=notice_id).first()
    if found is None:
        raise Missing
    told = f"?notice={found.pk}"  # The page marks it read once it has been before his eyes.
    if "review" in found.values:
        return redirect(reverse("agent:review", args=[found.values["review"]]) + told)
    if found.kind == NoticeKind.ALERT:
        return redirect(reverse("agent:reviews") + told)
    if found.ticket_id:
        return redirect("agent:ticket", found.ticket_id)
    return redirect("agent:job", found.values["job"]) if "job" in found.values else redirect("agent:notices")


@require_POST
@staff
def notice_reading(request: HttpRequest, notice_id: int) -> HttpResponse:
    notifications.read(notice_id, actor=agent_of(request))
    return redirect("agent:notices")


@require_POST
@staff
def notices_reading(request: HttpRequest) -> HttpResponse:
    """All that were on the page or older; what has come since is not read."""
    up_to = key_of(request.POST.get("up_to", ""))
    attempt(request, lambda: notifications.read_all(actor=agent_of(request), up_to=up_to), _("All of them are read."))
    return redirect("agent:notices")
