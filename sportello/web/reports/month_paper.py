"""The month's report on paper: asked for, on its way, there."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.models import MonthlyPrint, ReportAudience
from sportello.desk.words import Permission
from sportello.kit import blobs
from sportello.reports.month import printing
from sportello.reports.month.voice import period_name
from sportello.reports.paper import PDF
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page
from sportello.web.reports.month import LANGUAGES, Asked, file_name, named


@permitted(Permission.REPORTS)
@require_POST
def prints(request: HttpRequest) -> HttpResponse:
    wanted, agent = Asked(request), agent_of(request)
    number = printing.start(
        wanted.year, wanted.month, wanted.audience, wanted.organization_id, wanted.language, asker=agent
    )
    return redirect("reports:month_print", number)


@permitted(Permission.REPORTS)
@require_safe
def one_print(request: HttpRequest, print_id: int) -> HttpResponse:
    """Its page, where somebody waits without script."""
    return page(request, "reports/month_print.html", _context(printing.get(print_id, asker=agent_of(request))))


@permitted(Permission.REPORTS)
@require_safe
def progress(request: HttpRequest, print_id: int) -> HttpResponse:
    row = printing.get(print_id, asker=agent_of(request))
    return render(request, "reports/_month_print.html", _context(row))


@permitted(Permission.REPORTS)
@require_safe
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    row = printing.get(file_id, asker=agent_of(request))
    if not row.digest:
        raise Http404
    name = f"{file_name(named(row.year, row.month), row.audience, row.organization, row.language)}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(blobs.read(row.digest), PDF, headers=headers)


def _context(row: MonthlyPrint) -> dict[str, object]:
    back = f"?month={named(row.year, row.month)}&audience={row.audience}&language={row.language}"
    if row.organization_id is not None:
        back += f"&organization={row.organization_id}"
    whom = row.organization.name if row.organization else ReportAudience(row.audience).label
    what = (period_name(named(row.year, row.month)), str(whom), LANGUAGES[row.language])
    return {"print": row, "back": back, "what": " · ".join(map(capfirst, what))}
