"""Links that put the next page in place of this one (navigate.js): all that a link does, it still does."""

import re

import pytest

from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Attachment
from sportello.desk.words import Via
from sportello.kit import blobs
from tests.browsing import wait_for
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The stream of live news is not served here.
LIVE = ("404",)


@pytest.fixture
def long_ticket(ticket, rita):
    """A conversation that does not fit a screen, and a file."""
    for number in range(12):
        tickets.hear(ticket.pk, Words(f"Ancora {number}\n" * 8), actor=rita, via=Via.EMAIL)
    comment = ticket.comments.order_by("id").last()
    digest = blobs.store(b"a,b\n")
    Attachment.objects.create(comment=comment, file_name="righe.csv", content_type="text/csv", size=4, digest=digest)
    return ticket


def begin(page, path):
    page.goto(path)
    page.evaluate("window.isSame = true")


def is_same(page):
    return page.evaluate("window.isSame === true")


def test_back_and_forward_bring_title_scroll_and_row(sit_down, usual, anna, long_ticket):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        begin(page, usual["waiting"])
        list_title = page.title()
        page.locator(".ticket-row__subject").first.click()
        page.locator("sp-editor[ready]").wait_for()
        title = page.title()
        page.evaluate("scrollTo(0, 400)")
        wait_for(page, "scrollY === 400")
        page.locator("sp-neighbours [data-back]").press("Enter")
        page.locator(".ticket-row__subject:focus").wait_for()
        in_list = (page.title(), page.evaluate("scrollY"))
        page.evaluate("history.back()")
        page.locator("sp-editor[ready]").wait_for()
        wait_for(page, "scrollY === 400")
        back = page.title()
        page.evaluate("history.forward()")
        page.locator(".ticket-row__subject").first.wait_for()
        forward = page.title()
        same = is_same(page)

    assert (in_list, back, forward, same) == ((list_title, 0), title, list_title, True)
    assert "La stampante non stampa" in title


def test_link_to_a_place_of_a_page_shows_that_place(sit_down, usual, anna, long_ticket):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        begin(page, usual["waiting"])
        page.locator(".ticket-row__subject").first.evaluate("(link) => { link.href += '#latest' }")
        page.locator(".ticket-row__subject").first.click()
        page.locator("sp-editor[ready]").wait_for()
        wait_for(page, "scrollY > 400")
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("location.hash = 'composer'")
        wait_for(page, "scrollY > 400")
        same = is_same(page)

    assert same


def test_files_are_downloaded_and_the_page_stays(sit_down, anna, ada, long_ticket):  # noqa: F811
    file = Attachment.objects.get()

    with sit_down(ada, trouble=LIVE) as page:
        begin(page, f"/tickets/{long_ticket.pk}")
        with page.expect_download() as attachment:
            page.locator(f"a[href*='/attachments/{file.pk}']").first.click()
        page.locator(".nav__link[href='/people']").click()
        page.wait_for_url("**/people")
        with page.expect_download() as export:
            page.locator("a[href*='/people/export']").first.evaluate("(link) => link.click()")
        names = [it.value.suggested_filename for it in (attachment, export)]
        stays = (page.url.rsplit("/", 1)[1], is_same(page))

    assert (names[0], names[1].endswith(".csv"), stays) == ("righe.csv", True, ("people", True))


def test_page_of_another_frame_loads_wholly(sit_down, usual, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        begin(page, usual["waiting"])
        page.locator(".ticket-row__subject").first.evaluate("(link) => { link.href = '/offline' }")
        page.locator(".ticket-row__subject").first.click()
        page.wait_for_url("**/offline")
        page.locator(".focus__card h1").wait_for()
        same = is_same(page)

    assert not same


def test_session_that_is_over_signs_in_and_comes_back(sit_down, usual, anna, ticket):  # noqa: F811
    anna.set_password("un cavallo batteria")
    anna.save(update_fields=["password"])

    with sit_down(anna, trouble=LIVE) as page:
        begin(page, usual["waiting"])
        page.context.clear_cookies()
        page.locator(".ticket-row__subject").first.click()
        page.wait_for_url("**/sign-in?**")
        page.locator("[name=email]").fill("anna@desk.example")
        page.locator("[name=password]").fill("un cavallo batteria")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"**/tickets/{ticket.pk}")
        page.locator("sp-editor[ready]").wait_for()


def test_words_survive_leaving_by_a_link(sit_down, usual, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        begin(page, f"/tickets/{ticket.pk}")
        page.locator(".editor__box").click()
        page.keyboard.type("Arrivo.")
        page.locator(".nav__link", has_text="In attesa").or_(page.locator(".nav__link[href*='/views/']")).first.click()
        page.locator(".ticket-row__subject").first.click()
        page.locator(".editor__box", has_text="Arrivo.").wait_for()
        same = is_same(page)

    assert same


def test_words_are_there_again_however_soon_their_author_comes_back(sit_down, usual, anna, ticket):  # noqa: F811
    kept = []

    def slowly(route):
        page.wait_for_timeout(300)
        route.continue_()

    def once_they_are_kept(route):
        answer = route.fetch()
        while not kept:
            page.wait_for_timeout(20)
        route.fulfill(response=answer)

    with sit_down(anna, trouble=LIVE) as page:
        page.on("response", lambda answer: kept.append(answer.url) if answer.url.endswith("/draft") else None)
        page.goto(f"/tickets/{ticket.pk}")
        page.route("**/draft", slowly)
        page.locator(".editor__box").click()
        page.keyboard.type("Arrivo.")
        page.locator(f".nav__link[href='{usual['waiting']}']").click()
        page.route(re.compile(rf"/tickets/{ticket.pk}$"), once_they_are_kept)
        page.locator(".ticket-row__subject").first.click()
        page.locator(".editor__box", has_text="Arrivo.").wait_for()


def test_words_are_there_after_a_reload_begun_before_they_were_kept(sit_down, anna, ticket):  # noqa: F811
    kept = []

    def once_they_are_kept(route):
        answer = route.fetch()
        while not kept:
            page.wait_for_timeout(20)
        page.wait_for_timeout(300)  # The page that is left hears it, too.
        route.fulfill(response=answer)

    with sit_down(anna, trouble=LIVE) as page:
        page.on("response", lambda answer: kept.append(answer.url) if answer.url.endswith("/draft") else None)
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".editor__box").click()
        page.keyboard.type("Arrivo.")
        page.route(re.compile(rf"/tickets/{ticket.pk}$"), once_they_are_kept)
        page.reload()
        page.locator(".editor__box", has_text="Arrivo.").wait_for(timeout=5000)


def test_failing_server_shows_its_page(sit_down, usual, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=("500", *LIVE)) as page:
        begin(page, usual["waiting"])
        fails = lambda route: route.fulfill(status=500, content_type="text/html", body="<h1>Broken</h1>")  # noqa: E731
        page.route(re.compile(rf"/tickets/{ticket.pk}$"), fails)
        page.locator(".ticket-row__subject").first.click()
        page.locator("h1", has_text="Broken").wait_for()
        url = page.url

    assert url.endswith(f"/tickets/{ticket.pk}")


def test_link_with_control_opens_a_tab(sit_down, usual, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        begin(page, usual["waiting"])
        with page.context.expect_page() as opened:
            page.locator(".ticket-row__subject").first.click(modifiers=["Control"])
        opened.value.wait_for_load_state("domcontentloaded")
        urls = (page.url, opened.value.url)
        same = is_same(page)

    assert (urls[0].endswith(usual["waiting"]), urls[1].endswith(f"/tickets/{ticket.pk}"), same) == (True, True, True)
