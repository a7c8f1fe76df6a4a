import pytest
from django.utils import translation

from sportello.reports.charts import NARROW, About, Lines, Multiples, Point, Series, Spark, Unit, svg
from tests.reports.charts.drawings import Drawing

ABOUT = About("k", "First reply", "Month", Unit.MINUTES)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def series(name, *values, n=None, href=""):
    return Series(name, tuple(Point(f"m{place}", value, n, href) for place, value in enumerate(values)))


def test_lines_are_interrupted_where_a_value_is_missing():
    drawing = Drawing(svg(Lines(ABOUT, (series("mean", 60, 120, None, 90, None, 30),))))

    # One run of two; what stands alone is a mark without a line.
    assert len(drawing.shapes("path", "line-1")) == 1
    assert len(drawing.shapes("circle", "dot-1")) == 4
    assert drawing.marks == [f"m0: 1.0{NBSP}h", f"m1: 2.0{NBSP}h", f"m3: 1.5{NBSP}h", f"m5: 30{NBSP}min"]


def test_lines_differ_by_dashes_and_shapes_and_are_named_at_their_ends():
    drawing = Drawing(svg(Lines(ABOUT, (series("mean", 60, 120), series("median", 30, 40)))))

    assert drawing.shapes("path", "line-1")[0].get("stroke-dasharray") is None
    assert drawing.shapes("path", "line-2")[0].get("stroke-dasharray") == "7 3"
    assert {f"mean 2.0{NBSP}h", f"median 40{NBSP}min"} <= {text.said for text in drawing.texts}


def test_name_at_the_end_of_a_line_is_cut_and_its_value_is_not():
    long = series("Satisfied with the help itself, as two people found", 60, 120)
    drawing = Drawing(svg(Lines(ABOUT, (long, series("median", 30, 40)))))

    (said,) = [text.said for text in drawing.texts if text.said.startswith("Satisfied with")]
    assert said.endswith(f"… 2.0{NBSP}h")


def test_lines_that_end_at_one_height_are_named_apart():
    same = tuple(series(name, 60, 120) for name in ("one", "two", "three", "four", "five", "six"))

    drawing = Drawing(svg(Lines(ABOUT, same)))

    named = [text for text in drawing.texts if text.said.endswith("2.0\N{NO-BREAK SPACE}h") and " " in text.said]
    assert [text.said.split()[0] for text in named] == [one.name for one in sorted(same, key=lambda one: one.name)]


def test_lines_on_a_narrow_sheet_have_a_key():
    drawing = Drawing(svg(Lines(ABOUT, (series("mean", 60, 120), series("median", 30, 40))), NARROW))

    assert {"mean", "median"} <= {text.said for text in drawing.texts}


def test_lines_that_do_not_begin_at_zero_say_so():
    about = About("k", "Satisfaction", "Month", Unit.SHARE)

    near = Drawing(svg(Lines(about, (series("s", 0.945, 0.972),), from_zero=False)))
    whole = Drawing(svg(Lines(about, (series("s", 0.945, 0.972),))))

    assert f"The scale begins at 94.0{NBSP}%" in {text.said for text in near.texts}
    assert f"0{NBSP}%" in {text.said for text in whole.texts}


def test_lines_of_many_points_mark_the_last_and_what_leads_somewhere():
    plain = Drawing(svg(Lines(ABOUT, (series("s", *range(500)),))))
    linked = Drawing(svg(Lines(ABOUT, (series("s", *range(500), href="/t"),))))

    assert len(plain.marks) == 1
    assert len(linked.links) == 500


def test_lines_of_few_cases_have_hollow_marks():
    drawing = Drawing(svg(Lines(ABOUT, (series("mean", 60, 120, n=3),))))

    assert len(drawing.shapes("circle", "hollow-1")) == 2


def test_multiples_share_one_scale():
    drawing = Drawing(svg(Multiples(About("k", "Solved", "Month"), (series("Ada", 100, 100), series("Ben", 50, 50)))))

    ada, ben = drawing.shapes("path", "line-1")
    heights = [float(line.attrib["d"].split("L")[0].split()[1]) for line in (ada, ben)]
    assert heights[1] - heights[0] == pytest.approx(32, abs=0.2)


def test_spark_marks_only_its_last_value():
    drawing = Drawing(svg(Spark(ABOUT, series("s", 10, 20, 30, None).points), 120))

    assert drawing.marks == [f"m2: 30{NBSP}min"]
    assert drawing.texts == []
