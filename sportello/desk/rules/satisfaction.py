"""What votes say: rankings with n and interval, who the bad ones come from, trends by cause. Pure.

Source: docs/algorithms/satisfaction.md
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import sqrt

from ..words import About

# Below this a share says more about chance than about anybody: such standings are listed, and not ranked.
MINIMUM = 10
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as it counts. agent, group, organization: frozen when it was asked for (None: nobody, none).

    about: what it is about, as reviewed where it was; "" for a good one. cause: found by its review, "" for none.
    """

    at: datetime
    is_bad: bool
    requester: int
    organization: int | None = None
    agent: int | None = None
    group: int | None = None
    about: str = ""
    cause: str = ""


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
        return self.n < MINIMUM


@dataclass(frozen=True, slots=True)
class Ranking:
    """ranked: the most dissatisfied first, by what is certain (the interval's lower end); small: too few votes."""

    ranked: tuple[Standing, ...]
    small: tuple[Standing, ...]


# What a ranking may be made by; a customer is an organization, or a person without one.
BY: dict[str, Callable[[Vote], Hashable]] = {
    "customer": lambda vote: customer_of(vote.requester, vote.organization),
    "person": lambda vote: vote.requester,
    "agent": lambda vote: vote.agent,
    "group": lambda vote: vote.group,
}


def customer_of(requester: int, organization: int | None) -> tuple[str, int]:
    """("organization" | "person", id)."""
    return ("person", requester) if organization is None else ("organization", organization)


def topic_of(about: str, reviewed_about: str) -> str:
    """What a bad vote is about: as reviewed, else as the voter said; who says nothing means the help."""
    return reviewed_about or about or About.HELP


def ranking(votes: Iterable[Vote], by: str, *, minimum: int = MINIMUM) -> Ranking:
    """by: a key of BY. Votes without it (nobody's, no group) are left out. Equal ones: more bad first, then by key."""
    key_of = BY[by]
    count: Counter[Hashable] = Counter()
    bad: Counter[Hashable] = Counter()
    for vote in votes:
        key = key_of(vote)
        if key is not None:
            count[key] += 1
            bad[key] += vote.is_bad
    standings = [_standing(key, bad[key], n) for key, n in count.items()]
    standings.sort(key=lambda it: (-it.low, -it.bad, str(it.key)))
    small = sorted((it for it in standings if it.n < minimum), key=lambda it: (-it.bad, it.n, str(it.key)))
    return Ranking(tuple(it for it in standings if it.n >= minimum), tuple(small))


def topics(votes: Iterable[Vote]) -> tuple[Standing, ...]:
    """What the bad votes are about, each as a share of all bad ones; the most frequent first."""
    return _parts(vote.about or About.HELP for vote in votes if vote.is_bad)


def causes(votes: Iterable[Vote]) -> tuple[Standing, ...]:
    """Why they were bad, as their reviews found, each as a share of all bad ones; "": not found yet."""
    return _parts(vote.cause for vote in votes if vote.is_bad)


def _parts(found: Iterable[str]) -> tuple[Standing, ...]:
    counted = Counter(map(str, found))
    whole = sum(counted.values())
    standings = [_standing(key, part, whole) for key, part in counted.items()]
    return tuple(sorted(standings, key=lambda it: (-it.bad, str(it.key))))


def _standing(key: Hashable, bad: int, n: int) -> Standing:
    low, high = wilson(bad, n)
    return Standing(key, bad, n, bad / n, low, high)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence; (0, 1) where there is nothing to judge by.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not whole:
        return 0.0, 1.0
    p, z2 = part / whole, Z_95 * Z_95
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 / (1 + z2 / whole) * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


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


def concentration(votes: Sequence[Vote]) -> Concentration:
    """The narrowest circle that more than half of the bad votes come from: a person, else a customer."""
    bad = [vote for vote in votes if vote.is_bad]
    counted = {by: Counter(BY[by](vote) for vote in bad) for by in ("person", "customer")}
    people, customers = (len(counted[by]) for by in ("person", "customer"))
    whole = Concentration(len(bad), people=people, customers=customers, all_votes=len(votes))
    if len(bad) == 1:
        return _circle(votes, bad, whole)
    for by, found in counted.items():
        for key, part in found.most_common(1):
            if part >= 2 and 2 * part > len(bad):
                return _circle(votes, [vote for vote in bad if BY[by](vote) == key], whole)
    return whole


def _circle(votes: Sequence[Vote], theirs: Sequence[Vote], whole: Concentration) -> Concentration:
    requesters = tuple(it for it, _count in Counter(vote.requester for vote in theirs).most_common())
    customers = {customer_of(vote.requester, vote.organization) for vote in theirs}
    return Concentration(
        bad=whole.bad,
        part=len(theirs),
        people=len(requesters),
        customers=len(customers),
        requesters=requesters,
        organization=theirs[-1].organization if len(customers) == 1 else None,
        their_votes=sum(vote.requester in requesters for vote in votes),
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
