"""Groups and skills as administrators keep them: what is refused, what the history says."""

import pytest

from sportello.desk.actions import desks, groups, people, references, rules, skills, tickets
from sportello.desk.actions.tickets import Change
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import Group, RuleChange, Skill
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db


def members(group):
    return list(group.members.order_by("name").values_list("name", flat=True))


def data(name="Support", assignment="load", members=()):
    return {"name": name, "assignment": assignment, "members": [agent.pk for agent in members]}


def test_save_makes_and_changes_a_group_and_tells_who(ada, anna, ben):
    made = groups.save(data(members=(anna, ben)), actor=ada)
    groups.save(data(name=" Front  desk ", members=(ben, ada)), actor=ada, group_id=made.pk)
    groups.save(data(name="Front desk", members=(ben, ada)), actor=ada, group_id=made.pk)

    made.refresh_from_db()
    assert (made.name, made.assignment, members(made)) == ("Front desk", "load", ["Ada Admin", "Ben Archer"])
    changes = RuleChange.objects.filter(kind="group", rule_id=made.pk).order_by("id")
    assert [(it.author, it.after["members"]) for it in changes] == [
        (ada, sorted([anna.pk, ben.pk])),
        (ada, sorted([ben.pk, ada.pk])),
    ]


def test_save_keeps_whose_turn_it_is(ada, anna, ben, mailbox, rita):
    made = groups.save(data(assignment="round_robin", members=(anna, ben)), actor=ada)
    words = tickets.Words("Aiuto")
    opened = tickets.open_ticket(requester=rita, subject="a", words=words, actor=rita, via=Via.EMAIL, group=made)

    groups.save(data(assignment="round_robin", members=(anna, ben, ada)), actor=ada, group_id=made.pk)

    assert opened.assignee == anna
    assert made.memberships.get(user=anna).last_assigned_at is not None


def test_save_when_wrong_names_each_place(ada, group, rita):
    with pytest.raises(Invalid) as refusal:
        groups.save(data(name="Support", assignment="by dice", members=(rita,)), actor=ada)

    assert set(refusal.value.fields) == {"name", "assignment", "members"}
    with pytest.raises(Missing):
        groups.save(data(name="Other"), actor=ada, group_id=77)


def test_retire_keeps_the_tickets_and_takes_no_new_ones(ada, ticket, group):
    groups.retire(group.pk, actor=ada)

    ticket.refresh_from_db()
    assert (ticket.group, ticket.group.active) == (group, False)
    with pytest.raises(Invalid):
        tickets.update(ticket.pk, Change(group=Group.objects.get()), actor=ada, via=Via.WEB)
    assert groups.revive(group.pk, actor=ada).active


def test_retire_when_rules_or_addresses_name_it_is_refused_with_their_names(ada, group, mailbox, organization):
    condition = {"field": "group_id", "operator": "is", "value": group.pk}
    rules.save_trigger(
        {
            "title": "To the group",
            "conditions": {},
            "actions": [{"field": "notification_group", "value": [group.pk, "Hi", "There"]}],
        },
        actor=ada,
    )
    skills.save({"title": "PEC", "conditions": {"any": [condition]}}, actor=ada)
    off = rules.save_trigger(
        {
            "title": "Off",
            "active": False,
            "conditions": {"all": [condition]},
            "actions": [{"field": "status", "value": "open"}],
        },
        actor=ada,
    )
    mailbox.group = group
    mailbox.save()

    with pytest.raises(Refused, match=r"To the group, PEC, help@desk\.example"):
        groups.retire(group.pk, actor=ada)
    assert off.title not in references.naming("group", group.pk)


def test_skill_without_conditions_or_with_a_customer_is_refused(ada, rita):
    with pytest.raises(Invalid) as refusal:
        skills.save({"title": "", "conditions": {}, "agents": [rita.pk]}, actor=ada)

    assert set(refusal.value.fields) == {"title", "agents"}
    with pytest.raises(Invalid, match="at least one condition"):
        skills.save({"title": "All", "conditions": {}}, actor=ada)


@pytest.mark.parametrize("field", ["NEW", "update_type", "sla_overdue"])
def test_skill_that_hangs_on_time_or_on_a_change_is_refused(ada, field):
    condition = {"field": field, "operator": "is", "value": "1"}

    with pytest.raises(Invalid) as refusal:
        skills.save({"title": "Late", "conditions": {"all": [condition]}}, actor=ada)

    assert list(refusal.value.fields) == ["conditions.all.0.field"]


def test_skills_of_an_agent_are_set_at_once_and_told(ada, anna):
    condition = {"field": "via_id", "operator": "is", "value": "chat"}
    one, two = (skills.save({"title": it, "conditions": {"all": [condition]}}, actor=ada) for it in ("One", "Two"))

    skills.set_of(anna, {one.pk}, actor=ada)
    skills.set_of(anna, {two.pk}, actor=ada)

    assert list(anna.skills.values_list("title", flat=True)) == ["Two"]
    assert [it.after["agents"] for it in RuleChange.objects.filter(rule_id=one.pk).order_by("id")] == [
        [],
        [anna.pk],
        [],
    ]
    with pytest.raises(Invalid):
        skills.set_of(anna, {77}, actor=ada)


def test_skill_that_names_what_is_gone_is_switched_off_and_says_so(ada, group):
    condition = {"field": "group_id", "operator": "is", "value": group.pk}
    made = skills.save({"title": "PEC", "conditions": {"all": [condition]}}, actor=ada)
    Group.objects.update(active=False)

    rules.switch_off_broken()

    made.refresh_from_db()
    assert (made.active, made.off_because) == (False, f"group {group.pk}")
    with pytest.raises(Invalid):
        skills.switch(made.pk, on=True, actor=ada)
    skills.drop(made.pk, actor=ada)
    assert not Skill.objects.exists()


def test_join_of_a_new_agent_in_a_new_desk(db):
    desks.configure(name="Desk")
    agent = people.add("Carla Neri", "carla@desk.example", role="agent")

    assert members(groups.save(data(members=(agent,)), actor=None)) == ["Carla Neri"]
