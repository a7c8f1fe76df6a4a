import pytest
from django.utils import translation

from sportello.reports.charts import Point, Series, Unit
from sportello.reports.charts.words import point_text, series_table, tick_text, value_text, weekdays

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "unit", "italian", "english"),
    [
        (None, Unit.COUNT, "–", "–"),
        (0, Unit.COUNT, "0", "0"),
        (1033, Unit.COUNT, "1.033", "1,033"),
        (1.44, Unit.COUNT, "1,4", "1.4"),
        (0.605, Unit.SHARE, f"60,5{NBSP}%", f"60.5{NBSP}%"),
        (1, Unit.SHARE, f"100{NBSP}%", f"100{NBSP}%"),
        (0, Unit.SHARE, f"0{NBSP}%", f"0{NBSP}%"),
        (38.4, Unit.MINUTES, f"38{NBSP}min", f"38{NBSP}min"),
        (59.6, Unit.MINUTES, f"1,0{NBSP}h", f"1.0{NBSP}h"),
        (228, Unit.MINUTES, f"3,8{NBSP}h", f"3.8{NBSP}h"),
        (4 * 1440, Unit.MINUTES, f"4,0{NBSP}g", f"4.0{NBSP}d"),
    ],
)
def test_value_text_reads_as_in_the_language(value, unit, italian, english):
    with translation.override("it"):
        assert value_text(value, unit) == italian
    with translation.override("en"):
        assert value_text(value, unit) == english


@pytest.mark.parametrize(
    ("value", "unit", "step", "expected"),
    [
        (1500, Unit.COUNT, 500, "1.500"),
        (0.2, Unit.SHARE, 0.1, f"20{NBSP}%"),
        (0.945, Unit.SHARE, 0.005, f"94,5{NBSP}%"),
        (90, Unit.MINUTES, 30, f"90{NBSP}min"),
        (0, Unit.MINUTES, 60, f"0{NBSP}h"),
        (2880, Unit.MINUTES, 1440, f"2{NBSP}g"),
    ],
)
def test_tick_text_is_as_short_as_its_step_allows(value, unit, step, expected):
    with translation.override("it"):
        assert tick_text(value, unit, step) == expected


def test_point_text_says_interval_and_that_cases_are_few():
    point = Point("Ada", 0.75, 4, low=0.301, high=0.954)

    with translation.override("en"):
        said = point_text(point, Unit.SHARE)

    assert said == f"Ada: 75.0{NBSP}% (30.1{NBSP}%{NBSP}– 95.4{NBSP}%), n{NBSP}={NBSP}4, too few to judge"


def test_series_table_has_n_and_interval_only_where_there_are_some():
    plain = Series("plain", (Point("a", 1), Point("b", None)))
    judged = Series("judged", (Point("a", 2, 12, low=1, high=3), Point("b", 3, 4)))

    with translation.override("en"):
        table = series_table("Votes", "Name", (plain, judged), Unit.COUNT)

    assert table.columns == ("Name", "plain", "judged", "n", "interval")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["a", "1", "2", "12", f"1{NBSP}– 3"],
        ["b", "–", "3", "4", "–"],
    ]


def test_weekdays_begin_as_the_language_does():
    with translation.override("it"):
        italian = weekdays()
    with translation.override("en"):
        english = weekdays()

    assert [day for day, _name, _short in italian] == [0, 1, 2, 3, 4, 5, 6]
    assert italian[0][1:] == ("lunedì", "lun")
    assert [day for day, _name, _short in english] == [6, 0, 1, 2, 3, 4, 5]
    assert english[0][1] == "Sunday"
