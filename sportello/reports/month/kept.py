"""Reports of months that were written down: what stands in them, and what has changed since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import translation

from sportello.desk.models import MonthlyReport
from sportello.reports.figures import words
from sportello.reports.figures.figure import TOTAL_MINUTES, Figure
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import of_month
from sportello.reports.folding.since import Since, changes_since

from . import figures, gather
from .figures import Breakdown, Month, Votes
from .phrases import PHRASES
from .sheet import Grid, Section
from .voice import TEAM, said_day

# What a vote moves; all else that moves later was written down late, or folded late.
_OF_VOTES = "votes"
_OF_CONTACTS = ("num_new_tickets", "num_direct_contacts", "direct_contact_percentage", "num_new_tickets_outside_hours")


@dataclass(frozen=True, slots=True)
class Shown:
    """A month as it is to be read. report: None while it is not written down.

    now: as it would be written today, for the team; others read what was written down.
    """

    month: Month
    report: MonthlyReport | None
    now: Month


def find(year: int, month: int, audience: str, organization_id: int | None = None) -> MonthlyReport | None:
    """The report as it was written down."""
    found = MonthlyReport.objects.filter(year=year, month=month, audience=audience, organization=organization_id)
    return found.select_related("organization", "published_by").first()


def shown(year: int, month: int, audience: str, organization_id: int | None = None) -> Shown:
    """Raises store.Missing before there are facts."""
    report = find(year, month, audience, organization_id)
    written = figures.read(report.figures) if report else None
    if written is not None and audience != TEAM:
        return Shown(written, report, written)
    now = gather.month(year, month, organization_id=organization_id)
    return Shown(written or now, report, now)


def without_names(month: Month) -> Month:
    """For agents who do not see every ticket: no person, no customer, no case."""
    nobody = Votes(month.votes.concentration)
    none = Breakdown()
    return replace(month, cases=(), agents=none, organizations=none, requesters=none, votes=nobody)


def since(then: Month, now: Month, written_on: date, language: str) -> Section | None:
    """Which figures of a report that was written down differ by now, and why; None: none does, as it is printed."""
    phrases = PHRASES[language]
    with translation.override(language):
        rows = []
        for key, compared in then.figures.items():
            today = now.figures.get(key)
            if today is None or _printed(compared.now) == _printed(today.now):
                continue
            why = phrases[f"why_{_why(key, then, now)}"]
            rows.append((MEASURES[key].full_label, _printed(compared.now), _printed(today.now), why))
        if not rows:
            return None
        grid = Grid(phrases["since"], tuple(phrases["since_columns"].split("|")), tuple(rows))
        lead = phrases["since_lead"].format(day=said_day(written_on, language))
        return Section("since", phrases["since"], (lead,), grids=(grid,))


def since_written(shown: Shown, language: str) -> Section | None:
    """The same of a month as it is shown; None for one that is not written down."""
    if shown.report is None:
        return None
    month, written_at = shown.month, shown.report.written_at
    written_on = written_at.astimezone(ZoneInfo(month.time_zone)).date()
    found = since(month, shown.now, written_on, language)
    if found is None:
        return None
    period = of_month(month.year, month.month, month.time_zone)
    told = changes_since(written_at, *period, version=month.facts_version, organization=month.organization_id)
    return replace(found, paragraphs=(*found.paragraphs, *_counted(told, language)))


def _counted(told: Since, language: str) -> Iterator[str]:
    """What was told since then, by kind and how often."""
    phrases = PHRASES[language]
    kinds = ("votes_given", "votes_changed", "votes_reviewed", "contacts", "time_entries", "requests_moved")
    counts = [(kind, getattr(told, kind)) for kind in kinds]
    said = ", ".join(f"{phrases[f'told_{kind}']} ({n})" for kind, n in counts if n)
    if said:
        yield phrases["told"].format(list=said)


def _printed(figure: Figure) -> str:
    return words.words(figure)


def _why(key: str, then: Month, now: Month) -> str:
    if then.facts_version != now.facts_version:
        return "definition"
    measure = MEASURES[key]
    if measure.table == _OF_VOTES or key == "rated_of_solved":
        return "votes"
    return "late" if key in _OF_CONTACTS or measure.unit == TOTAL_MINUTES else "events"
