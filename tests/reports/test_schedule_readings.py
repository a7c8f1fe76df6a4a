"""Business hours of a ticket that has had two schedules, by both readings. The vector: docs/algorithms/schedules.md"""

from datetime import UTC, datetime

import pytest

from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Schedule
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.reports.figures import answer, source
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import sync

FIRST = [[720, 1560], [2160, 3000], [3600, 4440], [5040, 5880], [6480, 7320], [7920, 8760], [9360, 10080], [0, 120]]
SECOND = [[2340, 2910], [3780, 4350], [5220, 5790], [6660, 7230], [8100, 8670]]
CREATED, CHANGED, ANSWERED = (
    datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC),
    datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC),
    datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC),
)
MEAN = "first_reply_time_in_minutes_mean_business"
BOTH = (MEAN, f"{MEAN}_last_schedule")


@pytest.fixture
def answered(mailbox, anna, rita, settings, tmp_path):
    """answered(changed): both readings of a ticket answered a day later, its schedule changed meanwhile or not."""
    settings.SPORTELLO_DATA = tmp_path
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
        sync.rebuild()
        found = answer.ask(source.own(), Query(BOTH, *of_month(2020, 9, "UTC"), "UTC")).totals
        return [found[key].value for key in BOTH]

    return lived


def test_first_reply_when_a_schedule_changed_then_both_readings(answered):
    assert answered(changed=True) == [960, 690]


def test_first_reply_when_no_schedule_changed_then_one(answered):
    first, second = answered(changed=False)

    assert first == second
