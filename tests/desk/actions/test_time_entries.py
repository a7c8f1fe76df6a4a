"""Time spent on a ticket."""

from datetime import date, timedelta

import pytest

from sportello.desk.actions import tickets, time_entries
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import TicketMetric, TimeEntry
from sportello.desk.words import Via
from tests.personas import events

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def spend(ticket, agent, time="1h 20m", on=TODAY, **more):
    return time_entries.add(ticket.pk, time, actor=agent, spent_on=on, today=TODAY, **more)


def test_time_when_added_and_taken_back_then_the_history_tells(ticket, anna):
    before = TicketMetric.objects.get()
    entry = spend(ticket, anna, note=" on  site ")

    assert (entry.minutes, entry.note, entry.agent, entry.spent_on) == (80, "on site", anna, TODAY)
    time_entries.remove(ticket.pk, entry.pk, actor=anna)
    assert not TimeEntry.objects.exists()
    notes = [(it["code"], it["values"]) for it in events(ticket, type="Note")]
    assert notes == [
        ("time_spent", {"minutes": 80, "text": "on site"}),
        ("time_removed", {"minutes": 80, "day": TODAY.isoformat()}),
    ]
    assert TicketMetric.objects.get().fold == before.fold


def test_time_when_the_ticket_is_closed_then_still_written_down(ticket, anna, rita):
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    assert spend(ticket, anna).minutes == 80


def test_time_of_somebody_else_then_not_his_to_remove(ticket, anna, ada):
    entry = spend(ticket, anna)

    with pytest.raises(Missing):
        time_entries.remove(ticket.pk, entry.pk, actor=ada)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("time", {"time": "soon"}),
        ("spent_on", {"on": TODAY + timedelta(days=1)}),
        ("spent_on", {"on": TODAY - timedelta(days=400)}),
    ],
)
def test_time_when_unreadable_or_on_no_such_day_then_refused(ticket, anna, field, wrong):
    with pytest.raises(Invalid, match=field):
        spend(ticket, anna, **wrong)

    assert not TimeEntry.objects.exists()
