import pytest

from sportello.desk.actions import field_values, people
from sportello.desk.models import Ticket, User
from sportello.desk.words import Status, Via
from tests.personas import mails
from tests.web import own_fields
from tests.web.own_fields import name

CALL = {"channel": "voice", "who": "rita@rossi.example", "subject": "Telefono muto", "text": "Non squilla più."}


def test_new_ticket_for_a_known_caller_opens_in_the_caller_s_name(enter, anna, rita, mailbox):
    response = enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    ticket = Ticket.objects.get()
    assert response.status_code == 302
    words = ticket.comments.get()
    assert (ticket.requester, ticket.assignee) == (rita, anna)
    assert (ticket.channel, ticket.status) == (Via.VOICE, Status.OPEN)
    assert (words.author, words.public, ticket.submitter, words.audit.author) == (rita, True, anna, anna)
    assert mails(ticket) == ["taken_charge"]


def test_new_ticket_of_a_caller_shows_who_wrote_it_down(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    people.set_language(anna, "en")

    page = enter(anna).get(f"/tickets/{Ticket.objects.get().pk}").content.decode()

    assert "phone, written down by Anna Conti" in page


def test_new_ticket_of_a_caller_waits_for_us_and_has_no_reply_yet(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    ticket = Ticket.objects.get()
    assert ticket.waiting_since is not None
    assert ticket.metric.first_reply_at is None


def test_new_ticket_for_an_unknown_address_makes_a_person(enter, anna, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "who": "Nina@new.example", "name": "Nina Neri", "phone": "055 1"})

    requester = Ticket.objects.get().requester
    assert (requester.name, requester.phone) == ("Nina Neri", "055 1")
    assert requester.email == "nina@new.example"


def test_new_ticket_by_name_finds_the_person(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "who": "rita rossi"})

    assert Ticket.objects.get().requester == rita


def test_new_ticket_by_a_name_that_several_have_asks_which(enter, anna, rita, mailbox):
    other = people.add("Rita Rossi", "rita@elsewhere.example")
    agent = enter(anna)

    asked = agent.post("/tickets/new", {**CALL, "who": "Rita Rossi"})
    agent.post("/tickets/new", {**CALL, "who": "Rita Rossi", "person": other.pk})

    assert asked.status_code == 422
    assert "rita@elsewhere.example" in asked.content.decode()
    assert Ticket.objects.get().requester == other


def test_requester_is_looked_up_by_a_part_of_what_he_is_known_by(enter, anna, rita, mailbox):
    agent = enter(anna)

    by_name, by_address = (agent.get("/tickets/new/requesters", {"who": it}) for it in ("rit", "rita@ros"))
    agent.post("/tickets/new", {**CALL, "who": "rit", "person": rita.pk})

    assert [[it.id for it in found.context["found"]] for found in (by_name, by_address)] == [[rita.pk], [rita.pk]]
    assert agent.get("/tickets/new/requesters", {"who": "r"}).context["found"] == []
    assert Ticket.objects.get().requester == rita


def test_requester_who_was_chosen_stays_chosen_when_the_form_comes_back(enter, anna, rita, mailbox):
    refused = enter(anna).post("/tickets/new", {**CALL, "who": "rit", "person": rita.pk, "subject": ""})

    assert refused.status_code == 422
    assert f'value="{rita.pk}" checked' in refused.content.decode()


def test_requesters_are_not_told_to_customers(enter, rita):
    assert enter(rita).get("/tickets/new/requesters", {"who": "anna"}).status_code == 404


def test_new_ticket_for_a_new_caller_without_address_needs_a_phone(enter, anna, mailbox):
    agent = enter(anna)

    refused = agent.post("/tickets/new", {**CALL, "who": "Nina Neri"})
    agent.post("/tickets/new", {**CALL, "who": "Nina Neri", "phone": "055 1"})

    assert refused.status_code == 422
    assert "who" in refused.context["form"].errors
    assert Ticket.objects.get().requester.name == "Nina Neri"


def test_new_ticket_when_refused_keeps_the_text(enter, anna, mailbox):
    response = enter(anna).post("/tickets/new", {**CALL, "who": "no@good@address", "text": "Kept words"})

    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Ticket.objects.exists()


def test_new_ticket_by_a_customer_is_not_there(enter, rita, mailbox):
    assert enter(rita).post("/tickets/new", CALL).status_code == 404
    assert not Ticket.objects.exists()
    assert User.objects.count() == 1


def test_new_ticket_that_nobody_takes_is_in_nobody_s_hands(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", CALL)

    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.status) == (None, Status.NEW)


@pytest.fixture
def own(db):
    return own_fields.make()


def labels(response):
    return [it.label for it in response.context["custom_fields"]]


def test_new_ticket_asks_the_fields_of_the_usual_form_or_of_the_chosen_one(enter, anna, mailbox, own):
    agent = enter(anna)

    usual = agent.get("/tickets/new")
    chosen = agent.get(f"/tickets/new?form={own.internal.pk}")

    assert usual.context["ticket_forms"] == {
        own.fault.pk: "Fault",
        own.account.pk: "Account",
        own.internal.pk: "Internal",
    }
    assert labels(usual) == ["Device", "Model", "Cost", "Contract"]
    assert labels(chosen) == ["Cost"]
    assert f'<option value="{own.internal.pk}" selected>' in chosen.content.decode()


def test_new_ticket_keeps_its_form_and_fields_and_needs_none_to_be_opened(enter, anna, rita, mailbox, own):
    agent = enter(anna)

    agent.post("/tickets/new", {**CALL, "form": own.internal.pk, name(own.cost): "12,50", name(own.device): "pc"})
    agent.post("/tickets/new", {**CALL, "form": own.fault.pk})

    first, second = Ticket.objects.order_by("id")
    assert (first.form, field_values.of_ticket(first.pk)) == (own.internal, {own.cost.pk: 12.5})
    assert (second.form, field_values.of_ticket(second.pk)) == (own.fault, {})


def test_new_ticket_with_a_fault_in_a_field_keeps_all_that_was_typed(enter, anna, rita, mailbox, own):
    response = enter(anna).post(
        "/tickets/new", {**CALL, "form": own.fault.pk, name(own.device): "printer", name(own.cost): "a lot"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert {it.label: it.fault for it in response.context["custom_fields"] if it.fault} == {"Cost": "Write a number."}
    assert all(kept in page for kept in ("Non squilla più.", 'value="a lot"', '<option value="printer" selected>'))
    assert f'name="form" value="{own.fault.pk}"' in page
    assert not Ticket.objects.exists()


def test_light_agent_opens_a_ticket_and_does_not_take_it(enter, role_of, ben, rita, mailbox):
    client = enter(role_of(ben, "open"))

    shown = client.get("/tickets/new")
    client.post("/tickets/new", {**CALL, "mine": "on"})

    ticket = Ticket.objects.get()
    assert 'name="mine"' not in shown.text
    assert (ticket.requester, ticket.submitter, ticket.assignee, ticket.status) == (rita, ben, None, Status.NEW)
