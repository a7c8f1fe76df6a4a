from datetime import UTC, date, datetime

import pytest

from sportello.desk.rules.satisfaction_reviews import Candidate, choose_owner, due_after, told
from sportello.desk.rules.schedules import ALWAYS, Schedule

OFFICE = Schedule("Europe/Rome", tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)))


def at(day, hour=10, month=11):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "start", "days", "due"),
    [
        (OFFICE, at(17), 2, at(19, 17)),  # Tuesday to Thursday, 18 o'clock in Rome
        (OFFICE, at(19), 2, at(23, 17)),  # Thursday over the weekend to Monday
        (OFFICE, at(21), 1, at(23, 17)),  # Saturday
        (OFFICE, at(23, 23), 1, at(25, 17)),  # in Rome it is Tuesday already
        (Schedule("Europe/Rome", OFFICE.intervals, frozenset({date(2026, 11, 18)})), at(17), 1, at(19, 17)),
        (OFFICE, datetime(2026, 3, 27, 10, tzinfo=UTC), 1, datetime(2026, 3, 30, 16, tzinfo=UTC)),  # clocks go forward
        (ALWAYS, at(17), 2, at(20, 0)),
        (Schedule("UTC", ()), at(17), 2, at(19)),  # never open: so many days
        (OFFICE, at(17), 0, at(18, 17)),
    ],
)
def test_due_after_is_when_the_desk_closes_on_that_open_day(schedule, start, days, due):
    assert due_after(schedule, start, days) == due


def someone(pk, *, admin=False, group=False, away=False, open=0):
    return Candidate(pk, admin, group, away, open)


@pytest.mark.parametrize(
    ("candidates", "voted", "owner"),
    [
        ([], None, None),
        ([someone(1)], 1, 1),
        ([someone(1, admin=True, group=True), someone(2)], 1, 2),
        ([someone(1, admin=True), someone(2, admin=True, group=True), someone(3, group=True)], 3, 2),
        ([someone(1), someone(2, group=True)], None, 2),
        ([someone(1, admin=True, away=True), someone(2, admin=True, open=9)], None, 2),
        ([someone(1, admin=True, open=3), someone(2, admin=True, open=1), someone(3, admin=True, open=1)], None, 2),
    ],
)
def test_owner_is_whoever_leads_and_not_the_voted(candidates, voted, owner):
    assert choose_owner(candidates, voted) == owner


def test_told_when_something_unknown_happened_still_says_something():
    assert told("proposed", {"about": "product"}) == "Proposes that it is about: the product or the equipment"
    assert told("closed", {"outcome": "settled"}) == "Done: settled with the customer"
    assert told("nonsense", {}) == "nonsense"
    assert told("confirmed", {"about": "nonsense"}) == "Confirmed: it is about nonsense"
