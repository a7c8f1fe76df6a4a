"""What the explorer draws of a long answer: all of it counts, though the table shows its beginning."""

import pytest

from sportello.reports.charts.series import MOST_SERIES
from sportello.reports.explorer import drawing, grid
from sportello.reports.explorer.question import Question
from sportello.reports.figures import source

pytestmark = pytest.mark.django_db
DAYS = {"period": "own", "first": "2026-01-01", "last": "2026-02-28"}


def explored(*by, **more):
    return grid.ask(source.own(), Question(("num_new_tickets",), by, **DAYS, **more), lambda _pairs: _name)


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
