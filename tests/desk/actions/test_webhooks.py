"""What rules queue for other programs: the body, once for each time a rule acts, and what keeps a webhook."""

import json

import pytest

from sportello.desk.actions import rules, ticket_fields, tickets, webhooks
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import RuleChange, Webhook, WebhookCall
from sportello.desk.words import Status, Via
from sportello.kit import clock, secrets
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(db):
    return webhooks.save({"name": "Stock", "url": "https://stock.example/hook"}, actor=None, private=False)


def rule(hook, body="", conditions=None):
    act = {"field": "notification_webhook", "value": [hook.pk, body]}
    return rules.save_trigger({"title": "Tell", "conditions": conditions or {}, "actions": [act]}, actor=None)


def sent():
    return [json.loads(body) for body in WebhookCall.objects.order_by("id").values_list("body", flat=True)]


def test_rule_calls_with_the_ticket_the_people_and_the_change(hook, ticket, anna, rita):
    when = {"all": [{"field": "status", "operator": "value", "value": "pending"}]}
    made = rule(hook, conditions=when)
    change = Change(status=Status.PENDING, assignee=anna, priority=3, add_tags=("toner",), words=Words("Ecco."))

    audit = tickets.update(ticket.pk, change, actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(priority=1), actor=anna, via=Via.WEB)

    (said,) = sent()
    assert (said["event"], said["audit_id"], said["via"]) == ("ticket.changed", audit.pk, "web")
    assert said["rule"] == {"type": "trigger", "id": made.pk, "title": "Tell"}
    assert said["author"] == said["assignee"] == {"id": anna.pk, "name": "Anna Conti", "email": "anna@desk.example"}
    assert said["requester"]["email"] == rita.email
    assert said["organization"]["name"] == "Rossi Hotels"
    shown = said["ticket"]
    assert (shown["status"], shown["priority"], shown["tags"]) == ("pending", "high", ["toner"])
    assert {"field": "status", "from": "open", "to": "pending"} in said["changes"]
    assert said["comment"] == {"public": True, "text": "Ecco."}
    queued = WebhookCall.objects.get()
    assert (queued.audit, queued.ticket, queued.state, queued.due_at) == (audit, ticket, "queued", audit.created_at)


def test_rule_calls_for_a_new_ticket(hook, mailbox, rita):
    rule(hook)

    opened = tickets.open_ticket(requester=rita, subject="Toner", words=Words("Aiuto"), actor=rita, via=Via.EMAIL)

    (said,) = sent()
    assert (said["event"], said["ticket"]["id"], said["assignee"]) == ("ticket.created", opened.pk, None)


def test_body_of_ones_own_is_filled_and_cannot_be_broken(hook, ticket, anna):
    tickets.update(ticket.pk, Change(subject='"}, {"a": "{{ desk.name }}'), actor=anna, via=Via.WEB)
    rule(hook, '{"text": "#{{ ticket.id }} {{ ticket.title }} {{ answer }} {{ ticket.url }}"}')

    tickets.answer(ticket.pk, Words('Dice "sì"', public=False), actor=anna, via=Via.WEB)

    (said,) = sent()
    assert said["text"].startswith(f'#{ticket.pk} "}}, {{"a": "{{{{ desk.name }}}} Dice "sì" http')
    assert said["text"].endswith(f"/tickets/{ticket.pk}")


def test_body_that_speaks_of_an_own_field_is_filled(hook, ticket, anna):
    floor = ticket_fields.save_field({"kind": "text", "title": "Floor"}, actor=None)
    rule(hook, f'{{"floor": "{{{{ ticket.ticket_field_{floor.pk} }}}}"}}')

    tickets.update(ticket.pk, Change(fields={floor.pk: 'First "left"'}), actor=anna, via=Via.WEB)

    assert sent() == [{"floor": 'First "left"'}]


def test_rule_while_the_webhook_is_off_queues_nothing(hook, ticket, anna):
    rule(hook)
    webhooks.switch(hook.pk, on=False, actor=None)

    tickets.update(ticket.pk, Change(priority=1), actor=anna, via=Via.WEB)

    assert sent() == []


def test_rule_because_a_call_failed_does_not_call(hook, ticket):
    rule(hook)

    tickets.notice(ticket.pk, webhooks.FAILED, actor=None, via=Via.RULE, title="Stock", why="HTTP 400")

    assert sent() == []
    assert [it["code"] for it in events(ticket, type="Note")] == ["webhook_failed"]


def test_rule_that_loses_its_webhook_is_switched_off(hook):
    made = rule(hook)
    Webhook.objects.all().delete()

    rules.switch_off_broken()

    made.refresh_from_db()
    assert (made.active, made.off_because) == (False, f"webhook {hook.pk}")


@pytest.mark.parametrize("value", ["", [], ["-", ""], ["x", ""], [1], [1, "{"]])
def test_action_that_cannot_be_read_is_refused_with_its_place(hook, value):
    data = {"title": "Tell", "conditions": {}, "actions": [{"field": "notification_webhook", "value": value}]}

    with pytest.raises(Invalid) as refusal:
        rules.save_trigger(data, actor=None)

    assert list(refusal.value.fields) == ["actions.0.value"]


def test_action_that_names_no_webhook_there_is_is_refused(hook):
    with pytest.raises(Invalid, match="webhook 77"):
        rule(Webhook(pk=77))


def test_drop_while_a_rule_in_use_names_it_is_refused(hook, ada):
    made = rule(hook)
    with pytest.raises(Refused, match="Tell"):
        webhooks.drop(hook.pk, actor=ada)

    rules.switch(made.pk, on=False, actor=ada)
    webhooks.drop(hook.pk, actor=ada)

    assert not Webhook.objects.exists()
    assert RuleChange.objects.filter(kind="webhook", after__isnull=True, author=ada).exists()


def test_secret_is_kept_encrypted_and_never_in_the_history(hook, ada):
    secret = webhooks.rotate(hook.pk, actor=ada)

    hook.refresh_from_db()
    assert (secrets.decrypt(hook.secret), secret in hook.secret) == (secret, False)
    assert secret not in str(list(RuleChange.objects.values_list("before", "after")))


def test_retry_of_a_call_that_was_answered_is_stale(hook, ada):
    now = clock.now()
    call = WebhookCall.objects.create(webhook=hook, body="{}", state="sent", due_at=now, created_at=now)

    with pytest.raises(Stale):
        webhooks.retry(call.pk, actor=ada)
