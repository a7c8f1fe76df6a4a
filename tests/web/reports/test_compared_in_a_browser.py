"""The pages of comparing in every state: accessible, and they fit a phone; in both languages, light and dark."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from sportello.benchmark.exchange import Collection
from sportello.benchmark.publication import publish, shift
from sportello.benchmark.refusals import Refused
from sportello.desk.actions import benchmark, configuration
from sportello.desk.models import BenchmarkSending, User
from sportello.kit import claims
from sportello.reports import benchmark_file
from sportello.reports.folding import sync
from tests.benchmark.desks import PROFILE, a_file
from tests.reports.lived import Lived
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures
from tests.web.test_every_page import AXE, look

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ME = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
LOOKS = ((1440, "light", "it"), (390, "dark", "it"), (1440, "dark", "en"), (390, "light", "en"))
STATES = ("nothing", "described", "joined")


def others() -> Collection:
    files = {}
    for number in range(60):
        profile = PROFILE if number % 2 else replace(PROFILE, sector="retail", country="FR")
        files[f"{number:03}"] = a_file(
            "2026-01",
            profile,
            num_new_tickets=20 * (number + 1),
            first_reply_time_in_minutes_mean=(40.0 * (number + 2), 500),
            first_reply_time_in_minutes_median=(9.0 * (number + 1), 500),
            one_touch_percentage=(0.3 + number / 120, 500),
            satisfaction_rating=(0.7 + number / 220, 500),
            response_rate=(0.05 + number / 150, 500),
        )
    return Collection("Un hub, Torino", tuple(publish("2026-01", files, shift(b"x"))))


def reach(state: str, ada: User) -> None:
    if state == "nothing":
        return
    benchmark.describe({**ME, "hub": "https://hub.example"}, actor=ada, private=False)
    if state == "described":
        return
    benchmark.keep(others(), hub="https://hub.example")
    found = benchmark.join(actor=ada)
    for refusal in (None, Refused("month_frozen", "2026-01")):
        benchmark.queue(benchmark_file.build(found, "2026-01"), again=True)
        (sending,) = claims.claim(BenchmarkSending.objects.filter(state="queued"), 1)
        if refusal:
            benchmark.mark_failed(sending, str(refusal), code=refusal.code)
        else:
            benchmark.mark_sent(sending, "received")
    benchmark.mark_asked("https://hub.example", "no answer in time")


@pytest.fixture(autouse=True)
def after_january():
    """Between the day on which files of January are made and the day on which hubs take no more."""
    with time_machine.travel(datetime(2026, 2, 5, 9, tzinfo=UTC), tick=True):
        yield


@pytest.mark.parametrize("state", STATES)
def test_pages_of_comparing_are_accessible_and_fit(sit_down, settings, tmp_path, state):  # noqa: F811
    settings.SPORTELLO_DATA = tmp_path
    ada = Lived(seed=9).happen(250).ada
    configuration.forget()
    sync.rebuild()
    reach(state, ada)

    breaches = {}
    for width, scheme, language in LOOKS:
        User.objects.filter(pk=ada.pk).update(language=language)
        with sit_down(ada, width, scheme) as page:
            page.add_init_script(path=AXE)
            page.emulate_media(reduced_motion="reduce")
            for name, path in (("benchmark", "/benchmark"), ("others", "/reports/others")):
                page.goto(path)
                for fold in page.locator("main details").all():
                    fold.evaluate("it => { it.open = true }")
                if found := look(page, width):
                    breaches[state, name, width, scheme] = found
                if folder := os.environ.get("LOOK_AT"):
                    file = Path(folder) / f"{name}-{state}-{width}-{scheme}-{language}.png"
                    page.screenshot(path=file, full_page=True)

    assert breaches == {}
