from datetime import date, timedelta

import pytest

from sportello.reports.charts.bars import MOST_BARS
from sportello.reports.periods import Period
from sportello.web.reports.answers import grain_of

DAYS = {"day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.2}


def period(days: int) -> Period:
    return Period(date(2003, 5, 3), date(2003, 5, 3) + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "grain"),
    [(28, "day"), (45, "day"), (46, "week"), (365, "month"), (3_600, "month"), (3_601, "quarter"), (20_000, "year")],
)
def test_course_goes_by_what_can_be_drawn(days, grain):
    assert grain_of(period(days)) == grain
    assert days / DAYS[grain] <= MOST_BARS
