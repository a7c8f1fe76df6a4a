"""The arithmetic of the figures, and that each measure is documented."""

import re
from pathlib import Path
from statistics import median

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.metrics import Metric
from sportello.reports.measures import MEASURES, durations, percentile, quotient, share, wilson

DOCS = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


@pytest.mark.parametrize("key", MEASURES)
def test_measure_then_documented_in_the_same_words(key):
    with translation.override("en"):
        definition = str(MEASURES[key].definition)

    assert f"| `{key}` | {definition} | {MEASURES[key].unit} |" in DOCS


def test_docs_then_name_no_measure_that_is_gone():
    documented = set(
        re.findall(
            r"^\| `(num_\w+|\w+_percentage|first_reply_(?!at)\w+|satisfaction_\w+|time_\w+|r\w+_\w+)` \|", DOCS, re.M
        )
    )

    assert documented - {"first_replier"} == set(MEASURES)


@pytest.mark.parametrize("column", [name for name in Metric.__slots__ if name != "fold"])
def test_column_of_a_ticket_then_documented(column):
    stem = re.sub(r"_(calendar|business)$", "_*", column.removesuffix("_id"))

    assert f"`{stem}`" in DOCS


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Computed by hand from the closed form; the third is the founding text's 66 of 67.
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (66, 67, 0.9202, 0.9974),
        (1, 1, 0.2065, 1.0),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_wilson_when_shares_are_extreme_then_stays_inside(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 10_000), st.data())
def test_wilson_then_holds_the_share_between_0_and_1(whole, data):
    part = data.draw(st.integers(0, whole))

    low, high = wilson(part, whole)

    assert 0 <= low <= part / whole <= high <= 1


@given(st.lists(st.integers(0, 100_000), min_size=1))
def test_percentile_then_agrees_with_the_median_and_the_ends(values):
    ordered = sorted(values)

    assert percentile(ordered, 0.5) == pytest.approx(median(ordered))
    assert (percentile(ordered, 0), percentile(ordered, 1)) == (ordered[0], ordered[-1])


def test_durations_when_hand_computed():
    mean, middle, p90, within = durations("", [10, 20, 30, 40, 500])

    assert (mean.value, middle.value, within.value) == (120, 30, 0.8)
    assert p90.value == pytest.approx(40 + 0.6 * 460)
    assert {figure.n for figure in (mean, middle, p90, within)} == {5}
    assert mean.is_small


def test_figures_when_there_is_nothing_then_have_no_value():
    found = [*durations("", []), share("satisfaction_rating", 0, 0), quotient("rated_of_solved", 0, 0)]

    assert [(figure.value, figure.n, figure.low) for figure in found] == [(None, 0, None)] * 6


def test_share_when_the_founding_text_then_as_it_says():
    rating, answered = share("satisfaction_rating", 66, 67), quotient("rated_of_solved", 67, 256)

    assert (round(rating.value, 3), round(answered.value, 3)) == (0.985, 0.262)
