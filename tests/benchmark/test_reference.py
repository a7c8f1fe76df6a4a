"""The reference sets: what the sources say, and nothing more."""

import pytest

from sportello.benchmark.distribution import How, Standing
from sportello.benchmark.profile import COUNTRIES, SECTORS
from sportello.benchmark.reference import POOLED, collections, references
from sportello.benchmark.series import VENDOR

FOUNDING = {each.key: each for each in collections()["founding_month"].figures}


@pytest.mark.parametrize(
    ("key", "own", "beaten"),
    [
        ("first_reply_time_in_minutes_mean", 3.752 * 60, 0.936),
        ("one_touch_percentage", 0.605, 0.809),
        ("satisfaction_rating", 0.9716, 0.598),
    ],
)
def test_founding_month_knows_the_percentile_of_the_figure_it_prints_and_of_no_other(key, own, beaten):
    assert FOUNDING[key].standing(own) == Standing(How.STATED, beaten, beaten, beaten)
    assert FOUNDING[key].standing(own * 0.97) == Standing(How.NONE)
    assert FOUNDING[key].standing(FOUNDING[key].value) == Standing(How.NONE)


def test_founding_month_prints_all_its_figures_and_differences_at_once():
    hours, touch, rating = (
        FOUNDING[key].value * by
        for key, by in (
            ("first_reply_time_in_minutes_mean", 1 / 60),
            ("one_touch_percentage", 100),
            ("satisfaction_rating", 100),
        )
    )

    assert [f"{hours:.1f}", f"{touch:.1f}", f"{rating:.1f}"] == ["22.7", "39.7", "95.2"]
    assert [f"{3.7515:.1f}", f"{hours - 3.7515:.2f}"] == ["3.8", "19.00"]
    assert [f"{60.5:.1f}", f"{60.5 - touch:.1f}"] == ["60.5", "20.8"]
    assert [f"{97.16:.1f}", f"{97.16 - rating:.1f}"] == ["97.2", "1.9"]
    assert FOUNDING["num_solved_tickets"].value == 159


def test_references_name_a_source_and_words_in_both_languages():
    for each in collections().values():
        assert set(each.label) == set(each.note) == {"en", "it"}
        assert all(figure.source and figure.value > 0 for figure in each.figures)


def test_references_speak_of_known_sectors_and_countries_once_a_period():
    seen = set()
    for each in collections().values():
        for figure in each.figures:
            kind, _, name = figure.scope.partition(":")
            assert name in {"all": {""}, "sector": SECTORS, "country": COUNTRIES}[kind]
            assert figure.method in (VENDOR, POOLED)
            identity = each.name, figure.period, figure.scope, figure.key
            assert identity not in seen
            seen.add(identity)


def test_references_of_a_country_come_oldest_first_without_percentiles():
    found = list(references("satisfaction_rating", scope="country:CA"))

    assert [(each.period, each.value) for each in found] == [
        ("2012", 0.93),
        ("2013-Q2", 0.91),
        ("2013-Q3", 0.91),
        ("2013-Q4", 0.89),
        ("2014-Q1", 0.9),
    ]
    assert {each.standing(0.97).how for each in found} == {How.NONE}


def test_references_tell_the_two_methods_of_the_vendor_apart():
    found = {each.period: each.method for each in references("satisfaction_rating")}

    assert (found["2014-Q2"], found["2014-Q3"], found["2014-10"]) == (POOLED, VENDOR, VENDOR)
