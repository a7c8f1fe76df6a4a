"""The facts taken in step by step are those built from zero; and they agree with the figures kept on each ticket."""

from datetime import UTC

import pytest

from sportello.desk.actions import configuration, desks, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Audit, TicketMetric
from sportello.desk.words import Via
from sportello.kit import locks
from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import TABLES
from tests.reports.lived import Lived

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    return tmp_path / "facts"


def everything():
    """Every row of every table, in order."""
    manifest = store.load(sync.folder())
    return {
        table.name: store.engine()
        .execute(f"SELECT * FROM ({store.relation(sync.folder(), manifest, table)}) ORDER BY ALL")
        .fetchall()
        for table in TABLES.values()
    }


def test_step_when_taken_often_then_as_rebuilt_and_as_kept(monkeypatch):
    monkeypatch.setattr(store, "MOST_PARTS", 3)
    monkeypatch.setattr(store, "MOST_TICKETS", 8)
    monkeypatch.setattr(store, "RANGE", 10)
    monkeypatch.setattr(sync, "MOST", 20)
    lived = Lived(seed=1)
    sync.step()

    for _number in range(20):
        lived.happen(8)
        while sync.step():
            pass
    stepped = everything()
    sync.rebuild()

    assert everything() == stepped
    assert all(stepped[name] for name in ("created", "replied", "solved", "spells", "touches", "votes", "sla"))
    assert first_replies(stepped) == set(
        TicketMetric.objects.exclude(first_reply_at=None).values_list(
            "ticket_id", "first_reply_at", "first_replier_id", "reply_calendar"
        )
    )
    assert solutions(stepped) == set(
        TicketMetric.objects.exclude(solved_at=None).values_list(
            *("ticket_id", "solved_at", "solver_id", "full_resolution_calendar")
        )
    )


def column(rows, table, name):
    return rows[TABLES[table].names.index(name)]


def first_replies(found):
    return {
        (row[0], row[1].replace(tzinfo=UTC), row[3], column(row, "replied", "calendar"))
        for row in found["replied"]
        if column(row, "replied", "first")
    }


def solutions(found):
    """Of each ticket the latest that was not undone."""
    latest = {}
    for row in found["solved"]:
        if column(row, "solved", "ended") != "undone":
            latest[row[0]] = (row[0], row[1].replace(tzinfo=UTC), row[3], column(row, "solved", "calendar"))
    return set(latest.values())


def test_step_when_nothing_happened_then_writes_nothing(facts_folder, ticket):
    sync.step()
    before = sorted(facts_folder.rglob("*"))

    assert sync.step() is False
    assert sorted(facts_folder.rglob("*")) == before


def test_step_when_somebody_else_writes_then_waits(facts_folder, ticket):
    facts_folder.mkdir()
    lock = locks.hold(facts_folder / "lock")

    assert sync.step() is False
    lock.release()
    assert sync.step() is True


def test_step_when_the_zone_of_the_desk_is_another_then_all_is_folded_anew(ticket):
    sync.step()
    desks.configure(name="Desk", time_zone="Pacific/Auckland", language="en")
    configuration.forget()

    sync.step()

    ((row,),) = (everything()["created"],)
    assert (row[2] - row[1]).total_seconds() in (12 * 3600, 13 * 3600)


def test_step_when_a_number_arrives_late_then_is_taken_in(ticket, anna):
    """On PostgreSQL a transaction may commit after a later one."""
    sync.step()
    said = {"ticket": ticket, "author": anna, "via": {}, "created_at": ticket.created_at}
    late = Audit.objects.create(events=[], **said)
    tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)
    events = [{"type": "Comment", "public": False, "automatic": False, "by": "agent"}]
    late_id, _gone = late.pk, late.delete()
    sync.step()
    Audit.objects.create(id=late_id, events=events, **said)

    sync.step()

    assert len(everything()["touches"]) == 2


def test_step_when_broken_off_while_writing_then_the_old_facts_count(ticket, anna, monkeypatch):
    sync.step()
    before = everything()
    tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)
    with monkeypatch.context() as patch:
        patch.setattr(store, "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="full"):
            sync.step()

    assert everything() == before
    sync.step()
    assert len(everything()["replied"]) == 1
