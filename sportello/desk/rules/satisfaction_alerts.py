"""When satisfaction needs a look: a customer's first bad vote, and a drop that chance does not explain. Pure.

Source: docs/algorithms/satisfaction.md
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, lgamma

from .satisfaction import Vote, customer_of

# Who is of two minds votes badly every second time. So many good votes without a bad one he casts in less than one
# case of twenty (0.5 ** 5 = 3.1 %): whoever did was happy.
ALWAYS_HAPPY = 5
# The latest four weeks against the year before, each week once.
LATELY = timedelta(weeks=4)
BEFORE = timedelta(weeks=52)
# How often chance alone may give a false alarm: in a look at all, whatever the desk. One a week: about one
# false alarm in two years at most.
FALSE_ALARM = 0.01


@dataclass(frozen=True, slots=True)
class Look:
    """Bad votes among all of the latest weeks, and among those of the time before."""

    bad: int
    votes: int
    bad_before: int
    votes_before: int

    @property
    def p(self) -> float:
        """How probable so many bad votes are lately, or more, if nothing has changed."""
        return fisher(self.bad, self.votes, self.bad_before, self.votes_before)


def is_first_of_a_happy_customer(good_before: int, bad_before: int) -> bool:
    return not bad_before and good_before >= ALWAYS_HAPPY


@dataclass(frozen=True, slots=True)
class Happy:
    """A customer's first bad vote: who cast it when, after how many good ones of his."""

    at: datetime
    requester: int
    organization: int | None
    good: int


def first_bad(history: Iterable[Vote]) -> list[Happy]:
    """First bad votes of customers who were always happy, the latest first. history: all their votes, oldest first."""
    good: Counter[tuple[str, int]] = Counter()
    seen: set[tuple[str, int]] = set()
    found = []
    for vote in history:
        customer = customer_of(vote.requester, vote.organization)
        if not vote.is_bad:
            good[customer] += 1
        elif customer not in seen:
            seen.add(customer)
            if is_first_of_a_happy_customer(good[customer], 0):
                found.append(Happy(vote.at, vote.requester, vote.organization, good[customer]))
    return found[::-1]


def fisher(bad: int, votes: int, bad_before: int, votes_before: int) -> float:
    """P(at least `bad` of the latest `votes` are bad), given how many are bad in all: Fisher's exact test, one-sided.

    1.0 where there is nothing to compare. Source: R. A. Fisher, "The logic of inductive inference", 1935.
    """
    all_bad, whole = bad + bad_before, votes + votes_before
    if not votes or not votes_before:
        return 1.0
    tail = sum(
        exp(_log_choose(votes, k) + _log_choose(votes_before, all_bad - k) - _log_choose(whole, all_bad))
        for k in range(bad, min(votes, all_bad) + 1)
        if all_bad - k <= votes_before
    )
    return min(1.0, tail)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def is_drop(look: Look, *, looks: int) -> bool:
    """Whether chance does not explain it. looks: how many are looked at together (the desk, each group)."""
    return look.p <= FALSE_ALARM / looks


def is_told(since: list[date], today: date) -> bool:
    """Whether a drop was told in weeks that this look still sees. since: the Mondays of looks that told one."""
    return any(today - LATELY < day <= today for day in since)
