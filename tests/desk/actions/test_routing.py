"""How groups give out their tickets: modes, capacities, skills, what waits for room, and many at once."""

import re
import threading

import pytest
from django.db import connection, connections

from sportello.desk.actions import configuration, fair_queue, groups, people, routing, rules, skills, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Refused
from sportello.desk.models import Audit, Group, Ticket, User
from sportello.desk.rules import history
from sportello.desk.words import Role, Status, Via
from tests.personas import events

pytestmark = pytest.mark.django_db
LOAD, SKILL, IN_TURN = "load", "skill", "round_robin"


def opened(person, group, subject="Aiuto", via=Via.EMAIL, **more):
    return tickets.open_ticket(
        requester=person, subject=subject, words=Words("Aiuto"), actor=person, via=via, group=group, **more
    )


def team(mode, *agents):
    return people.add_group(f"Team {mode}", assignment=mode, members=agents)


def word(subject):
    return {"all": [{"field": "subject_includes_word", "operator": "includes", "value": subject}]}


def skill(title, *agents, conditions=None):
    data = {"title": title, "conditions": conditions or word(title), "agents": [agent.pk for agent in agents]}
    return skills.save(data, actor=None)


def had_by(*tickets):
    return [Ticket.objects.get(pk=it.pk).assignee for it in tickets]


def test_load_gives_to_who_has_fewest_open_and_counts_no_pending(mailbox, rita, anna, ada):
    group = team(LOAD, anna, ada)
    first, second, third = (opened(rita, group) for _ in range(3))
    assert had_by(first, second, third) == [anna, ada, anna]

    for it in (first, third):
        tickets.update(it.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)

    assert had_by(opened(rita, group)) == [anna]


@pytest.mark.parametrize("mode", [IN_TURN, LOAD, SKILL])
def test_away_suspended_and_full_agents_get_nothing_in_any_mode(mailbox, rita, anna, ada, ben, mode):
    group = team(mode, anna, ada, ben)
    people.set_away(anna, True)
    people.set_capacity(ada, {"email": 1})
    User.objects.filter(pk=ben.pk).update(active=False)

    given = [opened(rita, group, via=via) for via in (Via.EMAIL, Via.WEB, Via.CHAT, Via.CHAT)]

    assert had_by(*given) == [ada, None, ada, ada]


def test_manual_group_gives_nothing(mailbox, rita, anna):
    assert opened(rita, team("manual", anna)).assignee is None
    assert fair_queue.step() is False


def test_skill_gives_to_who_has_all_the_skills_that_the_ticket_needs(mailbox, rita, anna, ada, ben):
    group = team(SKILL, anna, ada, ben)
    skill("Fatture", ada, ben)
    skill("PEC", ben)
    skill("Stampanti", anna, ben, conditions=word("toner"))

    given = [opened(rita, group, subject) for subject in ("Le fatture", "fatture via PEC", "Il toner", "Altro", "PEC")]

    assert had_by(*given) == [ada, ben, anna, anna, ben]
    assert events(given[1], field="assignee_id")[0]["routed"] == {"by": SKILL, "skills": ["Fatture", "PEC"]}


def test_skill_when_nobody_has_it_then_the_ticket_waits_for_who_learns_it(mailbox, rita, anna):
    group = team(SKILL, anna)
    needed = skill("PEC")
    waits = opened(rita, group, "La PEC")
    assert (waits.assignee, waits.group, fair_queue.step()) == (None, group, False)

    skills.save({**skills.export(needed), "agents": [anna.pk]}, actor=None, skill_id=needed.pk)

    assert (fair_queue.step(), had_by(waits)) == (True, [anna])


def test_skill_asked_by_step_and_by_update_is_the_same(mailbox, rita, anna, ada):
    group = team(SKILL, anna, ada)
    skill("urgent", ada, conditions={"all": [{"field": "priority", "operator": "is", "value": "urgent"}]})
    skill("tagged", anna, conditions={"any": [{"field": "current_tags", "operator": "includes", "value": "pec"}]})
    people.set_away(anna, True)
    people.set_away(ada, True)
    waiting = [opened(rita, group, priority=4), opened(rita, group, tags=("pec",))]
    people.set_away(anna, False)
    people.set_away(ada, False)

    fair_queue.step()

    assert had_by(*waiting) == [ada, anna]
    assert had_by(opened(rita, group, priority=4), opened(rita, group, tags=("pec",))) == [ada, anna]


def test_step_gives_what_waits_when_a_ticket_is_solved(mailbox, rita, anna):
    people.set_capacity(anna, {"email": 1})
    group = team(LOAD, anna)
    first, second, third = (opened(rita, group, f"n. {n}") for n in range(3))
    assert (had_by(first, second, third), fair_queue.step()) == ([anna, None, None], False)

    tickets.update(first.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    assert (fair_queue.step(), fair_queue.step()) == (True, False)
    assert had_by(second, third) == [anna, None]


@pytest.mark.parametrize("how", ["back", "capacity", "group", "trigger"])
def test_step_gives_what_waits_when_there_is_room_again(mailbox, rita, anna, how):
    people.set_capacity(anna, {"email": 0} if how == "capacity" else {})
    group = team("manual" if how == "group" else IN_TURN, anna)
    if how == "trigger":
        act = {"field": "group_id", "value": group.pk}
        rules.save_trigger({"title": "To the team", "conditions": {}, "actions": [act]}, actor=None)
    people.set_away(anna, how in ("back", "trigger"))
    ticket = opened(rita, None if how == "trigger" else group)
    assert (ticket.assignee, fair_queue.step()) == (None, False)

    if how in ("back", "trigger"):
        people.set_away(anna, False)
    elif how == "capacity":
        people.set_capacity(anna, {"email": 1})
    else:
        groups.save({**groups.export(group), "assignment": LOAD}, actor=None, group_id=group.pk)

    assert (fair_queue.step(), had_by(ticket)) == (True, [anna])


def test_step_gives_the_most_pressing_first(mailbox, rita, anna, frozen_clock):
    group = team(IN_TURN, anna)
    people.set_away(anna, True)
    opened(rita, group, "older", via=Via.EMAIL)
    frozen_clock.shift(60)
    opened(rita, group, "newer", via=Via.WEB)
    frozen_clock.shift(60)
    opened(rita, group, "emergency", via=Via.WEB, tags=("emergency",))
    people.set_away(anna, False)

    given = []
    for number in range(1, 4):
        people.set_capacity(anna, {"email": number})
        fair_queue.step()
        given.append(Ticket.objects.filter(assignee=anna).exclude(subject__in=given).get().subject)

    assert given == ["emergency", "older", "newer"]


def test_step_leaves_alone_what_waits_for_the_customer_or_is_solved(mailbox, rita, anna):
    group = team(IN_TURN, anna)
    people.set_away(anna, True)
    for status in (Status.PENDING, Status.HOLD):
        Ticket.objects.filter(pk=opened(rita, group).pk).update(status=status)
    people.set_away(anna, False)

    assert fair_queue.step() is False


def test_history_says_by_what_rule_the_ticket_was_given(mailbox, rita, anna):
    people.set_away(anna, True)
    ticket = opened(rita, team(LOAD, anna))
    people.set_away(anna, False)
    fair_queue.step()

    audit = Audit.objects.filter(ticket=ticket).latest("id")

    assert (audit.author, audit.via) == (None, {"channel": "rule", "source": {"rel": "routing"}})
    told = [history.describe(event, lambda _kind, pk: User.objects.get(pk=pk).name) for event in audit.events]
    assert told[0] == "Assigned to Anna Conti, who had least to do"


def test_move_when_the_new_group_works_by_itself_then_given_in_the_same_update(mailbox, rita, anna, ada):
    ticket = opened(rita, people.add_group("First", members=(ada,)), assignee=ada)
    other = team(IN_TURN, anna)

    tickets.update(ticket.pk, Change(group=other), actor=ada, via=Via.WEB)

    assert had_by(ticket) == [anna]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL finds its indexes by itself")
def test_what_is_open_is_asked_of_an_index_of_open_tickets_only(db):
    for question in (routing._open_tickets.__wrapped__(1), routing._unassigned.__wrapped__()):
        plan = question.explain()

        assert re.findall(r"desk_ticket USING INDEX (\w+)", plan) in (["ticket_mine"], ["ticket_unassigned"])


@pytest.mark.parametrize(("mode", "capacity", "queries"), [(IN_TURN, {}, 1), (IN_TURN, {"chat": 1}, 2), (LOAD, {}, 2)])
def test_look_counts_what_agents_have_only_where_it_matters(
    mailbox, rita, anna, django_assert_num_queries, mode, capacity, queries
):
    group = team(mode, anna)
    people.set_capacity(anna, capacity)
    opened(rita, group)

    with django_assert_num_queries(queries):
        assert routing.look(group, "email", ()).agent_id == anna.pk


def test_new_agent_can_be_given_a_ticket_at_once(mailbox, rita):
    configuration.current()
    carla = people.add("Carla Neri", "carla@desk.example", role=Role.AGENT)

    assert opened(rita, team(IN_TURN, carla)).assignee == carla
    assert carla.pk in configuration.current().agents


def test_set_capacity_when_wrong_or_of_a_customer_is_refused(anna, rita):
    with pytest.raises(Invalid, match=r"capacity.chat"):
        people.set_capacity(anna, {"chat": "many"})
    with pytest.raises(Refused):
        people.set_capacity(rita, {"email": 1})
    with pytest.raises(Refused):
        people.set_away(rita, True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", [IN_TURN, LOAD])
def test_many_at_once_never_exceed_a_capacity_and_leave_nobody_idle(real_database, mode):
    rita = people.add("Rita Rossi", "rita@rossi.example")
    agents = [people.add(f"Agent {n}", f"a{n}@desk.example", role=Role.AGENT) for n in range(3)]
    for agent in agents:
        people.set_capacity(agent, {"email": 3})
    # The same agents in two groups: what counts is the agent, not the group.
    two = [people.add_group(f"Team {n}", assignment=mode, members=agents).pk for n in range(2)]
    start, problems = threading.Barrier(4), []

    def work(number):
        try:
            start.wait(10)
            for turn in range(4):
                opened(User.objects.get(pk=rita.pk), Group.objects.get(pk=two[(number + turn) % 2]))
                fair_queue.step()
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert problems == []
    assert [Ticket.objects.filter(assignee=agent).count() for agent in agents] == [3, 3, 3]
    assert Ticket.objects.filter(assignee=None).count() == 7
