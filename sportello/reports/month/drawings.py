"""The drawings of a month's report: what came and what was solved, how soon the first reply came."""

from collections.abc import Callable

from django.utils import translation

from sportello.reports.charts import About, Bars, Chart, Point, Series, Shares
from sportello.reports.figures.figure import Figure

from .figures import Month
from .gather import before
from .phrases import PHRASES
from .voice import month_name

# Where the tickets behind a figure are: key, year, month, whether only those that have it; "" for nowhere.
Link = Callable[[str, int, int, bool], str]
FLOW = ("num_new_tickets", "num_solved_tickets")
WITHIN = ("first_reply_within_hour", "first_reply_within_8_hours", "first_reply_within_24_hours")


def nowhere(key: str, year: int, month: int, part: bool) -> str:
    return ""


def charts(month: Month, language: str, link: Link = nowhere) -> dict[str, Chart]:
    """ "flow": what came and what was solved; "bands": how soon the first reply came. Without what is empty."""
    with translation.override(language):
        drawn = {"flow": _flow(month, language, link), "bands": _bands(month, language, link)}
        quiet = {"flow"} if not any(it.value for key in FLOW for _back, it in _months(month, key)) else set()
        return {name: it for name, it in drawn.items() if not it.is_empty and name not in quiet}


def _flow(month: Month, language: str, link: Link) -> Chart:
    said = PHRASES[language]
    series = []
    for name, key in zip((said["chart_created"], said["chart_done"]), FLOW, strict=True):
        points = []
        for back, figure in _months(month, key):
            year, number = before(month.year, month.month, back)
            label = month_name(year, number, language, with_year=False)
            points.append(Point(label, figure.value, href=link(key, year, number, False)))
        series.append(Series(name, tuple(points)))
    return Bars(About("month-flow", said["chart_solved"], said["chart_bands_heading"]), tuple(series))


def _bands(month: Month, language: str, link: Link) -> Chart:
    said = PHRASES[language]
    names = tuple(said[f"band_{name}"] for name in ("hour", "8", "24", "more"))
    series = []
    for back in (2, 1, 0):
        year, number = before(month.year, month.month, back)
        within = [dict(_months(month, key))[back] for key in WITHIN]
        done = [round((it.value or 0) * it.n) for it in within]
        counts = (done[0], done[1] - done[0], done[2] - done[1], within[0].n - done[2])
        hrefs = (link(WITHIN[0], year, number, True), "", "", "")
        points = tuple(Point(*it[:2], href=it[2]) for it in zip(names, counts, hrefs, strict=True))
        series.append(Series(month_name(year, number, language), points))
    return Shares(About("month-bands", said["chart_bands"], said["chart_bands_heading"]), tuple(series))


def _months(month: Month, key: str) -> list[tuple[int, Figure]]:
    """How many months back, and the figure; the oldest first."""
    compared = month.figures[key]
    return [(2, compared.earlier), (1, compared.before), (0, compared.now)]
