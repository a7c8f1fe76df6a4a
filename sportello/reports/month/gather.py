"""The report of a month, gathered: figures from the facts, votes with their reviews, what was changed of the desk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import translation

from sportello.benchmark.distribution import How
from sportello.desk.actions import configuration
from sportello.desk.models import Organization, User
from sportello.desk.rules.conditions import Conditions
from sportello.kit import clock
from sportello.reports import beside as benchmarks
from sportello.reports import periods
from sportello.reports.figures import answer, filters, source
from sportello.reports.figures.figure import Figure
from sportello.reports.figures.query import Query, of_month
from sportello.reports.figures.source import Source
from sportello.reports.folding import schema, sync

from . import changes, votes
from .figures import Against, Breakdown, Compared, Line, Month

LANGUAGES = ("it", "en")
HEADLINES = (
    "num_solved_tickets",
    "first_reply_time_in_minutes_mean",
    "one_touch_percentage",
    "satisfaction_rating",
)
# What stands beside other desks: all of them are looked up apart.
BESIDE = (*HEADLINES, "first_reply_time_in_minutes_median")
_FIRST_REPLY = tuple(
    f"first_reply_{name}{basis}"
    for basis in ("", "_business", "_arrived_open", "_arrived_closed")
    for name in (
        *("time_in_minutes_mean", "time_in_minutes_median", "time_in_minutes_p90"),
        *("within_hour", "within_8_hours", "within_24_hours"),
    )
)
# In the order of the report.
KEYS = (
    *(
        "num_new_tickets",
        "num_new_tickets_outside_hours",
        "num_direct_contacts",
        "direct_contact_percentage",
        "backlog",
    ),
    *("num_solved_tickets", "one_touch_percentage", "one_reply_percentage", "first_contact_strict_percentage"),
    *("reopened_percentage", "replies_per_ticket"),
    *_FIRST_REPLY,
    *("full_resolution_time_in_minutes_median", "full_resolution_time_in_minutes_median_business"),
    *("satisfaction_rating", "satisfaction_rating_help", "num_votes", "num_good_votes", "num_bad_votes"),
    *("num_bad_votes_help", "num_bad_votes_else", "num_surveyed", "response_rate", "rated_of_solved"),
    *("sla_achieved_percentage", "time_spent_in_minutes"),
)
AGENT_KEYS = (
    "num_solved_tickets",
    "first_reply_time_in_minutes_median",
    "first_reply_time_in_minutes_median_business",
    "first_reply_within_hour",
    "one_touch_percentage",
    "reopened_percentage",
    "satisfaction_rating",
    "num_good_votes",
    "num_bad_votes_help",
    "num_bad_votes_else",
)
CUSTOMER_KEYS = ("num_new_tickets", *AGENT_KEYS)
# A desk may have tens of thousands of requesters; the report shows those it is about.
MOST_LINES = 50


def month(year: int, month: int, *, organization_id: int | None = None) -> Month:
    """The report of a calendar month, as the facts have it now. organization_id: of one customer, its own figures only.

    Raises ValueError for a month that is none, store.Missing before there are facts.
    """
    desk, facts = configuration.current().desk, source.own()
    start, end = of_month(year, month, desk.time_zone)
    earlier, _end = of_month(*before(year, month, 2), desk.time_zone)
    asked = _of(organization_id)
    whole = Query(KEYS, earlier, end, desk.time_zone, ("month",), asked)
    by_month = {row.cell[0]: row.figures for row in answer.ask(facts, whole).rows}
    months = [by_month[date(*before(year, month, back), 1)] for back in range(3)]
    this = Query(AGENT_KEYS, start, end, desk.time_zone, filters=asked)
    is_whole = organization_id is None
    return Month(
        year=year,
        month=month,
        desk=desk.name,
        time_zone=desk.time_zone,
        is_over=clock.now() >= end,
        is_behind=sync.lacks(end) is not None,
        facts_version=schema.DEFINED,
        figures={key: _compared(key, [it[key] for it in months], year, month, is_whole) for key in KEYS},
        organization_id=organization_id,
        organization=_names(Organization, [organization_id]).get(organization_id, "") if organization_id else "",
        bad_about=_counted(facts, this, "num_bad_votes", "about"),
        direct=_counted(facts, this, "num_direct_contacts", "contact"),
        agents=_breakdown(facts, this, "agent", AGENT_KEYS, User) if is_whole else Breakdown(),
        organizations=_breakdown(facts, this, "organization", CUSTOMER_KEYS, Organization) if is_whole else Breakdown(),
        requesters=_breakdown(facts, this, "requester", CUSTOMER_KEYS, User),
        cases=votes.cases(start, end, desk.time_zone, organization_id),
        votes=votes.read(earlier, end, organization_id),
        changes=changes.read(start, end, desk.time_zone) if is_whole else (),
    )


def customers(year: int, month: int) -> list[int]:
    """The organizations with solved tickets in a month. Raises store.Missing."""
    zone = configuration.current().desk.time_zone
    asked = Query(("num_solved_tickets",), *of_month(year, month, zone), zone, ("organization",))
    rows = answer.ask(source.own(), asked).rows
    return [row.cell[0] for row in rows if row.cell[0] and row.figures["num_solved_tickets"].n]


def before(year: int, month: int, back: int = 1) -> tuple[int, int]:
    """The month so many months earlier."""
    count = year * 12 + month - 1 - back
    return count // 12, count % 12 + 1


def last_over() -> tuple[int, int]:
    """The last month that is over on the desk's calendar."""
    today = periods.today(configuration.current().desk.time_zone)
    return before(today.year, today.month)


def _of(organization_id: int | None) -> Conditions:
    if organization_id is None:
        return Conditions()
    wanted = {"field": "organization_id", "operator": "is", "value": str(organization_id)}
    return filters.read({"all": [wanted], "any": []})


def _compared(key: str, figures: Sequence[Figure], year: int, month: int, is_whole: bool) -> Compared:
    now, last, earlier = figures
    # Other desks are no measure for one customer.
    against = _against(key, now.value, year, month) if is_whole and key in BESIDE else None
    return Compared(now, last, earlier, against)


def _against(key: str, value: float | None, year: int, month: int) -> Against | None:
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = benchmarks.beside(key, value, year, month)
    found = said["en"]
    if found is None:
        return None
    place = found.standing
    is_rough = place.how in (How.INTERPOLATED, How.BEYOND)
    return Against(
        value=found.value,
        labels={language: it.label for language, it in said.items() if it},
        methods={language: it.method for language, it in said.items() if it},
        period=found.period,
        beaten=place.beaten,
        low=place.low if is_rough else None,
        high=place.high if is_rough else None,
        desks=found.desks,
        is_reference=found.is_reference,
    )


def _counted(facts: Source, query: Query, key: str, dimension: str) -> dict[str, int]:
    asked = Query((key,), query.start, query.end, query.time_zone, (dimension,), query.filters)
    return {str(row.cell[0] or ""): row.figures[key].n for row in answer.ask(facts, asked).rows}


def _breakdown(
    facts: Source, query: Query, dimension: str, keys: tuple[str, ...], model: type[User] | type[Organization]
) -> Breakdown:
    asked = Query(keys, query.start, query.end, query.time_zone, (dimension,), query.filters)
    rows = answer.ask(facts, asked).rows
    by_votes = dimension == "requester"
    found = sorted(
        ((row.cell[0], row.figures) for row in rows), key=lambda it: (*_telling(it[1], by_votes), it[0] or 0)
    )
    shown = found[:MOST_LINES]
    names = _names(model, [key for key, _figures in shown])
    lines = tuple(Line(key, names.get(key, ""), figures) for key, figures in shown)
    return Breakdown(lines, len(found) - len(lines))


def _telling(figures: Mapping[str, Figure], by_votes: bool) -> tuple[int, ...]:
    """The most bad votes first for people, else the most solved."""
    bad = sum(figures[key].n for key in ("num_bad_votes_help", "num_bad_votes_else"))
    created = figures["num_new_tickets"].n if "num_new_tickets" in figures else 0
    return (-bad, -created) if by_votes else (-figures["num_solved_tickets"].n, -created)


def _names(model: type[User] | type[Organization], ids: Iterable[int | None]) -> Mapping[int | None, str]:
    wanted: Collection[Any] = [it for it in ids if it is not None]
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "name"))
