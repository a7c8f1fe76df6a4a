import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.reports.charts import TIME_EDGES, Unfit, Unit
from sportello.reports.charts.scales import Edges, Linear, check_edges, ticks

H, D = 60, 1440


@pytest.mark.parametrize(
    ("high", "unit", "most", "low", "expected"),
    [
        pytest.param(0, Unit.COUNT, 4, 0, (0, 1), id="nothing counted"),
        pytest.param(1, Unit.COUNT, 5, 0, (0, 1), id="no half cases"),
        pytest.param(3, Unit.COUNT, 5, 0, (0, 1, 2, 3), id="few cases"),
        pytest.param(1101, Unit.COUNT, 5, 0, (0, 500, 1000, 1500), id="a month"),
        pytest.param(1e15, Unit.COUNT, 2, 0, (0, 5e14, 1e15), id="huge"),
        pytest.param(0.972, Unit.SHARE, 5, 0, (0, 0.2, 0.4, 0.6, 0.8, 1), id="shares up to all"),
        pytest.param(0.972, Unit.SHARE, 5, 0.941, (0.94, 0.95, 0.96, 0.97, 0.98), id="shares near each other"),
        pytest.param(0.5, Unit.SHARE, 4, 0.5, (0.48, 0.49, 0.5, 0.51, 0.52), id="shares all equal"),
        pytest.param(1, Unit.SHARE, 2, 1, (0.98, 0.99, 1), id="all of them, always"),
        pytest.param(0, Unit.SHARE, 5, 0, (0, 0.2, 0.4, 0.6, 0.8, 1), id="none of them"),
        pytest.param(52, Unit.MINUTES, 4, 0, (0, 15, 30, 45, 60), id="minutes"),
        pytest.param(241, Unit.MINUTES, 5, 0, (0, H, 2 * H, 3 * H, 4 * H, 5 * H), id="hours"),
        pytest.param(3 * D, Unit.MINUTES, 4, 0, (0, D, 2 * D, 3 * D), id="days"),
        pytest.param(
            200 * D, Unit.MINUTES, 4, 0, (0, 50 * D, 100 * D, 150 * D, 200 * D), id="more days than a step is made for"
        ),
    ],
)
def test_ticks_are_round_for_their_unit(high, unit, most, low, expected):
    assert ticks(high, unit, most, low) == pytest.approx(expected)


@given(st.floats(0, 1e15), st.floats(0, 1e15), st.sampled_from(Unit), st.integers(2, 10))
def test_ticks_hold_both_ends_at_equal_distances(one, other, unit, most):
    low, high = sorted((one, other))

    found = ticks(high, unit, most, low)

    near = (found[1] - found[0]) * 1e-6
    assert found[0] <= low + near
    assert found[-1] >= high - near
    assert 2 <= len(found) <= most + 3
    steps = [after - before for before, after in pairwise(found)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)


def test_linear_keeps_what_lies_outside_at_its_ends():
    scale = Linear(0, 10, 100, 200)

    assert [scale(value) for value in (-5, 0, 5, 10, 50)] == [100, 100, 150, 200, 200]


def test_edges_give_each_class_the_same_room():
    scale = Edges((0, 60, 480, 1440), 0, 400)

    assert [scale(value) for value in (0, 30, 60, 270, 480, 1440, 99_999)] == [0, 50, 100, 150, 200, 300, 350]


@given(st.lists(st.floats(0, 1e9), min_size=2))
def test_edges_keep_the_order_of_times(values):
    scale = Edges(TIME_EDGES, 0, 700)

    places = [scale(value) for value in sorted(values)]

    assert places == sorted(places)
    assert 0 <= min(places) <= max(places) <= 700


@pytest.mark.parametrize("edges", [(), (0,), (0, 0), (1, 0), (0, math.inf), (0, math.nan)])
def test_edges_that_do_not_rise_are_refused(edges):
    with pytest.raises(Unfit, match="edges"):
        check_edges(edges)
