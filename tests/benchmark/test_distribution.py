"""Quantiles, and the place of a desk among others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.benchmark import steps
from sportello.benchmark.distribution import Distribution, How, Standing, distribution, standing, standing_in
from sportello.benchmark.series import BY_NAME, OWN, VENDOR

FIRST_REPLY = BY_NAME["first_reply_time_in_minutes_mean", VENDOR]
SATISFACTION = BY_NAME["satisfaction_rating", OWN]
VOLUME = BY_NAME["num_new_tickets", OWN]


def test_distribution_of_ten_desks_has_quartiles_which_are_values_of_desks():
    values = [30, 60, 90, 120, 240, 360, 480, 720, 1440, 2880]

    found = distribution(FIRST_REPLY, values[::-1])

    assert found == Distribution(FIRST_REPLY.key, VENDOR, 10, ((0.25, 90), (0.5, 240), (0.75, 720)))
    assert found.median == 240


@pytest.mark.parametrize(("desks", "shown"), [(10, 3), (24, 3), (25, 9), (49, 9), (50, 19), (500, 19)])
def test_distribution_shows_more_quantiles_of_more_desks(desks, shown):
    assert len(distribution(FIRST_REPLY, [60] * desks).quantiles) == shown


def test_distribution_of_fewer_than_ten_desks_is_none():
    with pytest.raises(ValueError, match="9"):
        distribution(FIRST_REPLY, [60] * 9)


def test_distribution_tells_the_number_of_desks_in_fives():
    assert [distribution(FIRST_REPLY, [60] * desks).desks for desks in (10, 14, 15, 29)] == [10, 10, 15, 25]


@given(st.lists(st.sampled_from(steps.MINUTES), min_size=10, max_size=80))
def test_distribution_has_three_desks_at_or_beyond_each_quantile(values):
    found = distribution(FIRST_REPLY, values)

    assert [value for _, value in found.quantiles] == sorted(value for _, value in found.quantiles)
    for _, value in found.quantiles:
        assert sum(each <= value for each in values) >= 3
        assert sum(each >= value for each in values) >= 3
        assert value in values


@given(st.lists(st.sampled_from(steps.MINUTES), min_size=10, max_size=60), st.integers(0, 9))
def test_distribution_does_not_move_when_an_extreme_becomes_more_extreme(values, which):
    ranked = sorted(values)
    for end, beyond in ((0, 1), (1, 1), (-1, 43200), (-2, 43200)):
        moved = [*ranked]
        moved[end] = beyond
        assert distribution(FIRST_REPLY, moved) == distribution(FIRST_REPLY, ranked)


@pytest.mark.parametrize(
    ("value", "lower_is_better", "beaten"),
    [
        (5, False, 0.0),
        (10, False, 0.125),
        (15, False, 0.25),
        (20, False, 0.5),
        (40, False, 0.875),
        (50, False, 1.0),
        (5, True, 1.0),
        (20, True, 0.5),
        (40, True, 0.125),
    ],
)
def test_standing_counts_the_strictly_worse_and_half_of_the_equal(value, lower_is_better, beaten):
    found = standing(value, [10, 20, 20, 40], lower_is_better=lower_is_better)

    assert found == Standing(How.COUNTED, beaten, beaten, beaten)


def test_standing_among_nobody_is_none():
    assert standing(5, [], lower_is_better=True) == Standing(How.NONE)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_standing_of_all_desks_is_a_half_on_average(values):
    placed = [standing(value, values, lower_is_better=True).beaten for value in values]

    assert sum(placed) / len(placed) == pytest.approx(0.5)


QUARTILES = Distribution(FIRST_REPLY.key, VENDOR, 10, ((0.25, 120), (0.5, 240), (0.75, 720)))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (60, Standing(How.BEYOND, None, 0.75, 1.0)),
        (90, Standing(How.BEYOND, None, 0.625, 1.0)),
        (118, Standing(How.INTERPOLATED, 0.75, 0.5, 1.0)),
        (238, Standing(How.INTERPOLATED, 0.5, 0.25, 0.75)),
        (480, Standing(How.INTERPOLATED, 0.375, 0.25, 0.5)),
        (5000, Standing(How.BEYOND, None, 0.0, 0.25)),
    ],
)
def test_standing_in_quantiles_is_interpolated_and_says_its_bounds(minutes, expected):
    assert standing_in(QUARTILES, minutes) == expected


def test_standing_in_quantiles_halves_the_equal_ones():
    ties = Distribution(SATISFACTION.key, OWN, 10, ((0.25, 0.95), (0.5, 0.95), (0.75, 0.97)))

    assert standing_in(ties, 0.952) == Standing(How.INTERPOLATED, 0.375, 0.0, 0.875)
    assert standing_in(ties, 1.0).how == How.BEYOND


def test_standing_in_quantiles_where_neither_is_better_is_none():
    assert standing_in(distribution(VOLUME, [100] * 10), 100) == Standing(How.NONE)


@given(
    st.lists(st.tuples(st.sampled_from(steps.MINUTES), st.sampled_from((-1, 0, 1))), min_size=10, max_size=60),
    st.sampled_from(steps.MINUTES),
)
def test_standing_in_quantiles_bounds_the_one_counted_among_what_desks_sent(desks, value):
    """However the hub has moved each of them."""
    counted = standing(value, [sent for sent, _by in desks], lower_is_better=True).beaten
    moved = [steps.moved(steps.MINUTES, sent, by) for sent, by in desks]

    found = standing_in(distribution(FIRST_REPLY, moved), value)

    assert found.low - 1e-9 <= counted <= found.high + 1e-9
    assert found.beaten is None or found.low <= found.beaten <= found.high
