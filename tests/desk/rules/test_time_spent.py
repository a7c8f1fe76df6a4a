"""Time as people write it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.time_spent import LONGEST, Unreadable, read, shown

MINUTES = st.integers(1, LONGEST)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("90", 90),
        ("1h 20m", 80),
        ("1h20", 80),
        ("1:30", 90),
        ("0:05", 5),
        ("1,5 h", 90),
        ("1.5h", 90),
        ("0,25 ore", 15),
        ("2 ore e 15", 135),
        ("1 ora e 5 minuti", 65),
        ("2 hours and 10 min", 130),
        ("45 min", 45),
        ("45'", 45),
        ("  1 H  20 M ", 80),
        ("24 h", 1440),
        ("1,33 h", 80),
    ],
)
def test_time_when_written_in_a_way_people_write_then_read(said, minutes):
    assert read(said) == minutes


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0",
        "0 h",
        "-5",
        "1,5",
        "1:60",
        "1:5",
        "25 h",
        "1441",
        "h",
        "m",
        "e",
        "1h 90m",
        "tre ore",
        "1h h",
        "1e9",
        "٣",
    ],
)
def test_time_when_it_is_none_then_refused(said):
    with pytest.raises(Unreadable):
        read(said)


@given(MINUTES)
def test_time_when_shown_then_reads_the_same(minutes):
    assert read(shown(minutes)) == minutes


@given(MINUTES)
def test_time_when_by_the_clock_or_in_hours_and_minutes_then_the_same(minutes):
    hours, rest = divmod(minutes, 60)

    assert read(f"{hours}:{rest:02}") == read(f"{hours}h {rest}m") == minutes


@given(st.text(max_size=20))
def test_time_whatever_is_written_then_minutes_of_a_day_or_refused(said):
    with suppress(Unreadable):
        assert 0 < read(said) <= LONGEST
