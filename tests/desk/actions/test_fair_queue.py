"""Next: the ticket that needs the agent most, each ticket to one agent."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from sportello.desk.actions import fair_queue, people, rules, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Ticket, User
from sportello.desk.words import Priority, Role, Status, Via
from tests.desk.actions.test_sla import policy, target


def opened(person, subject, **more):
    return tickets.open_ticket(
        requester=person, subject=subject, words=Words("Aiuto"), actor=person, **{"via": Via.EMAIL, **more}
    )


def drained(agent):
    """The subjects that `next` gives one after the other, each answered before the next."""
    found = []
    while ticket := fair_queue.take_next(agent, via=Via.WEB):
        found.append(ticket.subject)
        tickets.answer(ticket.pk, Words("Fatto"), status=Status.PENDING, actor=agent, via=Via.WEB)
    return found


@pytest.mark.django_db
def test_next_gives_the_earliest_promise_then_the_longest_wait_whatever_the_channel(
    mailbox, rita, anna, group, frozen_clock
):
    policy("All", target("first_reply_time", 60), target("first_reply_time", 300, priority="low"))
    opened(rita, "waits longest", via=Via.WEB)
    for subject, priority, via in (
        ("due late", Priority.LOW, Via.EMAIL),
        ("overdue", Priority.HIGH, Via.VOICE),
        ("waits", None, Via.CHAT),
    ):
        frozen_clock.shift(timedelta(minutes=10))
        opened(rita, subject, priority=priority, via=via)
    frozen_clock.shift(timedelta(hours=2))
    opened(rita, "due soon", priority=Priority.HIGH)

    assert drained(anna) == ["overdue", "due soon", "due late", "waits longest", "waits"]


@pytest.mark.django_db
def test_next_never_gives_a_chat_before_an_older_mail_unless_a_rule_says_emergency(
    mailbox, rita, anna, ada, frozen_clock
):
    policy("High", target("first_reply_time", 60, priority="high"))
    says_down = {"field": "subject_includes_word", "operator": "includes", "value": "DOWN"}
    rules.save_trigger(
        {
            "title": "Emergencies",
            "conditions": {"all": [says_down, {"field": "via_id", "operator": "is", "value": "chat"}]},
            "actions": [{"field": "current_tags", "value": "emergenza"}],
        },
        actor=ada,
    )
    for subject, via, priority in (
        ("old mail", Via.EMAIL, None),
        ("DOWN mail", Via.EMAIL, None),
        ("urgent chat", Via.CHAT, Priority.URGENT),
        ("chat", Via.CHAT, None),
        ("promised mail", Via.EMAIL, Priority.HIGH),
        ("DOWN chat", Via.CHAT, None),
    ):
        opened(rita, subject, via=via, priority=priority)
        frozen_clock.shift(60)

    assert drained(anna) == ["DOWN chat", "promised mail", "old mail", "DOWN mail", "urgent chat", "chat"]


@pytest.mark.django_db
def test_next_when_he_asks_for_more_than_his_capacity_is_given(mailbox, rita, anna):
    people.set_capacity(anna, {"email": 0})
    opened(rita, "Ferma")

    assert fair_queue.take_next(anna, via=Via.WEB).assignee == anna


@pytest.mark.django_db
def test_next_when_taken_is_his_and_tells_the_customer(mailbox, rita, anna, group):
    opened(rita, "Ferma", group=group)

    ticket = fair_queue.take_next(anna, via=Via.WEB)

    assert (ticket.assignee, ticket.status) == (anna, Status.OPEN)
    assert [mail.step for mail in ticket.outgoing_mails.all()] == ["taken_charge"]


@pytest.mark.django_db
def test_next_gives_nobody_what_is_anothers_or_of_a_group_he_is_not_in(mailbox, rita, anna, ben, group):
    taken = opened(rita, "Anna's")
    tickets.assign(taken.pk, anna, actor=anna, via=Via.WEB)
    opened(rita, "the group's", group=group)

    assert fair_queue.take_next(ben, via=Via.WEB) is None
    assert fair_queue.take_next(anna, via=Via.WEB).subject == "Anna's"
    assert fair_queue.take_next(anna, via=Via.WEB, after=taken.pk).subject == "the group's"


@pytest.mark.django_db
def test_next_when_away_gives_nothing(mailbox, rita, anna):
    ticket = opened(rita, "Ferma")
    anna.away = True

    assert fair_queue.take_next(anna, via=Via.WEB) is None
    tickets.update(ticket.pk, Change(priority=Priority.LOW), actor=anna, via=Via.WEB)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_next_when_many_ask_at_once_gives_each_ticket_to_one(real_database):
    rita = people.add("Rita Rossi", "rita@rossi.example")
    agents = [people.add(f"Agent {n}", f"a{n}@desk.example", role=Role.AGENT).pk for n in range(4)]
    for number in range(12):
        opened(rita, f"n. {number}")
    given, start = [], threading.Barrier(4)

    def work(agent_id):
        agent = User.objects.get(pk=agent_id)
        start.wait(10)
        for _turn in range(3):
            given.append((agent_id, fair_queue.take_next(agent, via=Via.WEB, after=None).pk))
            Ticket.objects.filter(pk=given[-1][1]).update(waiting_since=None)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(agent_id,)) for agent_id in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(given) == 12
    assert len({ticket for _agent, ticket in given}) == 12
    assert set(Ticket.objects.values_list("assignee", flat=True)) == set(agents)
