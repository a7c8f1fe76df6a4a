"""The page that compares the desk with others."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sportello.benchmark.distribution import How, Standing
from sportello.benchmark.exchange import Collection
from sportello.benchmark.publication import publish
from sportello.desk.actions import benchmark
from sportello.reports.folding import sync
from sportello.web.reports.others import better_words
from tests.benchmark.desks import PROFILE, a_file

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
ME = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
PAGE = 7  # queries, with the frame's

pytestmark = pytest.mark.django_db


def kept(month="2026-01", **changed) -> None:
    mine = {f"m{number}": a_file(month=month, **changed) for number in range(15)}
    retail = replace(PROFILE, sector="retail", country="FR")
    others = {f"o{number}": a_file(month=month, profile=retail) for number in range(15)}
    publications = publish(month, mine | others, lambda _desk, _key: 0)
    benchmark.keep(Collection("A hub, Torino", tuple(publications)), hub="https://hub.example")


@pytest.fixture
def at_march(frozen_clock):
    frozen_clock.move_to(NOW)


def test_page_before_anything_is_published_has_the_references_and_says_how_to_join(enter, ada, at_march):
    sync.rebuild()

    response = enter(ada).get("/reports/others")

    text = response.content.decode()
    assert response.status_code == 200
    assert "Nothing of other desks yet" in text
    assert "References, no cohort" in text
    assert "The vendor&#x27;s benchmark as a hotel-software desk printed it, autumn 2014" in text
    assert {it.beside.is_reference for it in response.context["references"]} == {True}
    assert [label for label, _note in response.context["notes"]] == list(
        dict.fromkeys(it.beside.label for it in response.context["references"])
    )
    assert "the two are not comparable" in text


def test_page_shows_the_place_in_each_cohort_with_desks_source_month_and_method(enter, lived, at_march):
    benchmark.describe(ME, actor=None, private=False)
    kept()

    response = enter(lived.ada).get("/reports/others")

    labels = list(response.context["cohorts"].values())
    figures = {it.beside.cohort: it for it in response.context["figures"]}
    assert labels == ["All desks", "Software", "10 to 49 employees", "Businesses", "Italy"]
    assert list(figures) == ["All desks"]
    one = figures["All desks"]
    assert (one.desks, one.beside.label, one.beside.period) == ("30 desks", "A hub, Torino", "2026-01")
    assert one.beside.method in response.content.decode().replace("&#x27;", "'")
    assert len(response.context["figures"]) == 9


def test_page_by_the_vendors_method_and_another_cohort(enter, lived, at_march):
    benchmark.describe(ME, actor=None, private=False)
    kept()

    response = enter(lived.ada).get("/reports/others?method=vendor&cohort=1&month=2026-01")

    assert {it.beside.cohort for it in response.context["figures"]} == {"Software"}
    assert {it.beside.desks for it in response.context["figures"]} == {15}
    assert len(response.context["figures"]) == 4


@pytest.mark.parametrize("query", ["month=2099-01", "cohort=99", "cohort=x", "method=<b>", "month=&cohort=&method="])
def test_page_of_what_is_not_there_shows_the_first(enter, lived, at_march, query):
    kept()

    response = enter(lived.ada).get(f"/reports/others?{query}")

    assert response.status_code == 200
    assert {it.beside.cohort for it in response.context["figures"]} == {"All desks"}


def test_page_asks_the_same_number_of_queries_however_much_is_published(
    enter, lived, at_march, django_assert_num_queries
):
    client = enter(lived.ada)
    kept()
    client.get("/reports/others")
    for month in ("2025-12", "2025-11", "2025-10"):
        kept(month)

    with django_assert_num_queries(PAGE):
        client.get("/reports/others")


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(How.STATED, 0.936, 0.936, 0.936), "better than 93.6 % of the others"),
        (Standing(How.INTERPOLATED, 0.625, 0.5, 0.75), "better than about 62 % (between 50 % and 75 %)"),
        (Standing(How.BEYOND, None, 0.75, 1.0), "better than at least 75 %"),
        (Standing(How.BEYOND, None, 0.875, 1.0), "better than at least 87 %"),
        (Standing(How.BEYOND, None, 0.0, 0.125), "better than at most 13 %"),
        (Standing(How.BEYOND, None, 0.0, 0.25), "better than at most 25 %"),
        (Standing(How.NONE), ""),
    ],
)
def test_better_words_say_how_much_is_known(standing, words):
    assert better_words(standing).replace("\xa0", " ") == words


def test_reference_of_a_figure_that_no_file_holds_stands_beside_ours_all_the_same(enter, lived, frozen_clock):
    frozen_clock.move_to(datetime(2026, 2, 3, 8, tzinfo=UTC))
    benchmark.describe({**ME, "sector": "real_estate"}, actor=None, private=False)

    response = enter(lived.ada).get("/reports/others")

    resolution = [it for it in response.context["references"] if it.label.startswith("Full resolution")]
    assert resolution
    assert {it.ours for it in resolution} == {"n too small"}


def test_page_says_months_and_quarters_in_words(enter, lived, at_march):
    benchmark.describe(ME, actor=None, private=False)
    kept()

    response = enter(lived.ada).get("/reports/others")

    text = response.content.decode()
    assert response.context["months"] == {"2026-01": "January 2026"}
    assert {it.period for it in response.context["references"]} >= {"October 2014", "Q2 2015", "2012"}
    assert "A hub, Torino · January 2026" in text
    assert "our last 28 days of February 2026" in text
