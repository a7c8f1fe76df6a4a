"""Axes: round marks, and where a value stands. docs/algorithms/charts.md"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from .series import Unfit, Unit

TINY = 1e-9
# Minutes: what clocks and calendars are divided by.
TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 7200, 14400)
# Edges of a distribution of times, minutes; what takes longer than the last stands in one more class.
TIME_EDGES = (0, 5, 15, 30, 60, 120, 240, 480, 1440, 2880, 5760, 10080)


@dataclass(frozen=True, slots=True)
class Linear:
    """Values from low to high stand between start and end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, part)) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Edges:
    """Each class between two edges is as wide as any other, like a logarithm in round steps; one more is for the rest.

    edges: rising, at least two. What lies beyond the last stands in the middle of the class for the rest.
    """

    edges: tuple[float, ...]
    start: float
    end: float

    @property
    def slot(self) -> float:
        return (self.end - self.start) / len(self.edges)

    def __call__(self, value: float) -> float:
        if value >= self.edges[-1]:
            beyond = 0.0 if value == self.edges[-1] else 0.5
            return self.start + self.slot * (len(self.edges) - 1 + beyond)
        place = max(0, bisect_right(self.edges, value) - 1)
        low, high = self.edges[place], self.edges[place + 1]
        part = max(0.0, (value - low) / (high - low))
        return self.start + self.slot * (place + part)


def check_edges(edges: tuple[float, ...]) -> None:
    if len(edges) < 2 or any(not math.isfinite(edge) for edge in edges):
        raise Unfit("edges: at least two finite ones")
    if any(high <= low for low, high in pairwise(edges)):
        raise Unfit("edges: each above the one before")


def ticks(high: float, unit: Unit, most: int, low: float = 0.0) -> tuple[float, ...]:
    """Round marks at equal steps, the first at or below low, the last at or above high; at least two, about `most`.

    Counts and shares step by 1, 2 or 5 times a power of ten, times by what clocks are divided by. A count never steps
    by less than one case.
    """
    if high - low < TINY * max(1.0, high):
        low, high = _around(low, unit)
    step = _step((high - low) / most, unit)
    first, last = math.floor(low / step + TINY), math.ceil(high / step - TINY)
    return tuple(round(place * step, 9) for place in range(first, max(last, first + 1) + 1))


def _around(value: float, unit: Unit) -> tuple[float, float]:
    """An axis for a single value; that of a share ends at 100 %."""
    if value < TINY:
        return 0.0, 1.0
    if unit is Unit.SHARE and value <= 1:
        return max(0.0, value - 0.02), min(1.0, value + 0.02)
    return value, value + max(1.0, value / 10)


def _step(least: float, unit: Unit) -> float:
    if unit is Unit.MINUTES and least <= TIME_STEPS[-1]:
        return next(step for step in TIME_STEPS if step >= least)
    # Longer times go by ten days and their multiples.
    base = TIME_STEPS[-1] if unit is Unit.MINUTES else 1.0
    power = base * 10.0 ** math.floor(math.log10(least / base))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - TINY))
    return max(1.0, step) if unit is Unit.COUNT else step
