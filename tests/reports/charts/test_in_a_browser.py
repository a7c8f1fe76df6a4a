"""The charts in Chromium, as a page shows them: readable at every width, reached by the keyboard."""

from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import Page, sync_playwright

import sportello
from sportello.web.ui.chart_patterns import drawn

STATIC = Path(sportello.__file__).parent / "static"
# As strict as our pages: a drawing that brought a style would show an error in the console.
POLICY = "default-src 'none'; style-src file:; font-src file:"
# Letters that stand on each other, and letters outside their drawing, of what is seen.
FAULTS = """() => {
  const found = [];
  for (const drawing of document.querySelectorAll("svg")) {
    if (!drawing.checkVisibility()) continue;
    const sheet = drawing.getBoundingClientRect();
    const boxes = [...drawing.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    boxes.forEach(([said, box], nth) => {
      if (box.left < sheet.left - 2 || box.right > sheet.right + 2) found.push(`${said} leaves its drawing`);
      for (const [other, its] of boxes.slice(nth + 1)) {
        const [wide, high] = [Math.min(box.right, its.right) - Math.max(box.left, its.left),
          Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top)];
        // A box of letters is higher than they are.
        if (wide > 0 && high > box.height / 3) found.push(`${said} on ${other}`);
      }
    });
  }
  return found;
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("svg text")].filter((text) => text.checkVisibility())
  .map((text) => Number(text.getAttribute("font-size")) * text.getScreenCTM().a))"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Path:
    """A page with every example in both themes."""
    sheets = [STATIC / "css" / "_global.css", *sorted((STATIC / "css").glob("[!_]*.css"))]
    folder = tmp_path_factory.mktemp("gallery")
    letters = (STATIC / "fonts" / "inter-latin-wght-normal.woff2").as_uri()
    face = f"@font-face {{ font-family: Inter; src: url({letters}); font-weight: 100 900; }}"
    (folder / "letters.css").write_text(face)
    sheets.append(folder / "letters.css")
    links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in sheets)
    with translation.override("it"):
        halves = "".join(
            f'<main class="pattern-sheet" data-theme="{theme}">{"".join(drawn(theme))}</main>'
            for theme in ("light", "dark")
        )
    page = folder / "gallery.html"
    page.write_text(
        f'<!doctype html><html lang="it"><head><meta charset="utf-8"><title>Charts</title>{links}'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"></head><body>{halves}</body></html>'
    )
    return page


@pytest.fixture
def browsing(chromium, gallery):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(gallery.as_uri())
        page.evaluate("document.fonts.ready")
        yield page
        browser.close()


@pytest.mark.browser
def test_charts_can_be_read_at_every_width(browsing: Page):
    complaints: list[str] = []
    browsing.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    browsing.reload()
    browsing.evaluate("document.fonts.ready")

    for width in (320, 390, 560, 768, 1200):
        browsing.set_viewport_size({"width": width, "height": 800})
        assert browsing.evaluate("document.documentElement.scrollWidth") <= width
        assert browsing.evaluate(FAULTS) == []
        assert browsing.evaluate(SMALLEST) >= 8
    assert complaints == []


@pytest.mark.browser
def test_marks_are_reached_by_the_keyboard_and_show_it(browsing: Page):
    browsing.set_viewport_size({"width": 1200, "height": 800})

    browsing.keyboard.press("Tab")

    said = browsing.evaluate("document.activeElement.querySelector('title').textContent")
    outline = browsing.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert said == "dic: 1.012"
    assert outline == "solid"
