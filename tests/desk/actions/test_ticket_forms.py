"""Ticket forms: kept, one of them the usual one; what they come to when somebody fills one in."""

import pytest

from sportello.desk import access
from sportello.desk.actions import (
    configuration,
    field_values,
    macros,
    protocols,
    rules,
    ticket_fields,
    ticket_forms,
    tickets,
)
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import RuleChange, Ticket, TicketForm
from sportello.desk.rules.protocol import Steps
from sportello.desk.words import Status, Via
from tests.personas import events

SHOWN = {"visible_in_portal": True, "editable_in_portal": True}


def field(title, kind="text", **more):
    return ticket_fields.save_field({"kind": kind, "title": title, **more}, actor=None)


@pytest.fixture
def fault(ada):
    return field("Fault", "tagger", options=[{"name": "Printer"}, {"name": "PC"}], **SHOWN)


@pytest.fixture
def serial(fault):
    return field("Serial", **SHOWN)


@pytest.fixture
def note(serial):
    return field("Note")


def when_printer(fault, child, who="agent"):
    children = [{"id": child.pk, "is_required": True}]
    return {"parent_field_id": fault.pk, "value": "printer", "child_fields": children, "for": who}


@pytest.fixture
def repair(fault, serial, note, ada):
    """The serial number of a printer, for agents and customers; the note for agents."""
    conditions = [when_printer(fault, serial, who) for who in ("agent", "end_user")]
    data = {"name": "Repair", "fields": [fault.pk, serial.pk, note.pk], "conditions": conditions}
    return ticket_forms.save_form(data, actor=ada)


def form_of(row):
    return configuration.current().forms[row.pk]


def solve(ticket, actor, via=Via.WEB, **more):
    return tickets.update(ticket.pk, Change(status=Status.SOLVED, **more), actor=actor, via=via)


# --- kept -------------------------------------------------------------------------------------------------------------


def test_save_form_keeps_it_and_makes_the_first_one_the_usual_one(repair, fault, serial, note, ada):
    other = ticket_forms.save_form({"name": {"it": "Altro", "en": "Other"}, "end_user_visible": False}, actor=ada)

    assert ticket_forms.export(repair) == {
        "name": "Repair",
        "active": True,
        "end_user_visible": True,
        "default": True,
        "fields": [fault.pk, serial.pk, note.pk],
        "conditions": [when_printer(fault, serial), when_printer(fault, serial, "end_user")],
    }
    assert (other.default, other.position) == (False, 1)
    assert [it.id for it in ticket_forms.offered_to("agent")] == [repair.pk, other.pk]
    assert [it.id for it in ticket_forms.offered_to("end_user")] == [repair.pk]


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({}, ["name"]),
        ({"name": {"fr": "Panne"}}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"name": "F", "fields": [99]}, ["fields"]),
        ({"name": "F", "fields": ["fault", "fault"]}, ["fields"]),
        ({"name": "F", "conditions": [{}]}, ["conditions.0.parent_field_id"]),
    ],
)
def test_save_form_when_something_is_wrong_names_the_place(fault, data, places):
    data = data | {"fields": [fault.pk if it == "fault" else it for it in data.get("fields", [])]}

    with pytest.raises(Invalid) as refusal:
        ticket_forms.save_form(data, actor=None)

    assert list(refusal.value.fields) == places
    assert not TicketForm.objects.exists()


def test_save_form_takes_no_fields_of_people(fault):
    with pytest.raises(Invalid, match="fields"):
        ticket_forms.save_form({"name": "F", "fields": [field("Code", of="user").pk]}, actor=None)


def test_make_default_leaves_one_usual_form_and_tells_both_changes(repair, ada):
    other = ticket_forms.save_form({"name": "Other"}, actor=ada)

    ticket_forms.make_default(other.pk, actor=ada)
    ticket_forms.make_default(other.pk, actor=ada)

    assert list(TicketForm.objects.filter(default=True)) == [other]
    assert configuration.current().form_of(None).id == other.pk
    assert RuleChange.objects.filter(kind=ticket_forms.KIND).count() == 4


def test_usual_form_is_neither_switched_off_nor_dropped_while_there_are_others(repair, ada):
    other = ticket_forms.save_form({"name": "Other"}, actor=ada)

    for verb in (
        lambda: ticket_forms.switch(repair.pk, on=False, actor=ada),
        lambda: ticket_forms.drop(repair.pk, actor=ada),
    ):
        with pytest.raises(Refused):
            verb()
    ticket_forms.switch(other.pk, on=False, actor=ada)
    with pytest.raises(Refused):
        ticket_forms.make_default(other.pk, actor=ada)

    ticket_forms.drop(other.pk, actor=ada)
    ticket_forms.drop(repair.pk, actor=ada)
    assert not TicketForm.objects.exists()


def test_drop_gives_its_tickets_the_usual_form(ticket, repair, ada, anna):
    other = ticket_forms.save_form({"name": "Other"}, actor=ada)
    tickets.update(ticket.pk, Change(form=other), actor=anna, via=Via.WEB)

    ticket_forms.drop(other.pk, actor=ada)

    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.form_id, configuration.current().form_of(ticket.form_id).id) == (None, repair.pk)


def test_order_puts_forms_where_they_are_wanted(repair, ada):
    other = ticket_forms.save_form({"name": "Other"}, actor=ada)

    ticket_forms.order([other.pk], actor=ada)

    assert list(configuration.current().forms) == [other.pk, repair.pk]


def test_forms_are_kept_by_administrators_alone(repair, ada, anna, rita):
    assert access.get_ticket_form(ada, repair.pk) == repair
    for person in (anna, rita):
        with pytest.raises(Missing):
            access.get_ticket_form(person, repair.pk)


# --- filled in --------------------------------------------------------------------------------------------------------


def test_take_of_a_customer_takes_what_he_is_asked_and_nothing_else(repair, fault, serial, note):
    said = {fault.pk: "printer", serial.pk: " X1 ", note.pk: "not his", 99: "x"}

    assert ticket_forms.take(form_of(repair), said, who="end_user") == {fault.pk: "printer", serial.pk: "X1"}


def test_take_passes_over_what_a_false_condition_hides(repair, fault, serial):
    for who in ("agent", "end_user"):
        assert ticket_forms.take(form_of(repair), {fault.pk: "pc", serial.pk: "X1"}, who=who) == {fault.pk: "pc"}


def test_take_of_a_customer_refuses_what_is_missing_or_wrong_by_name(repair, fault, serial):
    for said, name in (
        ({fault.pk: "printer"}, serial),
        ({fault.pk: "printer", serial.pk: "  "}, serial),
        ({fault.pk: "radio"}, fault),
    ):
        with pytest.raises(Invalid) as refusal:
            ticket_forms.take(form_of(repair), said, who="end_user")
        assert list(refusal.value.fields) == [f"custom_fields_{name.pk}"]


def test_take_looks_at_what_stands_there_already(repair, fault, serial):
    kept = {fault.pk: "printer", serial.pk: "X1"}

    assert ticket_forms.take(form_of(repair), {serial.pk: "X2"}, who="end_user", kept=kept) == {serial.pk: "X2"}
    assert ticket_forms.take(form_of(repair), {}, who="agent", kept={fault.pk: "printer"}) == {}


def test_take_leaves_alone_what_stands_there_and_follows_no_pattern_any_more(ada):
    plate = field("Plate", "regexp", pattern="[A-Z]+")
    ticket_fields.save_field({**ticket_fields.export(plate), "pattern": "[0-9]+"}, actor=ada, field_id=plate.pk)

    assert ticket_forms.take(None, {plate.pk: "AB"}, who="agent", kept={plate.pk: "AB"}) == {}
    with pytest.raises(Invalid):
        ticket_forms.take(None, {plate.pk: "AC"}, who="agent", kept={plate.pk: "AB"})


def test_solve_by_hand_without_what_the_form_requires_is_refused(ticket, repair, fault, serial, anna):
    tickets.update(ticket.pk, Change(fields={fault.pk: "printer"}), actor=anna, via=Via.WEB)

    with pytest.raises(Invalid) as refusal:
        solve(ticket, anna)

    assert refusal.value.fields == {f"custom_fields_{serial.pk}": "Fill in “Serial”, please."}
    solve(ticket, anna, fields={serial.pk: "X1"})
    assert Ticket.objects.get(pk=ticket.pk).status == Status.SOLVED


def test_solve_by_hand_when_the_condition_is_false_needs_nothing(ticket, repair, fault, anna):
    solve(ticket, anna, fields={fault.pk: "pc"})

    assert Ticket.objects.get(pk=ticket.pk).status == Status.SOLVED


def test_solve_by_hand_looks_at_the_form_that_the_ticket_gets(ticket, repair, anna, ada):
    empty = ticket_forms.save_form({"name": "Empty"}, actor=ada)
    must = field("Must", required=True)
    ticket_forms.save_form({"name": "Repair", "fields": [must.pk]}, actor=ada, form_id=repair.pk)

    with pytest.raises(Invalid, match="Must"):
        solve(ticket, anna)

    solve(ticket, anna, form=empty)
    assert [event["value"] for event in events(ticket, field="form_id")] == [empty.pk]


def test_solve_without_forms_needs_every_required_field(ticket, anna):
    must = field("Must", "checkbox", required=True)

    with pytest.raises(Invalid, match="Must"):
        solve(ticket, anna, fields={must.pk: "false"})

    solve(ticket, anna, fields={must.pk: "on"})


@pytest.mark.parametrize("via", [Via.EMAIL, Via.RULE])
def test_solve_by_mail_or_rule_is_never_refused(ticket, anna, via):
    field("Must", required=True)

    solve(ticket, anna if via == Via.EMAIL else None, via)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.SOLVED


def test_customer_who_confirms_is_never_refused(ticket, rita):
    field("Must", required=True)

    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.CLOSED


def test_trigger_that_solves_is_never_refused(ticket, anna):
    field("Must", required=True)
    asked = {"all": [{"field": "current_tags", "operator": "includes", "value": "done"}]}
    act = [{"field": "status", "value": "solved"}]
    rules.save_trigger({"title": "T", "conditions": asked, "actions": act}, actor=None)

    tickets.update(ticket.pk, Change(add_tags=("done",)), actor=anna, via=Via.WEB)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.SOLVED
    assert events(ticket, type="Note") == []


def test_open_ticket_with_a_form_logs_what_was_filled_in(mailbox, repair, fault, serial, rita):
    form = TicketForm.objects.get()

    opened = tickets.open_ticket(
        requester=rita, subject="Broken", words=Words("help"), actor=rita, via=Via.WEB, form=form,
        fields=ticket_forms.take(form_of(form), {fault.pk: "printer", serial.pk: "X1"}, who="end_user"),
    )  # fmt: skip

    assert field_values.of_ticket(opened.pk) == {fault.pk: "printer", serial.pk: "X1"}
    told = {name: events(opened, field=name) for name in ("form_id", f"custom_fields_{serial.pk}")}
    assert told == {name: [{"type": "Create", "field_name": name, "value": value}] for name, value in
                    (("form_id", form.pk), (f"custom_fields_{serial.pk}", "X1"))}  # fmt: skip


# --- texts that speak of fields -----------------------------------------------------------------------------------


def test_mail_of_the_protocol_says_what_stands_in_fields_as_its_reader_reads_it(
    ticket, fault, rita, organization, anna, ada
):
    code, contract = field("Code", of="user"), field("Contract", "date", of="organization")
    field_values.set_person(rita.pk, {code.pk: "<b>C&1</b>"}, actor=ada)
    field_values.set_organization(organization.pk, {contract.pk: "2026-03-01"}, actor=ada)
    body = (
        "Fault: {{ ticket.custom_fields.fault }}, {{ ticket.ticket_field_ID }}, "
        "{{ requester.custom_fields.code }}, {{ organization.custom_fields.contract }}."
    ).replace("ID", str(fault.pk))
    texts = {"it": {"solved": {"subject": "{{ ticket.custom_fields.fault }}", "body": body}}}
    protocols.save(Steps(), texts, organization=None, actor=ada)

    solve(ticket, anna, fields={fault.pk: "pc"})

    (mail,) = ticket.outgoing_mails.filter(step="solved")
    assert mail.subject == "PC"
    assert "Fault: PC, PC, <b>C&1</b>, 1 marzo 2026." in mail.text
    assert "&lt;b&gt;C&amp;1&lt;/b&gt;" in mail.html


def test_text_that_speaks_of_an_unknown_field_is_refused(fault, ada):
    for text in (
        "{{ ticket.custom_fields.fautl }}",
        "{{ ticket.ticket_field_99 }}",
        "{{ requester.custom_fields.fault }}",
    ):
        with pytest.raises(Invalid, match=r"actions\.0\.value"):
            macros.save({"title": "M", "actions": [{"field": "comment_value", "value": text}]}, actor=ada)


def test_address_that_a_customer_fills_in_is_no_link_of_ours(ticket, anna, ada):
    url = field("URL")
    texts = {"it": {"solved": {"subject": "S", "body": "See {{ ticket.custom_fields.url }}"}}}
    protocols.save(Steps(), texts, organization=None, actor=ada)

    solve(ticket, anna, fields={url.pk: "https://bad.example/login"})

    assert 'href="https://bad.example' not in ticket.outgoing_mails.get(step="solved").html
