"""Laws of every drawing, whatever the values."""

import re
from html.parser import HTMLParser
from itertools import combinations

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.reports.charts import (
    NARROW,
    TIME_EDGES,
    WIDE,
    About,
    Bars,
    Cell,
    Class,
    Cumulative,
    Distribution,
    HeatMap,
    Intervals,
    Lines,
    Look,
    Multiples,
    Point,
    Reached,
    Rows,
    Series,
    Shares,
    Spark,
    Standing,
    Table,
    Unit,
    description,
    figure,
    html_table,
    spark,
    svg,
)
from sportello.web.ui.chart_patterns import examples
from tests.reports.charts.drawings import SVG, Drawing

VALUES = st.one_of(st.none(), st.just(0.0), st.just(1e-300), st.floats(0, 1), st.integers(0, 5_000), st.floats(0, 1e15))
NAMES = st.one_of(st.sampled_from(["", "marzo", "<b>&\"'", "a\x00b\x1f", "名前" * 9, "molto lungo " * 20]), st.text())
HREFS = st.sampled_from(["", "/tickets?a=1&b=\"<'>", "#main", "https://desk.example/?q=è"])
COUNTS = st.one_of(st.none(), st.integers(0, 10**6))


@st.composite
def points(draw, names, below_zero=False):
    made = []
    for name in names:
        value = draw(VALUES)
        if below_zero and value is not None and draw(st.booleans()):
            made.append(Point(name, -value, draw(COUNTS), draw(HREFS)))
            continue
        low, high = (None, None) if value is None else (value * draw(st.floats(0, 1)), min(1e15, value * 1.2))
        made.append(Point(name, value, draw(COUNTS), draw(HREFS), low, high))
    return tuple(made)


@st.composite
def series(draw, most_series=6, most_points=8, below_zero=False):
    names, count = draw(st.lists(NAMES, max_size=most_points)), draw(st.integers(0, most_series))
    return tuple(Series(draw(NAMES), draw(points(names, below_zero))) for _ in range(count))


@st.composite
def charts(draw):
    unit = draw(st.sampled_from(Unit))
    about = About("k", draw(NAMES), draw(NAMES), unit)
    kind = draw(
        st.sampled_from(
            [Bars, Rows, Lines, Shares, Multiples, Spark, Intervals, HeatMap, Distribution, Cumulative, Standing]
        )
    )
    if kind in (Bars, Rows):
        stacked = draw(st.booleans())
        return kind(about, draw(series(below_zero=not stacked)), stacked)
    if kind is Lines:
        return Lines(about, draw(series(most_points=30, below_zero=True)), draw(st.booleans()))
    if kind is Shares:
        return Shares(About("k", "t", "h"), draw(series(most_points=5)))
    if kind is Multiples:
        return Multiples(about, draw(series()))
    if kind in (Spark, Intervals):
        names = draw(st.lists(NAMES, max_size=12))
        reference = Point(draw(NAMES), draw(st.floats(0, 1e15))) if draw(st.booleans()) else None
        if kind is Spark:
            return Spark(about, draw(points(names, below_zero=True)))
        return Intervals(about, draw(points(names)), reference)
    if kind is HeatMap:
        places = st.tuples(st.integers(0, 6), st.integers(0, 23))
        values = draw(st.dictionaries(places, VALUES.filter(lambda value: value is not None)))
        return HeatMap(about, values, dict.fromkeys(values, draw(HREFS)))
    times = st.one_of(st.none(), st.floats(0, 1e9))
    if kind is Distribution:
        classes = [Class(draw(st.integers(0, 10**9)), draw(HREFS)) for _edge in TIME_EDGES]
        return Distribution(about, tuple(classes), draw(times), draw(times))
    if kind is Cumulative:
        minutes = sorted(draw(st.sets(st.one_of(st.sampled_from(TIME_EDGES), st.floats(0, 1e7)), max_size=20)))
        shares = sorted(draw(st.lists(st.floats(0, 1), min_size=len(minutes), max_size=len(minutes))))
        steps = (Reached(time, share, draw(HREFS)) for time, share in zip(minutes, shares, strict=True))
        return Cumulative(about, tuple(steps))
    parts = sorted(draw(st.sets(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]))))
    values = sorted(draw(st.lists(st.floats(0, 1e6), min_size=len(parts), max_size=len(parts))))
    ours = Point(draw(NAMES), draw(st.one_of(st.none(), st.floats(0, 1e6))), href=draw(HREFS))
    return Standing(about, tuple(zip(parts, values, strict=True)), ours, draw(st.integers(0, 999)), draw(NAMES))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(charts(), st.sampled_from([NARROW, WIDE]), st.sampled_from(Look))
def test_svg_holds_finite_numbers_inside_its_sheet_and_texts_apart(chart, width, look):
    drawing = Drawing(svg(chart, width, look))

    assert drawing.width == width
    assert 0 < drawing.height < 5_000
    for left, top, right, bottom in drawing.boxes():
        assert -1 <= left <= right <= drawing.width + 1
        assert -1 <= top <= bottom <= drawing.height + 1
    for text in drawing.texts:
        assert text.left >= -1
        assert text.right <= drawing.width + 1
        assert text.bottom <= drawing.height + 1
    for one, other in combinations(drawing.texts, 2):
        assert not one.touches(other), (one, other)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(charts())
def test_table_has_a_cell_for_each_column_and_no_word_is_a_number_that_is_none(chart):
    table = chart.table()

    assert {len(row) for row in table.rows} <= {len(table.columns)}
    said = " ".join(cell.text for row in table.rows for cell in row[1:])
    assert "nan" not in said.lower()
    Tags().feed(str(html_table(table)))


class Tags(HTMLParser):
    """Every tag that was opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_svg_of_every_example_carries_no_style_and_leads_where_its_points_do(width, look):
    for chart in examples("x"):
        drawing = svg(chart, width, look)

        assert " style=" not in drawing
        assert set(Drawing(drawing).links) <= {"#main"}


def test_svg_with_links_is_a_group_with_a_list_of_them():
    linked = Bars(About("k", "Solved", "Month"), (Series("s", (Point("may", 3, href="/t?a=1&b='\"<>"),)),))

    drawing = Drawing(svg(linked))

    assert drawing.root.attrib["role"] == "group"
    assert drawing.links == ["/t?a=1&b='\"<>"]
    assert drawing.marks == ["may: 3"]
    assert [group.get("role") for group in drawing.root.findall(f"{SVG}g")] == [None, "list", None]
    assert [group.get("aria-hidden") for group in drawing.root.findall(f"{SVG}g")] == ["true", None, "true"]


def test_svg_without_links_is_one_picture_with_a_description():
    plain = Bars(About("k", "Solved", "Month"), (Series("s", (Point("may", 3), Point("june", 5))),))

    with translation.override("en"):
        drawing = Drawing(svg(plain))

    assert drawing.root.attrib["role"] == "img"
    assert drawing.root.find(f"{SVG}title").text == "Solved"
    assert drawing.root.find(f"{SVG}desc").text == "s: lowest 3 (may), highest 5 (june), last 5 (june)."


def test_svg_of_an_empty_chart_says_so():
    with translation.override("en"):
        drawing = Drawing(svg(Lines(About("k", "Solved", "Month"), ())))

        assert [text.said for text in drawing.texts] == ["Nothing to show"]
        assert drawing.marks == []


def test_description_that_is_given_stands_for_the_one_of_the_values():
    chart = Bars(About("k", "t", "h", description="Down since May."), (Series("s", (Point("may", 3),)),))

    assert description(chart) == "Down since May."


def test_figure_holds_both_drawings_and_the_table_behind():
    chart = Bars(About("k", 'A "title" <b>', "Month"), (Series("s", (Point("may <", 3, href="/t?a&b"),)),))

    made = figure(chart)

    assert made.count("<svg") == 2
    assert "<b>" not in made
    assert '<th scope="row">may &lt;</th><td class="number"><a href="/t?a&amp;b">3</a></td>' in made
    assert re.findall(r'\bid="([^"]+)"', made) == ["k", "k-w-t", "k-w-d", "k-s-t", "k-s-d"]
    Tags().feed(re.sub(r"<(\w+)([^<>]*)/>", r"<\1\2></\1>", made))


def test_spark_stands_in_a_line_of_text():
    made = spark(Spark(About("k", "Solved", "Month"), (Point("may", 3), Point("june", 3))))

    assert made.startswith('<span class="chart chart--spark"><svg')
    assert "<details" not in made


def test_html_table_leaves_no_markup_of_its_texts():
    table = Table("<i>", ("<a>", "b"), ((Cell("<script>"), Cell("&", "/x?'\"")),))

    made = html_table(table)

    assert set(re.findall(r"<(\w+)", made)) == {"div", "table", "caption", "thead", "tr", "th", "tbody", "td", "a"}
