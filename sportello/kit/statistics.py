"""What a number on few cases is worth. Pure."""

from collections.abc import Sequence
from math import sqrt

# On fewer cases a share, a mean or a median says more about chance than about what is measured.
ENOUGH = 10
Z_95 = 1.959964


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence; (0, 1) where there is nothing to judge by.

    Honest for few cases and for shares near 0 and 1. Source: E. B. Wilson, "Probable inference, the law of succession,
    and statistical inference", 1927.
    """
    if not whole:
        return 0.0, 1.0
    p, z2 = part / whole, Z_95 * Z_95
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 / (1 + z2 / whole) * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def percentile(ordered: Sequence[float], p: float) -> float:
    """The value below which p of the cases lie, between two ranks by proportion. ordered: ascending, not empty."""
    position = p * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
