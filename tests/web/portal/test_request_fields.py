"""What customers are asked, see and may set of the desk's own fields; nothing else, whatever they post."""

import pytest

from sportello.desk.actions import configuration, field_values, ticket_forms, tickets
from sportello.desk.actions.tickets import Change
from sportello.desk.models import Ticket, TicketForm, User
from sportello.desk.words import Via
from tests.web import own_fields
from tests.web.own_fields import name
from tests.web.portal.test_requests import FORM

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def own(desk):
    return own_fields.make()


@pytest.fixture
def one_form(own):
    TicketForm.objects.exclude(pk=own.fault.pk).delete()
    configuration.forget()
    return own


def send(client, own, path="/requests/new", **said):
    return client.post(path, {**FORM, "form": own.fault.pk} | said, headers=ENGLISH)


def values():
    return field_values.of_ticket(Ticket.objects.get().pk)


def labels(response):
    return [it.label for it in response.context["custom_fields"]]


def faults(response):
    return {it.label: it.fault for it in response.context["custom_fields"] if it.fault}


def test_new_request_asks_first_what_it_is_about_in_the_customers_language(client, own, rita):
    client.force_login(rita)

    guest = client.__class__().get("/requests/new", headers=ENGLISH)
    person = client.get("/requests/mine/new")

    assert list(guest.context["forms"].values()) == ["Fault", "Account"]
    assert list(person.context["forms"].values()) == ["Guasto", "Accesso"]
    assert f'href="?form={own.fault.pk}"' in guest.content.decode()


def test_new_request_when_its_address_names_a_form_asks_that_ones_fields(client, own):
    response = client.get(f"/requests/new?form={own.fault.pk}", headers=ENGLISH)

    page = response.content.decode()
    assert labels(response) == ["Device", "Model"]
    assert "Only when “Device” is “Printer”." in page
    assert "Cost" not in page
    assert "Contract" not in page


@pytest.mark.parametrize("wrong", ["internal", "4711", "x", ""])
def test_new_request_when_its_address_names_no_form_for_customers_asks_what_it_is_about(client, own, wrong):
    form_id = own.internal.pk if wrong == "internal" else wrong

    assert "forms" in client.get(f"/requests/new?form={form_id}", headers=ENGLISH).context


def test_new_request_when_there_is_one_form_asks_nothing_before(client, one_form):
    response = client.get("/requests/new", headers=ENGLISH)

    assert labels(response) == ["Device", "Model"]
    assert response.context["about"] == ""


def test_new_request_by_a_guest_keeps_its_form_and_fields(client, own):
    response = send(client, own, **{name(own.device): "printer", name(own.model): "L4"})

    assert response.status_code == 302
    assert (Ticket.objects.get().form, values()) == (own.fault, {own.device.pk: "printer", own.model.pk: "L4"})


def test_new_request_by_a_person_keeps_its_form_and_fields(client, own, rita):
    client.force_login(rita)

    client.post("/requests/mine/new", {"form": own.account.pk, "subject": "x", "text": "y", name(own.login): "rita"})

    assert (Ticket.objects.get().form, values()) == (own.account, {own.login.pk: "rita"})


def test_new_request_without_a_required_field_loses_no_word_and_makes_nobody(client, own):
    response = send(client, own, **{name(own.device): "", name(own.model): "L4"})

    assert response.status_code == 422
    assert faults(response) == {"Device": "Fill in “Device”, please."}
    assert response.context["form"].non_field_errors() == ["Please look at: Device."]
    page = response.content.decode()
    assert FORM["text"] in page
    assert 'value="L4"' in page
    assert f'name="form" value="{own.fault.pk}"' in page
    assert (Ticket.objects.count(), User.objects.count()) == (0, 0)


def test_new_request_that_is_wrong_here_and_there_does_not_name_the_half_of_it(client, own):
    response = send(client, own, subject="", **{name(own.device): ""})

    assert faults(response) == {"Device": "Fill in “Device”, please."}
    assert response.context["form"].non_field_errors() == ["Something here is not right."]


def test_new_request_without_what_its_condition_requires_is_refused_without_script_too(client, own):
    refused = send(client, own, **{name(own.device): "printer"})
    taken = send(client, own, **{name(own.device): "pc"})

    assert (refused.status_code, faults(refused)) == (422, {"Model": "Fill in “Model”, please."})
    assert (taken.status_code, values()) == (302, {own.device.pk: "pc"})


def test_new_request_with_a_fault_does_not_call_empty_what_is_filled_in(client, own):
    number = own_fields.add("Rooms", "integer", visible_in_portal=True, editable_in_portal=True)
    TicketForm.objects.filter(pk=own.fault.pk).update(fields=[*own.fault.fields, number.pk])
    configuration.forget()

    response = send(client, own, **{name(own.device): "pc", name(number): "many"})

    assert faults(response) == {"Rooms": "Write a whole number."}


def test_new_request_sets_no_field_that_a_customer_does_not_see_or_only_reads(client, own):
    response = send(
        client,
        own,
        **{name(own.device): "pc", name(own.cost): "1", name(own.contract): "Gold", name(own.login): "root"},
    )

    assert response.status_code == 302
    assert values() == {own.device.pk: "pc"}


def test_new_request_with_a_form_for_agents_takes_the_usual_one(client, own):
    send(client, own, form=own.internal.pk, **{name(own.device): "pc", name(own.cost): "1"})

    assert (Ticket.objects.get().form, values()) == (own.fault, {own.device.pk: "pc"})


def test_new_request_whose_condition_looks_at_what_customers_do_not_see_asks_what_is_shown(client, one_form):
    model, device = one_form.model, one_form.device
    device.visible_in_portal = device.editable_in_portal = device.required_in_portal = False
    device.save()
    configuration.forget()

    shown = client.get("/requests/new", headers=ENGLISH)
    sent = send(client, one_form)

    assert labels(shown) == ["Model"]
    assert sent.status_code == 302
    assert values().get(model.pk) is None


def test_request_shows_what_stands_in_the_visible_fields_to_whoever_may_see_it(client, own, ticket, rita, sam):
    said = {own.device.pk: "printer", own.cost.pk: "3", own.contract.pk: "Gold"}
    tickets.update(ticket.pk, Change(fields=said), actor=None, via=Via.RULE)
    client.force_login(rita)

    response = client.get(f"/requests/{ticket.pk}")
    client.force_login(sam)

    assert response.context["fields"] == [("Dispositivo", "Stampante"), ("Contract", "Gold")]
    assert client.get(f"/requests/{ticket.pk}").status_code == 404


def test_comments_set_no_field(client, own, ticket, rita):
    client.force_login(rita)

    client.post(f"/requests/{ticket.pk}/comments", {"text": "Ciao", name(own.device): "pc", "form": own.account.pk})

    ticket.refresh_from_db()
    assert (ticket.form, values()) == (own.fault, {})


@pytest.mark.parametrize("in_use", [True, False])
def test_comments_on_a_closed_request_open_one_with_its_form_where_it_is_in_use(
    client, own, ticket, anna, rita, in_use
):
    form = TicketForm(pk=own.account.pk)
    tickets.update(ticket.pk, Change(form=form, assignee=anna), actor=None, via=Via.RULE)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    ticket_forms.switch(own.account.pk, on=in_use, actor=None)
    client.force_login(rita)

    client.post(f"/requests/{ticket.pk}/comments", {"text": "Di nuovo."})

    assert Ticket.objects.get(follow_up_of=ticket).form == (own.account if in_use else own.fault)


def test_request_page_with_fields_asks_one_question_more_however_many_stand_there(
    client, own, ticket, rita, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3600)
    client.force_login(rita)
    client.get(f"/requests/{ticket.pk}")
    with django_assert_num_queries(9):  # seven on a desk without fields
        client.get(f"/requests/{ticket.pk}")
    said = {own.device.pk: "printer", own.model.pk: "L4", own.contract.pk: "Gold"}
    tickets.update(ticket.pk, Change(fields=said), actor=None, via=Via.RULE)

    with django_assert_num_queries(9):
        client.get(f"/requests/{ticket.pk}")
