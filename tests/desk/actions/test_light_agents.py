"""Who may not answer customers is given no tickets: by hand, in bulk, by rules, by routing, by whoever leaves.

Anna is a light agent here: she reads and writes notes; what she has already stays hers.
"""

import pytest

from sportello.desk.actions import agents, bulk, configuration, fair_queue, jobs, macros, people, rules, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid
from sportello.desk.models import Audit, Ticket
from sportello.desk.words import Permission, Status, Via
from tests.personas import events

pytestmark = pytest.mark.django_db
REFUSED = "Anna Conti does not answer customers, and is given no tickets."


@pytest.fixture
def light(anna, role_of):
    role_of(anna, Permission.EDIT, Permission.BULK)
    configuration.forget()
    return anna


def opened(person, group=None):
    return tickets.open_ticket(
        requester=person, subject="Aiuto", words=Words("Aiuto"), actor=person, via=Via.EMAIL, group=group
    )


def test_light_agent_is_not_given_a_ticket_by_hand_in_bulk_or_by_whoever_leaves(mailbox, rita, light, ada, ben):
    ticket = opened(rita)
    refusals = []

    for give in (
        lambda: tickets.assign(ticket.pk, light, actor=ada, via=Via.WEB),
        lambda: bulk.start([ticket.pk], {"assignee": light.pk}, actor=ada),
        lambda: agents.let_go(ben.pk, to=light.pk, actor=ada),
    ):
        with pytest.raises(Invalid) as refusal:
            give()
        refusals.append(dict(refusal.value.fields))

    assert refusals == [{"assignee": REFUSED}, {"assignee": REFUSED}, {"to": REFUSED}]


def test_rule_that_gives_tickets_to_a_light_agent_is_not_kept(mailbox, light, ada):
    gives = {"field": "assignee_id", "value": light.pk}
    on = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]}

    for save in (
        lambda: rules.save_trigger({"title": "To Anna", "conditions": on, "actions": [gives]}, actor=ada),
        lambda: macros.save({"title": "To Anna", "actions": [gives]}, actor=ada),
    ):
        with pytest.raises(Invalid) as refusal:
            save()
        assert dict(refusal.value.fields) == {"actions.0.value": REFUSED}

    kept = macros.save({"title": "Anna follows", "actions": [{"field": "follower", "value": light.pk}]}, actor=ada)
    assert kept.pk


def test_rule_kept_before_the_role_gives_nothing_and_says_why(mailbox, rita, anna, ada, role_of):
    on = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]}
    gives = {"field": "assignee_id", "value": anna.pk}
    rules.save_trigger({"title": "To Anna", "conditions": on, "actions": [gives]}, actor=ada)
    role_of(anna)
    configuration.forget()

    ticket = opened(rita)

    assert ticket.assignee is None
    (refused,) = [it for it in events(ticket, type="Note") if it["code"] == "rule_refused"]
    assert refused["values"]["why"] == f"assignee: {REFUSED}"


@pytest.mark.parametrize("mode", ["round_robin", "load", "skill"])
def test_routing_passes_a_light_agent_over(mailbox, rita, light, ada, mode):
    group = people.add_group("Team", assignment=mode, members=(light, ada))

    given = [opened(rita, group) for _ in range(3)]

    assert [Ticket.objects.get(pk=it.pk).assignee for it in given] == [ada] * 3


def test_next_ticket_of_a_light_agent_is_one_of_his_own(mailbox, rita, anna, role_of):
    free, own = opened(rita), opened(rita)
    tickets.assign(own.pk, anna, actor=anna, via=Via.WEB)
    role_of(anna, Permission.EDIT)

    assert [fair_queue.take_next(anna, via=Via.WEB), fair_queue.take_next(anna, via=Via.WEB, after=own.pk)] == [
        own,
        None,
    ]
    assert Ticket.objects.get(pk=free.pk).assignee is None


def test_light_agent_who_solves_does_not_take_and_keeps_what_he_has(mailbox, rita, anna, role_of):
    free, own = opened(rita), opened(rita)
    tickets.assign(own.pk, anna, actor=anna, via=Via.WEB)
    role_of(anna, Permission.EDIT)

    for it in (free, own):
        tickets.update(it.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    assert [Ticket.objects.get(pk=it.pk).assignee for it in (free, own)] == [None, anna]
    assert Audit.objects.filter(ticket=own).exists()


def test_whoever_left_hands_over_to_the_group_where_the_heir_may_not_answer_any_more(
    mailbox, rita, anna, ada, ben, role_of
):
    ticket = opened(rita)
    tickets.assign(ticket.pk, ben, actor=ada, via=Via.WEB)
    job = agents.let_go(ben.pk, to=anna.pk, actor=ada)
    role_of(anna)

    jobs.press_on(job, seconds=60)

    assert Ticket.objects.get(pk=ticket.pk).assignee is None
