"""What all kinds of rules share: the order and who moved, versions, lists that come from a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.actions import macros, policies, rule_rows, rules
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import Macro, RuleChange, SlaPolicy, Trigger

RULE = {"title": "a", "actions": [{"field": "current_tags", "value": "vip"}]}
TARGET = {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True}
POLICY = {"title": "Gold", "description": "", "active": True, "conditions": {}, "targets": [TARGET]}
MACRO = {"title": "Solve it", "actions": [{"field": "status", "value": "solved"}]}


def trigger(title, ada):
    return rules.save_trigger({**RULE, "title": title}, actor=ada)


def moves(kind):
    found = RuleChange.objects.filter(kind=kind, after__place__isnull=False).order_by("id")
    return [(it.after["title"], it.before["place"], it.after["place"], it.author) for it in found]


# --- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "moved"),
    [
        ("bcda", [("a", 1, 4)]),
        ("dabc", [("d", 4, 1)]),
        ("acdb", [("b", 2, 4)]),
        ("abcd", []),
    ],
)
def test_order_when_one_is_moved_leaves_one_change_that_tells_where(ada, order, moved):
    made = {title: trigger(title, ada) for title in "abcd"}

    rules.order([made[title].pk for title in order], actor=ada)

    assert "".join(Trigger.objects.values_list("title", flat=True)) == order
    assert moves("trigger") == [(*move, ada) for move in moved]


@pytest.mark.parametrize("kind", ["sla", "macro"])
def test_order_of_other_kinds_leaves_a_change_too(ada, kind):
    save, order = {
        "sla": (lambda title: policies.save_policy({**POLICY, "title": title}, actor=ada), policies.order),
        "macro": (lambda title: macros.save({**MACRO, "title": title}, actor=ada), macros.order),
    }[kind]
    a, b, c = (save(title).pk for title in "abc")

    order([b, c, a], actor=ada)

    assert moves(kind) == [("a", 1, 3, ada)]


def test_order_leaves_the_versions_as_they_are(ada, frozen_clock):
    made = [trigger(title, ada) for title in "ab"]
    seen = [rule_rows.version(it) for it in made]
    frozen_clock.shift(60)

    rules.order([made[1].pk, made[0].pk], actor=ada)

    assert [rule_rows.version(Trigger.objects.get(pk=it.pk)) for it in made] == seen


@given(st.permutations(range(7)))
def test_moved_are_as_few_as_can_be_and_the_others_kept_their_order(places):
    moved = rule_rows._moved(places)

    stood = [was for now, was in enumerate(places) if now not in moved]
    assert stood == sorted(stood)
    assert len(stood) == longest_run(places)


def longest_run(places):
    """Slowly, by looking at every run."""
    runs = []
    for at, was in enumerate(places):
        runs.append(1 + max((runs[earlier] for earlier in range(at) if places[earlier] < was), default=0))
    return max(runs, default=0)


# --- versions --------------------------------------------------------------------------------------------------------


def test_unchanged_lets_through_whoever_saw_the_latest(ada, frozen_clock):
    made = trigger("a", ada)
    frozen_clock.shift(60)

    with rule_rows.unchanged(Trigger, made.pk, rule_rows.version(made)):
        rules.save_trigger({**RULE, "title": "b"}, actor=ada, trigger_id=made.pk)

    assert Trigger.objects.get().title == "b"


@pytest.mark.parametrize("seen", ["first", "", "nonsense"])
def test_unchanged_refuses_whoever_saw_another_or_tells_none(ada, frozen_clock, seen):
    made = trigger("a", ada)
    first = rule_rows.version(made)
    frozen_clock.shift(60)
    rules.save_trigger({**RULE, "title": "b"}, actor=ada, trigger_id=made.pk)

    with pytest.raises(Stale), rule_rows.unchanged(Trigger, made.pk, first if seen == "first" else seen):
        rules.save_trigger({**RULE, "title": "c"}, actor=ada, trigger_id=made.pk)

    assert Trigger.objects.get().title == "b"


def test_unchanged_of_what_is_gone_is_missing(db):
    with pytest.raises(Missing), rule_rows.unchanged(Trigger, 77, ""):
        raise AssertionError


# --- lists from a file -----------------------------------------------------------------------------------------------


def test_import_of_exported_policies_makes_them_again_after_the_others(ada):
    made = policies.save_policy(POLICY, actor=ada)

    kept = policies.import_policies({"sla_policies": [policies.export(made)]}, actor=ada)

    assert [(it.pk, it.position, policies.export(it)) for it in kept] == [(made.pk + 1, 1, policies.export(made))]


@pytest.mark.parametrize(
    ("items", "place"),
    [
        ([POLICY, {**POLICY, "targets": [{**TARGET, "target": 0}]}], "sla_policies.1.targets.0.target"),
        ([{**POLICY, "targets": "x"}], "sla_policies.0.targets"),
        ([{**POLICY, "targets": [[]]}], "sla_policies.0.targets.0.metric"),
        ([{**POLICY, "conditions": {"all": 3}}], "sla_policies.0.conditions.all"),
        ([3], "sla_policies.0.title"),
        ([], "sla_policies"),
        ({"triggers": [POLICY]}, "sla_policies"),
    ],
)
def test_import_of_a_list_with_a_fault_names_it_and_keeps_none(ada, items, place):
    with pytest.raises(Invalid) as refusal:
        policies.import_policies(items, actor=ada)

    assert place in refusal.value.fields
    assert not SlaPolicy.objects.exists()


def test_import_of_macros_by_an_administrator_keeps_whose_they_are(ada, anna, group):
    shared, groups, personal = MACRO, {**MACRO, "group_id": group.pk}, {**MACRO, "owner_id": anna.pk}

    kept = macros.import_macros([shared, groups, personal], actor=ada)

    assert [(it.owner, it.group) for it in kept] == [(None, None), (None, group), (ada, None)]


def test_import_of_macros_by_an_agent_makes_them_his_own(ada, anna, group):
    kept = macros.import_macros([MACRO, {**MACRO, "group_id": group.pk}, {**MACRO, "owner_id": ada.pk}], actor=anna)

    assert {(it.owner, it.group) for it in kept} == {(anna, None)}


@pytest.mark.parametrize("group_id", [77, "x", [1], {"a": 1}, 1.5, True, 10**30])
def test_import_of_macros_for_no_group_that_is_there_is_refused(ada, group, group_id):
    with pytest.raises(Invalid) as refusal:
        macros.import_macros([{**MACRO, "group_id": group_id}], actor=ada)

    assert list(refusal.value.fields) == ["macros.0.group_id"]
    assert not Macro.objects.exists()
