"""Which fields a form asks, of whom, and which must be filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.errors import Invalid
from sportello.desk.rules import forms
from sportello.desk.rules.custom_fields import CustomField, Option
from sportello.desk.rules.forms import Form


def field(pk, kind="text", **more):
    options = (Option("a", "A"), Option("b", "B")) if kind in ("tagger", "multiselect") else ()
    shown = {"visible_in_portal": True, "editable_in_portal": True}
    return CustomField(pk, "ticket", kind, f"k{pk}", f"T{pk}", options=options, **(shown | more))


FIELDS = {
    it.id: it
    for it in (
        field(1, "tagger"),
        field(2, "checkbox"),
        field(3, "multiselect"),
        field(4, required=True),
        field(5, required_in_portal=True),
        field(6, editable_in_portal=False),
        field(7, active=False),
        CustomField(8, "user", "text", "k8", "T8"),
        field(9),
    )
}


def when(parent, value, *children, who="agent", required=False):
    return {
        "parent_field_id": parent,
        "value": value,
        "child_fields": [{"id": pk, "is_required": required} for pk in children],
        "for": who,
    }


def form(*fields, conditions=()):
    return Form(1, "Form", fields, forms.read_conditions(list(conditions), {pk: FIELDS[pk] for pk in fields}))


def asked(found, values=None, who="agent"):
    return [(it.field.id, it.required) for it in forms.asked(found, FIELDS, values or {}, who=who)]


def test_asked_without_a_form_is_every_field_of_tickets_in_use():
    assert asked(None) == [(1, False), (2, False), (3, False), (4, True), (5, False), (6, False), (9, False)]
    assert [pk for pk, _required in asked(None, who="end_user")] == [1, 2, 3, 4, 5, 9]


def test_asked_is_in_the_order_of_the_form_and_passes_over_what_is_gone():
    assert asked(form(9, 7, 4)) == [(9, False), (4, True)]
    assert asked(Form(1, "Form", (99, 9))) == [(9, False)]


def test_asked_of_a_customer_requires_what_customers_must_fill_in():
    assert asked(form(4, 5), who="end_user") == [(4, False), (5, True)]


@pytest.mark.parametrize(
    ("parent", "value", "actual", "is_asked"),
    [
        (1, "a", "a", True),
        (1, "a", "b", False),
        (1, "a", None, False),
        (2, "true", True, True),
        (2, "true", False, False),
        (2, "false", None, True),
        (3, "a", ("a", "b"), True),
        (3, "a", ("b",), False),
        (3, "a", None, False),
    ],
)
def test_child_is_asked_when_its_parent_holds_the_value(parent, value, actual, is_asked):
    found = form(parent, 9, conditions=[when(parent, value, 9, required=True)])

    assert ((9, True) in asked(found, {parent: actual})) == is_asked
    assert (9, False) in asked(found, {parent: actual}, who="end_user")  # The condition is for agents.


def test_child_of_several_conditions_is_asked_when_one_holds():
    found = form(1, 2, 9, conditions=[when(1, "a", 9, required=True), when(2, "true", 9)])

    assert asked(found, {1: "a"}) == [(1, False), (2, False), (9, True)]
    assert asked(found, {2: True}) == [(1, False), (2, False), (9, False)]
    assert asked(found) == [(1, False), (2, False)]


def test_grandchild_of_what_is_not_asked_is_not_asked():
    found = form(9, 2, 1, conditions=[when(1, "a", 2), when(2, "true", 9)])

    assert asked(found, {1: "a", 2: True}) == [(9, False), (2, False), (1, False)]
    assert asked(found, {1: "b", 2: True}) == [(1, False)]


def test_condition_whose_parent_is_switched_off_decides_nothing():
    found = Form(1, "Form", (7, 9), forms.stored_conditions([when(7, "a", 9)]))

    assert asked(found, {7: "a"}) == [(9, False)]


@pytest.mark.parametrize(
    ("conditions", "place"),
    [
        ("no", "conditions"),
        (["no"], "conditions.0.parent_field_id"),
        ([when(9, "a", 1)], "conditions.0.parent_field_id"),
        ([when(99, "a", 1)], "conditions.0.parent_field_id"),
        ([when(1, "c", 9)], "conditions.0.value"),
        ([when(2, "maybe", 9)], "conditions.0.value"),
        ([when(1, "a")], "conditions.0.child_fields"),
        ([when(1, "a", 99)], "conditions.0.child_fields"),
        ([when(1, "a", 9, who="nobody")], "conditions.0.for"),
        ([when(1, "a", 1)], "conditions.0.child_fields"),
        ([when(1, "a", 2), when(2, "true", 3), when(3, "b", 1)], "conditions.2.child_fields"),
    ],
)
def test_read_conditions_when_something_is_wrong_names_the_place(conditions, place):
    with pytest.raises(Invalid) as refusal:
        forms.read_conditions(conditions, FIELDS)

    assert list(refusal.value.fields) == [place]


def test_conditions_for_agents_and_customers_do_not_wait_for_each_other():
    conditions = [when(1, "a", 2), when(2, "true", 1, who="end_user")]

    assert forms.write_conditions(forms.read_conditions(conditions, FIELDS)) == conditions


CONDITIONS = st.lists(
    st.builds(
        lambda parent, children, who: when(parent, "true" if parent == 2 else "a", *children, who=who),
        st.sampled_from([1, 2, 3]),
        st.lists(st.sampled_from([1, 2, 3, 4, 9]), min_size=1, max_size=3, unique=True),
        st.sampled_from(forms.WHO),
    ),
    max_size=6,
)


@given(CONDITIONS, st.permutations([1, 2, 3, 4, 9]), st.booleans(), st.sampled_from(forms.WHO))
def test_asked_whatever_the_conditions_and_order_is_the_same_set(conditions, order, full, who):
    stored = forms.stored_conditions(conditions)
    values = {1: "a", 2: True, 3: ("a",)} if full else {}

    found = asked(Form(1, "Form", tuple(order), stored), values, who)

    try:
        forms.read_conditions(conditions, FIELDS)
    except Invalid:
        return  # Fields that wait for each other: it ends, and that is all.
    assert [pk for pk, _required in found] == [pk for pk in order if pk in dict(found)]
    assert set(found) == set(asked(Form(1, "Form", (1, 2, 3, 4, 9), stored), values, who))
    assert not full or len(found) == 5
