"""The month's file on its way to a hub, and what the hub publishes on its way back."""

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection

from sportello.benchmark import exchange
from sportello.benchmark.exchange import Collection
from sportello.benchmark.file import read
from sportello.benchmark.publication import publish, shift
from sportello.delivery import benchmark as delivery
from sportello.desk.actions import benchmark
from sportello.desk.models import BenchmarkMembership, BenchmarkPublication, BenchmarkSending, RuleChange
from sportello.kit import claims, secrets
from sportello.reports import benchmark_file
from sportello.reports.folding import sync
from tests.benchmark.desks import a_file
from tests.http_server import serving

pytestmark = pytest.mark.django_db
PROFILE = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
MONTH = "2026-10"


@pytest.fixture(autouse=True)
def today(settings, tmp_path, frozen_clock):
    settings.WEBHOOK_PRIVATE, settings.SPORTELLO_DATA = True, tmp_path
    frozen_clock.move_to(NOW)
    sync.rebuild()


def published(*, months=("2026-09",)) -> dict[str, bytes]:
    pages = {"/publications": json.dumps({"months": list(months)}).encode()}
    for month in months:
        files = {str(number): a_file(month=month) for number in range(12)}
        said = Collection("A hub, Torino", tuple(publish(month, files, shift(b"x"))))
        pages[f"/publications/{month}"] = exchange.as_bytes(said)
    return pages


@pytest.fixture
def hub():
    """hub.answers: to files, in turn, the last one for ever; hub.pages: what is published."""

    def answer(request):
        if request.path == "/files":
            return server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        return (200, {}, server.pages[request.path]) if request.path in server.pages else (404, {}, b"{}")

    with serving(answer) as server:
        server.answers = [(201, {}, b'{"month": "2026-10", "state": "received"}')]
        server.pages = published()
        yield server


@pytest.fixture
def joined(hub, ada):
    benchmark.describe({**PROFILE, "hub": hub.url}, actor=ada, private=True)
    return benchmark.join(actor=ada)


def steps() -> None:
    while delivery.step():
        pass


def files_at(hub) -> list[bytes]:
    return [it.body for it in hub.requests if it.path == "/files"]


def states() -> list[tuple[str, str]]:
    return list(BenchmarkSending.objects.order_by("id").values_list("state", "answer"))


@pytest.mark.parametrize("which", ["never asked", "described", "left"])
def test_nothing_leaves_a_desk_that_has_not_joined(which, hub, ada, monkeypatch):
    if which != "never asked":
        benchmark.describe({**PROFILE, "hub": hub.url}, actor=ada, private=True)
    if which == "left":
        benchmark.join(actor=ada)
        benchmark.leave(actor=ada)

    def no_socket(*arguments, **options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "create_connection", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)

    assert delivery.step() is False
    assert BenchmarkSending.objects.count() == 0
    assert hub.requests == []


def test_step_sends_the_file_of_last_month_once_and_keeps_it_with_the_answer(hub, joined):
    steps()
    clock_on = BenchmarkMembership.objects.get()
    steps()

    (octets,) = files_at(hub)
    sending = BenchmarkSending.objects.get()
    assert sending.file.encode() == octets
    assert (sending.month, sending.state, sending.answer) == (MONTH, "sent", "received")
    signed = read(octets, NOW)
    assert signed.file.calendar_month == benchmark_file.build(clock_on, MONTH).file.calendar_month
    assert signed.file.month == MONTH


def test_step_before_the_third_day_sends_nothing(hub, joined, frozen_clock):
    frozen_clock.move_to(NOW - timedelta(days=1))

    steps()

    assert files_at(hub) == []


def test_step_when_the_hub_does_not_take_it_tries_later_until_it_does(hub, joined, frozen_clock):
    hub.answers.insert(0, (500, {}, b"oops"))
    hub.answers.insert(1, (429, {}, b'{"error": {"code": "too_many", "where": ""}}'))

    steps()
    assert states() == [("queued", "")]
    frozen_clock.shift(60)
    steps()
    assert states() == [("queued", "too_many")]
    frozen_clock.shift(60)
    steps()
    assert len(files_at(hub)) == 2
    frozen_clock.shift(60)
    steps()

    assert states() == [("sent", "received")]
    assert len(set(files_at(hub))) == 1


def test_step_when_the_hub_refuses_for_good_gives_up_and_says_why(hub, joined):
    hub.answers = [(409, {}, b'{"error": {"code": "month_frozen", "where": "2026-10"}}')]

    steps()

    assert states() == [("failed", "month_frozen")]


def test_step_when_hubs_take_no_more_files_gives_up(hub, joined, frozen_clock):
    hub.answers = [(500, {}, b"oops")]

    for _hour in range(9 * 24):
        steps()
        frozen_clock.shift(3600)

    assert states() == [("failed", "")]


def test_queue_again_takes_the_place_of_what_was_sent_until_the_month_is_frozen(hub, joined, frozen_clock):
    hub.answers.append((200, {}, b'{"month": "2026-10", "state": "replaced"}'))
    steps()
    frozen_clock.shift(60)

    again = benchmark_file.build(joined, MONTH)
    assert benchmark.queue(again) is None
    assert benchmark.queue(again, again=True)
    steps()

    assert states() == [("sent", "received"), ("sent", "replaced")]
    frozen_clock.move_to(datetime(2026, 11, 11, tzinfo=UTC))
    with pytest.raises(benchmark.Refused):
        benchmark.queue(again, again=True)


def test_leave_takes_back_what_waits(hub, joined, ada):
    hub.answers = [(500, {}, b"oops")]
    steps()

    benchmark.leave(actor=ada)

    assert states() == [("cancelled", "")]
    assert delivery.step() is False


def left(ada):
    benchmark.leave(actor=ada)


def moved(ada):
    benchmark.describe({**PROFILE, "hub": "https://other.example"}, actor=ada, private=True)


def left_and_back(ada):
    benchmark.leave(actor=ada)
    benchmark.join(actor=ada)


@pytest.mark.parametrize("meanwhile", [left, moved, left_and_back])
def test_file_that_a_worker_holds_does_not_leave_once_the_desk_has_left(meanwhile, hub, joined, ada):
    benchmark.queue(benchmark_file.build(joined, MONTH))
    (sending,) = claims.claim(BenchmarkSending.objects.all(), 1)

    meanwhile(ada)
    delivery._attempt(sending)

    assert files_at(hub) == []
    assert states() == [("cancelled", "")]


def test_join_again_keeps_the_key_and_sends_what_was_taken_back(hub, joined, ada):
    hub.answers.insert(0, (500, {}, b"oops"))
    steps()
    key = BenchmarkMembership.objects.get().key
    benchmark.leave(actor=ada)

    benchmark.join(actor=ada)
    steps()

    assert BenchmarkMembership.objects.get().key == key
    assert states() == [("cancelled", ""), ("sent", "received")]


def test_step_fetches_what_is_published_once_and_asks_again_after_hours(hub, joined, frozen_clock):
    steps()
    asked = [it.path for it in hub.requests if it.path != "/files"]
    hub.pages = published(months=("2026-10", "2026-09"))
    frozen_clock.shift(6 * 3600)
    steps()

    assert asked == ["/publications", "/publications/2026-09"]
    later = [it.path for it in hub.requests if it.path != "/files"][len(asked) :]
    assert later == ["/publications", "/publications/2026-10"]
    kept = BenchmarkPublication.objects.get(month="2026-10", cohort="sector:software")
    assert (kept.source, kept.hub) == ("A hub, Torino", hub.url)
    assert exchange.publication(kept.said).distributions


def test_step_when_the_hub_answers_nonsense_says_so_and_asks_again_soon(hub, joined):
    hub.pages = {"/publications": b"[]"}

    steps()

    found = BenchmarkMembership.objects.get()
    assert (found.failures, found.last_error) == (1, "the hub answers 200")
    assert found.ask_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("told", ["2026-08", "2026-11"])
def test_step_when_the_hub_answers_with_another_month_or_one_to_come_keeps_nothing(told, hub, joined):
    hub.pages = published(months=(told,))
    month = told if told == "2026-11" else "2026-09"
    hub.pages = {
        "/publications": json.dumps({"months": [month]}).encode(),
        f"/publications/{month}": hub.pages[f"/publications/{told}"],
    }

    steps()

    found = BenchmarkMembership.objects.get()
    assert BenchmarkPublication.objects.count() == 0
    assert found.last_error == {"2026-08": "wrong_month: 2026-09", "2026-11": "future_month: 2026-11"}[told]
    assert found.ask_at == NOW + timedelta(minutes=1)


def test_step_when_one_month_is_wrong_keeps_the_others_and_says_so(hub, joined):
    hub.pages = published(months=("2026-08", "2026-09"))
    hub.pages["/publications/2026-08"] = hub.pages["/publications/2026-09"]

    steps()

    found = BenchmarkMembership.objects.get()
    assert set(BenchmarkPublication.objects.values_list("month", flat=True)) == {"2026-09"}
    assert (found.failures, found.last_error) == (1, "wrong_month: 2026-08")


def test_step_when_the_database_refuses_what_is_published_does_not_ask_again_at_once(hub, joined):
    def no_row(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{BenchmarkPublication._meta.db_table}"'):
            raise DataError("too long")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(no_row):
        steps()

    found = BenchmarkMembership.objects.get()
    assert BenchmarkPublication.objects.count() == 0
    assert (found.last_error, found.ask_at) == ("DataError", NOW + timedelta(minutes=1))


def test_step_never_calls_a_private_machine_unless_the_desk_may(hub, joined, settings):
    settings.WEBHOOK_PRIVATE = False

    steps()

    assert hub.requests == []
    assert states() == [("failed", "")]


def test_private_key_is_kept_encrypted_and_leaves_no_trace_in_the_history(hub, joined, ada):
    found = BenchmarkMembership.objects.get()
    key = secrets.decrypt(found.key)

    history = [(it.before, it.after) for it in RuleChange.objects.filter(kind="benchmark").order_by("id")]
    assert bytes.fromhex(key) == benchmark.key_of(found)
    assert key not in found.key
    assert key not in json.dumps(history)
    assert [after["joined"] for _before, after in history] == [False, True]
    assert set(RuleChange.objects.filter(kind="benchmark").values_list("author", flat=True)) == {ada.pk}


def test_describe_with_another_hub_leaves_the_old_one(hub, joined, ada):
    found = benchmark.describe({**PROFILE, "hub": "https://hub.example"}, actor=ada, private=True)

    assert found.joined_at is None
    assert delivery.step() is False


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, {"sector", "size", "audience", "country"}),
        ({**PROFILE, "country": "XX"}, {"country"}),
        ({**PROFILE, "hub": "http://hub.example"}, {"hub"}),
        ({**PROFILE, "hub": "https://10.0.0.1"}, {"hub"}),
        ({**PROFILE, "hub": "https://hub.example/?a=1"}, {"hub"}),
        ({**PROFILE, "hub": "https://hub.example/" + "a" * 200}, {"hub"}),
    ],
)
def test_describe_when_something_is_wrong_says_what(data, fields, ada):
    with pytest.raises(benchmark.Invalid) as found:
        benchmark.describe(data, actor=ada, private=False)

    assert set(found.value.fields) == fields
    assert BenchmarkMembership.objects.count() == 0


def test_join_without_a_hub_or_a_profile_is_refused(ada):
    with pytest.raises(benchmark.Stale):
        benchmark.join(actor=ada)
    benchmark.describe(PROFILE, actor=ada, private=False)
    with pytest.raises(benchmark.Refused):
        benchmark.join(actor=ada)
