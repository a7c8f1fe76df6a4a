"""A large desk is folded by several processes: the same facts, and nothing is lost when one of them dies."""

import subprocess
import sys
from datetime import timedelta

import pytest

from sportello.desk.actions import people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Ticket
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.reports.folding import build, store, sync
from tests.reports.folding.test_sync import everything


@pytest.fixture
def many(real_database, monkeypatch, tmp_path, settings):
    environ = {"DATABASE_URL": real_database, "DATA": str(tmp_path), "SECRET_KEY": str(settings.SECRET_KEY)}
    for name, value in environ.items():
        monkeypatch.setenv(f"SPORTELLO_{name}", value)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    settings.SPORTELLO_DATA = tmp_path
    rita = people.add("Rita Rossi", "rita@rossi.example")
    anna = people.add("Anna Abate", "anna@desk.example", role="agent")
    monkeypatch.setattr(store, "RANGE", 5)
    opened = [
        tickets.open_ticket(requester=rita, subject="?", words=Words("?"), actor=rita, via=Via.WEB) for _ in range(23)
    ]
    for ticket in opened[::2]:
        tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rebuild_when_the_desk_is_large_then_several_processes_give_the_same(many, monkeypatch):
    sync.rebuild()
    alone = everything()
    told = []
    monkeypatch.setattr(build, "LARGE", 1)
    monkeypatch.setattr(build, "_processes", lambda: 2)

    assert sync.rebuild(lambda done, total: told.append((done, total, sync.progress()))) == 23
    assert everything() == alone
    assert [done for done, *_rest in told] == sorted(done for done, *_rest in told)
    assert all(seen in ((done, total), None) for done, total, seen in told)
    assert told[-1] == (23, 23, None)
    assert sync.progress() is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rebuild_when_a_process_dies_then_the_old_facts_count(many, monkeypatch):
    sync.rebuild()
    alone = everything()
    monkeypatch.setattr(build, "LARGE", 1)
    monkeypatch.setattr(build, "_processes", lambda: 2)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        with pytest.raises((build.Failed, BrokenPipeError)):
            sync.rebuild()

    assert everything() == alone
    assert sync.rebuild() == 23


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_child_when_whoever_asked_has_gone_then_ends(many):
    first = Ticket.objects.earliest("pk").pk
    command = [sys.executable, "-m", "sportello.reports.folding.child", "7"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write(f"{first} {first + 9}\n")
        child.stdin.flush()
        told = [child.stdout.readline() for _time in range(2)]
        child.stdin.close()

        assert (told, child.wait(60)) == (["9\n", "done\n"], 0)


def test_progress_when_whoever_built_was_killed_then_nobody_builds(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    store.folder().mkdir()
    (store.folder() / build.PROGRESS).write_text(f"500 2000 {clock.now().timestamp():.0f}")
    before = sync.progress()

    with clock.at(clock.now() + timedelta(seconds=build.STALE_SECONDS + 1)):
        assert (before, sync.progress()) == ((500, 2000), None)
