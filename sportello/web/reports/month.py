"""The report of a month: for the team, for publication, for one organization; in either language."""

from types import SimpleNamespace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import Organization, ReportAudience
from sportello.desk.words import Permission
from sportello.reports import charts
from sportello.reports import month as months
from sportello.reports.figures.query import Query, of_month
from sportello.reports.month import drawings, gather, kept, plain, sending, writing
from sportello.reports.month.kept import Shown
from sportello.reports.month.sheet import Sheet
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.reports import asked, frame
from sportello.web.reports.doors import with_facts

LANGUAGES = {"it": "Italiano", "en": "English"}
# Within a sentence of the reader's language.
PUBLISHED_IN = {
    "it": pgettext_lazy("it is published in", "Italian"),
    "en": pgettext_lazy("it is published in", "English"),
}
FIRST, LAST = 2000, 2199


class Asked:
    """Which report: ?month=2026-10&audience=team|public|organization&organization=5&language=it.

    Without a month the last one that is over. Raises Http404 for what there cannot be, Missing.
    """

    def __init__(self, request: HttpRequest) -> None:
        given, agent = request.GET if request.method in ("GET", "HEAD") else request.POST, agent_of(request)
        self.year, self.month = _month(given.get("month", ""))
        self.audience = given.get("audience", months.TEAM)
        self.language = given.get("language", (get_language() or "en")[:2])
        self.sees_everything = access.sees_every_ticket(agent)
        number = given.get("organization", "")
        organization_id = int(number) if number.isdecimal() and len(number) < 19 else None
        is_of_one = self.audience == months.ORGANIZATION
        if self.audience not in ReportAudience.values or self.language not in LANGUAGES:
            raise Http404
        if is_of_one and (not self.sees_everything or organization_id is None):
            raise Http404
        self.organization_id = organization_id if is_of_one else None
        self.organization = (
            None if self.organization_id is None else access.get_known_organization(agent, self.organization_id)
        )

    @property
    def name(self) -> str:
        return named(self.year, self.month)

    def query(self, **other: Any) -> str:
        """The address of this report, or of one that differs from it."""
        said = {"month": self.name, "audience": self.audience, "language": self.language}
        if self.organization_id is not None:
            said["organization"] = str(self.organization_id)
        return "?" + "&".join(f"{key}={value}" for key, value in (said | other).items())

    def shown(self) -> Shown:
        return kept.shown(self.year, self.month, self.audience, self.organization_id)

    def sheet(self, shown: Shown) -> Sheet:
        month = shown.month if self.sees_everything else kept.without_names(shown.month)
        return months.write(
            month,
            self.language,
            self.audience,
            foreword=shown.report.foreword if shown.report else "",
            since=kept.since_written(shown, self.language) if self.audience == months.TEAM else None,
        )


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    wanted = Asked(request)
    shown = wanted.shown()
    drawn = drawings.charts(shown.month, wanted.language, _link)
    following = gather.before(wanted.year, wanted.month, -1)
    context = {
        **_draft(wanted, shown),
        **_readers(request),
        "sheet": wanted.sheet(shown),
        **{name: charts.figure(it) for name, it in drawn.items()},
        "report": shown.report,
        "can_word": shown.now.is_over and not (shown.report and (shown.report.key or shown.report.sendings.exists())),
        "can_publish": shown.now.is_over and agent_of(request).is_admin,
        "can_withdraw": agent_of(request).is_admin,
        "asked": wanted,
        "language_name": PUBLISHED_IN[wanted.language],
        "earlier": wanted.query(month=named(*gather.before(wanted.year, wanted.month))),
        "later": wanted.query(month=named(*following)) if shown.now.is_over else "",
        "audiences": [
            (label, wanted.query(audience=value), value == wanted.audience)
            for value, label in ReportAudience.choices
            if value != months.ORGANIZATION
        ],
        "languages": [(name, wanted.query(language=code), code == wanted.language) for code, name in LANGUAGES.items()],
    }
    return frame.page(request, "reports/month.html", context, current="month")


def _draft(wanted: Asked, shown: Shown) -> dict[str, Any]:
    """What can be done with a report that a person publishes or sends."""
    report = shown.report
    if wanted.audience == months.PUBLIC:
        return {"public_url": sending.public_url(report) if report and report.key else ""}
    if wanted.organization_id is None:
        return {"organizations": [line for line in shown.month.organizations.lines if line.id]}
    sent = sending.sendings(report) if report else {}
    people = [SimpleNamespace(person=it, sent=sent.get(it.pk)) for it in sending.contacts(wanted.organization_id)]
    return {"people": people, "can_send": any(it.sent is None for it in people)}


def _readers(request: HttpRequest) -> dict[str, Any]:
    """Who is told that the report is written; only administrators choose."""
    if not agent_of(request).is_admin:
        return {}
    told = {it.pk for it in writing.readers()}
    return {"readers": [(it, it.pk in told) for it in writing.possible_readers()]}


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def markdown(request: HttpRequest) -> HttpResponse:
    wanted = Asked(request)
    said = plain.markdown(wanted.sheet(wanted.shown()))
    name = f"{file_name(wanted.name, wanted.audience, wanted.organization, wanted.language)}.md"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(said, "text/markdown; charset=utf-8", headers=headers)


def _link(key: str, year: int, month: int, part: bool) -> str:
    zone = configuration.current().desk.time_zone
    return asked.behind(Query((key,), *of_month(year, month, zone), zone), key, part=part)


def _month(text: str) -> tuple[int, int]:
    """(year, month) of "2026-10"; without one, the last month that is over on the desk's calendar."""
    if not text:
        return gather.last_over()
    year, _dash, month = text.partition("-")
    if not (len(text) == 7 and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise Http404
    if not FIRST <= int(year) <= LAST:
        raise Http404
    return int(year), int(month)


def named(year: int, month: int) -> str:
    """“2026-10”."""
    return f"{year}-{month:02}"


def file_name(month: str, audience: str, whom: Organization | None, language: str) -> str:
    """“2026-10-rossi-srl-it”: another one for each report. Of a name without a Latin letter its number is taken."""
    return f"{month}-{slugify(whom.name)[:60] or whom.pk if whom else audience}-{language}"
