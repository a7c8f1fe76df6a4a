"""Answers of the explorer: what is drawn of a long one, and what stands beside a line that is new."""

import pytest

from sportello.reports.charts.series import MOST_SERIES
from sportello.reports.explorer import drawing, grid
from sportello.reports.explorer.question import Question
from sportello.reports.figures import source

pytestmark = pytest.mark.django_db
DAYS = {"period": "own", "first": "2026-01-01", "last": "2026-02-28"}
LATER = {"first": "2026-01-11", "last": "2026-01-20", "against": "before"}
EARLIER = {"last": "2026-01-10"}


def explored(*by, put=grid.ask, **more):
    return put(source.own(), Question(("num_new_tickets",), by, **(DAYS | more)), lambda _pairs: _name)


def _name(key, value):
    return f"{key} {value}"


def total(series):
    return sum(point.value or 0 for one in series for point in one.points)


def test_stacked_chart_of_many_then_the_last_series_is_of_all_others(lived):
    found = explored("requester", "month")
    (chart,) = drawing.drawn(found, "x")

    assert chart.stacked
    assert len({line.values[0] for line in found.charted}) > MOST_SERIES
    assert [one.name for one in chart.series][MOST_SERIES - 1 :] == ["All others"]
    assert total(chart.series) == sum(line.placed[0].figure.value for line in found.charted)


def test_chart_of_more_days_than_the_table_has_lines_draws_them_all(lived, monkeypatch):
    monkeypatch.setattr(grid, "MOST_LINES", 5)
    found = explored("day", show="lines")
    (chart,) = drawing.drawn(found, "x")

    assert (len(found.lines), found.lines_in_all) == (5, 59)
    assert [len(one.points) for one in chart.series] == [59]


@pytest.mark.parametrize(
    ("by", "more"), [(["day"], {"show": "table"}), (["requester", "channel", "priority"], {}), (["day"], {})]
)
def test_more_lines_than_the_table_has_are_made_for_a_chart_alone(lived, monkeypatch, by, more):
    monkeypatch.setattr(grid, "MOST_LINES", 5)
    found = explored(*by, **more)

    is_drawn = bool(drawing.drawn(found, "x"))
    assert len(found.charted) == (59 if is_drawn else 5)
    assert is_drawn is (by == ["day"] and not more)
    assert (len(found.lines), found.lines_in_all > 5) == (5, True)


@pytest.mark.parametrize("put", [grid.ask, grid.flat])
def test_line_that_is_new_is_compared_with_nothing_there(lived, put):
    was = {
        line.values: line.placed[0].figure.value for line in explored("requester", "priority", **EARLIER, put=put).lines
    }
    lines = explored("requester", "priority", **LATER, put=put).lines

    beside = {line.values: line.placed[0].before.value for line in lines}
    assert beside == {line.values: was.get(line.values, 0.0) for line in lines}
    assert [line.values for line in lines if not beside[line.values]]
    assert set(was) <= set(beside)


def test_day_that_the_month_before_did_not_have_is_compared_with_none(lived):
    found = explored("day", first="2026-03-01", last="2026-03-31", against="before")

    compared = [line.placed[0].before is not None for line in found.lines]
    assert compared == [True] * 28 + [False] * 3


def test_what_may_be_among_the_many_that_nobody_reads_is_neither_shown_nor_compared(lived, monkeypatch):
    monkeypatch.setattr(grid, "FILE_ROWS", 3)
    found = explored("requester", "priority", **LATER, put=grid.flat)

    assert found.lines_in_all > 3
    assert [line.placed[0].figure.n > 0 for line in found.lines] == [True] * 3
    earlier = explored("requester", "priority", **EARLIER)
    was = {line.values: line.placed[0].figure.value for line in earlier.lines}
    before = {line.values: line.placed[0].before for line in found.lines}
    assert all(it is None or it.value == was[values] for values, it in before.items())


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("status", ["new", "open", "pending", "hold"]),
        ("priority", ["urgent", "high", "normal", "low", ""]),
        ("age", [0, 1, 2, 3, 4]),
    ],
)
def test_what_has_an_order_of_its_own_stands_in_it(lived, by, order):
    question = Question(("backlog",), (by,), **DAYS | {"last": "2026-01-20"})
    found = [line.values[0] for line in grid.ask(source.own(), question, lambda _pairs: _name).lines]

    assert found == [it for it in order if it in found]
    assert len(found) > 2
