"""A merge and its undoing by two colleagues at the same moment."""

import threading
import time

import pytest
from django.db import connection, connections, transaction

from sportello.desk.actions import merging, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Ticket
from sportello.desk.words import Via


def is_somebody_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_unmerge_holds_nothing_that_a_merge_wants_while_it_waits(ticket, rita, anna):
    second = tickets.open_ticket(requester=rita, subject="Toner", words=Words("Manca."), actor=rita, via=Via.EMAIL)
    merging.merge(second.pk, ticket.pk, actor=anna, via=Via.WEB)

    def take_back():
        merging.unmerge(second.pk, actor=anna, via=Via.WEB)
        connections.close_all()

    thread = threading.Thread(target=take_back)
    with transaction.atomic():
        tickets.lock(ticket.pk)
        thread.start()
        until = time.monotonic() + 10
        while not is_somebody_waiting() and time.monotonic() < until:
            pass
        free = list(Ticket.objects.select_for_update(nowait=True).filter(pk=second.pk).values_list("pk", flat=True))
    thread.join(20)

    assert free == [second.pk]
    assert Ticket.objects.get(pk=second.pk).merged_into_id is None
