"""Another process dropped what this one still knows for a second: whoever writes to the desk meets no fault of ours."""

import pytest

from sportello.desk.actions import automations, configuration, people, rules, ticket_fields, ticket_forms, tickets
from sportello.desk.actions import webhooks as webhook_verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Automation, CustomField, Ticket, TicketForm, Trigger, Webhook
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"all": [{"field": "status", "operator": "is", "value": "new"}]}
OLD = {"all": [{"field": "NEW", "operator": "greater_than", "value": "24"}]}
URGENT = [{"field": "priority", "value": "urgent"}]


@pytest.fixture
def paul():
    return people.add("Paul Customer", "paul@elsewhere.example")


def open_one(person, **said):
    words = tickets.Words("It does not print.")
    return tickets.open_ticket(requester=person, subject="Printer", words=words, actor=person, via=Via.WEB, **said)


def drop_elsewhere(model):
    """As another process does it: this one does not hear of it."""
    known = configuration.current()
    for part in ("fields", "forms", "automations", "triggers", "webhooks"):
        getattr(known, part)  # Each is read when it is first asked for.
    model.objects.all().delete()


def a_trigger():
    rules.save_trigger({"title": "T", "conditions": NEW, "actions": URGENT}, actor=None)


def an_automation():
    automations.save_automation({"title": "A", "conditions": OLD, "actions": URGENT}, actor=None)


def a_webhook():
    hook = webhook_verbs.save({"name": "W", "url": "https://example.com/"}, actor=None, private=False)
    call = [{"field": "notification_webhook", "value": [hook.pk, ""]}]
    rules.save_trigger({"title": "T", "conditions": NEW, "actions": call}, actor=None)


def a_form():
    ticket_forms.save_form({"name": "Fault", "fields": []}, actor=None)


@pytest.mark.parametrize(
    ("make", "model"),
    [(a_trigger, Trigger), (an_automation, Automation), (a_webhook, Webhook), (a_form, TicketForm)],
)
def test_request_that_comes_when_something_was_dropped_meanwhile_is_taken(paul, make, model):
    make()
    drop_elsewhere(model)

    open_one(paul)

    assert Ticket.objects.get().subject == "Printer"


def test_request_with_a_form_that_was_dropped_meanwhile_is_taken_without_it(paul):
    form = ticket_forms.save_form({"name": "Fault", "fields": []}, actor=None)
    drop_elsewhere(TicketForm)

    open_one(paul, form=TicketForm(pk=form.pk))

    assert Ticket.objects.get().form_id is None


def test_value_of_a_field_that_was_dropped_meanwhile_is_refused(paul):
    ticket = open_one(paul)
    field = ticket_fields.save_field({"kind": "text", "title": "Room"}, actor=None)
    drop_elsewhere(CustomField)

    with pytest.raises(Invalid) as refusal:
        tickets.update(ticket.pk, tickets.Change(fields={field.pk: "12"}), actor=paul, via=Via.WEB)

    assert list(refusal.value.fields) == [f"custom_fields_{field.pk}"]
