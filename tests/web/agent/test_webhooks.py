"""The administrators' pages of webhooks: the secret shown once, a trial, the latest calls."""

import pytest

from sportello.desk.actions import rules, webhooks
from sportello.desk.models import Webhook, WebhookCall
from sportello.kit import clock, secrets
from tests.http_server import free_port, serving

pytestmark = pytest.mark.django_db

LIST = 5  # queries
FORM = {"name": "Stock", "url": "https://stock.example/hook"}
POSTS = ["", "/secret", "/trial", "/switching", "/dropping", "/calls/1/retrial"]


@pytest.fixture
def hook(ada):
    return webhooks.save(FORM, actor=ada, private=False)


def call(hook, **columns):
    now = clock.now()
    return WebhookCall.objects.create(webhook=hook, body="{}", due_at=now, created_at=now, **columns)


def page_of(response):
    return response.content.decode()


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, hook, name):
    other = enter(request.getfixturevalue(name))
    call(hook, state="failed")

    assert [other.get(f"/webhooks{it}").status_code for it in ("", "/new", f"/{hook.pk}")] == [404] * 3
    assert [other.post(f"/webhooks/{hook.pk}{it}", FORM).status_code for it in POSTS] == [404] * len(POSTS)
    assert other.post("/webhooks/new", {**FORM, "name": "Mine"}).status_code == 404
    hook_now = Webhook.objects.get()
    assert (hook_now.secret, hook_now.active, WebhookCall.objects.get().state) == (hook.secret, True, "failed")


@pytest.mark.parametrize("path", POSTS[1:])
def test_get_of_a_change_is_refused_and_of_what_is_gone_not_there(enter, ada, hook, path):
    admin = enter(ada)

    assert admin.get(f"/webhooks/{hook.pk}{path}").status_code == 405
    assert admin.post(f"/webhooks/77{path}").status_code == 404


def test_new_webhook_shows_its_secret_once(enter, ada):
    admin = enter(ada)

    response = admin.post("/webhooks/new", FORM)

    made = Webhook.objects.get()
    secret = secrets.decrypt(made.secret)
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert secret in page_of(response)
    assert secret not in page_of(admin.get(f"/webhooks/{made.pk}"))
    assert secret not in made.secret


def test_new_secret_replaces_the_old_one(enter, ada, hook):
    response = enter(ada).post(f"/webhooks/{hook.pk}/secret")

    now = secrets.decrypt(Webhook.objects.get().secret)
    assert now in page_of(response)
    assert now != secrets.decrypt(hook.secret)


@pytest.mark.parametrize("url", ["http://stock.example/", "https://10.0.0.1/", "https://[::1]/", "stock.example"])
def test_address_that_is_not_public_https_is_refused(enter, ada, hook, url):
    response = enter(ada).post(f"/webhooks/{hook.pk}", {"name": "Stock", "url": url})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["url"])
    assert Webhook.objects.get().url == FORM["url"]


def test_name_of_another_is_refused(enter, ada, hook):
    response = enter(ada).post("/webhooks/new", FORM)

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])


def test_trial_calls_signed_and_shows_what_came_back(enter, ada, hook, settings):
    settings.WEBHOOK_PRIVATE = True
    with serving(lambda request: (418, {}, b"<b>teapot</b>")) as server:
        Webhook.objects.update(url=f"{server.url}/try")
        response = enter(ada).post(f"/webhooks/{hook.pk}/trial")

    (got,) = server.requests
    assert (got.path, "X-Zendesk-Webhook-Signature" in got.headers) == ("/try", True)
    assert "HTTP 418" in page_of(response)
    assert "&lt;b&gt;teapot" in page_of(response)
    assert not WebhookCall.objects.exists()


def test_trial_when_nobody_answers_says_so(enter, ada, hook, settings):
    settings.WEBHOOK_PRIVATE = True
    Webhook.objects.update(url=f"http://127.0.0.1:{free_port()}/")

    assert "no answer" in page_of(enter(ada).post(f"/webhooks/{hook.pk}/trial"))


def test_trial_of_a_private_address_is_refused(enter, ada, hook):
    Webhook.objects.update(url="https://127.0.0.1/")

    assert "private address" in page_of(enter(ada).post(f"/webhooks/{hook.pk}/trial"))


def test_calls_are_shown_and_a_failed_one_is_made_again(enter, ada, hook, ticket):
    sent = call(hook, state="sent", status=200, answer="ok", ticket=ticket, attempts=1)
    failed = call(hook, state="failed", status=404, answer="<no>", attempts=3)
    admin = enter(ada)

    shown = admin.get(f"/webhooks/{hook.pk}")
    assert [(it.row, it.can_retry) for it in shown.context["calls"]] == [(failed, True), (sent, False)]
    assert "&lt;no&gt;" in page_of(shown)
    admin.post(f"/webhooks/{hook.pk}/calls/{failed.pk}/retrial")
    admin.post(f"/webhooks/{hook.pk}/calls/{sent.pk}/retrial")

    assert set(WebhookCall.objects.values_list("pk", "state", "attempts")) == {
        (failed.pk, "queued", 0),
        (sent.pk, "sent", 1),
    }


def test_dropping_while_a_rule_names_it_is_refused(enter, ada, hook):
    act = {"field": "notification_webhook", "value": [hook.pk, ""]}
    made = rules.save_trigger({"title": "Tell the stock", "conditions": {}, "actions": [act]}, actor=ada)
    admin = enter(ada)

    page = page_of(admin.post(f"/webhooks/{hook.pk}/dropping", follow=True))
    assert "It is named by: Tell the stock." in page
    rules.drop(made.pk, actor=ada)
    admin.post(f"/webhooks/{hook.pk}/dropping")

    assert not Webhook.objects.exists()


def test_switching_is_told(enter, ada, hook):
    admin = enter(ada)

    page = page_of(admin.post(f"/webhooks/{hook.pk}/switching", {"on": "0"}, follow=True))

    assert "“Stock” is switched off." in page
    assert not Webhook.objects.get().active


def test_list_with_one_and_with_three_webhooks_asks_as_many_queries(enter, ada, hook, django_assert_num_queries):
    admin = enter(ada)
    admin.get("/webhooks")
    with django_assert_num_queries(LIST):
        admin.get("/webhooks")
    for name in ("Two", "Three"):
        webhooks.save({**FORM, "name": name}, actor=ada, private=False)
    admin.get("/webhooks")

    with django_assert_num_queries(LIST):
        admin.get("/webhooks")


def test_trigger_form_offers_the_webhooks_and_keeps_the_body(enter, ada, hook):
    admin = enter(ada)
    sent = {"title": "Tell", "active": "on", "actions.0.field": "notification_webhook"}
    sent |= {"actions.0.recipient": str(hook.pk), "actions.0.body": '{"text": "{{ ticket.title }}"}'}

    assert admin.post("/triggers/new", {**sent, "actions.0.body": "{{ ticket.id }}"}).status_code == 422
    response = admin.post("/triggers/new", sent)

    made = rules.Trigger.objects.get()
    assert response.status_code == 302
    assert made.actions == [{"field": "notification_webhook", "value": [hook.pk, '{"text": "{{ ticket.title }}"}']}]
    assert "Call the webhook: Stock" in page_of(admin.get(f"/triggers/{made.pk}"))
    (row,) = admin.get(f"/triggers/{made.pk}/edit").context["rows"]["actions"]
    assert [text.value for text in row.texts] == ['{"text": "{{ ticket.title }}"}']
