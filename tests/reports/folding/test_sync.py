"""The facts taken in step by step are those built from zero; and they agree with the figures kept on each ticket."""

from datetime import UTC

import pytest

from sportello.desk.models import TicketMetric
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
