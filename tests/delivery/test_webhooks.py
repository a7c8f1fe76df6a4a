"""The calls of webhooks: signed, in order, at least once, again later, given up where people see it."""

import base64
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections

from sportello.delivery import webhooks as delivery
from sportello.desk.actions import rules, webhooks
from sportello.desk.models import WebhookCall
from sportello.desk.rules.webhooks import FAILURES
from sportello.kit import claims, clock, outward
from tests.http_server import free_port, serving
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_call_this_machine(settings):
    settings.WEBHOOK_PRIVATE = True


@pytest.fixture
def world():
    """The other program: world.answers are given in turn, the last one for ever."""
    with serving(lambda request: server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]) as server:
        server.answers = [(200, {}, b"ok")]
        yield server


def webhook(url, name="Hook"):
    return webhooks.save({"name": name, "url": url}, actor=None, private=True)


def call(hook, ticket=None, body='{"a": 1}'):
    now = clock.now()
    return WebhookCall.objects.create(webhook=hook, ticket=ticket, body=body, due_at=now, created_at=now)


def state(it):
    it.refresh_from_db()
    return it.state, it.status, it.answer


def rule(hook, body="", conditions=None):
    act = {"field": "notification_webhook", "value": [hook.pk, body]}
    return rules.save_trigger({"title": "Tell", "conditions": conditions or {}, "actions": [act]}, actor=None)


def test_step_calls_signed_and_keeps_what_came_back(world):
    world.answers = [(202, {}, b"thank\nyou")]
    hook = webhook(f"{world.url}/in")
    secret = webhooks.rotate(hook.pk, actor=None)
    queued = call(hook, body='{"a": "è"}')

    assert (delivery.step(), delivery.step()) == (True, False)

    (got,) = world.requests
    stamp = got.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    digest = hmac.new(secret.encode(), stamp.encode() + got.body, hashlib.sha256).digest()
    assert (got.path, got.body) == ("/in", '{"a": "è"}'.encode())
    assert got.headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(digest).decode()
    assert got.headers["Idempotency-Key"] == f"{hook.pk}-{queued.pk}"
    assert (state(queued), queued.claimed_by) == (("sent", 202, "thank you"), "")
    assert queued.settled_at == clock.now()


@pytest.mark.parametrize("status", [429, 500, 503, None])
def test_step_when_it_says_later_tries_again_in_growing_steps_for_a_day(world, ticket, frozen_clock, status):
    hook = webhook(world.url if status else f"http://127.0.0.1:{free_port()}")
    world.answers = [(status or 200, {}, b"later")]
    queued = call(hook, ticket)
    waits = []

    while delivery.step() and state(queued)[0] == "queued":
        waits.append(queued.due_at - clock.now())
        frozen_clock.shift(waits[-1])

    assert waits[:7] == [timedelta(minutes=it) for it in (1, 2, 4, 8, 16, 32, 60)]
    assert timedelta(days=1) <= sum(waits, timedelta()) < timedelta(days=1, hours=1)
    assert (queued.state, queued.status) == ("failed", status)
    (told,) = events(ticket, type="Note")
    assert (told["code"], told["values"]["title"]) == ("webhook_failed", "Hook")


@pytest.mark.parametrize("status", [301, 400, 404])
def test_step_when_it_refuses_gives_up_at_once_and_the_ticket_says_so(world, ticket, status):
    world.answers = [(status, {"Location": f"{world.url}/elsewhere"}, b"no")]
    queued = call(webhook(world.url), ticket)

    delivery.step()

    assert (state(queued), len(world.requests)) == (("failed", status, "no"), 1)
    assert [it["values"]["why"] for it in events(ticket, type="Note")] == [f"HTTP {status}"]


def test_step_when_a_call_fails_no_rule_calls_because_of_that(world, ticket):
    world.answers = [(400, {}, b"no")]
    hook = webhook(world.url)
    rule(hook)
    call(hook, ticket)

    while delivery.step():
        pass

    assert len(world.requests) == 1


def test_step_when_gone_switches_the_webhook_off_and_leaves_the_rest(world, ticket):
    world.answers = [(410, {}, b"gone")]
    hook = webhook(world.url)
    first, second = call(hook, ticket), call(hook, ticket)

    while delivery.step():
        pass

    hook.refresh_from_db()
    assert (hook.active, hook.off_because) == (False, "410 Gone")
    assert (state(first)[0], state(second)[0], len(world.requests)) == ("failed", "queued", 1)


def test_step_when_switched_on_again_makes_what_waited(world):
    hook = webhook(world.url)
    webhooks.switch(hook.pk, on=False, actor=None)
    queued = call(hook)
    assert delivery.step() is False

    webhooks.switch(hook.pk, on=True, actor=None)

    assert (delivery.step(), state(queued)[0]) == (True, "sent")


def test_step_when_fifty_failures_in_a_row_switches_off_but_a_success_between_counts_anew(world, ticket):
    hook = webhook(world.url)
    world.answers = [*[(400, {}, b"no")] * (FAILURES - 1), (200, {}, b"ok"), (400, {}, b"no")]
    for _ in range(2 * FAILURES):
        call(hook)

    for _ in range(2 * FAILURES - 1):
        assert delivery.step()
    hook.refresh_from_db()
    assert hook.active
    delivery.step()

    hook.refresh_from_db()
    assert (hook.active, hook.off_because) == (False, "50 failures in a row")


def test_step_keeps_the_order_of_one_webhook_and_lets_others_go_on(world, frozen_clock):
    with serving(lambda request: (503 if len(slow.requests) == 1 else 200, {}, b"")) as slow:
        one, other = webhook(slow.url, "slow"), webhook(world.url, "fast")
        calls = [call(hook, body=f'"{name}{n}"') for n in range(3) for hook, name in ((one, "s"), (other, "f"))]

        while delivery.step():
            pass
        assert [it.body for it in slow.requests] == [b'"s0"']
        assert [it.body for it in world.requests] == [b'"f0"', b'"f1"', b'"f2"']
        frozen_clock.shift(60)
        while delivery.step():
            pass

        assert [it.body for it in slow.requests] == [b'"s0"', b'"s0"', b'"s1"', b'"s2"']
        assert slow.requests[0].headers["Idempotency-Key"] == slow.requests[1].headers["Idempotency-Key"]
        assert {state(it)[0] for it in calls} == {"sent"}


def test_step_when_killed_between_the_answer_and_its_report_calls_again_under_the_same_key(world, frozen_clock):
    queued = call(webhook(world.url))
    (claimed,) = claims.claim(delivery._due(delivery._first()), 1)
    delivery._attempt(claimed)  # … and here the power goes.
    assert delivery.step() is False

    frozen_clock.shift(claims.LEASE + timedelta(seconds=1))

    assert (delivery.step(), state(queued)[0]) == (True, "sent")
    assert len({it.headers["Idempotency-Key"] for it in world.requests}) == 1
    with pytest.raises(claims.LeaseLost):
        webhooks.finish(claimed, outward.Answer(200, ""))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_step_when_the_worker_is_killed_while_it_calls_then_another_one_calls_again(real_database):
    """A real process, killed by the very program that it calls, before it can write down the answer."""
    workers = []

    def kill(request):
        if len(server.requests) == 1:
            workers[0].kill()
        return 200, {}, b"ok"

    with serving(kill) as server:
        queued = call(webhook(server.url))
        script = "import django; django.setup(); from sportello.delivery import webhooks; webhooks.step()"
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")},
            "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
            "SPORTELLO_DATABASE_URL": real_database,
            "SPORTELLO_SECRET_KEY": str(settings.SECRET_KEY),
            "SPORTELLO_WEBHOOK_PRIVATE": "1",
        }
        workers.append(subprocess.Popen([sys.executable, "-c", script], env=environ))
        assert workers[0].wait(60) == -signal.SIGKILL
        assert (state(queued)[0], delivery.step()) == ("queued", False)

        WebhookCall.objects.update(claimed_until=clock.now() - timedelta(seconds=1))  # Half a minute later.

        assert (delivery.step(), state(queued)[0]) == (True, "sent")
    assert len({it.headers["Idempotency-Key"] for it in server.requests}) == 1
    assert len(server.requests) == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_workers_make_each_call_once_and_in_order(real_database):
    with serving(lambda request: (200, {}, b"")) as server:
        hooks = [webhook(f"{server.url}/{n}", f"hook {n}") for n in range(3)]
        for number in range(8):
            for hook in hooks:
                call(hook, body=str(number))
        start = threading.Barrier(3)

        def work():
            start.wait(10)
            while delivery.step() or WebhookCall.objects.filter(state="queued").exists():
                pass
            connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    for number in range(3):
        assert [it.body for it in server.requests if it.path == f"/{number}"] == [b"%d" % n for n in range(8)]


def test_step_when_the_address_is_private_is_refused_and_given_up(world, ticket, settings):
    queued = call(webhook(world.url.replace("127.0.0.1", "localhost").replace("http:", "https:")), ticket)
    settings.WEBHOOK_PRIVATE = False

    delivery.step()

    assert (state(queued), world.requests) == (("failed", None, "localhost is a private address"), [])


def test_step_when_the_desks_key_has_changed_says_what_to_do(world, settings):
    queued = call(webhook(world.url))
    settings.SECRET_KEY = "another key, of more than thirty-two characters"

    delivery.step()

    assert state(queued) == ("failed", None, "the desk's key has changed: make a new secret")
