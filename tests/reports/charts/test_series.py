import math

import pytest

from sportello.reports.charts import (
    About,
    Bars,
    Class,
    Cumulative,
    Distribution,
    HeatMap,
    Intervals,
    Multiples,
    Point,
    Reached,
    Rows,
    Series,
    Shares,
    Standing,
    Unfit,
    Unit,
)

ABOUT = About("key", "Title", "Name")
ONE = Series("one", (Point("a", 1), Point("b", 2)))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2e15, True])
def test_a_value_that_is_no_number_is_refused(value):
    with pytest.raises(Unfit, match="value of 'may'"):
        Point("may", value)


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", " /tickets", "/tickets\n", "tickets", "//x y"]
)
def test_an_href_that_is_no_address_of_a_page_is_refused(href):
    with pytest.raises(Unfit, match="href of 'may'"):
        Point("may", 1, href=href)


@pytest.mark.parametrize("key", ["", "1", "A", 'a"', "a b", "è"])
def test_a_key_that_is_no_id_is_refused(key):
    with pytest.raises(Unfit, match="key"):
        About(key, "Title", "Name")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Bars(ABOUT, (ONE, Series("two", (Point("a", 1),)))), "series 'two' has other points than 'one'"),
        (lambda: Bars(ABOUT, (ONE,) * 7), "7 series, 6 at most"),
        (lambda: Bars(ABOUT, (Series("long", (Point("a", 1),) * 121),)), "121 points, 120 at most"),
        (lambda: Bars(ABOUT, (Series("down", (Point("a", -1),)),), stacked=True), "value of 'a': below zero"),
        (lambda: Rows(ABOUT, (Series("down", (Point("a", -1),)),), stacked=True), "below zero"),
        (lambda: Multiples(ABOUT, (Series("down", (Point("a", -1),)),)), "below zero"),
        (lambda: Shares(ABOUT, (Series("six", (Point("a", 1),) * 6),)), "6 points, 5 at most"),
        (lambda: Shares(About("k", "T", "N", Unit.SHARE), (ONE,)), "counts"),
        (lambda: Multiples(ABOUT, (ONE,) * 25), "25 series, 24 at most"),
        (lambda: HeatMap(ABOUT, {(7, 0): 1}), "weekday 7, hour 0"),
        (lambda: HeatMap(ABOUT, {(0, 24): 1}), "weekday 0, hour 24"),
        (lambda: HeatMap(ABOUT, {(0, 0): -1}), "below zero"),
        (lambda: HeatMap(ABOUT, {(0, 0): math.nan}), "is no number"),
        (lambda: Distribution(ABOUT, (Class(1),)), "1 classes for 12 edges"),
        (lambda: Distribution(ABOUT, (Class(1), Class(-1)), edges=(0, 1)), "class 1: below zero"),
        (lambda: Distribution(ABOUT, (Class(1),) * 12, median=math.nan), "median"),
        (lambda: Cumulative(ABOUT, (Reached(1, 1.2),)), "share at 1: 1.2, 0 to 1"),
        (lambda: Cumulative(ABOUT, (Reached(2, 0.2), Reached(1, 0.3))), "1 after 2"),
        (lambda: Intervals(ABOUT, (), Point("all", None)), "reference"),
        (lambda: Standing(ABOUT, ((0.5, 2), (0.4, 3)), Point("we", 1), 10), "0.4 after 0.5"),
        (lambda: Standing(ABOUT, ((1.5, 2),), Point("we", 1), 10), "1.5, 0 to 1"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_with_the_reason(make, says):
    with pytest.raises(Unfit, match=says):
        make()
