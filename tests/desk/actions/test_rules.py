"""Rules as rows: kept, changed, ordered, switched, dropped; each change on record."""

import pytest

from sportello.desk.actions import people, rules
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Group, RuleChange, Trigger

pytestmark = pytest.mark.django_db

TAG = {"field": "current_tags", "value": "vip"}
RULE = {
    "title": "Tag  it",
    "description": "",
    "active": True,
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [TAG],
}


def test_save_when_new_stands_last_and_on_record(ada):
    first = rules.save_trigger(RULE, actor=ada)
    second = rules.save_trigger({**RULE, "title": "Another"}, actor=ada)

    assert [(it.title, it.position, it.active) for it in Trigger.objects.all()] == [
        ("Tag it", 0, True),
        ("Another", 1, True),
    ]
    assert [(it.rule_id, it.author, it.before, it.after) for it in RuleChange.objects.order_by("id")] == [
        (first.pk, ada, None, rules.export(first)),
        (second.pk, ada, None, rules.export(second)),
    ]


def test_save_when_nothing_changes_leaves_no_trace(ada):
    made = rules.save_trigger(RULE, actor=ada)

    rules.save_trigger(rules.export(made), actor=ada, trigger_id=made.pk)

    assert RuleChange.objects.count() == 1


def test_save_when_changed_keeps_what_it_was(ada):
    made = rules.save_trigger(RULE, actor=ada)
    before = rules.export(made)

    changed = rules.save_trigger({**RULE, "title": "New title"}, actor=ada, trigger_id=made.pk)

    assert changed.pk == made.pk
    last = RuleChange.objects.latest("id")
    assert (last.before, last.after["title"]) == (before, "New title")


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": " "}, ["title"]),
        ({"conditions": {"all": [{"field": "x", "operator": "is", "value": "1"}]}}, ["conditions.all.0.field"]),
        ({"actions": []}, ["actions"]),
        ({"actions": "no"}, ["actions"]),
        ({"actions": [{"field": "dance", "value": "1"}]}, ["actions.0.field"]),
        ({"actions": [TAG, {"field": "status", "value": "closed"}]}, ["actions.1.value"]),
        ({"actions": [{"field": "notification_user", "value": ["moon", "a", "b"]}]}, ["actions.0.value"]),
        (
            {"actions": [{"field": "notification_user", "value": ["assignee_id", "a", "{{ nonsense }}"]}]},
            ["actions.0.value"],
        ),
        ({"actions": [{"field": "group_id", "value": "77"}]}, ["conditions"]),
        ({"title": "", "actions": []}, ["title", "actions"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada):
    with pytest.raises(Invalid) as refusal:
        rules.save_trigger({**RULE, **change}, actor=ada)

    assert list(refusal.value.fields) == places
    assert not Trigger.objects.exists()


def test_order_when_some_are_named_puts_them_first(ada):
    a, b, c = (rules.save_trigger({**RULE, "title": title}, actor=ada).pk for title in "abc")

    rules.order([c, a], actor=ada)

    assert list(Trigger.objects.values_list("pk", flat=True)) == [c, a, b]


def test_duplicate_is_off_and_last(ada):
    made = rules.save_trigger(RULE, actor=ada)

    copy = rules.duplicate(made.pk, actor=ada)

    assert (copy.title, copy.active, copy.position, copy.actions) == ("Tag it (copy)", False, 1, made.actions)


def test_drop_keeps_the_history(ada):
    made = rules.save_trigger(RULE, actor=ada)
    rules.drop(made.pk, actor=ada)

    last = RuleChange.objects.latest("id")
    assert (last.before["title"], last.after) == ("Tag it", None)
    with pytest.raises(Missing):
        rules.drop(made.pk, actor=ada)


def test_switch_off_broken_when_a_group_is_gone_switches_off_and_says_so(ada):
    group = people.add_group("Printers")
    made = rules.save_trigger({**RULE, "actions": [{"field": "group_id", "value": str(group.pk)}]}, actor=ada)
    sound = rules.save_trigger(RULE, actor=ada)
    Group.objects.filter(pk=group.pk).update(active=False)

    assert rules.switch_off_broken() == [made]

    made.refresh_from_db()
    sound.refresh_from_db()
    assert (made.active, made.off_because, sound.active) == (False, f"group {group.pk}", True)
    with pytest.raises(Invalid):
        rules.switch(made.pk, on=True, actor=ada)
