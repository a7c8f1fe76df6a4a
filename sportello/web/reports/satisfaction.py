"""The board of satisfaction: figures as on every board; whom the bad votes come from, why, and what is being done."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from sportello.desk.actions import configuration, review_causes
from sportello.desk.errors import Invalid
from sportello.desk.rules.satisfaction import customer_of
from sportello.desk.words import Permission
from sportello.reports import charts, periods
from sportello.reports.board_parts import MONTHS
from sportello.reports.charts import About, Intervals, Point, Unit
from sportello.reports.charts.words import number
from sportello.reports.figures import source, words
from sportello.reports.figures.query import Query
from sportello.reports.satisfaction import BAD, ELSE, HELP, RAW, SATISFACTION
from sportello.web.agent.doors import agent_of, permitted

from . import bar, satisfaction_votes, told
from .answers import SHOWN_MONTHS, Answers
from .bar import Bar
from .board import answered, picture, printed, shown
from .doors import with_facts
from .drawn import point
from .frame import page
from .named import names_of
from .satisfaction_rankings import Rankings, dimension, topics

KEY = SATISFACTION.key


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def satisfaction(request: HttpRequest) -> HttpResponse:
    """As board.board; topic= by what tickets are ranked beside customers, people, groups and agents. chart=: a part of
    the board, or the key of any other chart of the page."""
    agent = agent_of(request)
    asked = bar.read(request.GET, agent, configuration.current().desk)
    context: dict[str, Any] = {"board": SATISFACTION, "bar": asked}
    if asked.faults:
        return page(request, "reports/board.html", context, current=KEY, query=asked.query, status=400)
    wanted = request.GET.get("chart") if request.GET.get("format") == "png" else None
    if wanted in {part.key for part in SATISFACTION.parts}:
        return picture(request, agent, SATISFACTION, asked)
    facts, chosen, offered = source.own(), request.GET.get("topic", ""), topics(agent)
    topic = chosen if chosen in offered else next(iter(offered))
    found = answered(agent, SATISFACTION.needs(), asked)
    rankings = Rankings(facts, agent, query_of(asked), topic)
    ranked, by_topic, titles = rankings.shown(), rankings.of_topic(), review_causes.every()
    bad = satisfaction_votes.votes_of(satisfaction_votes.reviewed(facts, agent, query_of(asked)))
    lately = months_of(asked)
    of_months = satisfaction_votes.votes_of(satisfaction_votes.reviewed(facts, agent, lately))
    course, causes = _course(found), satisfaction_votes.causes(bad, titles, asked.query)
    by_month = satisfaction_votes.trend(of_months, found.months(), titles, asked.query)
    if wanted is not None:
        every = (causes, by_topic.drawing, *(it.drawing for it in ranked), course, by_month)
        chart = next((it for it in every if it and not it.is_empty and it.about.key == wanted), None)
        if chart is None:
            raise Http404
        return printed(chart, agent, asked, chart not in (course, by_month))
    surprises = satisfaction_votes.surprises(agent, bad)
    pairs = [customer_of(it.requester, it.organization) for it in surprises]
    name = names_of(agent, map(dimension, pairs))
    context |= {
        "tiles": [told.tile(key, f"{KEY}-{key}".replace("_", "-"), found) for key in SATISFACTION.tiles],
        "parts": [shown(SATISFACTION, part, found, asked) for part in SATISFACTION.parts],
        "circle": rankings.circle(),
        "apart": _apart(found),
        "course": charts.figure(course),
        "course_title": course.about.title,
        "rankings": ranked,
        "by_topic": by_topic,
        "topic": topic,
        # In the period, or in the months beside it.
        "is_any_bad": any(row.figures[BAD].n for row in found.rows(("month",), MONTHS)) or bool(ranked),
        "sees_customers": rankings.sees_customers,
        "topics": [SimpleNamespace(key=key, label=label, is_current=key == topic) for key, label in offered.items()],
        "causes": charts.figure(causes) if causes else "",
        "causes_by_month": charts.figure(by_month) if by_month else "",
        "open": satisfaction_votes.open_now(agent),
        "surprises": [
            SimpleNamespace(name=name(*dimension(pair)), href=rankings.behind(pair), good=it.good, at=it.at)
            for pair, it in zip(pairs, surprises, strict=True)
        ],
        "looks": satisfaction_votes.looks(agent),
    }
    return page(request, "reports/satisfaction.html", context, current=KEY, query=asked.query)


@permitted(Permission.REPORTS)
@with_facts
@require_safe
def votes(request: HttpRequest) -> HttpResponse:
    """The bad votes behind a bar of the board: as asked there, with cause= ("": none found yet) and month=2026-10."""
    agent = agent_of(request)
    asked = bar.read(request.GET, agent, configuration.current().desk)
    if asked.faults:
        raise Invalid(dict(asked.faults))
    month = request.GET.get("month", "")
    day = _first_day(month) if month else None
    query = months_of(asked) if month else query_of(asked)
    rows = satisfaction_votes.reviewed(source.own(), agent, query)
    if month:
        rows = [row for row in rows if _month_of(row.rating__rated_at, query.time_zone) == month]
    cause, titles = request.GET.get("cause"), review_causes.every()
    if cause and cause not in titles:
        raise Http404
    context = {
        "board": SATISFACTION,
        "said": periods.month(day) if day else asked.said,
        "cause": cause and titles[cause],
        "is_not_found": cause == satisfaction_votes.NOT_FOUND,
        "reviews": satisfaction_votes.listed(agent, rows, cause),
        "board_query": asked.query,
        "state": "done",
    }
    return page(request, "reports/satisfaction_votes.html", context, current=KEY, query=asked.query)


def query_of(asked: Bar) -> Query:
    """The bad votes of the board's period."""
    zone = configuration.current().desk.time_zone
    return Query((BAD,), *asked.period.instants(zone), zone, (), asked.filters)


def months_of(asked: Bar) -> Query:
    """Those of the months beside it."""
    zone = configuration.current().desk.time_zone
    return Query((BAD,), *periods.months_up_to(asked.period, SHOWN_MONTHS).instants(zone), zone, (), asked.filters)


def _apart(found: Answers) -> str:
    """What is said of bad votes about something else."""
    bad, other, help_ = found.total(BAD), found.total(ELSE), found.total(HELP)
    if not bad or not other or not help_ or not other.n:
        return ""
    said = {"other": number(other.n), "bad": number(bad.n), "share": words.words(help_)}
    if help_.value is None:
        return _("All bad votes are about something other than the help. They stay in the raw figure.")
    return (
        ngettext(
            "%(other)s of the %(bad)s bad votes is about something other than the help. It stays in the raw figure; "
            "without it %(share)s are satisfied.",
            "%(other)s of the %(bad)s bad votes are about something other than the help. They stay in the raw figure; "
            "without them %(share)s are satisfied.",
            other.n,
        )
        % said
    )


def _course(found: Answers) -> Intervals:
    """The raw figure of each month with where it lies with certainty, the latest last."""
    rows = [row for row in found.rows(("month",), MONTHS) if row.cell[0] <= found.today]
    points = tuple(
        point(
            found.label("month", row.cell[0], short=True),
            row.figures[RAW],
            found.behind(RAW, ("month",), row.cell, MONTHS),
        )
        for row in rows
        if row.figures[RAW].n
    )
    whole = found.total(RAW)
    reference = Point(_("now"), whole.value) if points and whole and whole.value is not None else None
    about = About("satisfaction-course", _("Satisfied, month by month, with the 95 % interval"), _("Month"), Unit.SHARE)
    return Intervals(about, points, reference)


def _first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404 from None


def _month_of(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m}"
