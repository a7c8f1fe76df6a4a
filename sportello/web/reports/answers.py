"""What a board asks of the facts, asked: all its questions of one snapshot, and who the cells of the answers are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sportello.desk.models import User
from sportello.desk.rules.conditions import Conditions
from sportello.reports import periods
from sportello.reports.board_parts import DAILY, EARLIER, MONTHS, NOW, TIME, YEARS, Need, gathered
from sportello.reports.figures import answer, words
from sportello.reports.figures.answer import Cell, Row, Table
from sportello.reports.figures.figure import Figure
from sportello.reports.figures.measures import is_of_tickets
from sportello.reports.figures.query import Query
from sportello.reports.figures.source import Source
from sportello.reports.periods import Period

from . import asked
from .named import Namer, names_of

# As many months beside a figure: the last one and the same a year before among them.
SHOWN_MONTHS, SHOWN_YEARS = 13, 4
FEWEST_MONTHS = 3
# Up to so many days a course goes by day, by week, by month, by quarter: as many marks as can be drawn and read.
BY_DAY, BY_WEEK, BY_MONTH, BY_QUARTER = 45, 200, 3_600, 10_000
# A line alone can be read by day for two years.
BY_DAY_AT_MOST = 731


@dataclass(frozen=True, slots=True)
class Answers:
    """period: of the board; earlier: what it is compared with. tables: by time and split as parts name them."""

    period: Period
    earlier: Period | None
    today: date
    tables: Mapping[tuple[str, tuple[str, ...]], Table]
    name: Namer
    _addresses: dict[tuple[str, tuple[str, ...], str], str] = field(default_factory=dict)

    def table(self, by: tuple[str, ...] = (), when: str = NOW) -> Table | None:
        return self.tables.get((when, by))

    def rows(self, by: tuple[str, ...], when: str = NOW) -> tuple[Row, ...]:
        """Of the months beside the period only such as are over, unless there is no other."""
        found = self.table(by, when)
        if found is None or when != MONTHS:
            return found.rows if found else ()
        place, months = by.index("month"), self.months()
        return tuple(row for row in found.rows if row.cell[place] in months)

    def months(self) -> list[date]:
        """The months beside the period, from the first in which anything happened, but a few in any case.

        One that is not over yet is left out, unless it is the only one.
        """
        tables = [it for (when, _by), it in self.tables.items() if when == MONTHS]
        months, this = tables[0].query.buckets(), self.today.replace(day=1)
        begun = {
            row.cell[table.query.dimensions.index("month")]
            for table in tables
            for row in table.rows
            if any(it.n for it in row.figures.values())
        }
        over = [month for month in months if month < this]
        shown = over if begun.intersection(over) else months
        first = next((place for place, month in enumerate(shown) if month in begun), 0)
        return shown[max(0, min(first, len(shown) - FEWEST_MONTHS)) :]

    def total(self, key: str, when: str = NOW) -> Figure | None:
        found = self.table((), when)
        return found.totals[key] if found else None

    @property
    def has_any(self) -> bool:
        """Whether anything at all happened."""
        return any(it.n for table in self.tables.values() for row in table.rows for it in row.figures.values())

    def behind(self, key: str, by: tuple[str, ...] = (), cell: Cell = (), when: str = NOW) -> str:
        """Where a figure of these answers leads: as asked.behind."""
        if not is_of_tickets(key):
            return asked.behind(self.tables[when, by].query, key, cell)
        known = self._addresses.get((when, by, key))
        if known is None:
            known = self._addresses[when, by, key] = asked.behind_all(self.tables[when, by].query, key)
        return asked.in_cell(known, cell)

    def label(self, by: str, value: Any, *, short: bool = False) -> str:
        """What a cell is called. short: as below an axis."""
        if not isinstance(value, date):
            return self.name(by, value)
        grain = grain_of(self.period, by)
        return periods.short(value, grain) if short else words.cell(grain, value)


def ask(
    source: Source, needs: Iterator[Need], agent: User, period: Period, earlier: Period | None, zone: str, **more: Any
) -> Answers:
    """more: filters, today."""
    filters: Conditions = more["filters"]
    spans = {
        NOW: period,
        EARLIER: earlier,
        MONTHS: periods.months_up_to(period, SHOWN_MONTHS),
        YEARS: periods.years_up_to(period, SHOWN_YEARS),
    }
    tables = {}
    for (when, by), keys in gathered(needs).items():
        if (span := spans[when]) is None:
            continue
        start, end = span.instants(zone)
        split = tuple(grain_of(period, key) for key in by)
        tables[when, by] = answer.ask(source, Query(keys, start, end, zone, split, filters), actor_id=agent.pk)
    pairs = (
        (key, value)
        for table in tables.values()
        for row in table.rows
        for key, value in zip(table.query.dimensions, row.cell, strict=True)
        if key in words.NAMED
    )
    return Answers(period, earlier, more["today"], tables, names_of(agent, pairs))


def grain_of(period: Period, by: str = TIME) -> str:
    """The unit of time that is drawn; of another split, itself."""
    if by == DAILY and period.days <= BY_DAY_AT_MOST:
        return "day"
    if by not in (TIME, DAILY):
        return by
    steps = ((BY_DAY, "day"), (BY_WEEK, "week"), (BY_MONTH, "month"), (BY_QUARTER, "quarter"))
    return next((grain for days, grain in steps if period.days <= days), "year")
