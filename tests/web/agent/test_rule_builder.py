"""The form of a rule with the desk's own fields, and what people write in either language."""

import pytest
from django.utils import translation

from sportello.desk.actions import configuration, rules, ticket_fields
from sportello.desk.models import Trigger
from sportello.web.agent import rule_builder
from sportello.web.agent.rule_words import Names, action_words, condition_words, summary, vocabulary

pytestmark = pytest.mark.django_db

OPTIONS = [
    {"value": "red", "name": {"it": "Rosso", "en": "Red"}},
    {"value": "blue", "name": {"it": "Blu", "en": "Blue"}},
]
KINDS = ("text", "textarea", "integer", "decimal", "date", "checkbox", "tagger", "multiselect")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def own(kind, **more):
    """The name of a new field of this kind in the vocabulary."""
    options = OPTIONS if kind in ("tagger", "multiselect") else []
    data = {"of": "ticket", "kind": kind, "key": kind, "title": {"it": "Cosa", "en": "Thing"}, "options": options}
    made = ticket_fields.save_field({**data, **more}, actor=None)
    configuration.forget()
    return f"custom_fields_{made.pk}"


def row(ada, name, **parts):
    draft = rule_builder.Draft()
    draft.lists["conditions.all"] = [{"field": name, **parts}]
    return rule_builder.shown(draft, Names(ada), {}, vocabulary())["all"][0]


# --- own fields ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "control", "operators"),
    [
        ("text", "text", {"includes", "not_includes", "is", "is_not", "present", "not_present"}),
        ("integer", "number", {"is", "is_not", "less_than", "greater_than", "present", "not_present"}),
        ("decimal", "number", {"is", "is_not", "less_than", "greater_than", "present", "not_present"}),
        ("date", "day", {"less_than", "greater_than", "within_previous_n_days", "within_next_n_days", "present"}),
        ("checkbox", "select", {"is", "is_not"}),
        ("tagger", "select", {"is", "is_not", "present", "not_present"}),
        ("multiselect", "several", {"includes", "not_includes", "present", "not_present"}),
    ],
)
def test_own_field_is_drawn_as_its_kind_and_compared_as_it_can_be(ada, kind, control, operators):
    shown = row(ada, own(kind))

    assert shown.control.kind == control
    assert operators <= {value for value, _words, _chosen in shown.operators}
    assert all(words for _value, words, _chosen in shown.operators)


def test_own_list_offers_its_options_by_name_and_none(ada):
    shown = row(ada, own("tagger"), operator="is", value="blue")

    assert shown.control.options == [("", "none", False), ("red", "Red", False), ("blue", "Blue", True)]


def test_own_fields_stand_in_a_group_of_their_own(ada):
    name = own("text")

    groups = dict(row(ada, name).groups)

    assert [(value, words) for value, words, _chosen in groups["Custom fields"]] == [(name, "Thing")]


def test_every_own_field_can_be_drawn_asked_and_set(ada):
    for kind in KINDS:
        own(kind)

    blanks = rule_builder.blanks(Names(ada), vocabulary())

    fields = [it.field for it in blanks if it.field.startswith("custom_fields_")]
    assert len(fields) == 2 * len(KINDS)
    assert all(it.control for it in blanks if it.field.startswith("custom_fields_"))


def test_rule_on_own_fields_is_kept_as_written_and_shown_as_kept(enter, ada):
    day, several, number, ticked = own("date"), own("multiselect"), own("integer"), own("checkbox")
    form = {
        "title": "Own",
        "active": "on",
        "conditions.all.0.field": day,
        "conditions.all.0.operator": "less_than",
        "conditions.all.0.value": "31/12/2026",
        "conditions.all.1.field": several,
        "conditions.all.1.operator": "includes",
        "conditions.all.1.value": ["red", "blue"],
        "conditions.all.2.field": number,
        "conditions.all.2.operator": "present",
        "actions.0.field": several,
        "actions.0.value": ["red", "blue"],
        "actions.1.field": day,
        "actions.1.value": "01/02/2027",
        "actions.2.field": ticked,
        "actions.2.value": "true",
    }
    page = enter(ada)

    page.post("/triggers/new", form)

    made = Trigger.objects.get()
    shown = page.get(f"/triggers/{made.pk}/edit").context["rows"]
    assert [(it["operator"], it["value"]) for it in made.conditions["all"]] == [
        ("less_than", "2026-12-31"),
        ("includes", "red blue"),
        ("present", ""),
    ]
    assert [it["value"] for it in made.actions] == [["red", "blue"], "2027-02-01", True]
    assert shown["all"][0].control.value == "31/12/2026"
    assert [chosen for _value, _words, chosen in shown["all"][1].control.options] == [True, True]
    assert [chosen for _value, _words, chosen in shown["actions"][0].control.options] == [True, True]
    assert shown["actions"][1].control.value == "01/02/2027"
    assert [value for value, _words, chosen in shown["actions"][2].control.options if chosen] == ["true"]


@pytest.mark.parametrize(
    ("kind", "operator", "value", "words"),
    [
        ("text", "includes", "smoke", "Thing contains one of the words “smoke”"),
        ("text", "not_present", "", "Thing is empty"),
        ("integer", "greater_than", "3", "Thing is more than 3"),
        ("decimal", "is", "1.5", "Thing is 1.5"),
        ("date", "less_than", "2026-12-31", "Thing is before 31 December 2026"),
        ("date", "within_previous_n_days", 7, "Thing is in the last 7 days"),
        ("date", "within_next_n_days", 7, "Thing is in the next 7 days"),
        ("checkbox", "is", "true", "Thing is yes"),
        ("tagger", "is_not", "blue", "Thing is not Blue"),
        ("tagger", "is", "", "Thing is none"),
        ("tagger", "present", "", "Thing is filled in"),
        ("multiselect", "includes", "red blue", "Thing contain one of Red, Blue"),
    ],
)
def test_condition_on_an_own_field_in_words(ada, kind, operator, value, words):
    name = own(kind)

    assert condition_words({"field": name, "operator": operator, "value": value}, Names(ada)) == words


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("multiselect", ["red"], "Thing: Red"),
        ("date", "2026-12-31", "Thing: 31 December 2026"),
        ("integer", 3, "Thing: 3"),
        ("tagger", "", "Thing: none"),
        ("checkbox", True, "Thing: yes"),
    ],
)
def test_action_on_an_own_field_in_words(ada, kind, value, words):
    assert action_words({"field": own(kind), "value": value}, Names(ada)) == words


# --- people and promises ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("nobody", ""),
        ("Nessuno", ""),
        ("NESSUNO ", ""),
        ("the person who acts", "current_user"),
        ("Chi agisce", "current_user"),
    ],
)
def test_nobody_and_who_acts_are_understood_in_both_languages(ada, language, said, meant):
    draft = rule_builder.Draft()
    draft.lists["conditions.all"] = [{"field": "current_user_id", "operator": "is", "value": said}]

    with translation.override(language):
        faults = draft.faults(ada)

    assert (faults, draft.data()["conditions"]["all"][0]["value"]) == ({}, meant)


@pytest.mark.parametrize("language", ["it", "en"])
def test_nobody_as_it_is_shown_is_read_again(ada, language):
    rule = {
        "title": "x",
        "description": "",
        "active": True,
        "actions": [],
        "conditions": {"all": [{"field": "current_user_id", "operator": "is", "value": ""}]},
    }

    with translation.override(language):
        draft = rule_builder.kept(rule, Names(ada, [rule]))
        faults = draft.faults(ada)

    assert (faults, draft.data()["conditions"]["all"][0]["value"]) == ({}, "")


@pytest.mark.parametrize(
    ("value", "words"), [("true", "An SLA target is overdue"), ("false", "No SLA target is overdue")]
)
def test_whether_a_target_is_missed_is_a_natural_sentence(ada, value, words):
    condition = {"field": "sla_overdue", "operator": "is", "value": value}
    urgent = {"field": "priority", "operator": "is", "value": "urgent"}
    names = Names(ada)

    said = [condition_words(it, names) for it in (urgent, condition)]

    assert said[1] == words
    assert summary({"all": said, "any": []}) == f"Priority is Urgent and {words[0].lower()}{words[1:]}"


def test_condition_that_can_be_compared_in_one_way_only_has_no_choice_of_it(enter, ada):
    rule = {"title": "x", "actions": [{"field": "current_tags", "value": "late"}]}
    asked = {"all": [{"field": "sla_overdue", "operator": "is", "value": "true"}]}
    made = rules.save_trigger({**rule, "conditions": asked}, actor=ada)

    page = enter(ada).get(f"/triggers/{made.pk}/edit").content.decode()

    assert '<input type="hidden" name="conditions.all.0.operator" value="is">' in page
    assert '<option value="true" selected>An SLA target is overdue</option>' in page


# --- what is offered -------------------------------------------------------------------------------------------------


def test_field_that_is_not_offered_and_stands_in_the_rule_is_shown_as_what_it_is(ada):
    fields = {"status": vocabulary()["status"]}
    draft = rule_builder.Draft()
    draft.lists["conditions.all"] = [{"field": "type", "operator": "is", "value": "task"}]

    shown = rule_builder.shown(draft, Names(ada), {}, fields)["all"][0]

    offered = [value for _group, options in shown.groups for value, _words, _chosen in options]
    assert (shown.field, offered) == ("type", ["type", "status"])
