"""What a person does with the month's report: his own words, publication, sending, whom it is told."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.words import Permission
from sportello.reports import charts
from sportello.reports.month import drawings, figures, sending, writing
from sportello.web.agent.doors import admins, agent_of, permitted
from sportello.web.reports.doors import with_facts
from sportello.web.reports.month import Asked

MOST_PEOPLE = 500


@permitted(Permission.REPORTS)
@with_facts
@require_POST
def words(request: HttpRequest) -> HttpResponse:
    """Somebody's own words before the figures of a draft, and its language."""
    wanted = Asked(request)
    try:
        sending.word(
            wanted.year,
            wanted.month,
            wanted.audience,
            wanted.organization_id,
            foreword=request.POST.get("foreword", ""),
            language=wanted.language,
        )
    except (Invalid, Stale) as fault:
        messages.error(request, fault.sentence)
    else:
        messages.success(request, _("Kept."))
    return _back(wanted)


@admins
@with_facts
@require_POST
def publication(request: HttpRequest) -> HttpResponse:
    wanted = Asked(request)
    sending.publish(wanted.year, wanted.month, wanted.language, actor=agent_of(request))
    messages.success(request, _("Published: whoever has the address can read it."))
    return _back(wanted)


@admins
@require_POST
def withdrawal(request: HttpRequest) -> HttpResponse:
    wanted = Asked(request)
    sending.withdraw(wanted.year, wanted.month)
    messages.success(request, _("Withdrawn: the address leads nowhere any more."))
    return _back(wanted)


@admins
@with_facts
@require_POST
def sendings(request: HttpRequest) -> HttpResponse:
    wanted = Asked(request)
    if wanted.organization_id is None:
        raise Missing
    people = [int(it) for it in request.POST.getlist("person")[:MOST_PEOPLE] if it.isdecimal() and len(it) < 19]
    sent = sending.send(
        wanted.year, wanted.month, wanted.organization_id, people, language=wanted.language, actor=agent_of(request)
    )
    said = ngettext("Sent to %(n)s person.", "Sent to %(n)s people.", sent) % {"n": sent}
    messages.success(request, said if sent else _("Nobody was chosen who does not have it yet."))
    return _back(wanted)


@admins
@require_POST
def readers(request: HttpRequest) -> HttpResponse:
    """Who is told that the report is written."""
    people = [int(it) for it in request.POST.getlist("person")[:MOST_PEOPLE] if it.isdecimal() and len(it) < 19]
    writing.choose_readers(people)
    messages.success(request, _("Kept."))
    return _back(Asked(request))


@login_not_required
@require_safe
def published(request: HttpRequest, token: str) -> HttpResponse:
    """The page for customers: as it was written down, in its own language, until it is withdrawn."""
    known = configuration.current()
    try:
        report = sending.published(token)
    except Missing:
        return render(request, "reports/month_gone.html", {"desk_name": known.desk.name}, status=404)
    sheet = sending.sheet_of(report)
    with translation.override(sheet.language):
        drawn = drawings.charts(figures.read(report.figures), sheet.language)
        context = {"sheet": sheet, "for_public": True, "desk_name": known.desk.name}
        context |= {name: charts.figure(it) for name, it in drawn.items()}
        return render(request, "reports/month_public.html", context)


def _back(wanted: Asked) -> HttpResponse:
    return redirect(reverse("reports:month") + wanted.query())
