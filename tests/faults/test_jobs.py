"""kill -9 in the middle of a job, again and again: it goes on where it was, and no ticket is changed twice."""

import sqlite3

import pytest

from tests.faults.desk import DeskProcess, wait_until

TICKETS = 300
SCRIPT = """
import django; django.setup()
from sportello.desk.actions import bulk, desks, people, tickets
from sportello.desk.words import Role, Via
desks.add_mailbox("help@desk.example")
agent = people.add("Agata Sala", "agata@desk.example", role=Role.ADMIN)
desks.finish_set_up()
rita = people.add("Rita Rossi", "rita@client.example")
opened = [
    tickets.open_ticket(requester=rita, subject="?", words=tickets.Words("?"), actor=rita, via=Via.WEB).pk
    for _ in range(TICKETS)
]
bulk.start(opened, {"text": "Solo una volta.", "add_tags": ["uno"]}, actor=agent)
""".replace("TICKETS", str(TICKETS))


def _done(desk):
    return desk.rows("SELECT done FROM desk_job")[0][0]


def _write(desk, sql):
    connection = sqlite3.connect(desk.folder / "desk.sqlite3", timeout=20)
    with connection:
        connection.execute(sql)
    connection.close()


@pytest.mark.slow
def test_job_when_its_worker_is_killed_again_and_again_changes_each_ticket_once(tmp_path):
    desk = DeskProcess(tmp_path / "desk")
    desk.set_up(SCRIPT)
    # A lease that a dead worker still holds has to end by itself: here it is already over.
    free = "UPDATE desk_job SET claimed_until = '2020-01-01 00:00:00' WHERE claimed_by <> ''"
    desk.launch()
    try:
        for reached in (1, 100, 200):
            wait_until(lambda goal=reached: _done(desk) >= goal, 60, f"{reached} tickets", desk.log)
            desk.kill("worker")
            wait_until(lambda: "worker" in desk.children(), 30, "the next worker", desk.log)
            _write(desk, free)
        wait_until(lambda: desk.rows("SELECT state FROM desk_job") == [("done",)], 90, "the job's end", desk.log)
    finally:
        desk.stop()

    said = desk.rows("SELECT ticket_id, COUNT(*) FROM desk_comment WHERE text = 'Solo una volta.' GROUP BY ticket_id")
    items = desk.rows("SELECT COUNT(*), COUNT(DISTINCT ticket_id), COUNT(audit_id) FROM desk_jobitem")
    assert [count for _ticket, count in said] == [1] * TICKETS
    assert items == [(TICKETS, TICKETS, TICKETS)]
    assert desk.rows("SELECT done, failed FROM desk_job") == [(TICKETS, 0)]
