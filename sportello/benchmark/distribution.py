"""Where a desk stands among others: quantiles, and the share of desks it does better than. Pure.

Ties count half (mid-rank): among equals a desk beats half of them. docs/algorithms/benchmark.md
"""

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from . import steps
from .series import BY_NAME, Series

# Into how many parts quantiles cut the desks, the finest first. A part never holds fewer than 2.5 desks, so that at
# least three stand at or beyond each quantile that is shown.
PARTS = (20, 10, 4)
FEWEST_IN_TWO_PARTS = 5
MINIMUM = 10  # desks
# Numbers of desks are told as multiples of this: that one joins or leaves rarely shows.
ROUND = 5


class How(enum.StrEnum):
    """Where a percentile comes from."""

    COUNTED = "counted"  # from the values of all desks
    INTERPOLATED = "interpolated"  # between two published quantiles
    BEYOND = "beyond"  # past the outermost quantile: only bounds are known
    STATED = "stated"  # the source says so of this very value
    NONE = "none"  # the source gives none


@dataclass(frozen=True, slots=True)
class Standing:
    """beaten: the share of desks that do worse, half of the equal ones among them; None where only bounds are known.

    low, high: between which shares it certainly lies, as far as the source tells.
    """

    how: How
    beaten: float | None = None
    low: float = 0.0
    high: float = 1.0


NO_STANDING = Standing(How.NONE)


@dataclass(frozen=True, slots=True)
class Distribution:
    """A figure over desks. desks: of how many, at least; quantiles: (share of desks at or under it, value), rising."""

    key: str
    method: str
    desks: int
    quantiles: tuple[tuple[float, float], ...]

    @property
    def series(self) -> Series:
        return BY_NAME[self.key, self.method]

    @property
    def median(self) -> float:
        """The benchmark of the monthly report."""
        return dict(self.quantiles)[0.5]


def distribution(series: Series, values: Sequence[float]) -> Distribution:
    """Of desks' values, which are steps of the series; at least MINIMUM of them, else ValueError.

    A quantile is the value of a desk's rank (the first at or over that share), so always a step. Outliers are drawn in:
    nothing beyond the ranks of the outermost quantiles shows. The number of desks is told in fives.
    """
    if len(values) < MINIMUM:
        raise ValueError(len(values))
    ranked = sorted(values)
    parts = next(parts for parts in PARTS if 2 * len(ranked) >= FEWEST_IN_TWO_PARTS * parts)
    return Distribution(
        series.key,
        series.method,
        len(ranked) // ROUND * ROUND,
        tuple((part / parts, ranked[-(-len(ranked) * part // parts) - 1]) for part in range(1, parts)),
    )


def standing(value: float, others: Sequence[float], *, lower_is_better: bool) -> Standing:
    """The place of value among the values of other desks: the strictly worse ones and half of the equal ones."""
    if not others:
        return NO_STANDING
    ranked = sorted(others)
    under, equal = bisect_left(ranked, value), bisect_right(ranked, value) - bisect_left(ranked, value)
    share = (under + equal / 2) / len(ranked)
    beaten = 1 - share if lower_is_better else share
    return Standing(How.COUNTED, beaten, beaten, beaten)


def standing_in(published: Distribution, value: float) -> Standing:
    """The place of value, which is exact, in a published distribution.

    What is published are steps, so value is rounded to its step first. Each desk's was moved by a step at most, so what
    is certain reaches from the place of the step below to that of the step above. Where neither more nor less is
    better: none.
    """
    series = published.series
    if series.lower_is_better is None:
        return NO_STANDING
    at = steps.index(series.steps, steps.nearest(series.steps, value))
    place = _place(published.quantiles, series.steps[at])
    low = _place(published.quantiles, series.steps[at - 1]).low if at else 0.0
    high = _place(published.quantiles, series.steps[at + 1]).high if at + 1 < len(series.steps) else 1.0
    place = Standing(place.how, place.beaten, low, high)
    if not series.lower_is_better:
        return place
    return Standing(place.how, None if place.beaten is None else 1 - place.beaten, 1 - place.high, 1 - place.low)


def _place(quantiles: Sequence[tuple[float, float]], value: float) -> Standing:
    """As if more were better."""
    shares, values = [0.0, *(share for share, _ in quantiles), 1.0], [each for _, each in quantiles]
    first, last = bisect_left(values, value), bisect_right(values, value)
    if first < last:  # equal to quantiles first+1 … last, counted as in shares
        low, high = (shares[first] + shares[last]) / 2, (shares[first + 1] + shares[last + 1]) / 2
        return Standing(How.INTERPOLATED, (shares[first + 1] + shares[last]) / 2, low, high)
    low, high = shares[first], shares[first + 1]
    if first in (0, len(values)):
        return Standing(How.BEYOND, None, low, high)
    part = (value - values[first - 1]) / (values[first] - values[first - 1])
    return Standing(How.INTERPOLATED, low + part * (high - low), low, high)
