import threading

import pytest
from django.db import connection

from sportello.desk.actions import inbox
from sportello.desk.models import InboundMail
from sportello.kit import wake
from sportello.kit.wake import Bell

PATIENCE = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(real_database):
    """A semaphore that is let go at every ring, the first of them heard already."""
    heard, stop = threading.Semaphore(0), threading.Event()
    thread = threading.Thread(target=wake.watch, args=(heard.release, stop))
    thread.start()
    assert heard.acquire(timeout=PATIENCE)
    yield heard
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def work():
    inbox.record([inbox.Delivery(b"From: a@b.example\r\n\r\nx", InboundMail.Source.SMTP)])


def test_watch_when_something_is_committed_rings_each_time(rung):
    work()
    first = rung.acquire(timeout=PATIENCE)
    while rung.acquire(timeout=0.2):
        pass
    work()

    assert (first, rung.acquire(timeout=PATIENCE)) == (True, True)


def test_watch_when_nothing_is_committed_is_silent(rung):
    while rung.acquire(timeout=0.2):
        pass

    assert not rung.acquire(timeout=0.3)


def test_watch_when_its_connection_is_lost_rings_and_listens_again(rung):
    if connection.vendor != "postgresql":
        pytest.skip("a file is never lost")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")

    assert rung.acquire(timeout=PATIENCE)  # blind
    assert rung.acquire(timeout=PATIENCE)  # listening again
    work()
    assert rung.acquire(timeout=PATIENCE)


def test_watch_of_a_database_in_memory_ends_at_once(db):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps none in memory")

    wake.watch(lambda: None, threading.Event())


def test_bell_when_rung_before_the_wait_is_not_missed():
    bell = Bell()
    heard = bell.rings
    bell.ring()

    bell.wait(heard, timeout=3600)

    assert bell.rings == heard + 1
