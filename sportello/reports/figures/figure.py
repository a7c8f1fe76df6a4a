"""A number with what it takes to judge it, and the arithmetic. Pure."""

from dataclasses import dataclass

from sportello.kit.statistics import ENOUGH, wilson

TICKETS, VOTES, SURVEYS, EVENTS = "tickets", "votes", "surveys", "events"
MINUTES, SHARE, TOTAL_MINUTES = "minutes", "share", "total minutes"
PER_TICKET, AGENTS, VISITS = "per ticket", "agents", "visits"
# Of these it matters how many cases they stand on.
JUDGED = (MINUTES, SHARE, PER_TICKET)


@dataclass(frozen=True, slots=True)
class Figure:
    """value: in the measure's unit (minutes; shares 0 to 1), None when there is nothing to measure.

    n: how many cases it stands on. low, high: Wilson's interval of a share, 95 %.
    """

    value: float | None
    n: int
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def is_small(self) -> bool:
        """Too few cases to conclude anything. A plain count is what it is."""
        return self.unit in JUDGED and self.n < ENOUGH


def count(n: int, unit: str) -> Figure:
    """How many."""
    return Figure(float(n), n, unit)


def share(part: int, whole: int) -> Figure:
    """part of whole, with Wilson's interval; no value for an empty whole."""
    if not whole:
        return Figure(None, 0, SHARE)
    return Figure(part / whole, whole, SHARE, *wilson(part, whole))


def quotient(part: float | None, whole: float | None, unit: str) -> Figure:
    """part to whole where the one is not inside the other, so that it may pass 1 and has no interval."""
    return Figure((part or 0) / whole if whole else None, int(whole or 0), unit)


def settled(value: float) -> float:
    """A percentile to a millionth of a minute: engines interpolate in different orders."""
    return round(value, 6)
