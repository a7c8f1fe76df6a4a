"""The periods of boards and what they are compared with."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from sportello.desk.errors import Invalid
from sportello.reports import periods
from sportello.reports.periods import Period

ROME = ZoneInfo("Europe/Rome")
TODAY = date(2026, 11, 22)


def days(period):
    return f"{period.start:%Y-%m-%d} {period.last:%Y-%m-%d}"


def compared(period, against=periods.BEFORE, today=TODAY, at=time(8, 30, 59)):
    return periods.compared(period, against, datetime.combine(today, at, ROME))


@pytest.mark.parametrize(
    ("word", "itself", "before", "year_before"),
    [
        ("last_28_days", "2026-10-26 2026-11-22", "2026-09-28 2026-10-25", "2025-10-26 2025-11-22"),
        ("this_month", "2026-11-01 2026-11-22", "2026-10-01 2026-10-22", "2025-11-01 2025-11-22"),
        ("last_month", "2026-10-01 2026-10-31", "2026-09-01 2026-09-30", "2025-10-01 2025-10-31"),
        ("this_quarter", "2026-10-01 2026-11-22", "2026-07-01 2026-08-22", "2025-10-01 2025-11-22"),
        ("last_quarter", "2026-07-01 2026-09-30", "2026-04-01 2026-06-30", "2025-07-01 2025-09-30"),
        ("this_year", "2026-01-01 2026-11-22", "2025-01-01 2025-11-22", "2025-01-01 2025-11-22"),
        ("last_year", "2025-01-01 2025-12-31", "2024-01-01 2024-12-31", "2024-01-01 2024-12-31"),
    ],
)
def test_periods_stand_beside_as_much_of_another(word, itself, before, year_before):
    period = periods.named(word, TODAY)

    assert days(period) == itself
    assert days(compared(period)) == before
    assert days(compared(period, periods.YEAR_BEFORE)) == year_before
    assert compared(period, periods.NOTHING) is None


@pytest.mark.parametrize(
    ("word", "against", "until"),
    [
        ("last_28_days", periods.BEFORE, time(8, 30)),
        ("this_month", periods.BEFORE, time(8, 30)),
        ("this_month", periods.YEAR_BEFORE, time(8, 30)),
        ("this_year", periods.BEFORE, time(8, 30)),
        ("last_month", periods.BEFORE, None),
        ("last_quarter", periods.YEAR_BEFORE, None),
    ],
)
def test_period_that_runs_stands_beside_one_up_to_the_same_time_of_its_last_day(word, against, until):
    assert compared(periods.named(word, TODAY), against).until == until


@pytest.mark.parametrize(
    ("first", "end", "other"),
    [
        ("2026-11-01", "2026-12-01", "2026-10-01 2026-10-22"),
        ("2026-11-20", "2026-12-04", "2026-11-17 2026-11-19"),
        ("2026-11-22", "2026-11-23", "2026-11-21 2026-11-21"),
    ],
)
def test_period_that_ends_in_days_to_come_stands_beside_as_many_days_as_have_begun(first, end, other):
    beside = compared(periods.between(date.fromisoformat(first), date.fromisoformat(end)))

    assert (days(beside), beside.until) == (other, time(8, 30))


def test_period_of_days_to_come_alone_stands_beside_whole_days():
    beside = compared(periods.between(date(2026, 12, 1), date(2027, 1, 1)))

    assert (days(beside), beside.until) == ("2026-11-01 2026-11-30", None)


def test_period_up_to_a_time_ends_at_it_on_the_clock_of_the_desk():
    beside = compared(periods.named("this_month", date(2026, 4, 12)), today=date(2026, 4, 12))
    start, end = beside.instants("Europe/Rome")

    assert (start.isoformat(), end.isoformat()) == ("2026-02-28T23:00:00+00:00", "2026-03-12T07:30:00+00:00")
    assert periods.of_instants(start, end, "Europe/Rome") == periods.Period(
        date(2026, 3, 1), date(2026, 3, 13), until=time(8, 30)
    )


@pytest.mark.parametrize("clock", [time(0), time(0, 0, 59), time(0, 1)])
def test_period_in_its_first_minute_stands_beside_one_that_is_not_empty(clock):
    day = date(2026, 11, 1)
    start, end = compared(periods.named("this_month", day), today=day, at=clock).instants("Europe/Rome")

    assert (end - start).total_seconds() == 60


@pytest.mark.parametrize("zone", ["Europe/Rome", "Asia/Beirut", "America/Havana"])
def test_instants_of_whole_days_are_whole_days_also_where_a_day_begins_at_one(zone):
    whole = periods.between(date(2026, 3, 1), date(2026, 3, 29))
    shorter = periods.between(date(2026, 3, 1), date(2026, 3, 8))

    assert [periods.of_instants(*it.instants(zone), zone) for it in (whole, shorter)] == [whole, shorter]


def test_period_that_has_just_ended_its_month_is_compared_with_the_whole_month_before():
    day = date(2026, 11, 30)
    beside = compared(periods.named("this_month", day), today=day)

    # The last day of one and of the other are not the same day of the month.
    assert (days(beside), beside.until) == ("2026-10-01 2026-10-31", None)


def test_period_of_a_long_month_is_compared_with_no_more_than_the_month_before():
    day = date(2026, 3, 30)
    beside = compared(periods.named("this_month", day), today=day)

    assert (days(beside), beside.until) == ("2026-02-01 2026-02-28", None)


def test_leap_day_a_year_before_is_the_last_of_february():
    day = Period(date(2028, 2, 29), date(2028, 3, 1))

    assert days(compared(day, periods.YEAR_BEFORE)) == "2027-02-28 2027-02-28"


@pytest.mark.parametrize("against", [periods.BEFORE, periods.YEAR_BEFORE])
@pytest.mark.parametrize(
    ("first", "end"),
    [
        ("2010-01-01", "2026-12-01"),
        ("2024-02-28", "2024-02-29"),
        ("2000-01-01", "2000-01-02"),
        ("2000-01-01", "2200-01-01"),
    ],
)
def test_period_with_no_such_days_before_is_compared_with_nothing_or_what_there_is(first, end, against):
    period = periods.between(date.fromisoformat(first), date.fromisoformat(end))

    other = compared(period, against)

    assert other is None or periods.FIRST <= other.start < period.start
    assert (other is None) == ((first, against) not in COMPARED)


COMPARED = {("2010-01-01", periods.YEAR_BEFORE), ("2024-02-28", periods.BEFORE)}


def test_period_begins_and_ends_at_midnight_of_its_zone_also_when_clocks_change():
    start, end = periods.between(date(2026, 3, 1), date(2026, 4, 1)).instants("Europe/Rome")

    assert (start.isoformat(), end.isoformat()) == ("2026-02-28T23:00:00+00:00", "2026-03-31T22:00:00+00:00")


@pytest.mark.parametrize(("first", "end"), [("2026-02-01", "2026-02-01"), ("1999-01-01", "2026-01-01")])
def test_period_that_is_none_is_refused(first, end):
    with pytest.raises(Invalid, match="period"):
        periods.between(date.fromisoformat(first), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("first", "end", "english", "italian"),
    [
        ("2026-10-01", "2026-11-01", "October 2026", "ottobre 2026"),
        ("2026-01-01", "2027-01-01", "2026", "2026"),
        ("2026-10-01", "2027-01-01", "October – December 2026", "ottobre – dicembre 2026"),
        ("2026-11-03", "2026-11-23", "3–22 November 2026", "3–22 novembre 2026"),
        ("2026-10-26", "2026-11-23", "26 October – 22 November 2026", "26 ottobre – 22 novembre 2026"),
        ("2025-12-26", "2026-01-23", "26 December 2025 – 22 January 2026", "26 dicembre 2025 – 22 gennaio 2026"),
    ],
)
def test_period_is_said_as_people_say_it(first, end, english, italian):
    period = periods.between(date.fromisoformat(first), date.fromisoformat(end))

    with translation.override("en"):
        assert periods.said(period) == english
    with translation.override("it"):
        assert periods.said(period) == italian


def test_part_of_a_period_in_a_bucket_is_cut_at_its_ends():
    period = periods.between(date(2026, 10, 26), date(2026, 11, 23))

    assert days(periods.within(period, "month", date(2026, 10, 1))) == "2026-10-26 2026-10-31"
    assert days(periods.within(period, "week", date(2026, 11, 16))) == "2026-11-16 2026-11-22"
    assert days(periods.within(period, "day", date(2026, 11, 2))) == "2026-11-02 2026-11-02"
    cut = replace(period, until=time(8, 30))
    assert [periods.within(cut, "day", day).until for day in (period.start, period.last)] == [None, time(8, 30)]


def test_period_up_to_a_time_says_so():
    period = periods.between(date(2026, 10, 1), date(2026, 10, 24))

    with translation.override("en"):
        assert periods.said(replace(period, until=time(8, 5))) == "1–23 October 2026, up to 08:05"
