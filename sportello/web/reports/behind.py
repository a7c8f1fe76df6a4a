"""The tickets behind a figure: the list that the desk has everywhere, of those that the reader may see."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.rules.views import Layout
from sportello.desk.words import Permission
from sportello.kit.keys import key_of
from sportello.reports import periods
from sportello.reports.charts.words import number
from sportello.reports.explorer import question
from sportello.reports.figures import answer, source
from sportello.reports.figures import words as figure_words
from sportello.reports.figures.answer import Cell
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import Query
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page
from sportello.web.agent.ticket_list import ticket_list
from sportello.web.ui import paging

from . import asked
from .doors import with_facts
from .explorer import refused
from .filter_words import said as filters_said
from .named import names_of

# So many are looked through, the newest; what lies behind a larger figure is read in parts: a shorter period, a filter.
MOST = 10_000
PIECE = 5_000
LAYOUT = Layout(columns=("subject", "requester", "assignee", "status", "created", "solved"))


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """As asked.read, with one m=; cell= where by= is; part=1: of a share those that have it; after=: a place."""
    agent = agent_of(request)
    query = asked.read(request.GET, configuration.current().desk)
    if len(query.measures) != 1:
        raise Invalid("measures", _("One figure at a time, please."))
    if not access.sees_every_ticket(agent) and question.names_customers(query.dimensions, query.filters):
        raise Invalid("dimensions", refused())
    key, cell, part = query.measures[0], asked.read_cell(request.GET, query), "part" in request.GET
    facts = source.own()
    found = answer.tickets(facts, query, key, cell, part=part, actor_id=agent.pk, limit=MOST + 1)
    seen = _seen(agent, found[:MOST])
    every = len(found)
    if every > MOST:
        every = answer.count_tickets(facts, query, key, cell, part=part, actor_id=agent.pk)
    shown = _page(request, agent, seen)
    context = {
        "title": MEASURES[key].full_label,
        "definition": figure_words.meaning(MEASURES[key]),
        "words": _words(agent, query, cell),
        "parts": _parts(query, key, cell, part) if MEASURES[key].part else [],
        "filters": filters_said(agent, query.filters),
        "said": _counted(found, seen, every),
        "list": ticket_list(
            request,
            LAYOUT,
            shown,
            caption=_("Tickets"),
            whole={},
            has_pane=False,
            can_sort=False,
            tags=lists.tags_of(agent, [row.pk for row in shown.rows]),
        ),
    }
    return page(request, "reports/tickets.html", context)


def _seen(agent: User, found: list[int]) -> list[int]:
    """Those that he may see, in their order; what has been deleted since is nobody's."""
    there: set[int] = set()
    for start in range(0, len(found), PIECE):
        some = found[start : start + PIECE]
        there.update(access.tickets(agent).filter(pk__in=some).values_list("pk", flat=True))
    return [pk for pk in found if pk in there]


def _page(request: HttpRequest, agent: User, seen: list[int]) -> paging.Page:
    """A page by the place of its first row, because a past figure stays as it is."""
    start = min(key_of(request.GET.get("after", "")), len(seen)) // paging.SIZE * paging.SIZE
    keys = seen[start : start + paging.SIZE]
    rows = {row.pk: row for row in lists.rows(agent, access.tickets(agent).filter(pk__in=keys))} if keys else {}
    return paging.Page(
        [rows[pk] for pk in keys if pk in rows],
        paging.url(request.GET, "after", str(start - paging.SIZE)) if start else None,
        paging.url(request.GET, "after", str(start + paging.SIZE)) if start + paging.SIZE < len(seen) else None,
    )


def _words(agent: User, query: Query, cell: Cell) -> list[str]:
    """What is behind which: the period, then where it lies in it."""
    pairs = list(zip(query.dimensions, cell, strict=True))
    name = names_of(agent, pairs)
    times = [(key, value) for key, value in pairs if key == query.grain and value is not None]
    period = asked.period_of(query)
    if times:
        period = periods.within(period, *times[0])
    labels: Iterable[Any] = (
        f"{split.label}: {name(key, value)}"
        for split, (key, value) in zip(query.splits(), pairs, strict=True)
        if not split.is_time
    )
    return [periods.said(period), *labels]


def _parts(query: Query, key: str, cell: Cell, is_part: bool) -> list[SimpleNamespace]:
    """Of a share: all that it is taken of, or only those that have it."""
    labels = {False: pgettext("tickets behind a share", "All"), True: _("Only those that count")}
    return [
        SimpleNamespace(label=label, url=asked.behind(query, key, cell, part), is_current=part == is_part)
        for part, label in labels.items()
    ]


def _counted(found: list[int], seen: list[int], all_of_them: int) -> str:
    if len(found) > MOST:
        every = {"n": number(all_of_them), "most": number(MOST)}
        return _("%(n)s tickets, of which the newest %(most)s were looked through.") % every
    said = ngettext("%(n)s ticket.", "%(n)s tickets.", len(found)) % {"n": number(len(found))}
    if hidden := len(found) - len(seen):
        words = ngettext("%(n)s of them is not yours to see.", "%(n)s of them are not yours to see.", hidden)
        said += " " + words % {"n": number(hidden)}
    return said
