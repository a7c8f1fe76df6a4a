from types import SimpleNamespace

import pytest
from django.utils import translation

from sportello.reports.figures.figure import MINUTES, Figure, share
from sportello.reports.month.figures import Against, Compared
from sportello.reports.month.headlines import Headlines


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"beaten": 0.936}, "ai risultati del 93,6 % degli altri"),
        ({"beaten": 0.62, "low": 0.5, "high": 0.75}, "di circa il 62 % degli altri (fra 50 % e 75 %)"),
        ({"beaten": 0.62, "low": 0.375, "high": 0.625}, "di circa il 62 % degli altri (fra 37 % e 63 %)"),
        ({"low": 0.75, "high": 1.0}, "di almeno il 75 % degli altri"),
        ({"low": 0.875, "high": 1.0}, "di almeno l'87 % degli altri"),
        ({"low": 0.0, "high": 0.25}, "di non più del 25 % degli altri"),
    ],
)
def test_place_among_others_is_told_as_far_as_it_is_known(known, words):
    voice = Headlines(SimpleNamespace(figures={}), "it", "team")

    with translation.override("it"):
        said = voice._beaten(Against(22.7, {}, {}, "2026-10", **known))

    assert words in said.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("now", "benchmark", "is_chance", "tone"),
    [
        (share(17, 18), 0.9494, True, ""),
        (share(308, 317), 0.95225, True, ""),
        (share(635, 1050), 0.397, False, "better"),
        (share(2, 9), 0.9, False, ""),  # Too few to be compared at all.
        (Figure(240.0, 50, MINUTES), 1365.0, False, "better"),
    ],
)
def test_difference_that_chance_may_explain_is_neither_better_nor_worse_and_says_so(now, benchmark, is_chance, tone):
    key = "first_reply_time_in_minutes_mean" if now.unit == MINUTES else "satisfaction_rating"
    compared = Compared(now, now, now, Against(benchmark, {}, {}, "2026-10"))

    with translation.override("it"):
        month = SimpleNamespace(year=2026, month=10, figures={key: compared})
        block = Headlines(month, "it", "team")._block("satisfaction", key, [], [])

    assert block.tone == tone
    assert ("La differenza dal benchmark è così piccola che può essere dovuta al caso." in block.notes) == is_chance


@pytest.mark.parametrize(
    ("period", "is_reference", "age"),
    [
        ("2026-10", False, ""),
        ("2026-09", False, "settembre 2026"),
        ("2026-Q1", True, ""),
        ("2014-10", True, "riferimento del 2014"),
    ],
)
def test_benchmark_of_another_time_says_so_beside_its_value(period, is_reference, age):
    voice = Headlines(SimpleNamespace(year=2026, month=10, figures={}), "it", "team")

    with translation.override("it"):
        assert voice.age(Against(480.0, {}, {}, period, is_reference=is_reference)) == age
