import pytest
from django.utils import translation

from sportello.reports.charts import NARROW, WIDE, About, Bars, Point, Rows, Series, Shares, svg
from tests.reports.charts.drawings import Drawing

ABOUT = About("k", "Tickets", "Month")
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def series(name, *values, n=None):
    return Series(name, tuple(Point(f"m{place}", value, n) for place, value in enumerate(values)))


def test_bars_are_as_high_as_their_values():
    drawing = Drawing(svg(Bars(ABOUT, (series("solved", 50, 100),))))

    half, whole = (float(bar.attrib["height"]) for bar in drawing.shapes("rect", "tone-1"))
    assert whole == pytest.approx(2 * half, abs=0.2)
    assert {"50", "100"} <= {text.said for text in drawing.texts}


def test_bars_below_zero_hang_from_the_axis():
    drawing = Drawing(svg(Bars(ABOUT, (series("avoided", 50, -50),))))

    up, down = drawing.shapes("rect", "tone-1")
    assert float(up.attrib["y"]) + float(up.attrib["height"]) == pytest.approx(float(down.attrib["y"]), abs=1.1)
    assert float(up.attrib["height"]) == pytest.approx(float(down.attrib["height"]), abs=0.2)
    assert {"50", "−50"} <= {text.said for text in drawing.texts}


def test_bars_all_below_zero_then_none_leaves_the_sheet():
    drawing = Drawing(svg(Bars(ABOUT, (series("avoided", -3, None, -1),))))

    assert [float(bar.attrib["y"]) > 0 for bar in drawing.shapes("rect", "tone-1")] == [True, True]
    assert {"−3", "−1"} <= {text.said for text in drawing.texts}


def test_rows_below_zero_go_to_the_left_of_the_others():
    drawing = Drawing(svg(Rows(ABOUT, (series("avoided", 50, -50),))))

    right, left = drawing.shapes("rect", "tone-1")
    assert float(left.attrib["x"]) + float(left.attrib["width"]) == pytest.approx(float(right.attrib["x"]), abs=1.1)
    assert {"50", "−50"} <= {text.said for text in drawing.texts}


def test_bars_of_two_series_differ_by_pattern_and_stand_in_a_key():
    drawing = Drawing(svg(Bars(ABOUT, (series("created", 50, 100), series("solved", 40, 90)))))

    # The swatch of the key and two bars each.
    assert len(drawing.shapes("rect", "tone-1")) == 3
    assert [bar.attrib["fill"] for bar in drawing.shapes("rect", "edge-2")] == ["url(#k-p2)"] * 3
    assert drawing.marks == ["m0, created: 50", "m0, solved: 40", "m1, created: 100", "m1, solved: 90"]


def test_bars_when_stacked_stand_on_each_other_under_their_total():
    drawing = Drawing(svg(Bars(ABOUT, (series("mail", 50), series("web", 25)), stacked=True)))

    low = drawing.shapes("rect", "tone-1")[-1]
    high = drawing.shapes("rect", "edge-2")[-1]
    assert float(high.attrib["y"]) + float(high.attrib["height"]) + 0.5 == pytest.approx(
        float(low.attrib["y"]), abs=0.2
    )
    assert "75" in {text.said for text in drawing.texts}


def test_bars_of_few_cases_stand_hollow_and_the_drawing_says_why():
    drawing = Drawing(svg(Bars(ABOUT, (series("votes", 5, n=9),))))

    assert len(drawing.shapes("rect", "few")) == 1
    assert drawing.shapes("rect", "tone-1") == []
    assert drawing.marks == [f"m0: 5, n{NBSP}={NBSP}9, too few to judge"]
    assert "Hollow: fewer than 10 cases" in {text.said for text in drawing.texts}


def test_bars_without_a_value_or_with_none_leave_no_bar():
    drawing = Drawing(svg(Bars(ABOUT, (series("votes", 0, None, 3),))))

    assert len(drawing.shapes("rect", "tone-1")) == 1
    assert drawing.marks == ["m0: 0", "m1: –", "m2: 3"]
    assert {"0", "–", "3"} <= {text.said for text in drawing.texts}


def test_bars_that_have_no_room_for_all_values_say_the_highest_and_the_last():
    drawing = Drawing(svg(Bars(ABOUT, (series("s", *(1_000_000 + (place == 3) for place in range(36))),)), NARROW))

    said = {text.said for text in drawing.texts}
    assert {"1,000,001", "1,000,000"} <= said
    assert "m35" in said
    assert "m34" not in said


def test_rows_write_each_name_and_value_and_cut_a_long_name():
    point = Point("a reason that nobody could ever say in so little room as there is here", 4)

    drawing = Drawing(svg(Rows(ABOUT, (Series("votes", (point, Point("waiting", 2))),))))

    said = [text.said for text in drawing.texts]
    assert {"4", "2", "waiting"} <= set(said)
    assert any(text.endswith("…") for text in said)
    assert drawing.marks[0].startswith(point.label)


def test_shares_fill_the_sheet_and_carry_their_part():
    about = About("k", "First reply", "Within")
    points = (Point("1 h", 54), Point("8 h", 36), Point("more", 10))

    drawing = Drawing(svg(Shares(about, (Series("May", points),))))

    assert drawing.marks == [
        f"May, 1 h: 54.0{NBSP}% (54)",
        f"May, 8 h: 36.0{NBSP}% (36)",
        f"May, more: 10.0{NBSP}% (10)",
    ]
    assert {f"54.0{NBSP}%", f"36.0{NBSP}%", f"10.0{NBSP}%", f"n{NBSP}={NBSP}100"} <= {t.said for t in drawing.texts}
    assert max(right for _left, _top, right, _bottom in drawing.boxes()) == pytest.approx(WIDE, abs=2)


def test_shares_of_nothing_have_no_part():
    table = Shares(ABOUT, (Series("May", (Point("1 h", 0),)), Series("June", (Point("1 h", 4),)))).table()

    assert [cell.text for cell in table.rows[0]] == ["1 h", "–", "0", f"100{NBSP}%", "4"]
