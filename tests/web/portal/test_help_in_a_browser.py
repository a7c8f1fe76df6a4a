"""Reading articles and asking beside them in Chromium, on a phone and on a desk, under the strict CSP."""

import pytest

from sportello.desk.models import Ticket
from sportello.helpcenter.models import ArticleReading
from tests.browsing import wait_for
from tests.web.portal.test_in_a_browser import browser  # noqa: F401 – fixture
from tests.web.test_every_page import AXE, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("desk")]
with_script = pytest.mark.parametrize("browser", ["script"], indirect=True)
DRAWN = "document.querySelectorAll('.suggested__one').length === %d"


@pytest.fixture
def shelf(write_article):
    """Three articles, one of which is about paper."""
    paper = write_article({"en": ("The paper is stuck", "<p>Open the <b>front cover</b>.</p>")})
    write_article({"en": ("Forgotten password", "<p>Press the link below the field.</p>")})
    write_article({"it": ("Fatture", "<p>Sono nella pagina Conto.</p>")})
    return paper


def kinds():
    return sorted(ArticleReading.objects.values_list("kind", flat=True))


def fill(page, subject):
    page.goto("/requests/new")
    page.get_by_label("Your name").fill("Nina Neri")
    page.get_by_label("Your mail address").fill("nina@neri.example")
    page.get_by_label("Subject").fill(subject)


def send(page):
    page.get_by_role("button", name="Send the request").click()
    page.locator(".card__icon--positive").wait_for()


@with_script
def test_article_beside_the_form_when_it_answers_keeps_what_is_written_until_its_author_leaves(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        fill(page, "The paper is stuck")
        page.get_by_label("Message").fill("Since this morning.")
        page.locator(".suggested__title").first.click()
        page.get_by_text("front cover").wait_for()
        page.get_by_role("button", name="This answers my question").click()
        page.get_by_text("You need not send anything").wait_for()
        kept = page.get_by_label("Message").input_value(), page.evaluate("localStorage.length")
        page.goto("/help")
        left = page.evaluate("localStorage.length")

    assert (kept, left) == (("Since this morning.", 1), 0)
    assert kinds() == ["avoided", "helped", "shown"]


@with_script
def test_request_when_sent_all_the_same_is_written_and_the_next_matter_is_another_visit(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        fill(page, "The paper is stuck")
        page.locator(".suggested__title").first.click()
        page.get_by_role("button", name="This answers my question").click()
        page.get_by_text("You need not send anything").wait_for()
        page.get_by_label("Message").fill("It does not open.")
        send(page)
        drafts = page.evaluate("localStorage.length")
        first = page.evaluate("sessionStorage.getItem('sportello-visit')")
        fill(page, "Paper")
        page.locator(".suggested__title").first.wait_for()

    visits = set(ArticleReading.objects.values_list("visit", flat=True))
    assert (drafts, len(visits), first in visits) == (0, 2, True)
    assert kinds() == ["avoided", "helped", "shown", "shown", "written"]
    assert Ticket.objects.get().subject == "The paper is stuck"


@with_script
def test_articles_beside_the_form_hold_up_nobody_who_writes(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        fill(page, "The paper is stuck")
        page.locator(".suggested__title").first.wait_for()
        focused = [page.evaluate("document.activeElement.name")]
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.name"))
        before = page.evaluate("document.activeElement.getBoundingClientRect().top")
        page.keyboard.type("And the password?")
        wait_for(page, DRAWN % 2)
        after = page.evaluate("document.activeElement.getBoundingClientRect().top")
        focused.append(page.evaluate("document.activeElement.name"))
        page.get_by_text("The paper is stuck").click()
        page.get_by_label("Subject").fill("Password")
        page.get_by_label("Message").fill("")
        wait_for(page, "document.querySelector('.suggested__one').open")
        wait_for(page, DRAWN % 2)  # What is being read stays.
        page.locator(".suggested__title").first.click()
        page.get_by_label("Subject").fill("zebra")
        wait_for(page, "document.querySelector('.suggested__paper').hidden")
        said = page.locator(".suggested > [role=status]").inner_text()

    assert focused == ["subject", "text", "text"]
    assert abs(after - before) < 1
    assert said == ""


def test_request_with_articles_about_is_sent_with_script_and_without(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        fill(page, "The paper is stuck")
        page.get_by_label("Message").fill("Since this morning.")
        send(page)

    assert Ticket.objects.get().subject == "The paper is stuck"


def test_article_is_found_read_and_answered(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        page.goto("/requests/new")
        page.get_by_role("link", name="Help center").first.click()
        page.get_by_role("searchbox").fill("papers")
        page.get_by_role("searchbox").press("Enter")
        page.get_by_text("1 article").wait_for()
        page.get_by_role("link", name="The paper is stuck").click()
        page.get_by_role("button", name="Yes").click()
        page.get_by_role("heading", name="Thank you for telling us").wait_for()

    assert kinds() == ["helped"]


def test_article_when_it_has_been_before_somebodys_eyes_counts_as_opened(browser, shelf):  # noqa: F811
    with browser("en-GB") as page:
        page.clock.install()
        page.goto(f"/help/articles/{shelf.pk}")
        has_script = page.evaluate("document.documentElement.classList.contains('has-script')")
        if has_script:
            page.clock.run_for(3000)
            with page.expect_response("**/openings"):
                page.clock.run_for(2000)

    assert kinds() == (["opened"] if has_script else [])


@with_script
def test_help_pages_are_accessible_and_fit(browser, shelf):  # noqa: F811
    def open_beside(page):
        fill(page, "The paper is stuck")
        page.locator(".suggested__title").first.click()
        page.get_by_role("button", name="This answers my question").click()
        page.get_by_text("You need not send anything").wait_for()

    article = f"/help/articles/{shelf.pk}"
    paths = [
        "/help",
        "/help?q=paper",
        "/help?q=zebra",
        article,
        f"{article}?helped=no",
        f"/help/articles/{shelf.pk + 2}",
    ]
    breaches = {}

    with browser("en-GB") as page:
        page.add_init_script(path=AXE)
        page.emulate_media(reduced_motion="reduce")
        for path in [*paths, None]:
            page.goto(path) if path else open_beside(page)
            for width, scheme in ((375, "dark"), (1440, "light")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                breaches[path, width] = look(page, width)
        page.set_viewport_size({"width": 375, "height": 700})

    assert {key: found for key, found in breaches.items() if found} == {}
