"""A board under the keyboard, in Chromium."""

import pytest
from playwright.sync_api import expect

from sportello.desk.actions import configuration
from sportello.reports.folding import sync
from tests.reports.lived import Lived
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERIOD = "period=own&first=2026-01-01&last=2026-01-31"


def test_bar_is_opened_by_the_keyboard_and_shows_its_tickets(sit_down):  # noqa: F811
    life = Lived(seed=9)
    life.happen(40)
    configuration.forget()
    sync.rebuild()

    with sit_down(life.ada, 1440, "light") as page:
        page.goto(f"/reports/?{PERIOD}")
        bar = page.locator("#overview-channels .chart__wide a").first
        says = bar.get_attribute("aria-label") or bar.text_content()
        bar.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/reports/tickets?**")

        number = says.split(": ")[1].split(",")[0].split()[0]
        expect(page.locator(".page-head__lead").first).to_contain_text(f"{number} ticket")
        expect(page.locator("tr.ticket-row")).to_have_count(int(number))


def test_another_period_is_shown_as_soon_as_it_is_chosen(sit_down):  # noqa: F811
    life = Lived(seed=9)
    life.happen(5)
    configuration.forget()
    sync.rebuild()

    with sit_down(life.ada, 390, "dark") as page:
        page.goto("/reports/agents")
        page.locator("select[name=period]").select_option("last_year")
        page.wait_for_url("**/reports/agents?**period=last_year**")

        expect(page.locator("select[name=period]")).to_have_value("last_year")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_tab_fits_beside_the_navigation_and_the_current_one_is_always_in_sight(sit_down, language):  # noqa: F811
    life = Lived(seed=9)
    configuration.forget()
    sync.rebuild()
    life.ada.language = language
    life.ada.save(update_fields=["language"])

    with sit_down(life.ada, 390) as page:
        page.goto("/reports/month")
        tabs = page.locator("nav.tabs")
        expect(tabs.locator("a")).to_have_count(13)
        expect(tabs.locator("[aria-current]")).to_be_in_viewport(ratio=0.9)
        for width in (1280, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert tabs.evaluate("it => it.scrollWidth <= it.clientWidth"), width
