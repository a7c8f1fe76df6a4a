"""What browsers are told by Web Push: sealed, signed, in the person's language, at least once, and to nobody else."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.conf import settings

from sportello.delivery import push as delivery
from sportello.desk.actions import agents, notifications, push, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Notification, PushMessage, PushSubscription
from sportello.desk.rules import notifications as rules
from sportello.desk.words import NoticeKind, Via
from sportello.kit import claims, clock, outward, web_push
from tests.http_server import free_port, serving
from tests.push_service import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_call_this_machine(settings):
    settings.WEBHOOK_PRIVATE = True


@pytest.fixture
def service():
    """A browser maker's server: service.answers are given in turn, the last one for ever."""
    with serving(lambda request: server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]) as server:
        server.answers = [(201, {}, b"")]
        yield server


@pytest.fixture
def subscribe(service):
    """subscribe(person): a browser of his that is told, and its row."""

    def subscribed(person, url=""):
        browser = Browser()
        row = push.subscribe(
            url or f"{service.url}/{PushSubscription.objects.count()}",
            browser.p256dh,
            browser.auth,
            label="Firefox, Linux",
            actor=person,
            private=True,
        )
        return browser, row

    return subscribed


@pytest.fixture
def assigned(ticket, anna):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    return ticket


def run():
    while delivery.step():
        pass


def read(browser, request):
    return json.loads(browser.read(request.body))


def rows():
    return (PushMessage.objects.count(), PushSubscription.objects.count())


def test_step_tells_each_browser_what_the_bell_tells_in_the_persons_language(service, subscribe, assigned, anna, rita):
    telephone, laptop = subscribe(anna)[0], subscribe(anna)[0]

    tickets.hear(assigned.pk, Words("Allora? La password è 1234."), actor=rita, via=Via.EMAIL)
    run()

    notice = Notification.objects.get()
    said = {
        "id": notice.pk,
        "text": "Rita Rossi ti ha scritto",
        "subject": "La stampante non stampa",
        "ticket": assigned.pk,
        "url": f"/notices/{notice.pk}",
    }
    by_path = {it.path: it for it in service.requests}
    assert (read(telephone, by_path["/0"]), read(laptop, by_path["/1"])) == (said, said)
    assert rows() == (0, 2)
    assert set(PushSubscription.objects.values_list("reached_at", "failed_at")) == {(clock.now(), None)}


def test_step_asks_the_service_what_the_standards_say_and_proves_who_asks(service, subscribe, assigned, anna, rita):
    subscribe(anna)

    tickets.hear(assigned.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
    run()

    (request,) = service.requests
    asked = {name: request.headers[name] for name in ("TTL", "Urgency", "Content-Encoding")}
    assert asked == {"TTL": "86400", "Urgency": "high", "Content-Encoding": "aes128gcm"}
    token, key = request.headers["Authorization"].removeprefix("vapid t=").split(", k=")
    head, claimed, signature = token.split(".")
    r, s = (int.from_bytes(part) for part in (web_push.decode(signature)[:32], web_push.decode(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(web_push.CURVE, web_push.decode(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claimed}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(web_push.decode(claimed)) == {
        "aud": service.url,
        "exp": int(clock.now().timestamp()) + 12 * 3600,
        "sub": "mailto:help@desk.example",
    }


def test_step_names_as_its_topic_a_ticket_but_not_its_number(service, subscribe, assigned, anna, ada, rita):
    subscribe(anna)

    for number in range(2):
        tickets.hear(assigned.pk, Words(f"Allora {number}?"), actor=rita, via=Via.EMAIL)
        run()
    notifications.tell([anna.pk], NoticeKind.JOB, values={"job": 1})
    run()

    first, second, job = (it.headers.get("Topic") for it in service.requests)
    assert first == second
    assert job is None
    assert len(first) == 12
    assert service.requests[2].headers["Urgency"] == "low"


def test_step_when_more_has_come_tells_the_latest_of_a_ticket_only(service, subscribe, assigned, anna, ada, rita):
    browser, _row = subscribe(anna)

    tickets.hear(assigned.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
    notifications.tell([anna.pk], NoticeKind.MENTION, ticket_id=assigned.pk, author=ada)
    run()

    assert [read(browser, it)["text"] for it in service.requests] == ["Ada Admin ti ha citato"]
    assert rows() == (0, 1)


def test_step_when_it_was_read_meanwhile_tells_nothing(service, subscribe, assigned, anna, rita):
    subscribe(anna)

    tickets.hear(assigned.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
    tickets.mark_read(assigned, actor=anna)
    run()

    assert (service.requests, rows()) == ([], (0, 1))


def test_step_when_it_is_a_day_old_tells_nothing(service, subscribe, anna, frozen_clock):
    subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)

    frozen_clock.shift(rules.LIFE)
    run()

    assert (service.requests, rows()) == ([], (0, 1))


def test_step_when_the_ticket_is_out_of_sight_tells_nothing(service, subscribe, ticket, ben):
    subscribe(ben)

    notifications.tell([ben.pk], NoticeKind.MENTION, ticket_id=ticket.pk)
    run()

    assert (service.requests, rows()) == ([], (0, 1))


@pytest.mark.parametrize("status", [404, 410])
def test_step_when_the_browser_is_gone_removes_it_and_leaves_the_others(service, subscribe, anna, status):
    _browser, gone = subscribe(anna)
    service.answers = [(status, {}, b"")]
    notifications.tell([anna.pk], NoticeKind.JOB)
    notifications.tell([anna.pk], NoticeKind.MENTION)

    delivery.step()
    service.answers = [(201, {}, b"")]
    _browser, stays = subscribe(anna)
    run()

    assert list(PushSubscription.objects.values_list("pk", flat=True)) == [stays.pk]
    assert stays.pk != gone.pk
    assert rows() == (0, 1)


@pytest.mark.parametrize("status", [429, 500, 503, None])
def test_step_when_it_says_later_tries_again_in_growing_steps_for_a_day(service, subscribe, anna, frozen_clock, status):
    _browser, row = subscribe(anna, "" if status else f"http://127.0.0.1:{free_port()}/")
    service.answers = [(status or 201, {}, b"")]
    notifications.tell([anna.pk], NoticeKind.JOB)
    told_at, waits = clock.now(), []

    while delivery.step() and (message := PushMessage.objects.first()):
        waits.append(message.due_at - clock.now())
        frozen_clock.shift(waits[-1])

    assert waits[:7] == [timedelta(minutes=it) for it in (1, 2, 4, 8, 16, 32, 60)]
    assert rules.LIFE - timedelta(hours=1) <= clock.now() - told_at < rules.LIFE
    row.refresh_from_db()
    assert row.failure == (f"HTTP {status}" if status else "127.0.0.1: Connection refused")
    assert (row.failed_at, row.reached_at) == (clock.now(), None)


@pytest.mark.parametrize("ask", ["600", "date"])
def test_step_waits_as_long_as_the_service_asks_and_tells_it_then(service, subscribe, anna, frozen_clock, ask):
    _browser, row = subscribe(anna)
    then = clock.now() + timedelta(minutes=10)
    asked = ask if ask == "600" else f"{then:%a, %d %b %Y %H:%M:%S} GMT"
    service.answers = [(503, {"Retry-After": asked}, b""), (201, {}, b"")]
    notifications.tell([anna.pk], NoticeKind.JOB)

    run()
    frozen_clock.shift(timedelta(minutes=9))
    run()
    early = len(service.requests)
    frozen_clock.shift(timedelta(minutes=1))
    run()

    row.refresh_from_db()
    assert (early, len(service.requests)) == (1, 2)
    assert service.requests[1].headers["TTL"] == str(86400 - 600)
    assert (row.failed_at, row.failure, row.reached_at) == (None, "", clock.now())


def test_step_when_refused_gives_up_at_once_and_the_browsers_row_says_so(service, subscribe, anna):
    _browser, row = subscribe(anna)
    service.answers = [(403, {}, b"wrong key")]
    notifications.tell([anna.pk], NoticeKind.JOB)

    run()

    row.refresh_from_db()
    assert (len(service.requests), rows()) == (1, (0, 1))
    assert (row.failed_at, row.failure) == (clock.now(), "HTTP 403")


def test_step_when_the_address_is_private_calls_nobody(service, subscribe, anna, settings):
    _browser, row = subscribe(anna, service.url.replace("http://127.0.0.1", "https://localhost"))
    notifications.tell([anna.pk], NoticeKind.JOB)
    settings.WEBHOOK_PRIVATE = False

    run()

    row.refresh_from_db()
    assert (row.failure, service.requests, rows()) == ("localhost is a private address", [], (0, 1))


def test_step_when_he_works_here_no_more_tells_nothing(service, subscribe, anna, ada):
    subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)

    agents.let_go(anna.pk, to=None, actor=ada)
    notifications.tell([anna.pk], NoticeKind.JOB)
    run()

    assert (service.requests, rows()) == ([], (0, 0))


def test_step_when_the_person_is_suspended_otherwise_tells_nothing(service, subscribe, anna):
    subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)
    anna.active = False
    anna.save(update_fields=["active"])

    run()

    assert (service.requests, rows()) == ([], (0, 1))


def test_step_when_the_browser_was_removed_while_a_message_was_written_drops_it(service, subscribe, anna):
    subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)
    PushSubscription.objects.all()._raw_delete("default")  # As another transaction does between the two.

    run()

    assert (service.requests, rows()) == ([], (0, 0))


def test_step_when_killed_between_the_answer_and_its_report_tells_again(service, subscribe, anna, frozen_clock):
    browser, row = subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)
    (claimed,) = claims.claim(PushMessage.objects.all(), 1)
    delivery._attempt(delivery._letter(claimed, row))  # … and here the power goes.
    assert delivery.step() is False

    frozen_clock.shift(claims.LEASE + timedelta(seconds=1))
    run()

    assert len({read(browser, it)["id"] for it in service.requests}) == 1
    assert (len(service.requests), rows()) == (2, (0, 1))
    with pytest.raises(claims.LeaseLost):
        push.finish(claimed, outward.Answer(201, ""))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_step_when_the_worker_is_killed_while_it_sends_then_another_one_sends_again(real_database, anna):
    """A real process, killed by the very service that it calls, before it can write down the answer."""
    workers, browser = [], Browser()

    def kill(request):
        if len(server.requests) == 1:
            workers[0].kill()
        return 201, {}, b""

    with serving(kill) as server:
        push.subscribe(server.url, browser.p256dh, browser.auth, label="x", actor=anna, private=True)
        notifications.tell([anna.pk], NoticeKind.JOB)
        script = "import django; django.setup(); from sportello.delivery import push; push.step()"
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")},
            "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
            "SPORTELLO_DATABASE_URL": real_database,
            "SPORTELLO_SECRET_KEY": str(settings.SECRET_KEY),
            "SPORTELLO_WEBHOOK_PRIVATE": "1",
        }
        workers.append(subprocess.Popen([sys.executable, "-c", script], env=environ))
        assert workers[0].wait(60) == -signal.SIGKILL
        assert (rows(), delivery.step()) == ((1, 1), False)

        PushMessage.objects.update(claimed_until=clock.now() - timedelta(seconds=1))  # Half a minute later.
        run()

    assert len({read(browser, it)["id"] for it in server.requests}) == 1
    assert (len(server.requests), rows()) == (2, (0, 1))
