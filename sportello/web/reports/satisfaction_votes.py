"""The bad votes behind the board of satisfaction: what their reviews found, which are open, what was told of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration, review_causes
from sportello.desk.models import User
from sportello.desk.rules import satisfaction as rules
from sportello.desk.rules import satisfaction_alerts
from sportello.desk.rules.satisfaction import Vote
from sportello.desk.rules.satisfaction_alerts import Happy, Look
from sportello.desk.words import Score
from sportello.kit import clock
from sportello.reports import periods
from sportello.reports.charts import About, Bars, Point, Rows, Series
from sportello.reports.figures import answer
from sportello.reports.figures.query import Query
from sportello.reports.figures.source import Source
from sportello.reports.satisfaction import BAD
from sportello.web.agent import reviews
from sportello.web.agent.navigation import address

# The newest votes: behind more bad ones nobody reads single causes.
MOST_BAD, MOST_HISTORY = 5_000, 50_000
MOST_OPEN, MOST_LAYERS = 5, 5
NOT_FOUND = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A weekly look at whether bad votes have become more frequent. name: whose votes; "" for all."""

    name: str
    look: Look
    is_drop: bool


def reviewed(source: Source, agent: User, query: Query) -> list[Any]:
    """The reviews of the bad votes of a question, of tickets that he sees: rows of (ticket, vote, cause)."""
    found = answer.tickets(source, query, BAD, actor_id=agent.pk, limit=MOST_BAD)
    theirs = access.reviews(agent).filter(ticket__in=found, rating__score=Score.BAD)
    columns = ("pk", "cause", "rating__rated_at", "rating__requester_id", "rating__organization_id", "ticket_id")
    return list(theirs.order_by("rating__rated_at", "pk").values_list(*columns, named=True))


def votes_of(rows: Iterable[Any]) -> list[Vote]:
    return [
        Vote(row.rating__rated_at, True, row.rating__requester_id, row.rating__organization_id, row.cause)
        for row in rows
    ]


def causes(votes: list[Vote], titles: dict[str, str], query: str) -> Rows | None:
    """Why the bad votes of the period were, as a chart; None where there is none."""
    if not votes:
        return None
    points = tuple(
        Point(_title(titles, str(it.key)), it.bad, None, _href(query, str(it.key))) for it in rules.causes(votes)
    )
    about = About("satisfaction-causes", _("Why, as the reviews found"), _("Cause"))
    return Rows(about, (Series(_("Bad votes"), points),))


def trend(votes: list[Vote], months: list[date], titles: dict[str, str], query: str) -> Bars | None:
    """The same by month. months: the first day of each, without a gap."""
    zone = ZoneInfo(configuration.current().desk.time_zone)
    after = (months[-1] + timedelta(days=31)).replace(day=1)
    ends = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in (*months, after)]
    votes = [vote for vote in votes if ends[0] <= vote.at < ends[-1]]
    if not votes:
        return None
    stretches = rules.trend(votes, ends)
    sizes = {str(it.key): it.bad for it in rules.causes(votes)}
    layers = list(sizes)[:MOST_LAYERS]
    series = [
        Series(
            _title(titles, cause),
            tuple(
                Point(
                    periods.short(day, "month"),
                    it.counts.get(cause, 0),
                    None,
                    _href(query, cause, day) if it.counts.get(cause) else "",
                )
                for day, it in zip(months, stretches, strict=True)
            ),
        )
        for cause in layers
    ]
    if len(sizes) > len(layers):
        rest = tuple(
            Point(periods.short(day, "month"), sum(n for cause, n in it.counts.items() if cause not in layers))
            for day, it in zip(months, stretches, strict=True)
        )
        series.append(Series(_("other causes"), rest))
    about = About("satisfaction-causes-months", _("Why, month by month"), _("Month"))
    return Bars(about, tuple(series), stacked=True)


def _title(titles: dict[str, str], cause: str) -> str:
    return titles.get(cause, cause) if cause != NOT_FOUND else _("not found yet")


def _href(query: str, cause: str, month: date | None = None) -> str:
    more = {"cause": cause} | ({"month": f"{month:%Y-%m}"} if month else {})
    return f"{address('reports:satisfaction_votes')}?{query}&{urlencode(more)}"


def open_now(agent: User) -> dict[str, Any]:
    """What is open at this moment, whatever the period: the next deadlines, and how many."""
    now, found = clock.now(), access.open_reviews(agent)
    counted = found.aggregate(n=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    rows = found.order_by("due_at", "pk").values_list(*reviews.COLUMNS, named=True)[:MOST_OPEN] if counted["n"] else ()
    return {**counted, "rows": [reviews.as_row(row, {}, now) for row in rows]}


def surprises(agent: User, votes: list[Vote]) -> list[Happy]:
    """First bad votes, among these, of customers who were always happy; for who may know all customers."""
    if not votes or not access.sees_every_ticket(agent):
        return []
    companies = {vote.organization for vote in votes if vote.organization is not None}
    people = {vote.requester for vote in votes if vote.organization is None}
    theirs = Q(organization__in=companies) | Q(organization=None, requester__in=people)
    rows = access.votes(agent).filter(theirs).order_by("-rated_at", "-pk")
    columns = ("rated_at", "score", "requester_id", "organization_id")
    history = [
        Vote(at, score == Score.BAD, person, company)
        for at, score, person, company in rows.values_list(*columns)[:MOST_HISTORY]
    ][::-1]
    among = {(vote.at, vote.requester) for vote in votes}
    return [it for it in satisfaction_alerts.first_bad(history) if (it.at, it.requester) in among]


def looks(agent: User) -> tuple[str, list[Seen]] | None:
    """The latest weekly look: its day in words; the desk, then the groups, what chance explains least first."""
    latest = access.vote_looks(agent).first()
    if latest is None:
        return None
    groups = configuration.current().groups
    seen = []
    for key, found in latest.found.items():
        look = Look(*(found[name] for name in ("bad", "votes", "bad_before", "votes_before")))
        name = groups[int(key)].name if key.isdecimal() and int(key) in groups else ""
        if name or not key:
            seen.append(Seen(name, look, satisfaction_alerts.is_drop(look, looks=len(latest.found))))
    day = periods.said(periods.between(latest.looked_on, latest.looked_on + timedelta(days=1)))
    return day, sorted(seen, key=lambda it: (it.name != "", it.look.p, it.name))


def listed(agent: User, rows: Iterable[Any], cause: str | None) -> list[Any]:
    """Reviews as the inbox shows them, the latest vote first. cause: only of this one; "" none found yet."""
    keys = [row.pk for row in rows if cause is None or row.cause == cause]
    titles, now = review_causes.every(), clock.now()
    found = access.reviews(agent).filter(pk__in=keys).order_by("-rating__rated_at", "-pk")
    return [reviews.as_row(row, titles, now) for row in found.values_list(*reviews.COLUMNS, named=True)]
