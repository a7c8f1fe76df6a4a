import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.desk.rules.schedules import (
    ALWAYS,
    Reading,
    Schedule,
    add_business,
    business_seconds,
    elapsed_business,
    holidays_of,
    is_open,
    subtract_business,
)

OFFICE = Schedule("Europe/Rome", tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)))
NIGHT = Schedule("Europe/Rome", ((0, 240), (6 * 1440 + 1320, 10080)))
SPRING = date(2026, 3, 29)  # Sunday, 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # Sunday, 03:00 becomes 02:00


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def counted(schedule: Schedule, start: datetime, end: datetime) -> int:
    """The same by a clock on the wall, looked at once in every minute."""
    zone = ZoneInfo(schedule.time_zone)
    total = 0
    at = start
    while at < end:
        wall = at.astimezone(zone)
        minute = (wall.toordinal() % 7) * 1440 + wall.hour * 60 + wall.minute
        opens = any(begin <= minute < stop for begin, stop in schedule.intervals)
        total += 60 * (opens and wall.date() not in schedule.holidays)
        at += timedelta(minutes=1)
    return total


ZONES = st.sampled_from(
    ["Europe/Rome", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
)
INTERVALS = st.lists(
    st.tuples(st.integers(0, 10079), st.integers(1, 3000)).map(lambda pair: (pair[0], min(10080, sum(pair)))),
    max_size=6,
).map(tuple)
DAYS = st.sampled_from([date(2026, 3, 27), date(2026, 10, 24), date(2026, 6, 1), date(2017, 10, 14), date(2018, 2, 17)])
SCHEDULES = st.builds(
    Schedule,
    ZONES,
    INTERVALS,
    st.frozensets(DAYS.flatmap(lambda day: st.integers(0, 4).map(lambda n: day + timedelta(days=n))), max_size=3),
)
MINUTES = DAYS.flatmap(
    lambda day: st.integers(0, 4 * 1440).map(
        lambda n: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=n)
    )
)
MOMENTS = st.integers(0, 3 * 365 * 86_400).map(
    lambda second: utc(2024, 6, 1) + timedelta(seconds=second, microseconds=7)
)


@given(SCHEDULES, MINUTES, st.integers(0, 2000))
@settings(max_examples=60, deadline=None)
def test_business_seconds_of_any_span_are_those_of_a_clock_on_the_wall(schedule, start, minutes):
    end = start + timedelta(minutes=minutes)

    assert business_seconds(schedule, start, end) == counted(schedule, start, end)


@given(SCHEDULES, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
@settings(max_examples=60, deadline=None)
def test_business_seconds_of_adjoining_spans_add_up(schedule, moments):
    start, middle, end = moments

    parts = business_seconds(schedule, start, middle), business_seconds(schedule, middle, end)

    assert sum(parts) == business_seconds(schedule, start, end)
    assert min(parts) >= 0


@given(MOMENTS, MOMENTS)
def test_business_seconds_when_always_open_are_the_calendar_s(start, end):
    whole = (end.replace(microsecond=0) - start.replace(microsecond=0)).total_seconds()

    assert business_seconds(ALWAYS, start, end) == max(0, whole)


@given(SCHEDULES, MOMENTS, st.integers(0, 300_000))
@settings(max_examples=60, deadline=None)
def test_add_business_is_the_inverse_and_the_earliest(schedule, start, seconds):
    due = add_business(schedule, start, seconds)

    if due is None:
        assert business_seconds(schedule, start, start + timedelta(days=25 * 365)) < seconds
    else:
        assert due >= start
        assert business_seconds(schedule, start, due) == seconds
        assert seconds == 0 or business_seconds(schedule, start, due - timedelta(seconds=1)) == seconds - 1


@given(SCHEDULES, MOMENTS, st.integers(0, 300_000))
@settings(max_examples=60, deadline=None)
def test_subtract_business_is_the_inverse_and_the_latest(schedule, end, seconds):
    start = subtract_business(schedule, end, seconds)

    if start is None:
        assert business_seconds(schedule, end - timedelta(days=25 * 365), end) < seconds
    else:
        assert start <= end
        assert business_seconds(schedule, start, end) == seconds
        assert seconds == 0 or business_seconds(schedule, start + timedelta(seconds=1), end) == seconds - 1


@given(SCHEDULES, MOMENTS, st.integers(0, 300_000), st.integers(0, 300_000))
@settings(max_examples=60, deadline=None)
def test_subtract_business_of_more_is_never_later(schedule, end, seconds, more):
    start, earlier = subtract_business(schedule, end, seconds), subtract_business(schedule, end, seconds + more)

    assert earlier is None or (start is not None and earlier <= start)


@given(SCHEDULES, MOMENTS, st.integers(1, 300_000))
@settings(max_examples=60, deadline=None)
def test_subtract_business_after_add_business_is_back_at_the_start_but_for_closed_time(schedule, start, seconds):
    due = add_business(schedule, start, seconds)

    if due is not None:
        back = subtract_business(schedule, due, seconds)
        assert back is not None
        assert back >= start.replace(microsecond=0)
        assert business_seconds(schedule, start, back) == 0
        assert is_open(schedule, back)


@st.composite
def courses(draw):
    """Schedules in force one after another, and three moments in order."""
    moments = st.lists(MOMENTS, min_size=3, max_size=3).map(sorted)
    since = sorted(draw(st.lists(MOMENTS, min_size=1, max_size=4)))
    return [(at, draw(SCHEDULES)) for at in since], draw(moments)


@given(courses())
@settings(max_examples=60, deadline=None)
def test_elapsed_business_of_adjoining_spans_adds_up_and_is_no_more_than_calendar(course):
    in_force, (start, middle, end) = course

    parts = elapsed_business(in_force, start, middle), elapsed_business(in_force, middle, end)

    assert sum(parts) == elapsed_business(in_force, start, end) <= business_seconds(ALWAYS, start, end)
    assert min(parts) >= 0


@given(SCHEDULES, st.lists(MOMENTS, min_size=4, max_size=4).map(sorted), st.sampled_from(Reading))
@settings(max_examples=60, deadline=None)
def test_elapsed_business_when_the_same_schedule_goes_on_is_that_schedule_s(schedule, moments, reading):
    since, start, change, end = moments
    in_force = [(since, schedule), (change, schedule)]

    assert elapsed_business(in_force, start, end, reading) == business_seconds(schedule, start, end)


@given(courses())
@settings(max_examples=60, deadline=None)
def test_elapsed_business_by_the_last_schedule_forgets_the_others(course):
    in_force, (start, _middle, end) = course
    known = [schedule for since, schedule in in_force if since <= end]

    assert elapsed_business(in_force, start, end, Reading.LAST_SCHEDULE) == (
        business_seconds(known[-1], start, end) if known else 0
    )


@given(SCHEDULES)
def test_schedule_read_from_its_json_is_the_same(schedule):
    assert Schedule.read(json.loads(json.dumps(schedule.as_json()))) == schedule


@given(SCHEDULES, MINUTES)
@settings(max_examples=60, deadline=None)
def test_is_open_says_what_the_next_minute_counts(schedule, at):
    assert is_open(schedule, at) == (business_seconds(schedule, at, at + timedelta(minutes=1)) > 0)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (utc(2026, 11, 20, 16), utc(2026, 11, 23, 9), 120),  # Friday 17:00 to Monday 10:00 local
        (utc(2026, 11, 20, 9, 30), utc(2026, 11, 20, 10), 30),
        (utc(2026, 11, 21, 9), utc(2026, 11, 22, 20), 0),
        (utc(2026, 11, 20, 10), utc(2026, 11, 20, 9), 0),
    ],
)
def test_business_seconds_of_office_hours(start, end, minutes):
    assert business_seconds(OFFICE, start, end) == minutes * 60


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 3), (AUTUMN, 5), (date(2026, 6, 7), 4)])
def test_business_seconds_when_clocks_change_are_the_hours_that_passed(day, hours):
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Rome"))

    assert business_seconds(NIGHT, midnight, midnight.replace(hour=12)) == hours * 3600


def test_business_seconds_on_a_holiday_are_none():
    closed = Schedule(OFFICE.time_zone, OFFICE.intervals, frozenset([date(2026, 12, 25)]))

    assert business_seconds(closed, utc(2026, 12, 25), utc(2026, 12, 26)) == 0
    assert business_seconds(OFFICE, utc(2026, 12, 25), utc(2026, 12, 26)) == 9 * 3600


FIRST_SCHEDULE = Schedule(
    "UTC", ((720, 1560), (2160, 3000), (3600, 4440), (5040, 5880), (6480, 7320), (7920, 8760), (9360, 10080), (0, 120))
)
SECOND_SCHEDULE = Schedule("UTC", ((2340, 2910), (3780, 4350), (5220, 5790), (6660, 7230), (8100, 8670)))


@pytest.mark.parametrize(("reading", "minutes"), [(Reading.ACCUMULATED, 960.13), (Reading.LAST_SCHEDULE, 690.13)])
def test_elapsed_business_when_the_schedule_changes_has_two_readings(reading, minutes):
    """The vector of a public warehouse package for this vendor's data (reference: docs/algorithms/schedules.md)."""
    created, changed, answered = (
        utc(2020, 9, 29, 17, 1, 38), utc(2020, 9, 30, 19, 1, 25), utc(2020, 9, 30, 19, 1, 46)
    )  # fmt: skip
    in_force = [(created, FIRST_SCHEDULE), (changed, SECOND_SCHEDULE)]

    assert round(elapsed_business(in_force, created, answered, reading) / 60, 2) == minutes


def test_elapsed_business_before_the_first_schedule_is_none():
    assert elapsed_business([(utc(2026, 11, 23), ALWAYS)], utc(2026, 11, 20), utc(2026, 11, 23, 0, 1)) == 60
    assert elapsed_business([], utc(2026, 11, 20), utc(2026, 11, 23)) == 0


def test_add_business_over_a_weekend_ends_on_monday():
    assert add_business(OFFICE, utc(2026, 11, 20, 16), 2 * 3600) == utc(2026, 11, 23, 9)


def test_add_business_when_it_ends_with_the_day_is_closing_time():
    assert add_business(OFFICE, utc(2026, 11, 20, 16), 3600) == utc(2026, 11, 20, 17)


def test_add_business_when_never_open_is_none():
    assert add_business(Schedule("Europe/Rome", ()), utc(2026, 1, 1), 1) is None


def test_subtract_business_over_a_weekend_begins_on_friday():
    assert subtract_business(OFFICE, utc(2026, 11, 23, 9), 2 * 3600) == utc(2026, 11, 20, 16)


def test_subtract_business_when_it_begins_with_the_day_is_opening_time():
    assert subtract_business(OFFICE, utc(2026, 11, 23, 9), 3600) == utc(2026, 11, 23, 8)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 3), (AUTUMN, 5), (date(2026, 6, 7), 4)])
def test_subtract_business_when_clocks_change_goes_back_the_hours_that_passed(day, hours):
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Rome"))

    assert subtract_business(NIGHT, midnight.replace(hour=12), hours * 3600) == midnight


def test_subtract_business_over_a_holiday_begins_the_day_before():
    closed = Schedule(OFFICE.time_zone, OFFICE.intervals, frozenset([date(2026, 12, 8)]))

    assert subtract_business(closed, utc(2026, 12, 9, 9), 2 * 3600) == utc(2026, 12, 7, 16)


def test_subtract_business_when_never_open_is_none():
    assert subtract_business(Schedule("Europe/Rome", ()), utc(2026, 1, 1), 1) is None


def test_subtract_business_when_negative_is_refused():
    with pytest.raises(ValueError, match="negative"):
        subtract_business(OFFICE, utc(2026, 1, 1), -1)


def test_add_business_when_negative_is_refused():
    with pytest.raises(ValueError, match="negative"):
        add_business(OFFICE, utc(2026, 1, 1), -1)


@pytest.mark.parametrize("interval", [(-1, 5), (5, 5), (10, 5), (0, 10081)])
def test_schedule_when_interval_is_outside_the_week_is_refused(interval):
    with pytest.raises(ValueError, match="interval"):
        Schedule("Europe/Rome", (interval,))


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc"])
def test_schedule_when_zone_is_unknown_is_refused(name):
    with pytest.raises(ValueError, match="time zone"):
        Schedule(name, ())


def test_holidays_of_italy_and_of_a_province():
    italy, bolzano = holidays_of("IT", None, [2026]), holidays_of("IT", "BZ", [2026])

    assert {date(2026, 1, 1), date(2026, 4, 6), date(2026, 4, 25), date(2026, 8, 15), date(2026, 12, 26)} <= italy
    assert bolzano - italy == {date(2026, 5, 25)}
    assert {day.year for day in italy} == {2026}


@pytest.mark.parametrize(("country", "part"), [("XX", None), ("IT", "ZZZ")])
def test_holidays_of_an_unknown_place_are_refused(country, part):
    with pytest.raises(ValueError, match="no holidays"):
        holidays_of(country, part, [2026])
