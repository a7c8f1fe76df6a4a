import pytest
from django.utils import translation

from sportello.reports.charts import About, Class, Cumulative, Distribution, Reached, svg
from tests.reports.charts.drawings import Drawing

ABOUT = About("k", "First reply", "Time")
NBSP = "\N{NO-BREAK SPACE}"
EDGES = (0, 60, 480)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_distribution_names_its_classes_and_their_part():
    drawing = Drawing(svg(Distribution(ABOUT, (Class(6), Class(3), Class(1)), edges=EDGES)))

    assert drawing.marks == [
        f"0{NBSP}min – 1{NBSP}h: 6 (60.0{NBSP}%)",
        f"1{NBSP}h – 8{NBSP}h: 3 (30.0{NBSP}%)",
        f"over 8{NBSP}h: 1 (10.0{NBSP}%)",
    ]


def test_distribution_marks_median_and_p90_where_they_lie():
    drawing = Drawing(svg(Distribution(ABOUT, (Class(6), Class(3), Class(1)), 30, 270, EDGES)))

    first, second = (guide.attrib["d"].split()[0] for guide in drawing.shapes("path", "guide"))
    ticks = [float(tick.attrib["d"][1:].split()[0]) for tick in drawing.shapes("path", "axis")[-3:]]
    assert float(first[1:]) == pytest.approx((ticks[1] + ticks[2]) / 2, abs=0.2)
    assert float(second[1:]) == pytest.approx((ticks[0] + ticks[1]) / 2, abs=0.2)
    assert {f"p90 4.5{NBSP}h", f"Median 30{NBSP}min"} <= {text.said for text in drawing.texts}


def test_distribution_with_both_marks_at_one_time_still_says_both():
    drawing = Drawing(svg(Distribution(ABOUT, (Class(1), Class(0), Class(0)), 30, 30, EDGES)))

    assert {f"p90 30{NBSP}min", f"Median 30{NBSP}min"} <= {text.said for text in drawing.texts}


def test_distribution_table_sums_up():
    table = Distribution(ABOUT, (Class(6), Class(3, "/t"), Class(1)), edges=EDGES).table()

    assert [[cell.text for cell in row][1:] for row in table.rows] == [
        ["6", f"60.0{NBSP}%", f"60.0{NBSP}%"],
        ["3", f"30.0{NBSP}%", f"90.0{NBSP}%"],
        ["1", f"10.0{NBSP}%", f"100{NBSP}%"],
    ]
    assert table.rows[1][1].href == "/t"


def test_cumulative_writes_out_its_marks_alone():
    steps = (Reached(30, 0.2), Reached(60, 0.54, "/t"), Reached(1440, 1.0))

    drawing = Drawing(svg(Cumulative(ABOUT, steps)))

    assert drawing.marks == [f"54.0{NBSP}% within 1{NBSP}h", f"100{NBSP}% within 1{NBSP}d"]
    assert drawing.links == ["/t"]
    assert f"54.0{NBSP}%" in {text.said for text in drawing.texts}
