"""A number with what it takes to judge it, and the arithmetic. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

TICKETS, VOTES, SURVEYS, EVENTS = "tickets", "votes", "surveys", "events"
MINUTES, SHARE, TOTAL_MINUTES = "minutes", "share", "total minutes"
# Below this a share or a mean says more about chance than about the desk.
ENOUGH = 10
Z_95 = 1.959964


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
        return self.unit in (MINUTES, SHARE) and self.n < ENOUGH


def count(n: int, unit: str) -> Figure:
    """How many."""
    return Figure(float(n), n, unit)


def share(part: int, whole: int) -> Figure:
    """part of whole, with Wilson's interval; no value for an empty whole."""
    if not whole:
        return Figure(None, 0, SHARE)
    return Figure(part / whole, whole, SHARE, *wilson(part, whole))


def quotient(part: float | None, whole: float | None) -> Figure:
    """part to whole where the one is not inside the other, so that it may pass 1 and has no interval."""
    return Figure((part or 0) / whole if whole else None, int(whole or 0), SHARE)


def percentile(ordered: Sequence[float], p: float) -> float:
    """The value below which p of the cases lie, between two ranks by proportion. ordered: ascending, not empty."""
    position = p * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def settled(value: float) -> float:
    """A percentile to a millionth of a minute: engines interpolate in different orders."""
    return round(value, 6)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence. Honest for few cases and for shares near 0 and 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    p, z2 = part / whole, Z_95 * Z_95
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 / (1 + z2 / whole) * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))
