"""Two people merged by two colleagues at the same moment."""

import threading

import pytest
from django.db import connections

from sportello.desk.actions import merging_people, people
from sportello.desk.errors import Stale
from sportello.desk.models import Identity, User
from sportello.desk.words import Role


@pytest.mark.django_db(transaction=True)
def test_merge_by_two_at_once_and_crosswise_happens_once(real_database):
    one, other = people.add("One", "one@a.example"), people.add("Other", "other@a.example")
    actor = people.add("Anna", "anna@desk.example", role=Role.AGENT)
    outcome = []

    def run(source, into):
        try:
            merging_people.merge_people(source.pk, into.pk, actor=actor)
            outcome.append("merged")
        except Stale:
            outcome.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcome) == ["merged", "stale"]
    assert User.objects.filter(active=True, role=Role.END_USER).count() == 1
    assert Identity.objects.filter(user__active=True, user__role=Role.END_USER).count() == 2
