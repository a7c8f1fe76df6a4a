"""Automations as rows: kept, changed, switched, dropped; what cannot be one is refused with its place."""

import pytest

from sportello.desk.actions import automations, people, rules
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Automation, Group, RuleChange

pytestmark = pytest.mark.django_db

PENDING = {"field": "PENDING", "operator": "greater_than", "value": 48}
TAG = {"field": "current_tags", "value": "silent"}
RULE = {
    "title": "Remind",
    "description": "",
    "active": True,
    "conditions": {"all": [PENDING], "any": []},
    "actions": [TAG],
}
ME = {"field": "assignee_id", "operator": "is", "value": "current_user"}


def test_save_when_new_stands_last_on_record_and_is_to_be_armed(ada):
    first = automations.save_automation(RULE, actor=ada)
    second = automations.save_automation({**RULE, "title": "Another"}, actor=ada)

    assert list(Automation.objects.values_list("title", "position", "active", "armed_to")) == [
        ("Remind", 0, True, 0),
        ("Another", 1, True, 0),
    ]
    assert [(it.kind, it.rule_id, it.before, it.after) for it in RuleChange.objects.order_by("id")] == [
        ("automation", first.pk, None, automations.export(first)),
        ("automation", second.pk, None, automations.export(second)),
    ]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": " "}, ["title"]),
        ({"conditions": {"all": [{"field": "status", "operator": "is", "value": "open"}]}}, ["conditions"]),
        ({"conditions": {}}, ["conditions"]),
        ({"conditions": {"all": [PENDING, ME]}}, ["conditions.all.1.value"]),
        (
            {"conditions": {"all": [PENDING], "any": [{"field": "update_type", "operator": "is", "value": "Create"}]}},
            ["conditions.any.0.field"],
        ),
        (
            {"conditions": {"all": [PENDING, {"field": "status", "operator": "changed", "value": ""}]}},
            ["conditions.all.1.operator"],
        ),
        ({"actions": []}, ["actions"]),
        ({"actions": [{"field": "assignee_id", "value": "current_user"}]}, ["actions.0.value"]),
        ({"actions": [TAG, {"field": "notification_user", "value": ["current_user", "a", "b"]}]}, ["actions.1.value"]),
        ({"actions": [{"field": "group_id", "value": "77"}]}, ["conditions"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada):
    with pytest.raises(Invalid) as refusal:
        automations.save_automation({**RULE, **change}, actor=ada)

    assert list(refusal.value.fields) == places
    assert not Automation.objects.exists()


@pytest.mark.parametrize(
    ("change", "armed_to"),
    [
        ({"title": "Other words"}, None),
        ({"actions": [{"field": "current_tags", "value": "other"}]}, None),
        ({"active": False}, 0),
        ({"conditions": {"all": [{**PENDING, "value": 47}]}}, 0),
    ],
)
def test_save_when_changed_is_armed_anew_only_if_other_tickets_are_meant(change, armed_to, ada):
    made = automations.save_automation(RULE, actor=ada)
    Automation.objects.update(armed_to=None)

    automations.save_automation({**RULE, **change}, actor=ada, automation_id=made.pk)

    assert Automation.objects.get().armed_to == armed_to


def test_import_keeps_what_was_exported_and_refuses_with_places(ada):
    made = automations.save_automation(RULE, actor=ada)

    (copy,) = automations.import_automations({"automations": [automations.export(made)]}, actor=ada)
    with pytest.raises(Invalid) as refusal:
        automations.import_automations([RULE, {**RULE, "conditions": {}}], actor=ada)

    assert automations.export(copy) == automations.export(made)
    assert list(refusal.value.fields) == ["automations.1.conditions"]
    assert Automation.objects.count() == 2


def test_duplicate_order_and_drop_do_as_with_triggers(ada):
    made = automations.save_automation(RULE, actor=ada)
    copy = automations.duplicate(made.pk, actor=ada)

    automations.order([copy.pk], actor=ada)
    assert list(Automation.objects.values_list("title", "active")) == [("Remind (copy)", False), ("Remind", True)]
    automations.drop(made.pk, actor=ada)

    assert list(Automation.objects.values_list("pk", flat=True)) == [copy.pk]
    with pytest.raises(Missing):
        automations.drop(made.pk, actor=ada)


def test_switch_off_broken_when_a_group_is_gone_switches_off_and_says_so(ada):
    group = people.add_group("Printers")
    made = automations.save_automation({**RULE, "actions": [{"field": "group_id", "value": str(group.pk)}]}, actor=ada)
    Automation.objects.update(armed_to=None)
    Group.objects.filter(pk=group.pk).update(active=False)

    assert rules.switch_off_broken() == [made]

    made.refresh_from_db()
    assert (made.active, made.off_because) == (False, f"group {group.pk}")
    with pytest.raises(Invalid):
        automations.switch(made.pk, on=True, actor=ada)
