"""The month's figures beside last month's, for the desk and for each agent, organization and requester."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sportello.desk.actions import configuration
from sportello.desk.models import Organization, User
from sportello.desk.words import About, Score
from sportello.kit import clock

from . import facts
from .facts import Facts, Whose
from .measures import MEASURES, Figure, count, durations, quotient, share

AGENT_KEYS = (
    "num_solved_tickets",
    "first_reply_time_in_minutes_median",
    "first_reply_time_in_minutes_median_business",
    "first_reply_within_hour",
    "one_touch_percentage",
    "one_reply_percentage",
    "reopened_percentage",
    "satisfaction_rating",
    "satisfaction_rating_help",
    "response_rate",
    "num_good_votes",
    "num_bad_votes_help",
    "num_bad_votes_else",
)
CUSTOMER_KEYS = ("num_new_tickets", *AGENT_KEYS)
# A desk may have tens of thousands of requesters; the report shows those it is about.
REQUESTERS = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure, last month's, and the difference of the two unrounded values (None where one is missing)."""

    figure: Figure
    before: Figure

    @property
    def change(self) -> float | None:
        if self.figure.value is None or self.before.value is None:
            return None
        return self.figure.value - self.before.value


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one agent, organization or requester. id, name: None and "" for what belongs to nobody."""

    id: int | None
    name: str
    figures: Mapping[str, Compared]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Lines, the most telling first. left_out: how many more there are."""

    lines: tuple[Line, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A month at the desk, from its first instant to the next month's in the desk's time zone.

    figures: every measure of MEASURES, in that order. bad_about: bad votes by words.About, "" where nothing was said.
    is_over: false while the month still runs.
    """

    year: int
    month: int
    desk: str
    time_zone: str
    start_at: datetime
    end_at: datetime
    is_over: bool
    figures: Mapping[str, Compared]
    bad_about: Mapping[str, int]
    agents: Breakdown
    organizations: Breakdown
    requesters: Breakdown


def month(year: int, month: int) -> Month:
    """The figures of a calendar month, beside those of the month before it. Definitions: docs/metrics.md.

    Raises ValueError for a month that is none.
    """
    desk = configuration.current().desk
    start_at, end_at = facts.limits(year, month, desk.time_zone)
    earlier = (year - 1, 12) if month == 1 else (year, month - 1)
    now_read = facts.read(start_at, end_at)
    this, last = _Tallies(now_read), _Tallies(facts.read(*facts.limits(*earlier, desk.time_zone)))
    requesters = sorted(this.requesters.items(), key=_dissatisfied_first)
    return Month(
        year=year,
        month=month,
        desk=desk.name,
        time_zone=desk.time_zone,
        start_at=start_at,
        end_at=end_at,
        is_over=clock.now() >= end_at,
        figures=_compare(this.all, last.all, MEASURES),
        bad_about={about: this.all.bad.get(about, 0) for about in (*About.values, "")},
        agents=_breakdown(sorted(this.agents.items(), key=_busiest_first), last.agents, AGENT_KEYS, User),
        organizations=_breakdown(
            sorted(this.organizations.items(), key=_busiest_first), last.organizations, CUSTOMER_KEYS, Organization
        ),
        requesters=_breakdown(requesters, last.requesters, CUSTOMER_KEYS, User, REQUESTERS),
    )


@dataclass(slots=True)
class _Tally:
    """Facts of one agent, organization, requester or all, added up."""

    created: int = 0
    created_outside: int = 0
    solved: int = 0
    fewer_than_two: int = 0
    exactly_one: int = 0
    reopened: int = 0
    good: int = 0
    surveyed: int = 0
    answered: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    replied: list[facts.Replied] = field(default_factory=list)

    @property
    def bad_help(self) -> int:
        """Whoever did not say what a bad vote is about is taken to mean the help: no benefit of doubt for the desk."""
        return self.bad.get(About.HELP, 0) + self.bad.get("", 0)

    @property
    def bad_else(self) -> int:
        return sum(self.bad.values()) - self.bad_help

    def figures(self) -> dict[str, Figure]:
        replied, votes = self.replied, self.good + self.bad_help + self.bad_else
        found = (
            count("num_new_tickets", self.created),
            share("num_new_tickets_outside_hours", self.created_outside, self.created),
            count("num_solved_tickets", self.solved),
            share("one_touch_percentage", self.fewer_than_two, self.solved),
            share("one_reply_percentage", self.exactly_one, self.solved),
            share("reopened_percentage", self.reopened, self.solved),
            *durations("", [reply.calendar for reply in replied]),
            *durations("_business", [reply.business for reply in replied]),
            *durations("_arrived_open", [reply.calendar for reply in replied if reply.in_hours]),
            *durations("_arrived_closed", [reply.calendar for reply in replied if not reply.in_hours]),
            share("satisfaction_rating", self.good, votes),
            share("satisfaction_rating_help", self.good, self.good + self.bad_help),
            count("num_good_votes", self.good),
            count("num_bad_votes_help", self.bad_help),
            count("num_bad_votes_else", self.bad_else),
            count("num_surveyed", self.surveyed),
            share("response_rate", self.answered, self.surveyed),
            quotient("rated_of_solved", votes, self.solved),
        )
        return {figure.definition: figure for figure in found}


class _Tallies:
    """The facts of a month added up for the desk and for everybody."""

    def __init__(self, read: Facts) -> None:
        self.all = _Tally()
        self.agents: dict[int | None, _Tally] = {}
        self.organizations: dict[int | None, _Tally] = {}
        self.requesters: dict[int | None, _Tally] = {}
        self._add(read)

    def _of(self, whose: Whose, *, agents: bool = True) -> Iterable[_Tally]:
        yield self.all
        if agents:
            yield self.agents.setdefault(whose.agent_id, _Tally())
        yield self.organizations.setdefault(whose.organization_id, _Tally())
        yield self.requesters.setdefault(whose.requester_id, _Tally())

    def _add(self, read: Facts) -> None:
        for created in read.created:
            for tally in self._of(created.whose, agents=False):
                tally.created += 1
                tally.created_outside += not created.in_hours
        for replied in read.replied:
            for tally in self._of(replied.whose):
                tally.replied.append(replied)
        for solved in read.solved:
            for tally in self._of(solved.whose):
                tally.solved += solved.n
                tally.fewer_than_two += solved.fewer_than_two
                tally.exactly_one += solved.exactly_one
                tally.reopened += solved.reopened
        for voted in read.voted:
            for tally in self._of(voted.whose):
                if voted.score == Score.GOOD:
                    tally.good += voted.n
                else:
                    tally.bad[voted.about] = tally.bad.get(voted.about, 0) + voted.n
        for surveyed in read.surveyed:
            for tally in self._of(surveyed.whose):
                tally.surveyed += surveyed.n
                tally.answered += surveyed.answered


def _busiest_first(item: tuple[int | None, _Tally]) -> tuple[int, int, int]:
    key, tally = item
    return -tally.solved, -tally.created, key or 0


def _dissatisfied_first(item: tuple[int | None, _Tally]) -> tuple[int, int, int]:
    key, tally = item
    return -sum(tally.bad.values()), -tally.created, key or 0


def _compare(this: _Tally, last: _Tally, keys: Iterable[str]) -> dict[str, Compared]:
    now, before = this.figures(), last.figures()
    return {key: Compared(now[key], before[key]) for key in keys}


def _breakdown(
    this: list[tuple[int | None, _Tally]],
    last: Mapping[int | None, _Tally],
    keys: Iterable[str],
    model: type[User] | type[Organization],
    limit: int | None = None,
) -> Breakdown:
    shown = this[:limit]
    ids = [key for key, _tally in shown if key is not None]
    names = dict(model._default_manager.filter(pk__in=ids).values_list("pk", "name"))
    lines = tuple(Line(key, names.get(key, ""), _compare(tally, last.get(key, _Tally()), keys)) for key, tally in shown)
    return Breakdown(lines, len(this) - len(shown))
