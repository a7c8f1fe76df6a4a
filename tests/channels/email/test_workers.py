"""Several workers at once on a real database, every commit real."""

import threading

import pytest
from django.db import connection, connections

from sportello.channels.email import receive
from sportello.desk.actions import desks, inbox
from sportello.desk.models import InboundMail, Ticket, User
from tests.channels.email.mails import deliver, mail

# On PostgreSQL real_database is the usual test database: every commit is real only with this mark.
pytestmark = [pytest.mark.django_db(transaction=True)] if connection.vendor == "postgresql" else []


def test_workers_when_many_at_once_then_each_mail_is_taken_in_once(real_database):
    desks.add_mailbox("help@desk.example")
    for number in range(30):
        deliver(mail(f"c{number % 7}@rossi.example", subject=f"mail {number % 15}"))
    failures = []

    def work():
        try:
            while receive.step():
                pass
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    InboundMail.objects.filter(state="received").update(claimed_until=None, claimed_by="")
    while receive.step():
        pass

    assert failures == []
    counts = inbox.ledger()
    distinct = len({(n % 7, n % 15) for n in range(30)})
    assert (counts["states"]["opened"], Ticket.objects.count()) == (distinct, distinct)
    assert counts["reasons"].get("ignored", {}).get("duplicate", 0) == 30 - distinct
    assert User.objects.count() == 7
