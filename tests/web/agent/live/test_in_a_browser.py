"""Two agents before the same ticket, in Chromium, on a real server with its streams."""

import threading
from contextlib import contextmanager

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

from sportello.config.asgi import Application
from sportello.desk.actions import notifications, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import NoticeKind, Via
from sportello.web.agent.live import hub as live
from tests.browsing import playwright_beside_django, wait_for
from tests.web.agent.live.streams import session_of
from tests.web.agent.test_in_a_browser import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(real_database, monkeypatch):
    monkeypatch.setattr(live, "HUB", live.Hub())
    application = Application(StaticFilesHandler(get_wsgi_application()))
    config = uvicorn.Config(application, port=0, lifespan="on", log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    application.close()
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def sit_down(chromium, address):
    """sit_down(person, …): a page for each of them."""

    @contextmanager
    def seated(*people):
        complaints: list[str] = []
        with playwright_beside_django() as playwright:
            program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
            pages = []
            for person in people:
                context = program.new_context(base_url=address, viewport={"width": 1440, "height": 800})
                cookie = {"name": "sportello_session", "value": session_of(person), "url": address}
                context.add_cookies([cookie])
                page = context.new_page()
                page.set_default_timeout(30_000)
                page.on("pageerror", lambda error: complaints.append(str(error)))
                pages.append(page)
            yield pages
            program.close()
        assert complaints == []

    return seated


def top_of(page, selector):
    return page.evaluate("selector => document.querySelector(selector).getBoundingClientRect().top", selector)


def write(page, text):
    page.locator("#composer [contenteditable=true], #composer textarea").first.click()
    page.keyboard.type(text)


def test_two_before_one_ticket_see_one_another(sit_down, usual, ticket, anna, ada, rita):
    with sit_down(ada, anna) as (hers, annas):
        for page in (hers, annas):
            page.goto(f"/tickets/{ticket.pk}")
        assert hers.locator(".presence__person").first.get_attribute("title") == "Anna Conti is looking"

        write(annas, "Buongiorno")
        writing = hers.locator(".presence__person--typing").first
        writing.wait_for()
        assert writing.get_attribute("title") == "Anna Conti is writing an answer"

        # What is said meanwhile appears; what she writes stays where it is, and she is warned before she sends.
        before, seen = top_of(annas, "#composer"), annas.locator("[name=seen]").input_value()
        tickets.answer(ticket.pk, Words("Ci penso io."), actor=ada, via=Via.WEB)
        banner = annas.locator("sp-said .banner a")
        banner.wait_for()
        latest = str(ticket.comments.last().pk)
        assert annas.locator(".message").count() == 2
        assert "Ada Admin" in banner.inner_text()
        assert banner.get_attribute("href") == f"#comment-{latest}"
        assert abs(top_of(annas, "#composer") - before) < 2
        assert annas.evaluate("document.querySelector('#composer').contains(document.activeElement)")
        assert annas.locator("[name=seen]").input_value() == seen
        banner.click()
        assert annas.locator("[name=seen]").input_value() == latest

        # Whoever writes nothing has seen it, and is not warned.
        hers.locator(f"#comment-{latest}").wait_for()
        wait_for(hers, "latest => document.querySelector('[name=seen]').value === latest", arg=latest)
        assert hers.locator("sp-said .banner").is_hidden()

        # A list: rows change in place, new ones wait behind a button, and who is answering is marked.
        hers.goto(usual["unsolved"])
        hers.locator(".ticket-row__answering").wait_for()
        tickets.open_ticket(requester=rita, subject="Il fax", words=Words("Tace."), actor=rita, via=Via.EMAIL)
        hers.locator(".live__more").wait_for()
        assert hers.locator(".ticket-row").count() == 1
        hers.locator(".live__more").click()
        hers.get_by_text("Il fax").wait_for()

        # Notices: the count, and a toast that leads there.
        notifications.tell([ada.pk], NoticeKind.MENTION, ticket_id=ticket.pk, author=anna)
        hers.locator(".toast a").wait_for()
        assert hers.locator("[data-notices]").first.inner_text() == "1"


def test_page_that_is_drawn_anew_after_a_refusal_knows_who_is_here(sit_down, ticket, anna, ada):
    with sit_down(ada, anna) as (hers, annas):
        for page in (hers, annas):
            page.goto(f"/tickets/{ticket.pk}")
        annas.locator("sp-editor[ready]").wait_for()
        write(annas, "In allegato il modulo.")
        hers.locator(".presence__person--typing").first.wait_for()
        annas.keyboard.press("Control+Enter")
        annas.locator("[data-problem]").wait_for()

        assert annas.locator(".presence__word").all_inner_texts() == ["Ada Admin sta guardando"] * 2


def test_line_that_is_cut_is_said_and_caught_up(sit_down, ticket, anna, ada, group, monkeypatch):
    with sit_down(anna) as (page,):
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".presence").first.wait_for(state="attached")
        page.context.set_offline(True)
        page.evaluate("document.querySelector('sp-live').retry()")
        page.locator(".live__lost:not([hidden])").wait_for()
        tickets.answer(ticket.pk, Words("Intanto."), actor=ada, via=Via.WEB)
        page.context.set_offline(False)

        page.locator(f"#comment-{ticket.comments.last().pk}").wait_for()
        page.locator(".live__lost").wait_for(state="hidden")
