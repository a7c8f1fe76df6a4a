"""The registry as it is documented."""

from pathlib import Path

from sportello.reports.figures.measures import MEASURES, described

PAGE = Path(__file__).parents[3] / "docs" / "measures.md"


def test_measures_then_documented_word_for_word():
    assert PAGE.read_text() == described()


def test_quotients_then_of_measures_that_there_are():
    assert all(key in MEASURES for measure in MEASURES.values() for key in measure.of)
