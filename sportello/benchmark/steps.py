"""The steps to which every number is rounded before it leaves a desk. docs/algorithms/benchmark.md says why.

Minutes and counts lie a fifth to a third apart; shares are finer near none and all, where desks differ.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

Steps = Sequence[float]

_HOUR, _DAY = 60, 24 * 60
MINUTES: Steps = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50),
    *(_HOUR, 75, 90, 2 * _HOUR, 150, 3 * _HOUR, 4 * _HOUR, 5 * _HOUR, 6 * _HOUR, 8 * _HOUR, 10 * _HOUR, 12 * _HOUR),
    *(15 * _HOUR, 18 * _HOUR, _DAY, 30 * _HOUR, 36 * _HOUR, 2 * _DAY, 60 * _HOUR, 3 * _DAY, 4 * _DAY, 5 * _DAY),
    *(7 * _DAY, 10 * _DAY, 14 * _DAY, 21 * _DAY, 30 * _DAY),
)
COUNTS: Steps = (
    *(0, 1, 2, 3, 4, 5, 6, 8),
    *(mantissa * 10**power for power in range(6) for mantissa in (10, 12, 16, 20, 25, 32, 40, 50, 63, 80)),
    10_000_000,
)
_NEAR_NONE = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
SHARES: Steps = (*_NEAR_NONE, 0.5, *(round(1 - share, 2) for share in reversed(_NEAR_NONE)))
PER_TICKET: Steps = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0)


def nearest(steps: Steps, value: float) -> float:
    """The step nearest to value, the lower one of two; beyond the ends: the end."""
    after = bisect_left(steps, value)
    around = steps[max(after - 1, 0) : after + 1]
    return min(around, key=lambda step: abs(step - value)) if around else steps[-1]


def below(steps: Steps, value: float) -> float:
    """The highest step that is not above value (n's: never more cases than there were); the first one otherwise."""
    return steps[max(bisect_right(steps, value) - 1, 0)]


def index(steps: Steps, value: float) -> int:
    """Where value stands among the steps. Raises ValueError when it is none of them."""
    found = bisect_left(steps, value)
    if found == len(steps) or steps[found] != value:
        raise ValueError(value)
    return found


def moved(steps: Steps, value: float, by: int) -> float:
    """The step that stands `by` places after value, which is a step; at the ends: the end."""
    return steps[min(max(index(steps, value) + by, 0), len(steps) - 1)]
