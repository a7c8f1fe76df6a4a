"""SLA policies as rows: kept, changed, ordered, switched, dropped; each change on record and in force at once."""

import pytest

from sportello.desk.actions import people, policies, rules, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Group, RuleChange, SlaPolicy, TicketSla
from sportello.desk.words import Priority, Via

pytestmark = pytest.mark.django_db

ONE = {"metric": "first_reply_time", "priority": "high", "target": 60, "business_hours": True}
TWO = {"metric": "requester_wait_time", "priority": "urgent", "target": 480, "business_hours": False}
NEW = {"field": "status", "operator": "is", "value": "new"}
POLICY = {
    "title": "Gold  customers",
    "description": "",
    "active": True,
    "conditions": {"all": [NEW], "any": []},
    "targets": [TWO, ONE],
}


def everybody(**more):
    return POLICY | {"conditions": {}} | more


def opened(rita):
    return tickets.open_ticket(
        requester=rita, subject="Ferma", words=Words("Aiuto"), actor=rita, via=Via.EMAIL, priority=Priority.HIGH
    )


def test_save_when_new_stands_last_and_on_record(ada):
    first = policies.save_policy(POLICY, actor=ada)
    second = policies.save_policy({**POLICY, "title": "Another"}, actor=ada)

    assert [(it.title, it.position, it.targets) for it in SlaPolicy.objects.all()] == [
        ("Gold customers", 0, [ONE, TWO]),
        ("Another", 1, [ONE, TWO]),
    ]
    assert [(it.kind, it.rule_id, it.author, it.before, it.after) for it in RuleChange.objects.order_by("id")] == [
        ("sla", first.pk, ada, None, policies.export(first)),
        ("sla", second.pk, ada, None, policies.export(second)),
    ]


def test_save_when_only_the_order_of_targets_changes_leaves_no_trace(ada):
    made = policies.save_policy(POLICY, actor=ada)

    policies.save_policy({**policies.export(made), "targets": [TWO, ONE]}, actor=ada, policy_id=made.pk)

    assert RuleChange.objects.count() == 1


def test_save_when_changed_keeps_what_it_was_and_holds_at_once(mailbox, ada, rita):
    made = policies.save_policy(everybody(), actor=ada)
    before = policies.export(made)
    first = opened(rita)

    changed = policies.save_policy(everybody(title="Silver", targets=[]), actor=ada, policy_id=made.pk)
    second = opened(rita)

    last = RuleChange.objects.latest("id")
    assert (changed.pk, last.before, last.after["title"]) == (made.pk, before, "Silver")
    due = dict(TicketSla.objects.values_list("ticket", "due_at"))
    assert (due[first.pk] is None, due[second.pk]) == (False, None)


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": " "}, ["title"]),
        ({"conditions": {"all": [{"field": "x", "operator": "is", "value": "1"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"any": [{**NEW, "operator": "changed"}]}}, ["conditions.any.0.operator"]),
        ({"conditions": {"all": [{**NEW, "field": "update_type"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"all": [{**NEW, "field": "sla_overdue"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"all": [{**NEW, "field": "NEW", "value": "3"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"all": [{**NEW, "field": "group_id", "value": "77"}]}}, ["conditions"]),
        ({"targets": None}, ["targets"]),
        ({"targets": [ONE, TWO, {**ONE, "priority": "low", "target": 0}]}, ["targets.2.target"]),
        ({"title": "", "targets": [ONE, ONE]}, ["title", "targets.1.priority"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada):
    with pytest.raises(Invalid) as refusal:
        policies.save_policy({**POLICY, **change}, actor=ada)

    assert list(refusal.value.fields) == places
    assert not SlaPolicy.objects.exists()


def test_save_of_what_is_gone_is_missing(ada):
    with pytest.raises(Missing):
        policies.save_policy(POLICY, actor=ada, policy_id=77)


def test_switch_when_off_promises_nothing_to_new_tickets(mailbox, ada, rita):
    made = policies.save_policy(everybody(), actor=ada)

    policies.switch(made.pk, on=False, actor=ada)
    opened(rita)
    off = list(TicketSla.objects.values_list("policy", flat=True))
    policies.switch(made.pk, on=True, actor=ada)
    opened(rita)

    assert (off, list(TicketSla.objects.values_list("policy", flat=True))) == ([], [made.pk])


def test_order_when_some_are_named_puts_them_first_and_the_first_wins(mailbox, ada, rita):
    a, b, c = (policies.save_policy(everybody(title=title), actor=ada).pk for title in "abc")

    policies.order([c, a], actor=ada)
    opened(rita)

    assert list(SlaPolicy.objects.values_list("pk", flat=True)) == [c, a, b]
    assert TicketSla.objects.get().policy_id == c


def test_duplicate_is_off_and_last(ada):
    made = policies.save_policy(POLICY, actor=ada)

    copy = policies.duplicate(made.pk, actor=ada)

    assert (copy.title, copy.active, copy.position, copy.targets) == ("Gold customers (copy)", False, 1, made.targets)


def test_drop_keeps_the_history_and_what_tickets_were_promised(mailbox, ada, rita):
    made = policies.save_policy(everybody(), actor=ada)
    ticket = opened(rita)
    due_at = TicketSla.objects.get(ticket=ticket).due_at

    policies.drop(made.pk, actor=ada)

    last = RuleChange.objects.latest("id")
    assert (last.before["title"], last.after) == ("Gold customers", None)
    kept = TicketSla.objects.get(ticket=ticket)
    assert (kept.policy, kept.due_at) == (None, due_at)
    with pytest.raises(Missing):
        policies.drop(made.pk, actor=ada)


def test_switch_off_broken_when_a_group_is_gone_switches_off_and_says_so(ada):
    group = people.add_group("Printers")
    asked = {"all": [{"field": "group_id", "operator": "is", "value": str(group.pk)}], "any": []}
    made = policies.save_policy({**POLICY, "conditions": asked}, actor=ada)
    sound = policies.save_policy(POLICY, actor=ada)
    Group.objects.filter(pk=group.pk).update(active=False)

    assert rules.switch_off_broken() == [made]

    made.refresh_from_db()
    sound.refresh_from_db()
    assert (made.active, made.off_because, sound.active) == (False, f"group {group.pk}", True)
    with pytest.raises(Invalid):
        policies.switch(made.pk, on=True, actor=ada)
