"""The list of people in Chromium: found as one types, under the strict CSP, on a phone too."""

import pytest
from pytest_django.live_server_helper import LiveServer

from sportello.desk.actions import people
from tests.browsing import playwright_beside_django
from tests.journeys.conftest import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(real_database):
    served = LiveServer("localhost")
    yield served
    served.stop()


def test_people_are_found_as_one_types_and_the_address_can_be_kept(chromium, server, client, anna, rita, otto):
    people.add("Nicolò D'Àngelo", "nico@home.example")
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    session = {"name": "sportello_session", "value": client.cookies["sportello_session"].value, "url": server.url}
    complaints = []
    with playwright_beside_django() as playwright:
        program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        context = program.new_context(base_url=server.url, viewport={"width": 390, "height": 800})
        context.add_cookies([session])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto("/people")
        field = page.locator("sp-find input[name=q]")
        field.focus()
        page.keyboard.type("nicolo")
        page.locator("#found tbody tr").nth(1).wait_for(state="detached")

        assert page.locator("#found tbody th").all_inner_texts() == ["ND\nNicolò D'Àngelo"]
        assert page.url.endswith("/people?q=nicolo")
        assert field.evaluate("it => it === document.activeElement")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.reload()
        assert page.locator("#found tbody tr").count() == 1
        program.close()
    assert complaints == []
