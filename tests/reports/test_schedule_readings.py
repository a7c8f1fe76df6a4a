"""Business hours of a ticket that has had two schedules, by both readings. The vector: docs/algorithms/schedules.md"""

from datetime import UTC, datetime

import pytest

from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Schedule
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.reports.month import month
from sportello.reports.tables import rows

FIRST = [[720, 1560], [2160, 3000], [3600, 4440], [5040, 5880], [6480, 7320], [7920, 8760], [9360, 10080], [0, 120]]
SECOND = [[2340, 2910], [3780, 4350], [5220, 5790], [6660, 7230], [8100, 8670]]
CREATED, CHANGED, ANSWERED = (
    datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC),
    datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC),
    datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC),
)
MEAN = "first_reply_time_in_minutes_mean_business"


@pytest.fixture
def answered(mailbox, anna, rita):
    """answered(changed): a ticket answered a day later, its schedule changed meanwhile or not."""
    desks.configure(time_zone="UTC")
    Schedule.objects.create(name="First", time_zone="UTC", intervals=FIRST, default=True)
    second = Schedule.objects.create(name="Second", time_zone="UTC", intervals=SECOND)

    def lived(changed):
        with clock.at(CREATED):
            ticket = tickets.open_ticket(requester=rita, subject="?", words=Words("?"), actor=rita, via=Via.EMAIL)
        if changed:
            with clock.at(CHANGED):
                tickets.update(ticket.pk, Change(schedule=second), actor=anna, via=Via.WEB)
        with clock.at(ANSWERED):
            tickets.answer(ticket.pk, Words("."), actor=anna, via=Via.WEB)
        return month(2020, 9)

    return lived


def test_month_when_a_schedule_changed_tells_both_readings(answered):
    found = answered(changed=True)

    shown = {row.key: row.section for row in rows(found)}
    assert [found.figures[key].figure.value for key in (MEAN, f"{MEAN}_last_schedule")] == [960, 690]
    assert shown[MEAN] == "First reply, business hours only"
    assert shown[f"{MEAN}_last_schedule"] == "First reply, business hours by each ticket's last schedule"


def test_month_when_no_schedule_changed_tells_one(answered):
    found = answered(changed=False)

    assert found.figures[MEAN].figure.value == found.figures[f"{MEAN}_last_schedule"].figure.value
    assert f"{MEAN}_last_schedule" not in {row.key for row in rows(found)}
