"""In Chromium: a direct contact by a few taps, a checklist by keys."""

from contextlib import contextmanager

import pytest

from sportello.desk.actions import people, tasks
from sportello.desk.models import OutgoingMail, Ticket, TicketTask
from tests.browsing import playwright_beside_django, wait_for
from tests.journeys.conftest import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server():
    from pytest_django.live_server_helper import LiveServer

    served = LiveServer("localhost")
    yield served
    served.stop()


@pytest.fixture
def sit_down(chromium, server, client):
    @contextmanager
    def seated(person, *, width=1440, touch=False):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = {"name": "sportello_session", "value": client.cookies["sportello_session"].value, "url": server.url}
        complaints: list[str] = []
        with playwright_beside_django() as playwright:
            program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
            context = program.new_context(
                base_url=server.url, viewport={"width": width, "height": 844}, has_touch=touch, is_mobile=touch
            )
            context.add_cookies([session])
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield page
            program.close()
        assert complaints == []

    return seated


def test_direct_contact_on_a_phone_takes_three_taps_beside_the_words(sit_down, mailbox, anna, rita):
    with sit_down(anna, width=390, touch=True) as page:
        page.goto("/contacts/new")
        page.keyboard.type("rita")  # The field has the focus.
        page.locator(".lookup__choice").first.tap()
        page.locator("#id_text").tap()
        page.keyboard.type("La stampante fa rumore.")
        place = "() => getComputedStyle(document.querySelector('.contact__send')).position"
        places = []
        for outcome in ("group", "mine"):
            page.locator(f"label:has([name=outcome][value={outcome}])").tap()
            places.append(page.evaluate(place))
        page.locator(".contact__send button").tap()
        page.wait_for_url("**/tickets/*")
        width = page.evaluate("document.documentElement.scrollWidth")

    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.contact, ticket.assignee) == (rita, "call", anna)
    assert OutgoingMail.objects.get().step == "contact"
    assert width <= 390
    assert places == ["static", "sticky"]  # The choice of the group stands where the button would cover it.


def test_direct_contact_by_keys_alone(sit_down, mailbox, anna, rita):
    people.add("Rita Bassi", phone="055 1")
    with sit_down(anna) as page:
        page.goto("/contacts/new")
        page.keyboard.type("rita ros")
        page.keyboard.press("Enter")  # Takes the first, and sends nothing.
        wait_for(page, "document.activeElement.matches('.lookup__pick:checked')")
        page.keyboard.press("Tab")
        page.keyboard.type("Corridoio: serve un cavo.")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/tickets/*")

    assert Ticket.objects.get().requester == rita


def test_checklist_by_keys_keeps_the_focus(sit_down, anna, ticket, monkeypatch):
    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator("#tasks input[name=task]").focus()
        for text in ("order", "mount"):
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            page.locator(".tasks__text", has_text=text).wait_for()
            wait_for(page, "document.activeElement.name === 'task'")
        page.locator("#tasks [role=checkbox]").first.focus()
        page.keyboard.press("Space")
        page.locator("#tasks [role=checkbox][aria-checked=true]").wait_for()
        focused = page.evaluate("document.activeElement.getAttribute('role')")
        with page.expect_response("**/tasks/order"):
            page.locator("#tasks [data-handle]").last.press("ArrowUp")
        shown = page.locator("#tasks .small").first.inner_text()
        monkeypatch.setattr(tasks, "MOST", 2)
        page.locator("#tasks input[name=task]").fill("third")
        page.keyboard.press("Enter")
        refused = page.locator(".toast[role=alert]").inner_text()

    assert (focused, shown) == ("checkbox", "1/2")
    assert list(TicketTask.objects.values_list("text", flat=True)) == ["mount", "order"]
    assert "2" in refused
