"""The desk's own fields beside a ticket: filled in, refused, told in words, constant in queries."""

import pytest

from sportello.desk.actions import configuration, field_values, macros, ticket_forms, tickets
from sportello.desk.actions.tickets import Change
from sportello.desk.models import TicketForm
from sportello.desk.words import Status, Via
from tests.personas import events
from tests.web import own_fields
from tests.web.own_fields import name


@pytest.fixture
def own(db):
    return own_fields.make()


def post(client, ticket, path="fields", **said):
    base = {"status": ticket.status, "group": ticket.group_id} if path == "fields" else {}
    return client.post(f"/tickets/{ticket.pk}/{path}", base | said)


def fill(ticket, *pairs):
    tickets.update(ticket.pk, Change(fields={it.pk: said for it, said in pairs}), actor=None, via=Via.RULE)


def values(ticket):
    return field_values.of_ticket(ticket.pk)


def labels(controls):
    return [it.label for it in controls]


def faults(controls):
    return {it.label: it.fault for it in controls if it.fault}


def test_fields_of_the_usual_form_stand_beside_a_ticket_in_the_agents_language(enter, anna, own, ticket):
    fill(ticket, (own.device, "printer"))

    response = enter(anna).get(f"/tickets/{ticket.pk}")

    assert labels(response.context["custom_fields"]) == ["Device", "Model", "Cost", "Contract"]
    page = response.content.decode()
    assert '<option value="printer" selected>Printer</option>' in page
    assert "Only when “Device” is “Printer”." in page


def test_fields_are_saved_with_the_others_in_one_update_and_told_in_words(enter, anna, own, ticket):
    before = ticket.audits.count()
    agent = enter(anna)

    said = {name(own.device): "printer", name(own.model): "LaserJet 4", name(own.cost): "12,50"}
    response = post(agent, ticket, type="incident", **said)

    assert response.status_code == 302
    assert values(ticket) == {own.device.pk: "printer", own.model.pk: "LaserJet 4", own.cost.pk: 12.5}
    assert ticket.audits.count() == before + 1
    (entry, *_earlier) = agent.get(f"/tickets/{ticket.pk}").context["history"]
    assert entry.sentences == ["Type: Incident", "Device: Printer", "Model: LaserJet 4", "Cost: 12.5"]


def test_fields_that_are_not_asked_are_left_alone_without_script(enter, anna, own, ticket):
    post(enter(anna), ticket, **{name(own.device): "pc", name(own.model): "LaserJet 4"})

    assert values(ticket) == {own.device.pk: "pc"}


def test_fields_with_a_fault_come_back_beside_their_controls_and_nothing_is_saved(enter, anna, own, ticket):
    before = ticket.audits.count()

    response = post(enter(anna), ticket, **{name(own.device): "pc", name(own.cost): "a lot"})

    assert response.status_code == 422
    assert faults(response.context["custom_fields"]) == {"Cost": "Write a number."}
    assert 'value="a lot"' in response.content.decode()
    assert ticket.audits.count() == before


def test_fields_cannot_be_set_by_an_agent_outside(enter, ben, own, ticket):
    assert post(enter(ben), ticket, **{name(own.device): "pc"}).status_code == 404
    assert values(ticket) == {}


def test_fields_cannot_be_set_by_their_own_customer_here(enter, rita, own, ticket):
    assert post(enter(rita), ticket, **{name(own.device): "pc"}).status_code == 404
    assert values(ticket) == {}


def test_field_whose_pattern_has_changed_since_is_no_obstacle(enter, anna, own, ticket):
    plate = own_fields.add("Plate", "regexp", pattern="[A-Z]{2}")
    form = own.fault
    form.fields = [*form.fields, plate.pk]
    form.save()
    configuration.forget()
    fill(ticket, (plate, "AB"))
    plate.pattern = "[0-9]{2}"
    plate.save()
    configuration.forget()

    response = post(enter(anna), ticket, **{name(plate): "AB", name(own.device): "pc"})

    assert response.status_code == 302
    assert values(ticket) == {plate.pk: "AB", own.device.pk: "pc"}


def test_solving_in_the_panel_without_a_required_field_says_which(enter, anna, own, ticket):
    response = post(enter(anna), ticket, status="solved", **{name(own.device): "printer", name(own.cost): "3"})

    ticket.refresh_from_db()
    assert (response.status_code, ticket.status) == (422, Status.NEW)
    assert faults(response.context["custom_fields"]) == {"Model": "Fill in “Model”, please."}
    assert 'value="3"' in response.content.decode()


def test_solving_with_an_answer_asks_right_there_what_is_missing(enter, anna, own, ticket, leave):
    agent = enter(anna)
    said = {"kind": "answer", "text": "Fatto.", "status": "solved"}

    first = post(agent, ticket, "comments", **said)
    second = post(agent, ticket, "comments", **said, **{name(own.device): "printer"})
    third = post(agent, ticket, "comments", **said, **{name(own.device): "printer", name(own.model): "L4"})
    leave()

    assert [it.status_code for it in (first, second, third)] == [422, 422, 302]
    assert faults(first.context["missing"]) == {"Device": "Fill in “Device”, please."}
    assert labels(second.context["missing"]) == ["Device", "Model"]
    assert faults(second.context["missing"]) == {"Model": "Fill in “Model”, please."}
    page = second.content.decode()
    assert ">Fatto.</textarea>" in page
    assert f'id="composer-field-{own.model.pk}"' in page
    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED
    assert values(ticket) == {own.device.pk: "printer", own.model.pk: "L4"}


def test_form_when_another_is_chosen_is_kept_and_asks_its_own_fields(enter, anna, own, ticket):
    agent = enter(anna)
    offered = agent.get(f"/tickets/{ticket.pk}").context["fields"].fields["form"].choices

    post(agent, ticket, form=own.account.pk, **{name(own.login): "rita"})
    response = agent.get(f"/tickets/{ticket.pk}")

    ticket.refresh_from_db()
    assert [label for _pk, label in offered] == ["Fault", "Account", "Internal"]
    assert (ticket.form, values(ticket)) == (own.account, {own.login.pk: "rita"})
    assert labels(response.context["custom_fields"]) == ["Login"]
    assert response.context["history"][0].sentences == ["Form: Account", "Login: rita"]


def test_form_when_another_is_chosen_loses_nothing_that_was_typed_before(enter, anna, own, ticket):
    said = {name(own.device): "printer", name(own.model): "L4"}

    response = post(enter(anna), ticket, form=own.account.pk, **said)

    assert response.status_code == 302
    assert values(ticket) == {own.device.pk: "printer", own.model.pk: "L4"}


def test_form_when_it_is_not_changed_is_not_written(enter, anna, own, ticket):
    post(enter(anna), ticket, form=own.fault.pk, **{name(own.device): "pc"})

    assert events(ticket, field="form_id", type="Change") == []


def test_form_of_a_ticket_that_came_by_mail_is_the_usual_one_and_stays(enter, anna, own, ticket):
    ticket_forms.make_default(own.account.pk, actor=None)

    response = enter(anna).get(f"/tickets/{ticket.pk}")

    assert ticket.form_id == own.fault.pk
    assert labels(response.context["custom_fields"]) == ["Device", "Model", "Cost", "Contract"]


def test_form_is_not_offered_where_there_is_one(enter, anna, own, ticket):
    TicketForm.objects.exclude(pk=own.fault.pk).delete()
    configuration.forget()

    assert "form" not in enter(anna).get(f"/tickets/{ticket.pk}").context["fields"].fields


def test_customers_own_fields_are_read_and_changed_beside_the_ticket(enter, anna, own, ticket):
    level = own_fields.add({"it": "Livello", "en": "Level"}, of="user")
    contract = own_fields.add("Hours a year", "integer", of="organization")
    agent = enter(anna)
    person, organization = f"requester.custom_fields.{level.key}", f"organization.custom_fields.{contract.key}"

    refused = post(agent, ticket, "customer", **{person: "Gold", organization: "many"})
    post(agent, ticket, "customer", **{person: "Gold", organization: "40"})
    response = agent.get(f"/tickets/{ticket.pk}")

    assert refused.status_code == 422
    assert [faults(it.controls()) for it in refused.context["customer"]] == [
        {},
        {"Hours a year": "Write a whole number."},
    ]
    assert [it.facts() for it in response.context["customer"]] == [[("Level", "Gold")], [("Hours a year", "40")]]
    assert field_values.of_person(ticket.requester_id) == {level.pk: "Gold"}


@pytest.mark.parametrize("who", ["ben", "rita"])
def test_customers_own_fields_are_nobody_elses(enter, own, ticket, request, who):
    level = own_fields.add("Level", of="user")

    response = post(enter(request.getfixturevalue(who)), ticket, "customer", **{level.key: "Gold"})

    assert response.status_code == 404
    assert field_values.of_person(ticket.requester_id) == {}


def test_macro_that_sets_a_field_shows_it_before_it_does(enter, anna, own, ticket):
    data = {"title": "Printer", "actions": [{"field": name(own.device), "value": "printer"}]}
    macro = macros.save(data, actor=None)
    agent = enter(anna)

    (part,) = agent.get(f"/tickets/{ticket.pk}?macro={macro.pk}").context["chosen"].parts
    before = values(ticket)
    post(agent, ticket, "comments", kind="note", text="", changes=part.line, macro=macro.pk)

    assert (part.words, before) == ("Device: Printer", {})
    assert values(ticket) == {own.device.pk: "printer"}


def test_macro_that_solves_asks_what_its_own_values_make_required(enter, anna, own, ticket, leave):
    actions = [{"field": name(own.device), "value": "printer"}, {"field": "status", "value": "solved"}]
    macro = macros.save({"title": "Printer", "actions": actions}, actor=None)
    agent = enter(anna)
    lines = [it.line for it in agent.get(f"/tickets/{ticket.pk}?macro={macro.pk}").context["chosen"].parts]
    said = {"kind": "answer", "text": "Fatto.", "changes": lines, "macro": macro.pk}

    refused = post(agent, ticket, "comments", **said)
    post(agent, ticket, "comments", **said, **{name(own.model): "L4"})
    leave()

    ticket.refresh_from_db()
    assert labels(refused.context["missing"]) == ["Model"]
    assert (ticket.status, values(ticket)) == (Status.SOLVED, {own.device.pk: "printer", own.model.pk: "L4"})


def test_ticket_page_of_a_desk_with_fields_asks_as_many_queries_for_one_as_for_three(
    enter, anna, own, ticket, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3600)
    level = own_fields.add("Level", of="user")
    own_fields.add("Hours", "integer", of="organization")
    agent = enter(anna)
    fill(ticket, (own.device, "printer"))
    agent.get(f"/tickets/{ticket.pk}")
    with django_assert_num_queries(26):  # 22, and what stands in the fields of the ticket, requester and organization
        agent.get(f"/tickets/{ticket.pk}")
    fill(ticket, (own.model, "L4"), (own.cost, "3"), (own.contract, "Base"))
    field_values.set_person(ticket.requester_id, {level.pk: "Gold"}, actor=None)

    with django_assert_num_queries(26):
        agent.get(f"/tickets/{ticket.pk}")
