"""The administrators' page of comparing: nothing leaves before it was shown and somebody joined."""

import json
from datetime import UTC, datetime

import pytest

from sportello.benchmark import exchange
from sportello.benchmark.exchange import Collection
from sportello.benchmark.file import read
from sportello.benchmark.publication import publish, shift
from sportello.desk.models import BenchmarkMembership, BenchmarkPublication, BenchmarkSending, RuleChange
from sportello.reports.folding import sync
from tests.benchmark.desks import a_file
from tests.web.agent.test_webhooks import page_of

pytestmark = pytest.mark.django_db

PAGE = 9  # queries, with the frame's
PROFILE = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
HUB = {**PROFILE, "hub": "https://hub.example"}
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
POSTS = ["", "/joining", "/leaving", "/sendings", "/publications"]


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path, frozen_clock):
    settings.SPORTELLO_DATA = tmp_path
    frozen_clock.move_to(NOW)


@pytest.fixture
def admin(enter, ada):
    return enter(ada)


@pytest.fixture
def joined(admin):
    sync.rebuild()
    admin.post("/benchmark", HUB)
    admin.post("/benchmark/joining")
    return admin


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, name):
    other = enter(request.getfixturevalue(name))

    assert [other.get(f"/benchmark{it}").status_code for it in ("", "/file", "/sendings/1")] == [404] * 3
    assert [other.post(f"/benchmark{it}", HUB).status_code for it in POSTS] == [404] * len(POSTS)
    assert BenchmarkMembership.objects.count() == 0


@pytest.mark.parametrize("path", POSTS[1:])
def test_get_of_a_change_is_refused(admin, path):
    assert admin.get(f"/benchmark{path}").status_code == 405


def test_page_before_anything_asks_what_the_desk_is_and_offers_no_joining(admin):
    text = page_of(admin.get("/benchmark"))

    assert "Save and see what would leave" in text
    assert "/benchmark/joining" not in text


def test_saving_shows_the_very_file_and_sends_nothing(admin):
    sync.rebuild()

    response = admin.post("/benchmark", HUB, follow=True)

    octets = admin.get("/benchmark/file").content
    assert response.context["leaving"].text.encode() == octets
    assert read(octets, NOW).file.month == "2026-10"
    assert "From now on this file goes to https://hub.example" in page_of(response)
    assert BenchmarkMembership.objects.get().joined_at is None
    assert BenchmarkSending.objects.count() == 0


def test_saving_what_is_wrong_says_so_beside_the_field(admin):
    response = admin.post("/benchmark", {**HUB, "sector": "", "hub": "ftp://x"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"sector"}
    assert admin.post("/benchmark", {**HUB, "hub": "http://10.1.1.1"}).context["form"].errors.keys() == {"hub"}


def test_page_before_the_facts_are_folded_says_so(admin):
    admin.post("/benchmark", HUB)

    assert "folded for the first time" in page_of(admin.get("/benchmark"))
    assert admin.get("/benchmark/file").status_code == 302


def test_joining_and_leaving_are_in_the_history_with_who_did_it(joined, ada):
    assert BenchmarkMembership.objects.get().joined_at == NOW

    joined.post("/benchmark/leaving")

    assert BenchmarkMembership.objects.get().joined_at is None
    changes = RuleChange.objects.filter(kind="benchmark").order_by("id")
    assert [(it.author, it.after["joined"]) for it in changes] == [(ada, False), (ada, True), (ada, False)]
    assert "Comparison with others" in page_of(joined.get("/changes"))


@pytest.mark.parametrize(
    ("now", "joining", "page"),
    [
        (
            datetime(2026, 11, 2, 8, tzinfo=UTC),
            "its first file leaves on 3 November.",
            "leaves by itself on 3 November.",
        ),
        (datetime(2026, 11, 4, 8, tzinfo=UTC), "its file for October 2026 leaves within minutes", "Send now"),
        (
            datetime(2026, 11, 12, 8, tzinfo=UTC),
            "its first file leaves on 3 December.",
            "no more files for this month; the next one leaves by itself on 3 December.",
        ),
    ],
)
def test_joining_says_when_the_first_file_leaves(admin, frozen_clock, now, joining, page):
    frozen_clock.move_to(now)
    sync.rebuild()
    admin.post("/benchmark", HUB)

    said = page_of(admin.post("/benchmark/joining", follow=True))

    assert joining in said
    assert page in said


def test_joining_without_a_hub_is_refused(admin):
    admin.post("/benchmark", {**PROFILE, "hub": ""})

    response = admin.post("/benchmark/joining", follow=True)

    assert "Write the address of a hub first." in page_of(response)


def test_sending_again_waits_for_the_worker_and_is_shown_with_its_bytes(joined):
    joined.post("/benchmark/sendings")

    kept = BenchmarkSending.objects.get()
    shown = joined.get(f"/benchmark/sendings/{kept.pk}")
    assert (kept.state, kept.month, kept.hub) == ("queued", "2026-10", HUB["hub"])
    assert shown.content == kept.file.encode()
    assert f"{len(kept.file)} bytes" in page_of(joined.get("/benchmark")).replace(",", "")
    assert joined.get("/benchmark/sendings/77").status_code == 404


def test_page_shows_why_a_hub_refused(joined):
    BenchmarkSending.objects.create(
        month="2026-10", hub=HUB["hub"], file="{}", state="failed", answer="month_frozen", due_at=NOW, created_at=NOW
    )

    assert "The month is frozen, its files are no longer taken" in page_of(joined.get("/benchmark"))


@pytest.mark.parametrize(
    ("error", "words"),
    [("wrong_month: 2026-08", "This is no month: 2026-08."), ("the hub answers 502", "the hub answers 502")],
)
def test_page_says_in_words_why_a_hub_was_not_understood(joined, error, words):
    BenchmarkMembership.objects.update(last_error=error)

    assert words in page_of(joined.get("/benchmark"))


def test_published_file_is_taken_in_and_a_hostile_one_refused_with_its_reason(admin, tmp_path):
    files = {str(number): a_file() for number in range(12)}
    said = exchange.as_bytes(Collection("A hub, Torino", tuple(publish("2026-10", files, shift(b"x")))))
    path = tmp_path / "october.json"

    path.write_bytes(said)
    with path.open("rb") as given:
        admin.post("/benchmark/publications", {"file": given})
    path.write_text(json.dumps({"version": 1, "source": "x", "publications": [{"month": "2026-13"}]}))
    with path.open("rb") as given:
        refused = admin.post("/benchmark/publications", {"file": given}, follow=True)

    assert BenchmarkPublication.objects.filter(hub="", source="A hub, Torino", month="2026-10").count() == 5
    assert "Something is missing, unknown or of the wrong type" in page_of(refused)
    assert "A hub, Torino" in page_of(admin.get("/benchmark"))


def test_published_file_of_a_month_that_is_not_over_is_refused_and_nothing_of_it_kept(admin, tmp_path):
    files = {str(number): a_file() for number in range(12)}
    publications = (*publish("2026-10", files, shift(b"x")), *publish("2099-12", files, shift(b"x")))
    path = tmp_path / "future.json"
    path.write_bytes(exchange.as_bytes(Collection("A hub, Torino", publications)))

    with path.open("rb") as given:
        refused = admin.post("/benchmark/publications", {"file": given}, follow=True)

    assert "The month is not over yet: 2099-12." in page_of(refused)
    assert BenchmarkPublication.objects.count() == 0


def test_page_asks_the_same_number_of_queries_however_much_was_sent(joined, django_assert_num_queries):
    joined.get("/benchmark")
    for _time in range(5):
        joined.post("/benchmark/sendings")

    with django_assert_num_queries(PAGE):
        joined.get("/benchmark")
