"""This desk among others: in each cohort of a hub that it belongs to, and beside what was published of old."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sportello.benchmark import exchange
from sportello.benchmark.distribution import NO_STANDING, Distribution, How, Standing
from sportello.benchmark.file import NAMES, rounded
from sportello.benchmark.publication import EVERYBODY, Publication, peers
from sportello.benchmark.reference import collections
from sportello.desk.actions import benchmark
from sportello.desk.models import BenchmarkMembership, BenchmarkPublication
from sportello.kit.statistics import ENOUGH

from . import beside
from .benchmark_file import Measured
from .beside import Beside
from .figures.measures import MEASURES


@dataclass(frozen=True, slots=True)
class Among:
    """A figure of this desk beside others. value, n: the desk's own, exact; value None: none, or n too few to judge.

    published: how it is spread over desks; None for a reference, which is a single value.
    """

    key: str
    value: float | None
    n: int | None
    beside: Beside
    published: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """What a source publishes of a month about desks that this one belongs to. name: "all", "sector:software", …"""

    name: str
    label: str
    source: str
    row: BenchmarkPublication
    publication: Publication


def keys() -> tuple[str, ...]:
    """The figures that somebody publishes: those of the files, and others that references tell."""
    told = (it.key for collection in collections().values() for it in collection.figures)
    return tuple(dict.fromkeys((*NAMES, *(key for key in told if key in MEASURES))))


def months() -> list[str]:
    """Those of which something is published, the newest first."""
    found = BenchmarkPublication.objects.order_by("-month").values_list("month", flat=True)
    return list(found.distinct())


def cohorts(month: str, found: BenchmarkMembership | None, exact: tuple[Measured, Measured]) -> list[Cohort]:
    """Those of the month that this desk belongs to, everybody first; without a profile only everybody."""
    told = [
        (row, exchange.publication(row.said))
        for row in BenchmarkPublication.objects.filter(month=month).order_by("-hub", "source")
    ]
    rows = {id(publication): row for row, publication in told}
    mine = [publication for _row, publication in told if publication.cohort == EVERYBODY]
    if found is not None:
        mine = peers((publication for _row, publication in told), benchmark.profile_of(found), rounded(exact[0]))
    return [
        Cohort(it.cohort, beside.cohort_words(it.cohort, it.group), row.source, row, it)
        for it in mine
        for row in (rows[id(it)],)
    ]


def among(cohort: Cohort, method: str, exact: Measured) -> list[Among]:
    """Every figure of a cohort by one method. exact: the desk's own of the window that the method counts."""
    found = []
    for published in cohort.publication.distributions:
        if published.method == method:
            value, n = _own(exact, published.key)
            said = beside.of_distribution(cohort.row, cohort.publication, published, value)
            found.append(Among(published.key, value, n, said, published))
    return found


def references(found: BenchmarkMembership | None, exact: Measured) -> list[Among]:
    """What was once published of all desks, of this one's sector and country: of each kind the latest."""
    scopes = [EVERYBODY]
    if found is not None:
        scopes += [f"sector:{found.sector}", f"country:{found.country}"]
    latest = {}
    for collection in collections().values():
        for it in sorted(collection.figures, key=lambda it: it.period):
            if it.scope in scopes and it.key in MEASURES:
                latest[it.key, it.scope, it.method, it.collection] = it
    rows = []
    for it in sorted(latest.values(), key=lambda it: (scopes.index(it.scope), list(MEASURES).index(it.key), it.period)):
        value, n = _own(exact, it.key)
        said = replace(beside.of_reference(it, value), cohort=beside.cohort_words(it.scope))
        rows.append(Among(it.key, value, n, said))
    return rows


def _own(exact: Measured, key: str) -> tuple[float | None, int | None]:
    measured = exact.get(key)
    if not isinstance(measured, tuple):
        return measured, None
    value, n = measured
    return (value if n >= ENOUGH else None), n


def is_known(standing: Standing) -> bool:
    """Whether it says anything."""
    return standing != NO_STANDING and standing.how != How.NONE


def ordered(rows: Sequence[Among]) -> list[Among]:
    """As the measures stand in their page."""
    order = list(MEASURES)
    return sorted(rows, key=lambda it: order.index(it.key))
