"""The fields that a desk adds: kept, changed within what stands in them, dropped when nothing speaks of them."""

import pytest
from django.utils import translation

from sportello.desk import access
from sportello.desk.actions import (
    automations,
    configuration,
    desks,
    field_values,
    macros,
    policies,
    protocols,
    rules,
    ticket_fields,
    ticket_forms,
    tickets,
)
from sportello.desk.actions.tickets import Change
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import CustomField, RuleChange, SlaPolicy, TicketFieldValue, Trigger
from sportello.desk.rules.custom_fields import Option
from sportello.desk.rules.protocol import Steps
from sportello.desk.words import Via

FAULT = {
    "kind": "tagger",
    "title": {"it": "Guasto", "en": "Fault"},
    "options": [{"name": {"it": "Stampante", "en": "Printer"}}, {"name": "PC", "value": "pc"}],
}


@pytest.fixture
def fault(ada):
    return ticket_fields.save_field(FAULT, actor=ada)


def text(title="Serial number", **more):
    return ticket_fields.save_field({"kind": "text", "title": title, **more}, actor=None)


def test_save_field_makes_key_and_values_of_titles(fault):
    assert ticket_fields.export(fault) == {
        "of": "ticket",
        "kind": "tagger",
        "key": "fault",
        "title": {"it": "Guasto", "en": "Fault"},
        "description": "",
        "active": True,
        "options": [
            {"value": "printer", "name": {"it": "Stampante", "en": "Printer"}},
            {"value": "pc", "name": "PC"},
        ],
        "pattern": "",
        "required": False,
        "visible_in_portal": False,
        "editable_in_portal": False,
        "required_in_portal": False,
    }
    own = configuration.current().custom_fields[fault.pk]
    assert own.options == (Option("printer", {"it": "Stampante", "en": "Printer"}), Option("pc", "PC"))
    assert configuration.current().fields[f"custom_fields_{fault.pk}"].custom == own


@pytest.mark.parametrize(
    ("title", "key"),
    [("Città d'arrivo", "citta_d_arrivo"), ("2 Zimmer", "field_2_zimmer"), ("Fault", "fault_2"), ("名前", "field")],
)
def test_save_field_makes_a_key_that_is_plain_and_its_own(fault, title, key):
    assert text(title).key == key


def test_save_field_of_people_may_have_the_key_of_one_of_tickets(fault):
    assert text("Fault", of="user").key == "fault"


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({"kind": "text"}, ["title"]),
        ({"kind": "text", "title": {"fr": "Panne"}}, ["title"]),
        ({"kind": "text", "title": "x" * 101}, ["title"]),
        ({"kind": "mood", "title": "Mood"}, ["kind"]),
        ({"kind": "text", "title": "T", "of": "group"}, ["of"]),
        ({"kind": "text", "title": "T", "key": "Big key"}, ["key"]),
        ({"kind": "text", "title": "T", "key": "fault"}, ["key"]),
        ({"kind": "tagger", "title": "T"}, ["options"]),
        ({"kind": "tagger", "title": "T", "options": [{"name": "A"}, {}]}, ["options.1.name"]),
        ({"kind": "tagger", "title": "T", "options": [{"name": "A"}, {"name": "a"}]}, ["options.1.value"]),
        ({"kind": "tagger", "title": "T", "options": [{"name": "A", "value": "x" * 101}]}, ["options.0.value"]),
        ({"kind": "regexp", "title": "T", "pattern": "(a+)+"}, ["pattern"]),
        ({"kind": "regexp", "title": "T"}, ["pattern"]),
        ({"kind": "text", "title": "T", "editable_in_portal": True}, ["editable_in_portal"]),
        ({"kind": "text", "title": "T", "visible_in_portal": True, "required_in_portal": True}, ["required_in_portal"]),
    ],
)
def test_save_field_when_something_is_wrong_names_the_place(fault, data, places):
    with pytest.raises(Invalid) as refusal:
        ticket_fields.save_field(data, actor=None)

    assert list(refusal.value.fields) == places
    assert CustomField.objects.count() == 1


def test_save_field_leaves_a_change_that_tells_who_and_what(fault, ada):
    changed = ticket_fields.save_field(
        {**ticket_fields.export(fault), "title": "Trouble"}, actor=ada, field_id=fault.pk
    )
    ticket_fields.save_field(ticket_fields.export(changed), actor=ada, field_id=fault.pk)

    told = RuleChange.objects.filter(kind=ticket_fields.KIND, rule_id=fault.pk).order_by("id")
    assert [(it.author, it.before and it.before["title"], it.after["title"]) for it in told] == [
        (ada, None, {"it": "Guasto", "en": "Fault"}),
        (ada, {"it": "Guasto", "en": "Fault"}, "Trouble"),
    ]


@pytest.mark.parametrize(("name", "value"), [("kind", "text"), ("of", "user"), ("key", "other")])
def test_field_in_which_something_stands_stays_what_it_is(ticket, fault, anna, name, value):
    data = {**ticket_fields.export(fault), name: value}
    tickets.update(ticket.pk, Change(fields={fault.pk: "pc"}), actor=anna, via=Via.WEB)

    with pytest.raises(Invalid) as refusal:
        ticket_fields.save_field(data, actor=None, field_id=fault.pk)

    assert name in refusal.value.fields
    tickets.update(ticket.pk, Change(fields={fault.pk: ""}), actor=anna, via=Via.WEB)
    assert getattr(ticket_fields.save_field(data, actor=None, field_id=fault.pk), name) == value


def test_field_that_a_rule_names_stays_what_it_is(fault):
    asked = {"all": [{"field": f"custom_fields_{fault.pk}", "operator": "is", "value": "pc"}]}
    rules.save_trigger({"title": "Greet", "conditions": asked, "actions": NOTE}, actor=None)

    with pytest.raises(Invalid, match="Greet"):
        ticket_fields.save_field({**ticket_fields.export(fault), "kind": "text"}, actor=None, field_id=fault.pk)


def test_option_that_is_chosen_somewhere_must_stay(ticket, fault, anna):
    data = {**ticket_fields.export(fault), "options": [{"value": "printer", "name": "Printers"}]}
    tickets.update(ticket.pk, Change(fields={fault.pk: "pc"}), actor=anna, via=Via.WEB)

    with pytest.raises(Invalid, match=r"options.*pc.*1"):
        ticket_fields.save_field(data, actor=None, field_id=fault.pk)

    tickets.update(ticket.pk, Change(fields={fault.pk: "printer"}), actor=anna, via=Via.WEB)
    ticket_fields.save_field(data, actor=None, field_id=fault.pk)
    assert field_values.of_ticket(ticket.pk) == {fault.pk: "printer"}


NOTE = [{"field": "note", "value": "hello"}]


def test_rule_that_loses_its_field_or_option_is_switched_off_and_says_so(fault, ticket, anna):
    name = f"custom_fields_{fault.pk}"
    for value in ("printer", "pc"):
        asked = {"all": [{"field": name, "operator": "is", "value": value}]}
        rules.save_trigger({"title": value, "conditions": asked, "actions": NOTE}, actor=None)

    fewer = {**ticket_fields.export(fault), "options": FAULT["options"][:1]}
    ticket_fields.save_field(fewer, actor=None, field_id=fault.pk)
    assert [it.title for it in configuration.current().triggers.rules] == ["printer"]
    assert [it.title for it in rules.switch_off_broken()] == ["pc"]

    ticket_fields.switch(fault.pk, on=False, actor=None)
    assert [it.title for it in rules.switch_off_broken()] == ["printer"]
    assert list(Trigger.objects.order_by("id").values_list("active", flat=True)) == [False, False]
    assert all(Trigger.objects.values_list("off_because", flat=True))


def test_switch_off_keeps_what_stands_there(ticket, fault, anna):
    tickets.update(ticket.pk, Change(fields={fault.pk: "pc"}), actor=anna, via=Via.WEB)

    ticket_fields.switch(fault.pk, on=False, actor=None)

    assert field_values.of_ticket(ticket.pk) == {fault.pk: "pc"}
    with pytest.raises(Invalid, match=f"custom_fields_{fault.pk}"):
        tickets.update(ticket.pk, Change(fields={fault.pk: "printer"}), actor=anna, via=Via.WEB)
    ticket_fields.switch(fault.pk, on=True, actor=None)
    tickets.update(ticket.pk, Change(fields={fault.pk: "printer"}), actor=anna, via=Via.WEB)


def test_order_puts_fields_where_they_are_wanted(fault, ada):
    first, second = text("A"), text("B")

    ticket_fields.order([second.pk, fault.pk], actor=ada)

    assert list(configuration.current().custom_fields) == [second.pk, fault.pk, first.pk]


def test_drop_takes_what_stands_there_and_stays_in_the_history(ticket, fault, anna, ada):
    tickets.update(ticket.pk, Change(fields={fault.pk: "pc"}), actor=anna, via=Via.WEB)

    ticket_fields.drop(fault.pk, actor=ada)

    assert not CustomField.objects.exists()
    assert not TicketFieldValue.objects.exists()
    told = RuleChange.objects.filter(kind=ticket_fields.KIND).latest("id")
    assert (told.author, told.before["key"], told.after) == (ada, "fault", None)
    with pytest.raises(Missing):
        ticket_fields.drop(fault.pk, actor=ada)


def test_drop_while_something_names_it_is_refused_and_says_what(fault, ada):
    name, other = f"custom_fields_{fault.pk}", text("Other")
    asked = {"all": [{"field": name, "operator": "present"}]}
    told = "Dear {{ requester.name }}: {{ ticket.custom_fields.fault }}"
    rules.save_trigger({"title": "T1", "conditions": asked, "actions": NOTE}, actor=ada)
    rules.save_trigger({"title": "T2", "actions": [{"field": name, "value": "pc"}]}, actor=ada)
    rules.save_trigger({"title": "T3", "actions": [{"field": "note", "value": told}]}, actor=ada)
    automations.save_automation(
        {
            "title": "A",
            "conditions": {"all": [*asked["all"], HOURS]},
            "actions": [{"field": "status", "value": "open"}],
        },
        actor=ada,
    )
    macros.save({"title": "M", "actions": [{"field": "comment_value", "value": told}]}, actor=ada)
    target = {"priority": "low", "metric": "first_reply_time", "target": 60, "business_hours": False}
    policies.save_policy({"title": "P", "conditions": asked, "targets": [target]}, actor=ada)
    ticket_forms.save_form({"name": {"it": "Modulo", "en": "Form"}, "fields": [fault.pk]}, actor=ada)

    with pytest.raises(Refused) as refusal:
        ticket_fields.drop(fault.pk, actor=ada)

    named = ticket_fields.named_by(fault)
    assert named == [
        "trigger “T1”", "trigger “T2”", "trigger “T3”", "automation “A”", "macro “M”", "SLA policy “P”", "form “Form”"
    ]  # fmt: skip
    assert all(it in str(refusal.value) for it in named)
    assert SlaPolicy.objects.get().active
    ticket_fields.drop(other.pk, actor=ada)


HOURS = {"field": "NEW", "operator": "greater_than", "value": 1}


def test_drop_while_a_mail_of_the_protocol_speaks_of_it_is_refused(fault, ada):
    told = {"en": {"solved": {"subject": "Done", "body": "{{ ticket.ticket_field_%s }}" % fault.pk}}}  # noqa: UP031
    protocols.save(Steps(), told, organization=None, actor=ada)

    with pytest.raises(Refused):
        ticket_fields.drop(fault.pk, actor=ada)


def test_name_that_only_begins_like_another_names_nothing(ada):
    first, second = text("A"), text("B")
    CustomField.objects.filter(pk=second.pk).update(id=first.pk * 10)
    configuration.forget()
    asked = {"all": [{"field": f"custom_fields_{first.pk * 10}", "operator": "present"}]}
    rules.save_trigger({"title": "T", "conditions": asked, "actions": NOTE}, actor=ada)

    longer = CustomField.objects.get(pk=first.pk * 10)

    assert (ticket_fields.named_by(first), ticket_fields.named_by(longer)) == ([], ["trigger “T”"])


def test_what_names_a_field_is_told_in_the_language_of_who_reads(fault, ada):
    ticket_forms.save_form({"name": {"it": "Guasti", "en": "Faults"}, "fields": [fault.pk]}, actor=ada)

    with translation.override("it"):
        named = ticket_fields.named_by(fault)

    assert named == ["modulo “Guasti”"]


def test_fields_are_kept_by_administrators_alone(fault, ada, anna, rita):
    assert access.get_custom_field(ada, fault.pk) == fault
    for person in (anna, rita):
        with pytest.raises(Missing):
            access.get_custom_field(person, fault.pk)


def test_desk_without_fields_is_asked_for_none(mailbox, django_assert_num_queries):
    desks.configure(name="Help")
    now = configuration.current()

    with django_assert_num_queries(0):
        assert (dict(now.custom_fields), dict(now.forms), now.form_of(None)) == ({}, {}, None)
