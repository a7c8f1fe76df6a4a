from types import SimpleNamespace

import pytest
from django.utils import translation

from sportello.reports.month.figures import Against
from sportello.reports.month.headlines import Headlines


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"beaten": 0.936}, "ai risultati del 93,6 % degli altri"),
        ({"beaten": 0.62, "low": 0.5, "high": 0.75}, "di circa il 62 % degli altri (fra 50 % e 75 %)"),
        ({"low": 0.75, "high": 1.0}, "di almeno il 75 % degli altri"),
        ({"low": 0.0, "high": 0.25}, "di non più del 25 % degli altri"),
    ],
)
def test_place_among_others_is_told_as_far_as_it_is_known(known, words):
    voice = Headlines(SimpleNamespace(figures={}), "it", "team")

    with translation.override("it"):
        said = voice._beaten(Against(22.7, {}, {}, "2026-10", **known))

    assert words in said.replace("\xa0", " ")
