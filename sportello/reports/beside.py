"""What a figure of a month is compared with: other desks, where they are known, else a published reference.

A measure compares with the figure of its very key and with no other: calendar with calendar hours, a mean with a mean.
docs/algorithms/benchmark.md
"""

from dataclasses import dataclass

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.benchmark import exchange
from sportello.benchmark.distribution import NO_STANDING, Distribution, Standing, standing_in
from sportello.benchmark.operation import Group
from sportello.benchmark.profile import AUDIENCES, SECTORS, SIZES
from sportello.benchmark.publication import EVERYBODY, Publication
from sportello.benchmark.reference import POOLED, Reference, collections, references
from sportello.benchmark.series import METHODS, OWN, VENDOR
from sportello.desk.models import BenchmarkPublication
from sportello.reports.charts.words import number

# A hub publishes a month when the report of it is out already: what is not older than so many months is compared with.
RECENT = 12
# Of a quarter, and of a year, that is told as one, the month in its middle.
_MIDDLE_OF_QUARTER, _MIDDLE_OF_YEAR = 2, 7


@dataclass(frozen=True, slots=True)
class Beside:
    """The benchmark of a figure. label, method, cohort: whose figures, how counted, of which desks, for the reader.

    value: minutes, a share 0 to 1 or a count, unrounded where the source allows. desks: of how many, at least; None:
    the source does not say. period: "2014-10", "2015-Q2" or "2012". is_reference: no cohort of a hub, but a single
    value that somebody published.
    """

    value: float
    standing: Standing
    label: str
    desks: int | None
    method: str
    period: str
    is_reference: bool
    cohort: str


def beside(key: str, value: float | None, year: int, month: int) -> Beside | None:
    """What the figure with this key, of a calendar month, stands beside; None: nothing is known of it.

    value: the desk's own, unrounded; without one there is no standing. All desks of a hub in that month, or in the last
    one before that it published; else the published reference nearest in time.
    """
    published = _published(key, year * 12 + month - 1)
    if published is not None:
        return of_distribution(*published, value)
    found = min(references(key), key=lambda it: _distance(it, year * 12 + month), default=None)
    return None if found is None else of_reference(found, value)


def of_distribution(
    row: BenchmarkPublication, publication: Publication, found: Distribution, value: float | None
) -> Beside:
    """A figure over the desks of a cohort of a hub; where this desk stands among them."""
    return Beside(
        value=found.median,
        standing=NO_STANDING if value is None else standing_in(found, value),
        label=row.source,
        desks=found.desks,
        method=method_words(found.method),
        period=publication.month,
        is_reference=False,
        cohort=cohort_words(publication.cohort, publication.group),
    )


def _published(key: str, month: int) -> tuple[BenchmarkPublication, Publication, Distribution] | None:
    """By our own method, as the report is of a calendar month. month: counted from year 0."""
    earliest, latest = (f"{at // 12}-{at % 12 + 1:02}" for at in (month - RECENT, month))
    rows = BenchmarkPublication.objects.filter(cohort=EVERYBODY, month__gte=earliest, month__lte=latest)
    for row in rows.order_by("-month", "-hub", "-kept_at")[:RECENT]:
        publication = exchange.publication(row.said)
        for found in publication.distributions:
            if (found.key, found.method) == (key, OWN):
                return row, publication, found
    return None


def cohort_words(cohort: str, group: Group | None = None) -> str:
    """ "All desks", "Software", "Italy", "Desks that work alike: 100 to 250 tickets a month, …"."""
    kind, _colon, name = cohort.partition(":")
    if kind == EVERYBODY:
        return _("All desks")
    if kind == "country":
        return str(Locale(get_language() or "en").territories[name])
    if group is None:
        return _({"sector": SECTORS, "size": SIZES, "audience": AUDIENCES}[kind][name])
    said = (_("tickets"), _("agents"), _("replies per ticket"))
    bounds = [
        f"{words} {_range(low, high)}"
        for words, (low, high) in zip(said, group.bounds, strict=True)
        if (low, high) != (None, None)
    ]
    return _("Desks that work alike: %(bounds)s") % {"bounds": ", ".join(bounds)}


def _range(low: float | None, high: float | None) -> str:
    """high is not included."""
    if low is None:
        return f"< {_figure(high)}"
    return f"≥ {_figure(low)}" if high is None else f"{_figure(low)} – {_figure(high)}"


def _figure(it: float | None) -> str:
    return number(it or 0, 0 if it == int(it or 0) else 2)


def of_reference(reference: Reference, value: float | None) -> Beside:
    """A published single value, with the standing that its source states of this very value, if any."""
    language = "it" if (get_language() or "").startswith("it") else "en"
    return Beside(
        value=reference.value,
        standing=NO_STANDING if value is None else reference.standing(value),
        label=collections()[reference.collection].label[language],
        desks=None,
        method=method_words(reference.method),
        period=reference.period,
        is_reference=True,
        cohort=_("All desks"),
    )


def method_words(method: str) -> str:
    """How a benchmark is counted."""
    return _("All votes of all desks in one pot.") if method == POOLED else _(METHODS[method])


def _distance(reference: Reference, month: int) -> tuple[int, bool, bool]:
    """How far it lies from the month, in months; of two as near the finer, then the vendor's later method."""
    year, _dash, part = reference.period.partition("-")
    if part.startswith("Q"):
        middle = int(part[1:]) * 3 - 3 + _MIDDLE_OF_QUARTER
    else:
        middle = int(part) if part else _MIDDLE_OF_YEAR
    return abs(int(year) * 12 + middle - month), not part.isdigit(), reference.method != VENDOR
