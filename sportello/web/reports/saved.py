"""Saved reports: their list, each as the explorer shows it, and what can be done to one."""

import json
from types import SimpleNamespace
from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import SavedReport, User
from sportello.desk.words import Permission
from sportello.reports import saved as verbs
from sportello.reports.explorer import question
from sportello.reports.figures import source
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import address
from sportello.web.reports import explorer, explorer_form
from sportello.web.reports.doors import with_facts
from sportello.web.reports.frame import page

log = structlog.get_logger()
# So many stand on the overview.
MOST_PINNED = 6


@permitted(Permission.REPORTS)
@with_facts
def saved_reports(request: HttpRequest) -> HttpResponse:
    """The list; a POST keeps a new one."""
    agent = agent_of(request)
    if request.method == "POST":
        written = _written(request)
        _check(agent, written["asked"])
        report = verbs.save(written, actor=agent)
        messages.success(request, _("“%(name)s” is kept.") % {"name": report.name})
        return redirect("reports:saved", report.pk)
    found = _seen(agent, list(access.saved_reports(agent).select_related("owner", "mailing")))
    context = {
        "here": address("reports:reports"),
        "mine": [it for it in found if it.row.owner_id == agent.pk],
        "others": [it for it in found if it.row.owner_id != agent.pk],
    }
    return page(request, "reports/saved.html", context, current="explore")


@permitted(Permission.REPORTS)
@with_facts
def saved(request: HttpRequest, report_id: int) -> HttpResponse:
    """The answer to its question, or to another one that begins with it; a POST keeps the question that is asked."""
    agent = agent_of(request)
    if request.method == "POST":
        report = access.get_saved_report(agent, report_id, to="edit")
        asked = _asked(request)
        _check(agent, asked)
        verbs.save({"asked": asked}, actor=agent, report=report)
        messages.success(request, _("“%(name)s” is kept.") % {"name": report.name})
        return redirect("reports:saved", report.pk)
    report = access.get_saved_report(agent, report_id)
    if not explorer_form.allowed(agent, verbs.question_of(report)):
        raise Missing
    return explorer.shown(request, report, explorer_form.read(request.GET, agent, verbs.question_of(report)))


@permitted(Permission.REPORTS)
@with_facts
def edit_saved(request: HttpRequest, report_id: int) -> HttpResponse:
    """Its name and reach."""
    agent = agent_of(request)
    report = access.get_saved_report(agent, report_id, to="edit")
    faults: dict[str, Any] = {}
    if request.method == "POST":
        written = {name: it for name, it in _written(request).items() if name != "asked"}
        try:
            verbs.save(written, actor=agent, report=report)
            messages.success(request, _("“%(name)s” is kept.") % {"name": report.name})
            return redirect("reports:saved", report.pk)
        except Invalid as refusal:
            faults = refusal.fields
    context = {"here": address("reports:reports"), "report": report, "faults": faults}
    return page(request, "reports/saved_edit.html", context, current="explore", status=422 if faults else 200)


@require_POST
@permitted(Permission.REPORTS)
def dropping(request: HttpRequest, report_id: int) -> HttpResponse:
    report = access.get_saved_report(agent_of(request), report_id, to="edit")
    verbs.drop(report)
    messages.success(request, _("“%(title)s” is dropped.") % {"title": report.name})
    return redirect("reports:saved_reports")


def pinned(agent: User) -> list[SimpleNamespace]:
    """What stands on this agent's overview: name, url, and charts or figures of each. Raises store.Missing.

    One that cannot be answered any more says so, and takes nothing else down.
    """
    rows = list(access.saved_reports(agent).filter(pinned=True)[: 2 * MOST_PINNED])
    seen, shown = _seen(agent, rows)[:MOST_PINNED], []
    if not seen:
        return []
    facts = source.own()
    for it in seen:
        try:
            answered, fault = explorer.answer(facts, agent, it.asked, f"pinned-{it.row.pk}"), ""
        except Invalid as refusal:
            answered, fault = None, refusal.sentence
        except Exception as error:  # What one report asks must not take down everybody's overview.
            log.error("pinned report not answered", report=it.row.pk, error=type(error).__name__)
            answered, fault = None, _("This report cannot be answered.")
        shown.append(SimpleNamespace(name=it.row.name, url=it.url, answer=answered, fault=fault))
    return shown


def _seen(agent: User, rows: list[SavedReport]) -> list[SimpleNamespace]:
    """Those that he may read; what names customers is not for whoever does not see every ticket."""
    found = []
    for row in rows:
        asked = verbs.question_of(row)
        if explorer_form.allowed(agent, asked):
            url = address("reports:saved", row.pk)
            mailing = getattr(row, "mailing", None)
            can_edit = access.may_change_report(agent, row)
            found.append(SimpleNamespace(row=row, asked=asked, url=url, mailing=mailing, can_edit=can_edit))
    return found


def _written(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    return {
        "name": post.get("name", ""),
        "description": post.get("description", ""),
        "shared": "shared" in post,
        "pinned": "pinned" in post,
        "asked": _asked(request) if "asked" in post else None,
    }


def _check(agent: User, asked: Any) -> None:
    """Raises Invalid for a question whose answer would not be shown to him."""
    if not explorer_form.allowed(agent, question.read(asked)):
        raise Invalid("dimensions", explorer.refused())


def _asked(request: HttpRequest) -> Any:
    try:
        return json.loads(request.POST.get("asked", ""))
    except (ValueError, RecursionError):
        return None
