"""Months of a desk planned to the minute, so that its figures come out as somebody has published them. Pure.

What a month's figures hang on is chosen exactly: how many are solved, how many of them with one reply, the sum of the
waits for the first reply, how many waited an hour at most, good and bad votes. The rest is left to chance with a seed:
when people write, what they ask, who answers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sportello.desk.rules.schedules import Schedule, add_business, is_open

from .votes import Vote, cast

HOUR = 60
# Requests by hour of a day while the desk is open and closed, 0 to 23.
BY_DAY = (0, 0, 0, 0, 0, 0, 2, 4, 9, 12, 13, 11, 7, 6, 9, 12, 11, 8, 6, 4, 3, 3, 3, 1)
BY_NIGHT = (2, 1, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 6, 8, 8, 8, 8, 6, 4)
CLOSE_HOURS = 48
# So long before the desk closes for the month whoever writes is still answered in it.
LATEST = timedelta(minutes=HOUR + 20)
HANDED_ON, REOPENED = 0.12, 0.05


@dataclass(frozen=True, slots=True)
class Month:
    """What was published of a month. one_touch: how many of the solved had one reply. good, bad: votes cast in it.

    within: the share of first replies that came within an hour. mean: minutes to the first reply, None: as it comes.
    """

    year: int
    number: int
    solved: int
    one_touch: int
    within: float
    good: int
    bad: int
    mean: float | None = None

    def limits(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first instant and the first after it, in the desk's time zone."""
        after = (self.year + 1, 1) if self.number == 12 else (self.year, self.number + 1)
        return datetime(self.year, self.number, 1, tzinfo=zone), datetime(*after, 1, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a desk works. outside: share of requests that come while it is closed. carried: solved only next month.

    customers, agents: how many there are. seldom: the customers who ask so seldom that each is asked for a vote.
    slow, quick: the medians of the waits for a first reply over and within an hour.
    """

    hours: Schedule
    outside: float
    customers: int
    agents: int
    carried: int = 12
    quick: float = 18
    slow: float = 140
    seldom: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Times are aware; those that do not happen are None. customer, agent, second: which one.

    second: the agent who solves it when somebody else has answered first. A reply at solved_at alone: one touch.
    """

    opened_at: datetime
    replied_at: datetime
    solved_at: datetime
    agent: int = 0
    second: int | None = None
    customer: int = 0
    heard_at: datetime | None = None
    reopened_at: datetime | None = None
    resolved_at: datetime | None = None
    confirmed_at: datetime | None = None
    asked_at: datetime | None = None
    vote: Vote | None = None

    @property
    def is_one_touch(self) -> bool:
        return self.replied_at == self.solved_at and self.resolved_at is None

    @property
    def waited(self) -> int:
        """Minutes to the first reply."""
        return int((self.replied_at - self.opened_at).total_seconds()) // 60

    @property
    def ended_at(self) -> datetime:
        return self.resolved_at or self.solved_at

    @property
    def closed_at(self) -> datetime:
        return self.confirmed_at or self.ended_at + timedelta(hours=CLOSE_HOURS)


@dataclass(frozen=True, slots=True)
class Figures:
    """A month as the plan holds it, counted plainly. replied: first replies; minutes: all their waits together."""

    solved: int
    one_touch: int
    replied: int
    minutes: int
    within_hour: int
    good: int
    bad: int


def figures(requests: Sequence[Request], month: Month, zone: ZoneInfo) -> Figures:
    start, end = month.limits(zone)
    solved = [it for it in requests if start <= it.ended_at < end]
    waits = [it.waited for it in requests if start <= it.replied_at < end]
    votes = [it.vote for it in requests if it.vote and start <= it.vote.at < end]
    return Figures(
        solved=len(solved),
        one_touch=sum(it.is_one_touch for it in solved),
        replied=len(waits),
        minutes=sum(waits),
        within_hour=sum(wait <= HOUR for wait in waits),
        good=sum(not it.is_bad for it in votes),
        bad=sum(it.is_bad for it in votes),
    )


def plan(
    months: Sequence[Month], shape: Shape, bad: Mapping[tuple[int, int], Sequence[int]], seed: int
) -> list[Request]:
    """The requests of months that follow each other, by the time they are opened.

    bad: of each (year, month) the customers whose votes are bad, where it matters who. Raises ValueError where the
    figures do not go together.
    """
    random = Random(seed)
    made: list[Request] = []
    carried: list[Request] = []
    for month in months:
        requests = Planned(month, shape, random, carried_in=len(carried)).requests()
        start, end = month.limits(ZoneInfo(shape.hours.time_zone))
        carried = [it for it in requests if it.solved_at >= end]
        made += requests
    made.sort(key=lambda it: it.opened_at)
    wanted = [(*month.limits(ZoneInfo(shape.hours.time_zone)), month.good, month.bad) for month in months]
    named = [bad.get((month.year, month.number), []) for month in months]
    known: dict[int, int] = {}
    for (start, *_figures), who in zip(wanted, named, strict=True):
        early = [nth for nth, it in enumerate(made) if _is_plain(it, start) and nth not in known]
        known |= dict(zip(random.sample(early, len(who)), who, strict=True))
    return cast(_people(made, known, shape, random), wanted, named, random)


def _is_plain(it: Request, start: datetime) -> bool:
    """Answered and solved quickly, and early in the month: a vote on it is given in the same month."""
    return it.is_one_touch and it.waited < 30 and timedelta(days=1) < it.opened_at - start < timedelta(days=18)


def _people(requests: Sequence[Request], known: Mapping[int, int], shape: Shape, random: Random) -> list[Request]:
    """Who asks and who answers. known: the customers of some requests, by their place."""
    asked: dict[int, list[datetime]] = defaultdict(list)
    found = []
    for nth, it in enumerate(requests):
        customer = known.get(nth)
        while customer is None:
            other = random.randrange(shape.customers)
            lately = [at for at in asked[other] if at > it.opened_at - timedelta(days=30)]
            if len(lately) < (2 if other in shape.seldom else 8):
                customer = other
        asked[customer].append(it.opened_at)
        agent = random.randrange(shape.agents)
        second = None
        if not it.is_one_touch and shape.agents > 1 and random.random() < HANDED_ON:
            second = (agent + random.randrange(1, shape.agents)) % shape.agents
        found.append(replace(it, customer=customer, agent=agent, second=second))
    return found


@dataclass(slots=True)
class Planned:
    """The requests whose first reply lies in one month. carried_in: tickets of the month before that it solves."""

    month: Month
    shape: Shape
    random: Random
    carried_in: int
    start: datetime = field(init=False)
    end: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.start, self.end = self.month.limits(ZoneInfo(self.shape.hours.time_zone))

    def requests(self) -> list[Request]:
        count = self.month.solved - self.carried_in + self.shape.carried
        replied = sorted(self._replied(count), key=lambda it: it.replied_at)
        # The last ones of the month, but for those solved at once, are solved in the next.
        later = set(range(count - self.shape.carried, count))
        at_once = set(self.random.sample(range(count - self.shape.carried), self.month.one_touch))
        return [
            it if nth in at_once else self._worked_on(it, is_carried=nth in later) for nth, it in enumerate(replied)
        ]

    # --- until the first reply ----------------------------------------------------------------------------------------

    def _replied(self, count: int) -> list[Request]:
        outside = round(count * self.shape.outside)
        arrivals = [(at, self._closing(at)) for at in self._arrivals(count - outside, is_open=True)]
        within = round(self.month.within * count)
        # Who writes just before the desk closes is answered in the morning.
        early = [pair for pair in arrivals if _minutes(*pair) >= 12]
        quick = set(self.random.sample(early, within))
        waits = [_Wait(at, self._quick(at, closing), 2, HOUR) for at, closing in sorted(quick)]
        for at, closing in arrivals:
            if (at, closing) not in quick:
                left = _minutes(at, closing) - 1
                waits.append(self._same_day(at, left) if left > HOUR + 15 else self._next_morning(at))
        waits += [self._next_morning(at) for at in self._arrivals(outside, is_open=False)]
        if self.month.mean is not None:
            self._settle([it for it in waits if it.least > HOUR], round(self.month.mean * count), waits)
        return [Request(it.at, replied := it.at + timedelta(minutes=it.minutes), replied) for it in waits]

    def _arrivals(self, count: int, *, is_open: bool) -> list[datetime]:
        """Distinct times of the month until the desk closes for the last time, while it is open or closed."""
        last = self._last_closing()
        first = self.start - timedelta(hours=5)
        span = int((last - first).total_seconds())
        weights = BY_DAY if is_open else BY_NIGHT
        found: set[datetime] = set()
        while len(found) < count:
            at = (first + timedelta(seconds=self.random.randrange(span))).astimezone(UTC)
            local = at.astimezone(self.start.tzinfo)
            is_likely = self.random.random() * max(weights) < weights[local.hour]
            if is_likely and self._is_open(at) is is_open and self._opening(at) < last - LATEST:
                found.add(at)
        return sorted(found)

    def _quick(self, at: datetime, closing: datetime) -> int:
        left = min(HOUR, _minutes(at, closing) - 1)
        return max(2, min(left, round(self.shape.quick * self.random.lognormvariate(0, 0.7))))

    def _same_day(self, at: datetime, left: int) -> "_Wait":
        wait = round(self.shape.slow * self.random.lognormvariate(0, 0.5))
        return _Wait(at, max(HOUR + 1, min(left, wait)), HOUR + 1, left)

    def _next_morning(self, at: datetime) -> "_Wait":
        opening = self._opening(at) if not self._is_open(at) else self._opening(self._closing(at))
        least = max(HOUR + 1, _minutes(at, opening) + 1)
        most = min(least + 4 * HOUR, _minutes(at, self._last_closing()))
        wait = least + round(25 * self.random.lognormvariate(0, 0.8))
        return _Wait(at, min(wait, most), least, most)

    def _settle(self, slow: "list[_Wait]", wanted: int, every: "list[_Wait]") -> None:
        """Move the waits of more than an hour, each within its day, until all waits together are what is wanted."""
        missing = wanted - sum(it.minutes for it in every)
        for _round in range(200):
            self.random.shuffle(slow)
            for it in slow:
                step = max(it.least - it.minutes, min(it.most - it.minutes, max(-10, min(10, missing))))
                it.minutes += step
                missing -= step
            if not missing:
                return
        raise ValueError(f"the first replies of {self.month} cannot take {wanted} minutes together: {missing} are left")

    # --- after it -----------------------------------------------------------------------------------------------------

    def _worked_on(self, it: Request, *, is_carried: bool) -> Request:
        """With more than one reply."""
        random, hours = self.random, self.shape.hours
        second = timedelta(seconds=random.randrange(60))
        if is_carried:
            opening = self._opening(self.end)
            solved = _after(hours, opening, random.uniform(30, 900)) + second
        else:
            solved = _after(hours, it.replied_at, max(20, 170 * random.lognormvariate(0, 1.1))) + second
            last = self._last_closing()
            if solved >= last:
                solved = it.replied_at + (last - it.replied_at) * random.uniform(0.3, 0.9)
                solved = solved if self._is_open(solved) else self._closing_before(solved, it.replied_at)
        heard = it.replied_at + (solved - it.replied_at) * random.uniform(0.2, 0.8) if random.random() < 0.6 else None
        found = replace(it, solved_at=solved, heard_at=heard)
        if random.random() < REOPENED:
            reopened = solved + timedelta(hours=random.uniform(0.5, 20))
            resolved = _after(hours, reopened, 60 * random.lognormvariate(0, 0.7))
            if solved < self.end and resolved < self.end:
                return replace(found, reopened_at=reopened, resolved_at=resolved)
        return found

    def _closing_before(self, at: datetime, after: datetime) -> datetime:
        """A minute of the desk's hours between two times, the later one being closed."""
        while not self._is_open(at):
            at -= timedelta(minutes=5)
        return max(at, after + timedelta(minutes=1))

    # --- hours --------------------------------------------------------------------------------------------------------

    def _is_open(self, at: datetime) -> bool:
        return is_open(self.shape.hours, at)

    def _opening(self, at: datetime) -> datetime:
        """The first instant of business time after it, or itself while the desk is open."""
        return at if self._is_open(at) else _after(self.shape.hours, at, 1 / 60) - timedelta(seconds=1)

    def _closing(self, at: datetime) -> datetime:
        """When the desk closes that is open now."""
        step = timedelta(minutes=15)
        local = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        while self._is_open(local):
            local += step
        return local

    def _last_closing(self) -> datetime:
        at = self.end
        while not self._is_open(at - timedelta(minutes=15)):
            at -= timedelta(minutes=15)
        return at.astimezone(UTC)


@dataclass(slots=True)
class _Wait:
    """A request that waits so many minutes for its first reply, between least and most."""

    at: datetime
    minutes: int
    least: int
    most: int


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


def _after(hours: Schedule, at: datetime, minutes: float) -> datetime:
    found = add_business(hours, at, max(1, int(minutes * 60)))
    assert found
    return found.astimezone(UTC)
