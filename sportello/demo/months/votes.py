"""Who is asked for a vote and who answers: exactly as many good and bad ones a month as were published. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plan import Request

CONFIRMS, SURVEY_HOURS = 0.28, 48
# As the protocol: nobody is asked more often in 30 days.
SURVEYS_A_MONTH = 4
# After the last month few are still to come.
STRAGGLERS = 0.2
Wanted = tuple[datetime, datetime, int, int]


@dataclass(frozen=True, slots=True)
class Vote:
    """nth: the how manieth bad vote of its month it is, from 0; None for a good one."""

    at: datetime
    nth: int | None = None

    @property
    def is_bad(self) -> bool:
        return self.nth is not None


def cast(
    requests: "Sequence[Request]", wanted: Sequence[Wanted], named: Sequence[Sequence[int]], random: Random
) -> "list[Request]":
    """The requests with confirmations, surveys and votes. wanted: a month's limits, its good and its bad votes.

    named: the customers of its bad votes, where it matters. Raises ValueError where too few are asked.
    """
    asked = _asked([_confirmed(it, random) for it in requests])
    tentative = {
        nth: _awake(it.asked_at + timedelta(hours=random.lognormvariate(1.3, 1.0)))
        for nth, it in enumerate(asked)
        if it.asked_at
    }
    votes: dict[int, Vote] = {}
    for (start, end, good, bad), who in zip(wanted, named, strict=True):
        these = sorted(nth for nth, at in tentative.items() if start <= at < end)
        chosen = _bad(asked, these, bad, who, random)
        left = [nth for nth in these if nth not in chosen]
        if len(left) < good:
            raise ValueError(f"{len(these)} are asked for a vote that falls between {start} and {end}: too few")
        votes |= {nth: Vote(tentative[nth], number) for number, nth in enumerate(chosen)}
        votes |= {nth: Vote(tentative[nth]) for nth in random.sample(left, good)}
    last = wanted[-1][1]
    late = [nth for nth, at in tentative.items() if at >= last and random.random() < STRAGGLERS]
    votes |= {nth: Vote(tentative[nth]) for nth in late}
    return [replace(it, vote=votes.get(nth)) for nth, it in enumerate(asked)]


def _confirmed(it: "Request", random: Random) -> "Request":
    if random.random() >= CONFIRMS:
        return it
    return replace(it, confirmed_at=_awake(it.ended_at + timedelta(hours=min(36, random.lognormvariate(0.8, 1.1)))))


def _asked(requests: "Sequence[Request]") -> "list[Request]":
    """When each is asked, as the protocol does it: 48 hours after the close, and nobody too often."""
    found = list(requests)
    before: dict[int, list[datetime]] = defaultdict(list)
    for nth in sorted(range(len(found)), key=lambda it: found[it].closed_at):
        it = found[nth]
        at = it.closed_at + timedelta(hours=SURVEY_HOURS)
        lately = [one for one in before[it.customer] if one > at - timedelta(days=30)]
        if len(lately) < SURVEYS_A_MONTH:
            before[it.customer].append(at)
            found[nth] = replace(it, asked_at=at)
    return found


def _bad(
    asked: "Sequence[Request]", these: Sequence[int], count: int, who: Sequence[int], random: Random
) -> Sequence[int]:
    if not who:
        return sorted(random.sample(these, count))
    chosen: list[int] = []
    for customer in who:
        theirs = [nth for nth in these if asked[nth].customer == customer and nth not in chosen]
        if not theirs:
            raise ValueError(f"customer {customer} is not asked for a vote in time")
        chosen.append(min(theirs, key=lambda nth: asked[nth].waited))
    return chosen


def _awake(at: datetime) -> datetime:
    """In the morning when people sleep then."""
    return at + timedelta(hours=8) if at.hour < 6 or at.hour > 22 else at
