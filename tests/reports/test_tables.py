"""How figures are written in each language."""

import pytest
from django.utils import translation

from sportello.reports.measures import MINUTES, SHARE, TICKETS, Figure
from sportello.reports.month import Compared, Month
from sportello.reports.tables import _row, text_of, title

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "unit", "value", "written"),
    [
        ("it", MINUTES, 228.0, f"3,8{NBSP}h"),
        ("en", MINUTES, 228.0, f"3.8{NBSP}h"),
        ("it", MINUTES, 38.4, f"38{NBSP}min"),
        ("en", MINUTES, 59.6, f"1.0{NBSP}h"),
        ("it", SHARE, 0.972, f"97,2{NBSP}%"),
        ("en", SHARE, 1.0, f"100.0{NBSP}%"),
        ("it", TICKETS, 1033.0, "1.033"),
        ("en", TICKETS, 1033.0, "1,033"),
        ("en", SHARE, None, "–"),
    ],
)
def test_text_of_when_in_a_language_then_written_its_way(language, unit, value, written):
    with translation.override(language):
        assert text_of(Figure(value, 100, unit, "any")) == written


@pytest.mark.parametrize(
    ("key", "unit", "value", "before", "change", "direction"),
    [
        ("first_reply_time_in_minutes_mean", MINUTES, 228.0, 222.0, f"+6{NBSP}min", "worse"),
        ("first_reply_time_in_minutes_mean", MINUTES, 100.0, 400.0, f"−5.0{NBSP}h", "better"),
        ("satisfaction_rating", SHARE, 0.972, 0.949, f"+2.3{NBSP}pt", "better"),
        ("one_touch_percentage", SHARE, 0.605, 0.612, f"−0.7{NBSP}pt", "worse"),
        ("num_solved_tickets", TICKETS, 1050.0, 1096.0, "−46", ""),
        ("satisfaction_rating", SHARE, 0.9500001, 0.95, f"±0.0{NBSP}pt", "better"),
        ("satisfaction_rating", SHARE, 0.95, None, "", ""),
    ],
)
def test_row_when_beside_last_month_then_says_how_it_changed(key, unit, value, before, change, direction):
    row = _row(Compared(Figure(value, 1000, unit, key), Figure(before, 1000, unit, key)))

    assert (row.change, row.direction) == (change, direction)


def test_row_then_says_its_unit_how_many_it_stands_on_and_what_it_means():
    figure = Figure(0.8, 45, SHARE, "one_reply_percentage", 0.66, 0.9)

    row = _row(Compared(figure, figure))

    assert row.basis == f"per cent · n{NBSP}={NBSP}45 · between 66.0 and 90.0 %"
    assert row.definition == "Of the solved: with exactly one public agent reply."


@pytest.mark.parametrize(("language", "said"), [("it", "ottobre 2026"), ("en", "October 2026")])
def test_title_then_as_inside_a_sentence(language, said):
    month = Month(2026, 10, "", "", *[None] * 9)

    with translation.override(language):
        assert title(month) == said
