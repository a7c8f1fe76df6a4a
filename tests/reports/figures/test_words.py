"""Figures, changes and cells as they are read, in both languages."""

from datetime import date

import pytest
from django.utils import translation

from sportello.reports.figures import words
from sportello.reports.figures.dimensions import BANDS, DIMENSIONS
from sportello.reports.figures.figure import MINUTES, SHARE, TICKETS, TOTAL_MINUTES, Figure, count, share
from sportello.reports.figures.measures import MEASURES

NBSP = "\N{NO-BREAK SPACE}"


def spaced(text):
    return text.replace(NBSP, " ")


@pytest.fixture(autouse=True)
def italian():
    with translation.override("it"):
        yield


@pytest.mark.parametrize(
    ("value", "unit", "italian_", "english"),
    [
        (1050, TICKETS, "1.050", "1,050"),
        (0.972, SHARE, "97,2 %", "97.2 %"),
        (1, SHARE, "100 %", "100 %"),
        (22.4, MINUTES, "22 min", "22 min"),
        (59.6, MINUTES, "1,0 h", "1.0 h"),
        (228, MINUTES, "3,8 h", "3.8 h"),
        (5759, MINUTES, "96,0 h", "96.0 h"),
        (7488, MINUTES, "5,2 g", "5.2 d"),
        (7488, TOTAL_MINUTES, "124,8 h", "124.8 h"),
        (40, TOTAL_MINUTES, "40 min", "40 min"),
        (None, MINUTES, "–", "–"),
        (None, TOTAL_MINUTES, "–", "–"),
    ],
)
def test_words_of_a_figure(value, unit, italian_, english):
    figure = Figure(value, 12, unit)

    assert spaced(words.words(figure)) == italian_
    with translation.override("en"):
        assert spaced(words.words(figure)) == english


def test_hours_when_the_text_wants_them_then_however_short():
    assert [spaced(words.hours(it)) for it in (1362, 30)] == ["22,7 h", "0,5 h"]
    assert spaced(words.hours(1140, 2)) == "19,00 h"


@pytest.mark.parametrize(
    ("key", "now", "before", "change", "direction"),
    [
        ("num_solved_tickets", 1050, 1096, "−46", ""),
        ("first_reply_time_in_minutes_mean", 228, 222, "+0,1 h", "worse"),
        ("first_reply_time_in_minutes_mean", 228, 227, "+1 min", "worse"),
        ("first_reply_time_in_minutes_median", 22, 40, "−18 min", "better"),
        ("first_reply_time_in_minutes_median", 22, 22, "±0 min", ""),
        ("first_reply_time_in_minutes_median", 22, None, "", ""),
        ("backlog", 12, 15, "−3", "better"),
    ],
)
def test_change_and_direction(key, now, before, change, direction):
    measure = MEASURES[key]
    figures = Figure(now, 20, measure.unit), Figure(before, 20, measure.unit)

    assert (spaced(words.change(measure, *figures)), words.direction(measure, *figures)) == (change, direction)


def test_change_of_shares_then_in_points():
    measure = MEASURES["satisfaction_rating"]

    assert words.change(measure, share(972, 1000), share(949, 1000)).startswith("+2")
    assert words.direction(measure, share(972, 1000), share(949, 1000)) == "better"
    assert "2" not in words.interval(count(3, TICKETS))
    assert spaced(words.interval(share(66, 67))) == "92,0 – 99,7 %"


def test_cells_of_times_then_long_and_short():
    day = date(2026, 10, 5)

    assert [words.cell(key, day) for key in ("month", "year")] == ["ottobre 2026", "2026"]
    assert [spaced(words.cell(key, day, short=True)) for key in ("day", "month")] == ["5 ott", "ott 2026"]
    assert words.cell("hour", 9) == "09–10"
    assert words.cell("weekday", 1) == "lunedì"
    with translation.override("en"):
        assert words.cell("weekday", 7) == "Sunday"
        assert words.cell("quarter", day) == "Q4 2026"


def test_cells_of_durations_then_named_as_the_classes_of_a_distribution():
    assert spaced(words.cell("band", 0)) == "0 min – 1 h"
    assert "7" in words.cell("band", len(BANDS))
    assert spaced(words.cell("duration", 2)) == "15 min – 30 min"


@pytest.mark.parametrize("key", [*DIMENSIONS, "field:7"])
def test_cells_when_nothing_stands_then_a_word(key):
    assert words.cell(key, None)


def test_labels_then_no_two_measures_are_called_the_same():
    labels = [it.full_label for it in MEASURES.values()]

    assert len(set(labels)) == len(labels)


def test_direction_when_too_few_judge_then_none():
    measure = MEASURES["satisfaction_rating"]

    assert words.direction(measure, share(40, 50), share(1, 1)) == ""
    assert words.direction(measure, share(1, 1), share(40, 50)) == ""
