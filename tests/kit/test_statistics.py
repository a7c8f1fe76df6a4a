"""Intervals and percentiles, by hand and by law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit.statistics import percentile, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 1, 0.0, 0.7935),
        (1, 1, 0.2065, 1.0),
        (5, 10, 0.2366, 0.7634),
        (66, 67, 0.9202, 0.9974),
        (0, 100, 0.0, 0.0370),
    ],
)
def test_wilson_when_tried_by_hand(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 10_000), st.data())
def test_wilson_then_holds_the_share_between_0_and_1(whole, data):
    part = data.draw(st.integers(0, whole))

    low, high = wilson(part, whole)

    assert 0 <= low <= part / whole <= high <= 1


@pytest.mark.parametrize(
    ("values", "p", "expected"),
    [([7], 0.9, 7), ([1, 2], 0.5, 1.5), ([1, 2, 3, 4, 10], 0.5, 3), ([0, 10], 0.9, 9), ([1, 1, 1, 5], 0.9, 3.8)],
)
def test_percentile_when_tried_by_hand(values, p, expected):
    assert percentile(values, p) == pytest.approx(expected)
