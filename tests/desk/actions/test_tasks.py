"""The checklist of a ticket."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import tasks, tickets
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import Audit, TicketTask
from sportello.desk.words import Via
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(ticket, anna):
    return [tasks.add(ticket.pk, text, actor=anna) for text in ("order", "mount", "try")]


def lines(ticket):
    return list(TicketTask.objects.filter(ticket=ticket).values_list("text", flat=True))


def test_task_when_ticked_and_unticked_then_each_is_told_once(ticket, anna, ada, three):
    before = Audit.objects.count()

    tasks.tick(ticket.pk, three[0].pk, done=True, actor=anna)
    tasks.tick(ticket.pk, three[0].pk, done=True, actor=ada)

    three[0].refresh_from_db()
    assert (three[0].done_by, three[0].done_at is not None) == (anna, True)
    tasks.tick(ticket.pk, three[0].pk, done=False, actor=ada)
    notes = [(it["code"], it["values"]) for it in events(ticket, type="Note")]
    assert notes == [("task_done", {"text": "order"}), ("task_undone", {"text": "order"})]
    assert Audit.objects.count() == before + 2
    assert Audit.objects.latest("id").author == ada


def test_task_when_moved_ordered_and_removed_then_the_list_is_so(ticket, anna, three):
    tasks.move(ticket.pk, three[2].pk, up=True, actor=anna)
    assert lines(ticket) == ["order", "try", "mount"]
    tasks.move(ticket.pk, three[0].pk, up=True, actor=anna)
    assert lines(ticket) == ["order", "try", "mount"]
    tasks.order(ticket.pk, [three[1].pk, 99_999, three[1].pk], actor=anna)
    assert lines(ticket) == ["mount", "order", "try"]
    tasks.remove(ticket.pk, three[0].pk, actor=anna)
    assert lines(ticket) == ["mount", "try"]


def test_task_when_empty_too_many_of_another_or_a_closed_ticket_then_refused(ticket, anna, rita, three, monkeypatch):
    with pytest.raises(Invalid, match="task"):
        tasks.add(ticket.pk, " \n ", actor=anna)
    monkeypatch.setattr(tasks, "MOST", 3)
    with pytest.raises(Invalid, match="task"):
        tasks.add(ticket.pk, "more", actor=anna)
    with pytest.raises(Missing):
        tasks.tick(ticket.pk, 99_999, done=True, actor=anna)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    for verb in (
        lambda: tasks.add(ticket.pk, "late", actor=anna),
        lambda: tasks.tick(ticket.pk, three[0].pk, done=True, actor=anna),
        lambda: tasks.remove(ticket.pk, three[0].pk, actor=anna),
        lambda: tasks.order(ticket.pk, [], actor=anna),
    ):
        with pytest.raises(Stale):
            verb()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8))
def test_task_however_moved_then_none_is_lost(ticket, anna, three, moves):
    for place, up in moves:
        tasks.move(ticket.pk, three[place].pk, up=up, actor=anna)

    assert sorted(lines(ticket)) == ["mount", "order", "try"]
    positions = list(TicketTask.objects.filter(ticket=ticket).values_list("position", flat=True))
    assert len(set(positions)) == 3
