import pytest
from django.utils import translation

from sportello.reports.charts import NARROW, WIDE, About, Intervals, Point, Standing, Unit, svg
from tests.reports.charts.drawings import Drawing

ABOUT = About("k", "Satisfaction", "Agent", Unit.SHARE)
NBSP = "\N{NO-BREAK SPACE}"
QUANTILES = ((0.1, 0.6), (0.25, 0.7), (0.5, 0.8), (0.75, 0.9), (0.9, 0.95))


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_intervals_show_name_value_and_n_of_each(width):
    points = (Point("Ada", 0.985, 67, "/a", 0.921, 0.997), Point("Ben", None, 0), Point("Cara", 0.5, 4))

    drawing = Drawing(svg(Intervals(ABOUT, points, Point("all", 0.9)), width))

    said = {text.said for text in drawing.texts}
    assert {"Ada", f"98.5{NBSP}%", f"n{NBSP}={NBSP}67", "Ben", "–", "Cara", f"all 90.0{NBSP}%"} <= said
    assert len(drawing.marks) == 2
    assert drawing.links == ["/a"]
    assert len(drawing.shapes("circle", "hollow-1")) == 1


@pytest.mark.parametrize("name", ["Gaia Neri", "Gestionale", "mag 2026", "nov 2025", "Primo livello", "a"])
def test_intervals_have_room_for_their_widest_name(name):
    drawing = Drawing(svg(Intervals(ABOUT, (Point(name, 0.5, 40),)), WIDE))

    assert name in {text.said for text in drawing.texts}


def test_intervals_reach_from_their_low_to_their_high_end():
    drawing = Drawing(svg(Intervals(ABOUT, (Point("a", 0.5, 40, low=0.2, high=0.8),))))

    band = drawing.shapes("rect", "range-2")[0]
    dot = drawing.shapes("circle", "dot-1")[0]
    middle = float(band.attrib["x"]) + float(band.attrib["width"]) / 2
    assert float(dot.attrib["cx"]) == pytest.approx(middle, abs=0.2)


def test_standing_marks_this_desk_and_the_median():
    drawing = Drawing(svg(Standing(ABOUT, QUANTILES, Point("we", 0.85, href="/b"), 214, "better than 62 %")))

    said = {text.said for text in drawing.texts}
    assert {f"we 85.0{NBSP}%", "better than 62 %", f"Median 80.0{NBSP}%", "214 desks"} <= said
    assert drawing.links == ["/b"]


def test_standing_without_our_value_shows_the_others():
    drawing = Drawing(svg(Standing(ABOUT, QUANTILES, Point("we", None), 12)))

    assert drawing.marks == []
    assert f"Median 80.0{NBSP}%" in {text.said for text in drawing.texts}


def test_standing_says_in_words_what_it_shows():
    chart = Standing(ABOUT, QUANTILES, Point("we", 0.85), 1, "better than 62 %")

    assert chart.summary() == f"we: 85.0{NBSP}%, better than 62 %, Median 80.0{NBSP}%, 1 desk."
    assert [cell.text for cell in chart.table().rows[-1]] == ["we", f"85.0{NBSP}%"]


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ((0.25, 0.5, 0.75), {"half of them"}),
        (tuple(n / 10 for n in range(1, 10)), {"8 of 10", "6 of 10"}),
        (tuple(n / 20 for n in range(1, 20)), {"9 of 10", "8 of 10", "half of them"}),
        ((0.0, 0.5, 1.0), {"all"}),
        ((0.5,), set()),
    ],
)
def test_standing_names_only_the_parts_of_the_desks_that_are_known(parts, named):
    quantiles = tuple((part, 0.5 + part / 4) for part in parts)

    said = {text.said for text in Drawing(svg(Standing(ABOUT, quantiles, Point("we", 0.85), 10))).texts}

    assert said & {"all", "9 of 10", "8 of 10", "6 of 10", "half of them"} == named
