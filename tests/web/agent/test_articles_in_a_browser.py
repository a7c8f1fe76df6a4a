"""Articles in Chromium: written in the editor that answers are written in, and put in order by keys."""

import re

import pytest
from playwright.sync_api import expect

from sportello.helpcenter.models import Article, Translation
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_article_when_written_in_the_editor_keeps_its_shape(sit_down, ada, help_section):  # noqa: F811
    with sit_down(ada) as page:
        page.goto(f"/articles/new?section={help_section.pk}")
        page.get_by_label("Title").fill("How to print")
        box = page.locator(".editor__box")
        box.click()
        page.keyboard.type("Press ")
        page.get_by_role("button", name="Bold").click()
        page.keyboard.type("print @now")
        page.get_by_role("button", name="Save and publish").click()
        page.wait_for_url(re.compile(r"/articles/\d+\?"))
        expect(page.locator(".editor__box b")).to_have_text("print @now")

    row = Translation.objects.get()
    assert (row.title, row.text) == ("How to print", "Press print @now")
    assert "<b>print @now</b>" in row.html
    assert row.published_at is not None


def test_article_when_written_without_script_is_kept(sit_down, ada, paper):  # noqa: F811
    with sit_down(ada, 390, "dark", script=False) as page:
        page.goto(f"/articles/{paper.pk}?language=en")
        page.get_by_label("Text").fill("Pull it out.\nSlowly.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved.").wait_for()

    assert Translation.objects.get(language="en").text == "Pull it out.\nSlowly."


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_articles_are_ordered_by_keys_and_fit(sit_down, ada, write_article, width, scheme):  # noqa: F811
    a, b = (write_article({"en": (title, "<p>x</p>")}) for title in ("Long" * 30, "b"))

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in (f"/articles/{a.pk}", f"/articles/{a.pk}/preview", "/articles/sections", "/articles"):
            assert page.goto(path).status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")
        with page.expect_response("**/articles/order"):
            page.locator(f"[data-sort='{b.pk}'] [data-handle]").press("ArrowUp")

    assert {path: found for path, found in widths.items() if found > width} == {}
    assert list(Article.objects.all()) == [b, a]
