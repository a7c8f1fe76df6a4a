"""What a month's figures are compared with."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from sportello.benchmark import exchange
from sportello.benchmark.distribution import NO_STANDING, How, Standing, distribution, standing_in
from sportello.benchmark.exchange import Collection
from sportello.benchmark.publication import publish
from sportello.benchmark.series import BY_NAME, OWN
from sportello.desk.actions import benchmark
from sportello.desk.models import BenchmarkPublication
from sportello.reports.beside import Beside, beside, cohort_words
from tests.benchmark.desks import a_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(frozen_clock):
    frozen_clock.move_to(datetime(2026, 11, 3, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "own", "value", "beaten"),
    [
        ("first_reply_time_in_minutes_mean", 3.7515 * 60, 1364.85, 0.936),
        ("one_touch_percentage", 0.605, 0.397, 0.809),
        ("satisfaction_rating", 0.9716, 0.95225, 0.598),
    ],
)
def test_beside_in_the_founding_month_has_the_printed_benchmark_and_percentile(key, own, value, beaten):
    found = beside(key, own, 2014, 10)

    assert found is not None
    assert (found.value, found.period, found.is_reference, found.desks) == (value, "2014-10", True, None)
    assert found.standing == Standing(How.STATED, beaten, beaten, beaten)


def test_beside_of_a_value_that_the_source_does_not_print_has_no_percentile():
    found = beside("one_touch_percentage", 0.7, 2014, 10)

    assert found is not None
    assert (found.value, found.standing) == (0.397, NO_STANDING)


def test_beside_of_a_month_without_a_value_has_the_benchmark_alone():
    found = beside("satisfaction_rating", None, 2014, 10)

    assert found is not None
    assert (found.value, found.standing) == (0.95225, NO_STANDING)


@pytest.mark.parametrize(
    ("year", "month", "period"),
    [(2011, 1, "2012-Q1"), (2013, 6, "2013-Q2"), (2014, 8, "2014-Q3"), (2014, 10, "2014-10"), (2026, 10, "2015-Q2")],
)
def test_beside_takes_the_reference_nearest_in_time(year, month, period):
    found = beside("satisfaction_rating", 0.9, year, month)

    assert found is not None
    assert found.period == period


@pytest.mark.parametrize(
    "key",
    [
        "first_reply_time_in_minutes_mean_business",
        "first_reply_time_in_minutes_median",
        "one_reply_percentage",
        "satisfaction_rating_help",
        "backlog",
    ],
)
def test_beside_of_a_figure_that_is_counted_otherwise_is_none(key):
    assert beside(key, 10.0, 2014, 10) is None


def test_beside_says_whose_figures_and_how_in_the_readers_language():
    with translation.override("it"):
        italian = beside("satisfaction_rating", 0.9, 2013, 6)
    english = beside("satisfaction_rating", 0.9, 2013, 6)

    assert italian is not None
    assert english is not None
    assert italian.label == "La soddisfazione pubblicata dal fornitore, dal 2012 al 2015"
    assert (english.label, english.method) == (
        "The vendor's published satisfaction, 2012 to 2015",
        "All votes of all desks in one pot.",
    )


def published(month: str, source: str = "A hub, Torino", hub: str = "https://hub.example", **changed):
    small = {f"s{number}": a_file(month=month, num_new_tickets=100, **changed) for number in range(15)}
    large = {f"l{number}": a_file(month=month, num_new_tickets=5000, **changed) for number in range(15)}
    return benchmark.keep(Collection(source, tuple(publish(month, small | large, lambda _desk, _key: 0))), hub=hub)


def test_beside_when_a_hub_has_published_then_all_its_desks_by_our_own_method():
    published("2026-09", satisfaction_rating=(0.95, 500))
    published("2026-08", satisfaction_rating=(0.8, 500))

    found = beside("satisfaction_rating", 0.97, 2026, 10)

    assert found == Beside(
        value=0.95,
        standing=standing_in(distribution(BY_NAME["satisfaction_rating", OWN], [0.95] * 30), 0.97),
        label="A hub, Torino",
        desks=30,
        method="Each desk's figure (a median for medians, a mean for means), then the median over desks; the calendar "
        "month.",
        period="2026-09",
        is_reference=False,
        cohort="All desks",
    )
    assert beside("first_reply_time_in_minutes_median_business", 30.0, 2026, 10) is not None


def test_beside_of_a_month_before_all_publications_or_long_after_is_the_reference():
    published("2025-09")

    assert [beside("satisfaction_rating", 0.9, year, 10).is_reference for year in (2014, 2025, 2026)] == [
        True,
        False,
        True,
    ]


def test_cohort_words_tell_the_bounds_of_desks_that_work_alike():
    published("2026-09")

    words = {
        row.cohort: cohort_words(row.cohort, exchange.publication(row.said).group)
        for row in BenchmarkPublication.objects.all()
    }

    assert words["sector:software"] == "Software"
    assert words["operation:1"] == "Desks that work alike: tickets < 5,000"
    assert words["operation:2"] == "Desks that work alike: tickets ≥ 5,000"
