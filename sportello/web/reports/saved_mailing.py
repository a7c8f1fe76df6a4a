"""A saved report by mail: how often, to whom, and how it ends."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.errors import Invalid
from sportello.desk.models import FileKind, ReportMailing, Rhythm, SavedReport, User
from sportello.desk.words import Permission
from sportello.reports import saved_mailing as verbs
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import address
from sportello.web.reports.frame import page


@permitted(Permission.REPORTS)
def mailing(request: HttpRequest, report_id: int) -> HttpResponse:
    agent = agent_of(request)
    report = access.get_saved_report(agent, report_id, to="edit")
    kept: ReportMailing | None = getattr(report, "mailing", None)
    faults: dict[str, Any] = {}
    if request.method == "POST":
        written = _written(request)
        try:
            verbs.save(report, written)
            messages.success(request, _("“%(name)s” goes out by mail.") % {"name": report.name})
            return redirect("reports:saved", report.pk)
        except Invalid as refusal:
            faults = refusal.fields
    else:
        written = _kept(kept, agent)
    return page(
        request,
        "reports/mailing.html",
        _context(report, kept, written, faults),
        current="explore",
        status=422 if faults else 200,
    )


@require_POST
@permitted(Permission.REPORTS)
def ending(request: HttpRequest, report_id: int) -> HttpResponse:
    report = access.get_saved_report(agent_of(request), report_id, to="edit")
    verbs.end(report)
    messages.success(request, _("“%(name)s” goes to nobody by mail any more.") % {"name": report.name})
    return redirect("reports:saved", report.pk)


@permitted(Permission.REPORTS)
def stopping(request: HttpRequest, report_id: int) -> HttpResponse:
    """Where the link in a mail leads: whoever gets it need not ask its owner."""
    agent = agent_of(request)
    report = access.get_saved_report(agent, report_id)
    if request.method == "POST":
        verbs.leave(report, agent)
        messages.success(request, _("You no longer get “%(name)s” by mail.") % {"name": report.name})
        return redirect("reports:saved_reports")
    kept: ReportMailing | None = getattr(report, "mailing", None)
    gets_it = kept is not None and kept.recipients.filter(pk=agent.pk).exists()
    context = {"here": address("reports:reports"), "report": report, "gets_it": gets_it}
    return page(request, "reports/mailing_stop.html", context, current="explore")


def _kept(kept: ReportMailing | None, agent: User) -> dict[str, Any]:
    """As it is; of a new one a Monday morning, to oneself."""
    if kept is None:
        return {"rhythm": Rhythm.WEEKLY, "day": 1, "hour": 8, "file": "", "recipients": [agent.pk]}
    chosen = list(kept.recipients.values_list("pk", flat=True))
    return {name: getattr(kept, name) for name in ("rhythm", "day", "hour", "file")} | {"recipients": chosen}


def _written(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    rhythm = post.get("rhythm", "")
    day = post.get("weekday" if rhythm == Rhythm.WEEKLY else "monthday", "")
    return {
        "rhythm": rhythm,
        "day": _number(day),
        "hour": _number(post.get("hour", "")),
        "file": post.get("file", ""),
        "recipients": [key for it in post.getlist("recipients") if (key := _number(it)) is not None],
    }


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and len(said) < 19 else None


def _context(
    report: SavedReport, kept: ReportMailing | None, written: dict[str, Any], faults: dict[str, Any]
) -> dict[str, Any]:
    day = written["day"] or 1
    return {
        "here": address("reports:reports"),
        "report": report,
        "mailing": kept,
        "faults": faults,
        "rhythms": [(value, label, value == written["rhythm"]) for value, label in Rhythm.choices],
        "weekdays": [(number + 1, name, number + 1 == day) for number, name in WEEKDAYS.items()],
        "monthdays": [(number, number == day) for number in range(1, 29)],
        "hours": [(hour, f"{hour:02}:00", hour == written["hour"]) for hour in range(24)],
        "files": [(value, label, value == written["file"]) for value, label in FileKind.choices],
        "people": [(it, it.pk in written["recipients"]) for it in verbs.readers()],
    }
