"""The list of people in Chromium: found as one types, under the strict CSP, on a phone too."""

import pytest
from pytest_django.live_server_helper import LiveServer

from sportello.desk.actions import people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Via
from tests.browsing import playwright_beside_django
from tests.journeys.conftest import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(real_database):
    served = LiveServer("localhost")
    yield served
    served.stop()


@pytest.fixture
def phone(chromium, server, client, anna):
    """A page on Anna's phone; whatever it complains of fails the test."""
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    session = {"name": "sportello_session", "value": client.cookies["sportello_session"].value, "url": server.url}
    complaints = []
    with playwright_beside_django() as playwright:
        program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        context = program.new_context(base_url=server.url, viewport={"width": 390, "height": 800})
        context.add_cookies([session])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page
        program.close()
    assert complaints == []


def test_people_are_found_as_one_types_and_the_address_can_be_kept(phone, rita, otto):
    people.add("Nicolò D'Àngelo", "nico@home.example")
    phone.goto("/people")
    field = phone.locator("sp-find input[name=q]")
    field.focus()
    phone.keyboard.type("nicolo")
    phone.wait_for_url("/people?q=nicolo")  # A pause while typing asks for less, and finds the same.

    assert phone.locator("#found tbody th").all_inner_texts() == ["ND\nNicolò D'Àngelo"]
    assert field.evaluate("it => it === document.activeElement")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    # On a card the numbers stand where everything else begins.
    assert phone.locator("#found td.number").evaluate("it => getComputedStyle(it).textAlign") == "start"
    phone.reload()
    assert phone.locator("#found tbody tr").count() == 1


def test_who_comes_in_with_a_domain_is_told_while_it_is_typed(phone, organization):
    people.add("Nina Alfa", "nina@alfa.example")
    phone.goto("/organizations")
    phone.locator(".page-head__actions .button--primary").click()
    phone.locator("#id_name").fill("Alfa")
    phone.locator("#id_domains").fill("alfa.example")
    told = phone.locator("sp-foretold [data-told]:not(:empty)")
    told.wait_for()
    foretold = told.inner_text()
    phone.locator("#id_domains").fill("beta.example")
    told.wait_for(state="detached")
    phone.locator("#id_domains").fill("alfa.example")
    phone.locator("form.fields .button--primary").click()
    phone.locator(".split__side .lines__line", has_text="Nina Alfa").wait_for()

    assert foretold == "Entra 1 persona con questi domini, finora senza organizzazione."
    assert phone.locator(".split__side .lines__line").count() == 1


def test_box_of_a_short_row_covers_nothing(phone, mailbox, rita):
    tickets.open_ticket(requester=rita, subject="Toner", words=Words("Grazie!"), actor=rita, via=Via.EMAIL)
    phone.goto(f"/people/{rita.pk}")
    row = phone.locator(".ticket-row")

    when, box = row.locator(".ticket-row__cell--by").bounding_box(), row.locator("input").bounding_box()
    assert when["y"] + when["height"] <= box["y"]


def test_preview_of_an_import_fits_a_phone_however_long_a_name_is(phone):
    phone.goto("/people/import")
    table = f"Nome;Email\nPinco {'pallino' * 12};nina@alfa.example\n".encode()
    phone.locator("#file").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": table})
    phone.locator("main .button--primary").click()
    phone.locator(".table--stacked tbody tr").wait_for()
    phone.wait_for_load_state()  # With its styles.

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
