"""What votes say: rankings with n and interval, who the bad ones come from, trends by cause. Pure.

Source: docs/algorithms/satisfaction.md
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sportello.kit.statistics import ENOUGH, wilson

from ..words import About


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as it counts. organization: frozen when it was asked for, None for none.

    cause: why a bad one was, as its review found; "": not found, or a good one.
    """

    at: datetime
    is_bad: bool
    requester: int
    organization: int | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Voter:
    """How many votes a person gave for an organization (None: for none), and how many of them are bad."""

    requester: int
    organization: int | None
    bad: int
    n: int

    @property
    def customer(self) -> tuple[str, int]:
        return customer_of(self.requester, self.organization)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of the n votes of key are bad, as a share with Wilson's 95 % interval."""

    key: Hashable
    bad: int
    n: int
    share: float
    low: float
    high: float

    @property
    def is_small(self) -> bool:
        return self.n < ENOUGH


@dataclass(frozen=True, slots=True)
class Ranking:
    """ranked: the most dissatisfied first, by what is certain (the interval's lower end); small: too few votes."""

    ranked: tuple[Standing, ...]
    small: tuple[Standing, ...]


# Who votes; a customer is an organization, or a person without one.
BY: dict[str, Callable[[Voter], Hashable]] = {
    "customer": lambda voter: voter.customer,
    "person": lambda voter: voter.requester,
}


def customer_of(requester: int, organization: int | None) -> tuple[str, int]:
    """("organization" | "person", id)."""
    return ("person", requester) if organization is None else ("organization", organization)


def topic_of(about: str, reviewed_about: str) -> str:
    """What a bad vote is about: as reviewed, else as the voter said; who says nothing means the help."""
    return reviewed_about or about or About.HELP


def voters(votes: Iterable[Vote]) -> list[Voter]:
    """Who gave them, in the order in which each gave the first."""
    counted: Counter[tuple[int, int | None]] = Counter()
    bad: Counter[tuple[int, int | None]] = Counter()
    for vote in votes:
        counted[vote.requester, vote.organization] += 1
        bad[vote.requester, vote.organization] += vote.is_bad
    return [Voter(*key, bad[key], n) for key, n in counted.items()]


def ranking(votes: Iterable[Vote], by: str, *, minimum: int = ENOUGH) -> Ranking:
    """by: a key of BY."""
    return ranked(counts(voters(votes), by), minimum=minimum)


def counts(given: Iterable[Voter], by: str) -> dict[Hashable, tuple[int, int]]:
    """Bad votes and all of each key of BY."""
    found: dict[Hashable, tuple[int, int]] = {}
    for it in given:
        bad, n = found.get(key := BY[by](it), (0, 0))
        found[key] = bad + it.bad, n + it.n
    return found


def ranked(counted: Mapping[Hashable, tuple[int, int]], *, minimum: int = ENOUGH) -> Ranking:
    """counted: bad votes and all of each key. Equal ones: more bad first, then by key."""
    standings = [_standing(key, bad, n) for key, (bad, n) in counted.items() if n]
    standings.sort(key=lambda it: (-it.low, -it.bad, str(it.key)))
    small = sorted((it for it in standings if it.n < minimum), key=lambda it: (-it.bad, it.n, str(it.key)))
    return Ranking(tuple(it for it in standings if it.n >= minimum), tuple(small))


def causes(votes: Iterable[Vote]) -> tuple[Standing, ...]:
    """Why the bad ones were, as their reviews found, each as a share of all bad ones, the most frequent first; "": not
    found yet."""
    counted = Counter(vote.cause for vote in votes if vote.is_bad)
    whole = sum(counted.values())
    standings = [_standing(key, part, whole) for key, part in counted.items()]
    return tuple(sorted(standings, key=lambda it: (-it.bad, str(it.key))))


def _standing(key: Hashable, bad: int, n: int) -> Standing:
    low, high = wilson(bad, n)
    return Standing(key, bad, n, bad / n, low, high)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Who the bad votes come from. part of the `bad` come from `people` of one customer (is_one_customer).

    organization: that customer, None where it is a person without one. requesters: these people, those with most bad
    votes first. their_votes of all_votes: so many of all votes are theirs, for whoever votes much is often dissatisfied
    too. A concentration is more than half of the bad votes, and at least two; without one part is 0, and people and
    customers are those of all.
    """

    bad: int
    part: int = 0
    people: int = 0
    customers: int = 0
    requesters: tuple[int, ...] = ()
    organization: int | None = None
    their_votes: int = 0
    all_votes: int = 0


def concentration(votes: Iterable[Vote]) -> Concentration:
    return concentration_among(voters(votes))


def concentration_among(given: Sequence[Voter]) -> Concentration:
    """The narrowest circle that more than half of the bad votes come from: a person, else a customer."""
    dissatisfied = [it for it in given if it.bad]
    bad_by = {by: Counter({key: bad for key, (bad, _n) in counts(dissatisfied, by).items()}) for by in BY}
    people, customers = len(bad_by["person"]), len(bad_by["customer"])
    bad, votes = sum(it.bad for it in given), sum(it.n for it in given)
    whole = Concentration(bad, people=people, customers=customers, all_votes=votes)
    if bad == 1:
        return _circle(given, dissatisfied, whole)
    for by in ("person", "customer"):
        for key, part in bad_by[by].most_common(1):
            if part >= 2 and 2 * part > bad:
                return _circle(given, [it for it in dissatisfied if BY[by](it) == key], whole)
    return whole


def _circle(given: Sequence[Voter], theirs: Sequence[Voter], whole: Concentration) -> Concentration:
    bad_of: Counter[int] = Counter()
    for it in theirs:
        bad_of[it.requester] += it.bad
    requesters = tuple(it for it, _count in bad_of.most_common())
    customers = {it.customer for it in theirs}
    return Concentration(
        bad=whole.bad,
        part=sum(it.bad for it in theirs),
        people=len(requesters),
        customers=len(customers),
        requesters=requesters,
        organization=theirs[-1].organization if len(customers) == 1 else None,
        their_votes=sum(it.n for it in given if it.requester in requesters),
        all_votes=whole.all_votes,
    )


@dataclass(frozen=True, slots=True)
class Period:
    """The causes of the bad votes of a stretch of time. counts: of each cause that any stretch has, 0 where none."""

    start: datetime
    end: datetime
    bad: int
    counts: dict[str, int]


def trend(votes: Iterable[Vote], ends: Sequence[datetime]) -> tuple[Period, ...]:
    """Bad votes by cause between each two neighbours of ends (ascending instants), each from the one, without the
    other."""
    within = [vote for vote in votes if vote.is_bad and ends[0] <= vote.at < ends[-1]]
    every = sorted({vote.cause for vote in within})
    found = []
    for start, end in pairwise(ends):
        counted = Counter(vote.cause for vote in within if start <= vote.at < end)
        found.append(Period(start, end, sum(counted.values()), {cause: counted[cause] for cause in every}))
    return tuple(found)
