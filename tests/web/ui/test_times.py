from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sportello.web.ui import times

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=6, hours=23), "6 d ago"),
        (timedelta(days=7), "27 Oct"),
        (timedelta(days=400), "29 Sep 2025"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(hours=-49), "in 2 d"),
    ],
)
def test_relative_at_each_distance_says_the_largest_unit(ago, said):
    assert times.relative(NOW - ago, NOW) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "today 12:00"),
        (-24, "yesterday 12:00"),
        (24, "tomorrow 12:00"),
        (48, "Thursday 12:00"),
        (24 * 9, "12 Nov 12:00"),
    ],
)
def test_moment_near_and_far_is_said_as_one_would(hours, said):
    assert times.moment(NOW + timedelta(hours=hours), NOW) == said


def test_moment_in_italian_writes_the_weekday_small():
    with translation.override("it"):
        assert times.moment(NOW + timedelta(hours=48), NOW) == "giovedì 12:00"


@pytest.mark.parametrize(
    ("language", "exact", "day"),
    [
        ("it", "martedì 3 novembre 2026 12:00:00", "3 novembre 2026"),
        ("en", "Tuesday 3 November 2026 12:00:00", "3 November 2026"),
    ],
)
def test_exact_and_long_day_write_days_and_months_as_the_language_does(language, exact, day):
    with translation.override(language):
        assert (times.exact(NOW), times.long_day(NOW)) == (exact, day)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, "–"), (0, "0 min"), (59.9, "59 min"), (60, "1 h"), (200, "3 h 20 min"), (3125, "2 d 4 h")],
)
def test_duration_shows_two_units_at_most(minutes, said):
    assert times.duration(minutes) == said


@given(st.integers(min_value=0, max_value=10**7))
def test_elapsed_never_says_more_than_has_passed(seconds):
    number, unit = times.elapsed(NOW - timedelta(seconds=seconds), NOW).split()

    length = {"min": 60, "h": 3600, "d": 86400}[unit]
    assert int(number) * length <= seconds < (int(number) + 1) * length
