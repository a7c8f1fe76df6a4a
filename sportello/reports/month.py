"""The month's figures beside last month's, for the desk and for each agent, organization and requester."""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sportello.desk.actions import configuration
from sportello.desk.models import Organization, User
from sportello.desk.words import About, Contact, Score
from sportello.kit import clock

from . import facts
from .facts import Created, Facts, Replied, Solved, Spent, Surveyed, Voted
from .measures import LAST_SCHEDULE, MEASURES, Figure, count, durations, quotient, share

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
    "time_spent_in_minutes",
)
BY_ARRIVAL = "first_reply_time_in_minutes_mean_arrived_open"
CUSTOMER_KEYS = ("num_new_tickets", "num_direct_contacts", *AGENT_KEYS)
Fact = TypeVar("Fact", Created, Replied, Solved, Voted, Surveyed, Spent)
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
    direct: tickets with a direct contact by words.Contact. is_over: false while the month still runs.
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
    direct: Mapping[str, int]
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
    this, last = facts.read(start_at, end_at), facts.read(*facts.limits(*earlier, desk.time_zone))
    whole, before = _whole(this), _whole(last)
    return Month(
        year=year,
        month=month,
        desk=desk.name,
        time_zone=desk.time_zone,
        start_at=start_at,
        end_at=end_at,
        is_over=clock.now() >= end_at,
        figures=_compare(whole, before, MEASURES),
        bad_about={about: whole.bad.get(about, 0) for about in (*About.values, "")},
        direct={contact: this.direct.get(contact, 0) for contact in Contact.values},
        agents=_breakdown(this, last, "agent_id", AGENT_KEYS, User),
        organizations=_breakdown(this, last, "organization_id", CUSTOMER_KEYS, Organization),
        requesters=_breakdown(this, last, "requester_id", CUSTOMER_KEYS, User),
    )


@dataclass(slots=True)
class _Tally:
    """Facts of one agent, organization, requester or all, added up."""

    created: int = 0
    direct: int = 0
    spent: int = 0
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

    def figures(self, keys: Container[str]) -> dict[str, Figure]:
        """The figures with these keys. What is long to work out and not asked for is left out."""
        replied, votes = self.replied, self.good + self.bad_help + self.bad_else
        found = (
            count("num_new_tickets", self.created),
            share("num_new_tickets_outside_hours", self.created_outside, self.created),
            count("num_solved_tickets", self.solved),
            share("one_touch_percentage", self.fewer_than_two, self.solved),
            share("one_reply_percentage", self.exactly_one, self.solved),
            share("reopened_percentage", self.reopened, self.solved),
            count("num_direct_contacts", self.direct),
            share("direct_contact_percentage", self.direct, self.created),
            count("time_spent_in_minutes", self.spent),
            *durations("", [reply.calendar for reply in replied]),
            *durations("_business", [reply.business for reply in replied]),
            *durations(LAST_SCHEDULE, [reply.by_last_schedule for reply in replied]),
            *(self._by_arrival() if BY_ARRIVAL in keys else ()),
            share("satisfaction_rating", self.good, votes),
            share("satisfaction_rating_help", self.good, self.good + self.bad_help),
            count("num_good_votes", self.good),
            count("num_bad_votes_help", self.bad_help),
            count("num_bad_votes_else", self.bad_else),
            count("num_surveyed", self.surveyed),
            share("response_rate", self.answered, self.surveyed),
            quotient("rated_of_solved", votes, self.solved),
        )
        return {figure.key: figure for figure in found}

    def _by_arrival(self) -> Iterator[Figure]:
        yield from durations("_arrived_open", [reply.calendar for reply in self.replied if reply.in_hours])
        yield from durations("_arrived_closed", [reply.calendar for reply in self.replied if not reply.in_hours])


def _tallies(read: Facts, key: str = "", only: frozenset[int | None] | None = None) -> dict[int | None, _Tally]:
    """The facts added up by agent_id, organization_id or requester_id; all under None without a key.

    only: whom to add up. One plain loop a kind of fact: there may be 100,000.
    """
    found: dict[int | None, _Tally] = defaultdict(_Tally)

    def mine(these: Iterable[Fact]) -> Iterator[tuple[_Tally, Fact]]:
        for fact in these:
            whose = getattr(fact, key) if key else None
            if only is None or whose in only:
                yield found[whose], fact

    if key != "agent_id":  # What customers ask is no agent's.
        for tally, created in mine(read.created):
            tally.created += created.n
            tally.direct += created.direct
    for tally, replied in mine(read.replied):
        tally.replied.append(replied)
    for tally, solved in mine(read.solved):
        tally.solved += solved.n
        tally.fewer_than_two += solved.fewer_than_two
        tally.exactly_one += solved.exactly_one
        tally.reopened += solved.reopened
    for tally, voted in mine(read.voted):
        if voted.score == Score.GOOD:
            tally.good += voted.n
        else:
            tally.bad[voted.about] = tally.bad.get(voted.about, 0) + voted.n
    for tally, surveyed in mine(read.surveyed):
        tally.surveyed += surveyed.n
        tally.answered += surveyed.answered
    for tally, spent in mine(read.spent):
        tally.spent += spent.minutes
    return found


def _whole(read: Facts) -> _Tally:
    """The facts of the whole desk, added up."""
    tally = _tallies(read).get(None, _Tally())
    tally.created_outside = read.created_outside
    return tally


def _most_telling(read: Facts, limit: int) -> frozenset[int | None]:
    """The requesters whom the report shows: the most bad votes first, then the most requests."""
    bad: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    for voted in read.voted:
        bad[voted.requester_id] += voted.n if voted.score == Score.BAD else 0
    for created in read.created:
        asked[created.requester_id] += created.n
    return frozenset(sorted(_people(read), key=lambda person: (-bad[person], -asked[person], person))[:limit])


def _compare(this: _Tally, last: _Tally, keys: Collection[str]) -> dict[str, Compared]:
    now, before = this.figures(keys), last.figures(keys)
    return {key: Compared(now[key], before[key]) for key in keys}


def _agents_and_organizations(tally: _Tally) -> tuple[int, int]:
    return -tally.solved, -tally.created


def _requesters(tally: _Tally) -> tuple[int, int]:
    return -sum(tally.bad.values()), -tally.created


def _breakdown(
    this: Facts,
    last: Facts,
    whose: str,
    keys: Collection[str],
    model: type[User] | type[Organization],
) -> Breakdown:
    only = _most_telling(this, REQUESTERS) if whose == "requester_id" else None
    order = _requesters if only is not None else _agents_and_organizations
    now, before = _tallies(this, whose, only), _tallies(last, whose, only)
    names = dict(
        model._default_manager.filter(pk__in=[key for key in now if key is not None]).values_list("pk", "name")
    )
    lines = tuple(
        Line(key, names.get(key or 0, ""), _compare(tally, before.get(key, _Tally()), keys))
        for key, tally in sorted(now.items(), key=lambda item: (*order(item[1]), item[0] or 0))
    )
    return Breakdown(lines, len(_people(this)) - len(lines) if only is not None else 0)


def _people(read: Facts) -> set[int]:
    """Every requester of whom the month knows something."""
    return {fact.requester_id for these in (read.created, read.replied, read.solved, read.voted) for fact in these}
