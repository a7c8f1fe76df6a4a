"""The desk out of reach: what was open is read as it was, nothing is sent, nothing typed lost, nothing left behind."""

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from sportello.desk.models import Comment
from tests.browsing import wait_for
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# What the console says of a server that is not there, and of the stream of live news, which is not served here.
AWAY = ("404", "net::ERR_", "Failed to fetch")
KEPT = "caches.open('pages').then((it) => it.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))"


@pytest.fixture(autouse=True)
def no_line_stays_open(monkeypatch):
    """Else a server that is stopped goes on answering whoever has spoken with it."""
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")


def with_worker(page, path):
    """Opened, and opened again when the worker is there to keep it."""
    page.goto(path)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(page, "navigator.serviceWorker.controller !== null")
    page.goto(path)
    wait_for(page, f"{KEPT}.then((paths) => paths.includes('{path}'))")


def test_ticket_is_read_and_words_are_kept_while_the_desk_is_away(sit_down, server, anna, ticket):  # noqa: F811
    path = f"/tickets/{ticket.pk}"

    with sit_down(anna, workers="allow", trouble=AWAY) as page:
        with_worker(page, path)
        server.stop()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/comments") else None)
        page.goto(path)
        page.locator("sp-editor[ready]").wait_for()
        sign = page.locator("[data-offline]")
        since = sign.locator("time").get_attribute("datetime")
        read = page.locator(".conversation").inner_text()
        page.locator(".editor__box").click()
        page.keyboard.type("Appena torna la linea.")
        page.keyboard.press("Control+Enter")
        page.reload()
        page.locator(".editor__box", has_text="Appena torna la linea.").wait_for()
        shown = sign.is_visible()
        page.locator(".nav__link[href='/people']").evaluate("(link) => link.click()")
        wait_for(page, "document.body && !document.body.dataset.frame")
        never = page.evaluate("document.body.dataset.frame ?? ''")
        never_opened = page.locator("h1").inner_text()

    assert "al primo piano non stampa" in read
    assert (since is not None and since.startswith("20"), shown, never) == (True, True, "")
    assert (never_opened != "", sent) == (True, [])
    assert Comment.objects.filter(ticket=ticket).count() == 1


def test_nothing_is_kept_after_signing_out(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna, workers="allow", trouble=AWAY) as page:
        with_worker(page, f"/tickets/{ticket.pk}")
        page.locator(".nav__foot summary").click()
        page.locator("form[action$='/sign-out'] button").click()
        page.wait_for_url("**/sign-in")
        wait_for(page, "caches.has('pages').then((has) => !has)")
        kept = page.evaluate(KEPT)

    assert kept == []
