"""The desk compared with others: its place in each cohort of a hub, and beside published references."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sportello.benchmark.distribution import How, Standing
from sportello.benchmark.reference import collections
from sportello.benchmark.series import OWN, VENDOR
from sportello.desk.actions import benchmark
from sportello.desk.words import Permission
from sportello.reports import benchmark_file, charts, peers
from sportello.reports.beside import method_words
from sportello.reports.charts import About, Point
from sportello.reports.charts import Standing as Chart
from sportello.reports.charts.words import desks_text, number
from sportello.reports.figures import words
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.source import own
from sportello.reports.month import amounts
from sportello.reports.month.voice import period_name
from sportello.reports.peers import Among
from sportello.web.agent.doors import agent_of, permitted

from .doors import with_facts
from .frame import page

METHODS = {OWN: gettext_lazy("Our way"), VENDOR: gettext_lazy("The vendor's way")}


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def others(request: HttpRequest) -> HttpResponse:
    """?month=, cohort= (its place among those shown), method=own|vendor; what is not known is the first of its kind."""
    found, months = benchmark.membership(), peers.months()
    month = _one_of(request, "month", months)
    method = _one_of(request, "method", list(METHODS))
    last, source, keys = benchmark_file.last_month(), own(), peers.keys()
    exact = benchmark_file.exact(month or last, source, keys)
    told = peers.cohorts(month, found, exact) if month else []
    names = [str(place) for place in range(len(told))]
    cohort = _one_of(request, "cohort", names)
    shown = told[int(cohort)] if cohort else None
    window = exact[1] if method == VENDOR else exact[0]
    ours = exact if month in ("", last) else benchmark_file.exact(last, source, keys)
    asked = {"month": month, "cohort": cohort, "method": method}
    several = len({(it.source, it.row.hub) for it in told}) > 1
    context = {
        "found": found,
        "is_admin": agent_of(request).is_admin,
        "shown": shown,
        "month": period_name(month) if month else "",
        "method": method_words(method),
        "way": METHODS[method],
        "figures": [_figure(it) for it in peers.ordered(peers.among(shown, method, window))] if shown else [],
        "asked": asked,
        "months": {it: period_name(it) for it in months},
        "cohorts": {
            name: f"{it.label} · {it.source}" if several else it.label for name, it in zip(names, told, strict=True)
        },
        "methods": METHODS,
        "references": (references := [_line(it) for it in peers.references(found, ours[1])]),
        "notes": _notes({it.beside.label for it in references}),
        "reference_month": period_name(last),
    }
    return page(request, "reports/others.html", context, current="others")


def _notes(labels: set[str]) -> list[tuple[str, str]]:
    """What has to be known of the references with these labels: (label, note)."""
    language = "it" if amounts.is_italian() else "en"
    told = ((it.label[language], it.note[language]) for it in collections().values())
    return [(label, note) for label, note in told if label in labels]


def _one_of(request: HttpRequest, name: str, known: list[str]) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in known else (known[0] if known else "")


def _figure(it: Among) -> SimpleNamespace:
    assert it.published
    measure, unit = MEASURES[it.key], words.unit_of(MEASURES[it.key])
    better = better_words(it.beside.standing)
    about = About(it.key.replace("_", "-"), measure.full_label, _("Share of the desks"), unit)
    chart = Chart(about, it.published.quantiles, Point(_("We"), it.value), it.published.desks, better)
    return SimpleNamespace(chart=charts.figure(chart), **vars(_line(it)))


def _line(it: Among) -> SimpleNamespace:
    measure = MEASURES[it.key]
    too_few = it.value is None and bool(it.n)
    return SimpleNamespace(
        label=measure.full_label,
        definition=measure.definition,
        ours=_("n too small") if too_few else words.value(it.value, measure.unit),
        n=number(it.n) if it.n is not None else "",
        value=words.value(it.beside.value, measure.unit),
        difference="" if it.value is None else _difference(it, measure.unit),
        better=better_words(it.beside.standing),
        desks=desks_text(it.beside.desks) if it.beside.desks else "",
        period=period_name(it.beside.period),
        beside=it.beside,
    )


def _difference(it: Among, unit: str) -> str:
    return words.signed((it.value or 0.0) - it.beside.value, unit, in_hours=max(it.value or 0.0, it.beside.value) >= 60)


def better_words(standing: Standing) -> str:
    """ "better than 62 % (50 to 75 %)", "better than at least 75 %"; "" where nobody knows.

    The shares come with their Italian article: “meglio di circa l'80 %”.
    """
    low, high = amounts.outward(standing.low, standing.high)
    if standing.how in (How.COUNTED, How.STATED) and standing.beaten is not None:
        return _("better than %(of_the_share)s of the others") % {"of_the_share": amounts.of_the(standing.beaten)}
    if standing.how == How.INTERPOLATED and standing.beaten is not None:
        said = {
            "the_share": amounts.the(standing.beaten, 0),
            "low": amounts.percent(low, 0),
            "high": amounts.percent(high, 0),
        }
        return _("better than about %(the_share)s (between %(low)s and %(high)s)") % said
    if standing.how == How.BEYOND:
        if standing.high >= 1:
            return _("better than at least %(the_low)s") % {"the_low": amounts.the(low, 0)}
        return _("better than at most %(of_the_high)s") % {"of_the_high": amounts.of_the(high, 0)}
    return ""
