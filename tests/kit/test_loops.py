import logging
import threading

import pytest
from django.db import OperationalError, connection, transaction

from sportello.desk.actions import inbox
from sportello.desk.models import InboundMail
from sportello.kit import loops
from sportello.kit.loops import Loop, run

PATIENCE = 20


def start(*found: Loop) -> tuple[threading.Thread, threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(found,), kwargs={"stop": stop})
    thread.start()
    return thread, stop


def test_loop_while_there_is_work_is_called_again_at_once():
    calls, idle = [], threading.Event()

    def step() -> bool:
        calls.append(len(calls))
        if len(calls) == 5:
            idle.set()
        return len(calls) < 5

    thread, stop = start(Loop("work", step, every=3600))
    assert idle.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert calls == [0, 1, 2, 3, 4]


def test_loop_at_its_pace_is_not_called_again_for_the_work_it_found():
    calls, paced = [], threading.Event()

    def other() -> bool:
        paced.set()
        return len(calls) < 1

    thread, stop = start(
        Loop("paced", lambda: calls.append(1) or True, every=3600, at_pace=True), Loop("o", other, 3600)
    )
    assert paced.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert calls == [1]


def test_loop_when_a_step_raises_is_logged_without_its_message_and_tried_again(caplog, monkeypatch):
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.001)
    recovered, calls = threading.Event(), []

    def step() -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise ValueError("rita@example.com wrote: my password is hunter2")
        recovered.set()
        return False

    with caplog.at_level(logging.INFO, logger="sportello.kit.loops"):
        thread, stop = start(Loop("receive", step, every=3600))
        assert recovered.wait(PATIENCE)
        stop.set()
        thread.join(PATIENCE)

    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("loop=receive failed error=ValueError at test_loops.py:")
    assert "hunter2" not in caplog.text


def test_loop_when_one_fails_for_good_leaves_the_others_running():
    done = threading.Event()

    def broken() -> bool:
        raise RuntimeError

    thread, stop = start(Loop("broken", broken, every=3600), Loop("fine", done.set, every=3600))
    assert done.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert not thread.is_alive()


def test_loop_when_a_step_does_not_end_is_left_behind_at_stop(monkeypatch):
    monkeypatch.setattr(loops, "STOP_SECONDS", 0.05)
    entered, release = threading.Event(), threading.Event()

    def stuck() -> bool:
        entered.set()
        release.wait(PATIENCE)
        return False

    thread, stop = start(Loop("stuck", stuck, every=3600))
    assert entered.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    release.set()


@pytest.mark.django_db(transaction=True)
def test_loop_when_something_is_committed_is_woken(real_database):
    looked = threading.Semaphore(0)
    thread, stop = start(Loop("receive", looked.release, every=3600))
    assert looked.acquire(timeout=PATIENCE)
    assert looked.acquire(timeout=PATIENCE)  # the watcher's first look rings too

    inbox.record([inbox.Delivery(b"From: a@b.example\r\n\r\nx", InboundMail.Source.SMTP)])

    assert looked.acquire(timeout=PATIENCE)
    stop.set()
    thread.join(PATIENCE)


def test_loop_when_a_step_raises_in_a_transaction_gives_the_database_back(real_database, monkeypatch):
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.001)
    calls, recovered = [], threading.Event()

    def step() -> bool:
        calls.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if len(calls) == 1:
                raise RuntimeError
        recovered.set()
        return False

    thread, stop = start(Loop("work", step, every=3600))
    assert recovered.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert len(calls) >= 2


def test_loop_when_the_database_stays_in_trouble_ends_so_that_a_fresh_process_starts(monkeypatch):
    monkeypatch.setattr(loops, "TROUBLE_SECONDS", 1.0)
    stop = threading.Event()

    def step() -> bool:
        raise OperationalError("attempt to write a readonly database")

    loops.run([Loop("readonly", step, every=0.01)], stop=stop)

    assert stop.is_set()
