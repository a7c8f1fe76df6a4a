"""The dashboards: each a description in reports/boards.py, drawn by one program."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.words import Permission
from sportello.reports import charts, paper
from sportello.reports.board_parts import EARLIER, NOW, Board, Grid, Need, Part, Sheet
from sportello.reports.boards import BOARDS
from sportello.reports.figures import source
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import address

from . import answers, bar, drawn, saved, told
from .answers import Answers
from .bar import Bar
from .doors import with_facts
from .filter_words import said as filters_said
from .frame import page

log = structlog.get_logger()


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def board(request: HttpRequest, key: str = "overview") -> HttpResponse:
    """?period=, first=, last=, against=, and a filter by each of bar.FILTERS; format=png&chart= for one chart alone."""
    agent, described = agent_of(request), BOARDS[key]
    if described.of_customers and not access.sees_every_ticket(agent):
        raise Http404
    asked = bar.read(request.GET, agent, configuration.current().desk, can_filter=described.can_filter)
    context: dict[str, Any] = {"board": described, "bar": asked}
    if asked.faults:
        return page(request, "reports/board.html", context, current=key, query=asked.query, status=400)
    if request.GET.get("format") == "png":
        return picture(request, agent, described, asked)
    found = answered(agent, described.needs(), asked)
    if described.before and not found.has_any:
        # What is said in the place of figures, and where what they are of begins.
        context |= {"before": described.before, "begins": address(described.begins)}
        return page(request, "reports/board.html", context, current=key, query=asked.query)
    context |= {
        "tiles": [told.tile(measure, _id(key, measure), found) for measure in described.tiles],
        "parts": [shown(described, part, found, asked) for part in described.parts],
    }
    if key == "overview":
        context["pinned"] = saved.pinned(agent)
    return page(request, "reports/board.html", context, current=key, query=asked.query)


def answered(agent: User, needs: Iterator[Need], asked: Bar) -> Answers:
    zone = configuration.current().desk.time_zone
    return answers.ask(
        source.own(), needs, agent, asked.period, asked.earlier, zone, filters=asked.filters, today=asked.today
    )


def shown(described: Board, part: Part, found: Answers, asked: Bar) -> SimpleNamespace:
    """A part as its template wants it: `lines`, or a `chart` with the address of its picture."""
    if isinstance(part, Sheet):
        return SimpleNamespace(lines=told.sheet(part, found), says=part.says, is_wide=len(part.keys) > 3)
    if isinstance(part, Grid):
        return SimpleNamespace(lines=told.grid(part, found), says=part.says, is_wide=len(part.columns) > 3)
    chart = drawn.chart(part, _id(described.key, part.key), found)
    return SimpleNamespace(
        chart=charts.figure(chart),
        label=part.title,
        definition=told.definitions(part),
        says=part.says,
        png_url="" if chart.is_empty else f"?{asked.query}&format=png&chart={part.key}",
    )


def _id(board: str, part: str) -> str:
    """What the ids of a drawing begin with."""
    return f"{board}-{part}".replace("_", "-")


def picture(request: HttpRequest, agent: User, described: Board, asked: Bar) -> HttpResponse:
    """One chart as PNG, under its title."""
    part = next((it for it in described.parts if it.key == request.GET.get("chart") and type(it) in drawn.CHARTS), None)
    if part is None:
        raise Http404
    of_its_days = {need.when for need in part.needs()} <= {NOW, EARLIER}
    return printed(drawn.chart(part, part.key, answered(agent, part.needs(), asked)), agent, asked, of_its_days)


def printed(chart: charts.Chart, agent: User, asked: Bar, of_its_days: bool) -> HttpResponse:
    """A chart as PNG, with what it is of. of_its_days: of the board's period, and not of the months beside it."""
    about = (asked.said if of_its_days else "", filters_said(agent, asked.filters))
    try:
        with paper.place():
            made = paper.png(paper.picture(chart), subtitle=" · ".join(filter(None, about)))
    except paper.Unprintable as reason:
        log.warning("reports.unprintable", chart=chart.about.key, reason=str(reason))
        return HttpResponse(status=503)
    name = f"{slugify(f'{chart.about.title} {asked.said}') or chart.about.key}.png"
    return HttpResponse(made, content_type=paper.PNG, headers={"Content-Disposition": f'attachment; filename="{name}"'})
