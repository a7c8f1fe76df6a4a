import pytest

from sportello.desk.actions import presence
from sportello.desk.models import Presence, WebProcess


@pytest.fixture
def here(ticket, anna):
    """Anna has Rita's ticket before her eyes."""
    presence.settle("one", [("one-a", anna.pk, ticket.pk)], [])
    return ticket


def seen():
    return [(it.connection, it.name, it.typing) for it in presence.everybody()]


def test_presence_when_a_page_comes_and_goes(here, anna):
    assert seen() == [("one-a", "Anna Conti", "")]

    presence.settle("one", [], ["one-a"])

    assert seen() == []


def test_typing_is_a_new_row_each_time_and_keeps_the_place(here, anna, ada, frozen_clock):
    frozen_clock.shift(1)
    presence.settle("one", [("one-b", ada.pk, here.pk)], [])
    rows = set(Presence.objects.values_list("pk", flat=True))

    assert presence.begin_typing("one-a", "answer", ticket_id=here.pk, actor=anna)
    assert presence.begin_typing("one-a", "answer", ticket_id=here.pk, actor=anna)

    assert seen() == [("one-a", "Anna Conti", "answer"), ("one-b", "Ada Admin", "")]
    assert len(set(Presence.objects.values_list("pk", flat=True)) - rows) == 1


def test_typing_before_the_coming_is_written_is_not_lost(here, anna, ticket):
    presence.begin_typing("one-c", "note", ticket_id=ticket.pk, actor=anna)
    presence.settle("one", [("one-c", anna.pk, ticket.pk)], [])

    assert ("one-c", "Anna Conti", "note") in seen()


@pytest.mark.parametrize(("connection", "typing"), [("one-a", "answer"), ("two-x", "answer"), ("one-z", "poem")])
def test_typing_of_somebody_else_or_of_nothing_known_is_refused(here, ada, connection, typing):
    assert presence.begin_typing(connection, typing, ticket_id=here.pk, actor=ada) is False
    assert seen() == [("one-a", "Anna Conti", "")]


def test_presence_of_a_process_that_died_is_ignored_and_swept(here, anna, frozen_clock):
    frozen_clock.shift(presence.DEAD_AFTER.total_seconds() + 1)
    ignored = seen()
    presence.beat("two")

    assert ignored == []
    assert (Presence.objects.count(), WebProcess.objects.get().pk) == (0, "two")


def test_presence_of_a_process_that_beats_stays(here, frozen_clock):
    for _beat in range(4):
        frozen_clock.shift(presence.BEAT_SECONDS)
        presence.beat("one")

    assert len(seen()) == 1


def test_presence_when_a_process_ends_is_gone_at_once(here):
    presence.end("one")

    assert (seen(), WebProcess.objects.count()) == ([], 0)
