"""Many tickets at once: from the bar of a list, or on a page that asks for more. What it does: actions.bulk."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import bulk, jobs
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import User
from sportello.desk.words import Permission
from sportello.kit.keys import key_of
from sportello.web.agent import meant
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address, page
from sportello.web.agent.rule_lists import placeholders
from sportello.web.agent.wishes import MergeForm, QuickForm, SpamForm, WishForm

# A mail to more customers than these is asked about once more.
MANY_CUSTOMERS = 10
PAGES = {"more": "agent/bulk.html", "spam": "agent/bulk_spam.html", "merge": "agent/bulk_merge.html"}


@staff
def change(request: HttpRequest) -> HttpResponse:
    """do: "quick": what the bar says; "more", "spam", "merge": ask for it; "more-now", …: do what was asked for.

    sure: to how many mails somebody has said yes.
    """
    agent = agent_of(request)
    if not access.may(agent, Permission.BULK):
        raise Missing
    if request.method != "POST":  # A page that asked for more, looked at again by its address.
        return redirect("agent:queue")
    wanted, _sign, is_now = request.POST.get("do", "quick").partition("-")
    form = _form(wanted, request.POST if is_now or wanted == "quick" else None, agent)
    chosen = meant.ids(request.POST, agent)
    if not chosen:
        return _ask(request, wanted, form, chosen, problem=_("Select at least one ticket."))
    if not form.is_bound or not form.is_valid():
        return _ask(request, wanted, form, chosen)
    wish = form.wish()
    # Of a whole list there may be more by now than somebody said yes to.
    if key_of(request.POST.get("sure", "")) < len(chosen) and bulk.writes_to_customers(wish, agent):
        customers = access.tickets(agent).filter(pk__in=chosen).values("requester").distinct().count()
        if customers > MANY_CUSTOMERS:
            return _ask(request, wanted, form, chosen, mails=len(chosen), customers=customers)
    try:
        job = bulk.start(chosen, wish, actor=agent)
    except (Invalid, Refused) as refusal:
        return _ask(request, wanted, form, chosen, problem=refusal.sentence)
    jobs.press_on(job, seconds=jobs.WATCHED_SECONDS)
    return redirect(list_address(request.POST, job=job.pk))


def _form(wanted: str, posted: QueryDict | None, agent: User) -> Any:
    if wanted == "quick":
        return QuickForm(posted)
    if wanted == "spam":
        return SpamForm(posted)
    if wanted == "merge":
        return MergeForm(posted)
    return WishForm(posted, agent=agent)


def _ask(request: HttpRequest, wanted: str, form: Any, chosen: list[int], **more: Any) -> HttpResponse:
    """The page that asks what is to be changed, with what was chosen on the bar."""
    agent = agent_of(request)
    if wanted in ("quick", "more") and not isinstance(form, WishForm):
        form = WishForm(initial=request.POST.dict(), agent=agent)
        wanted = "more"
    elif wanted == "more" and not form.is_bound:
        form = WishForm(initial=request.POST.dict(), agent=agent)
    is_all = "all" in request.POST
    context = {
        "form": form,
        "wanted": wanted,
        "count": len(chosen),
        "tickets": [] if is_all else chosen,
        "is_all": is_all,
        "whole": {name: request.POST[name] for name in ("view", "q") if name in request.POST},
        "placeholders": placeholders(without=("answer",)),
        "back": list_address(request.POST),
        "here": list_address(request.POST).partition("?")[0],
        **more,
    }
    is_refused = "problem" in more or (form.is_bound and not form.is_valid())
    return page(request, PAGES.get(wanted, PAGES["more"]), context, status=422 if is_refused else 200)


def list_address(posted: QueryDict, **more: Any) -> str:
    """The address of the list that a form names as the one it stands in, else of the queue; more: of its query."""
    path, _sign, query = posted.get("back", "").partition("?")
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        path = address("agent:queue")
    kept = {name: value for name, value in QueryDict(query).items() if name != "job"} | more
    return f"{path}?{urlencode(kept)}" if kept else path


@staff
def size(request: HttpRequest) -> HttpResponse:
    """How many tickets a whole list has: asked for only by who is about to change them all."""
    return HttpResponse(str(meant.size(request.GET, agent_of(request))), content_type="text/plain")
