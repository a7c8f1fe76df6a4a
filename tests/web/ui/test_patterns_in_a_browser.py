"""The patterns page in Chromium: every component is on it, in both themes, and can be seen."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from playwright.sync_api import Page

import sportello
from sportello.web.ui.patterns import patterns
from tests.browsing import playwright_beside_django
from tests.web.agent.test_in_a_browser import FLAGS, server  # noqa: F401 – a fixture
from tests.web.test_every_page import AXE, look

CSS = Path(sportello.__file__).parent / "static" / "css"
# The block a file is about, where the file has another name.
BLOCKS = {
    "beside": "tasks",
    "brand": "brand-page",
    "contact": "ways",
    "custom-field": "choices",
    "drafting": "kinds",
    "live": "notices",
    "page": "page-head",
    "patterns": "pattern",
    "people": "finder",
    "reports": "figure",
    "satisfaction": "cases",
    "schedule": "week",
    "search": "result",
    "sla": "standing",
    "team": "ticks",
    "view": "arrange",
}
# The files whose block is not on the page, each with its reason.
ELSEWHERE = {
    "_global": "tokens and the order of layers",
    "article": "the tables of the page of articles, which share their columns, and an article as it is written",
    "base": "elements, no block",
    "brand": "frames of other pages, on the page of the brand",
    "explorer": "the columns of the explorer's page, and what is chosen in them",
    "focus": "a page with one form on it: sign-in, set-up",
    "help": "the help center of the portal: shelves, an article, what stands beside a request",
    "page": "the head and columns of a whole page",
    "report": "a sheet of paper: the month's report from its head to its foot",
    "saved": "lines of the two pages of saved reports",
    "shell": "the frame around every page of the agents",
    "utilities": "one rule each, no block",
}


# Heads of tables that lie over their first row, dialogs that stand out of their column.
COVERED = """
() => [...document.querySelectorAll(".pattern .tickets")].filter((it) => {
  const [head, row] = [it.querySelector("thead th"), it.querySelector("tbody :is(th, td)")];
  return it.tHead.offsetHeight > 1 && head.getBoundingClientRect().bottom > row.getBoundingClientRect().top + 1;
}).concat([...document.querySelectorAll(".pattern .dialog")].filter((it) => {
  return it.getBoundingClientRect().right > it.parentElement.getBoundingClientRect().right + 1;
})).map((it) => it.className)
"""


def test_patterns_page_shows_every_component_file_or_says_why_not():
    page = patterns(RequestFactory().get("/patterns")).content.decode()

    classes = {name for group in re.findall(r'class="([^"]*)"', page) for name in group.split()}
    shown = {re.split("__|--", name)[0] for name in classes}
    missing = {file.stem for file in CSS.glob("*.css") if BLOCKS.get(file.stem, file.stem) not in shown}
    assert missing == set(ELSEWHERE)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_patterns_page_can_be_seen_in_both_themes(chromium, server, width):  # noqa: F811
    with playwright_beside_django() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(path=AXE)
        page.goto(f"{server.url}/patterns")

        pictures = {theme: page.locator(f'[data-theme="{theme}"]').screenshot() for theme in ("light", "dark")}
        colours = {theme: _colours(page, theme) for theme in ("light", "dark")}
        empty = page.evaluate(
            """() => [...document.querySelectorAll(".pattern")].filter((it) => it.offsetHeight < 100).length"""
        )
        covered = page.evaluate(COVERED)
        breaches = look(page, width)
        browser.close()

    # A picture of one colour compresses to next to nothing; these hold thousands of letters.
    assert {theme: len(picture) > 100_000 for theme, picture in pictures.items()} == {"light": True, "dark": True}
    assert colours["light"] != colours["dark"]
    assert breaches == set()
    assert empty == 0
    assert covered == []
    assert complaints == []


def _colours(page: Page, theme: str) -> tuple[str, str]:
    read = """(sheet) => [getComputedStyle(sheet).backgroundColor, getComputedStyle(sheet).color]"""
    paper, ink = page.locator(f'[data-theme="{theme}"]').evaluate(read)
    assert paper != ink
    return paper, ink
