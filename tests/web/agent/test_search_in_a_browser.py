"""The search and the palette in Chromium, by keyboard alone."""

import pytest

from sportello.desk.actions import indexing, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Status, Via
from tests.browsing import wait_for
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401

# The stream of live news is not served here.
LIVE = ("404",)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def indexed(ticket, anna):
    while indexing.step():
        pass
    return ticket


def test_palette_goes_to_a_ticket_and_does_a_command_by_keyboard(sit_down, usual, anna, indexed):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        page.goto("/tickets")
        page.keyboard.press("Control+k")
        page.keyboard.type("stampa")
        page.locator("#palette [role=option][aria-selected=true]", has_text="stampante").wait_for()
        chosen = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/tickets/{indexed.pk}")
        page.locator(".conversation .message").first.wait_for()
        page.keyboard.press("Control+k")
        page.keyboard.type("nuovo")
        page.locator("#palette [role=option][aria-selected=true]", has_text="Nuovo ticket").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/new")
        page.locator("[name=subject]").wait_for()
        page.keyboard.press("Control+k")
        page.keyboard.press("Escape")

        assert not page.locator("#palette").evaluate("dialog => dialog.open")
    assert chosen == "choice-1-1"


def test_search_field_goes_on_with_a_suggestion(sit_down, usual, anna, indexed):  # noqa: F811
    with sit_down(anna, width=390, scheme="dark", trouble=LIVE) as page:
        page.goto("/search")
        page.locator("#search-input").press_sequentially("stampante sta")
        page.locator("#suggestion-1[data-fill='stampante status:']").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.locator("#search-input").input_value() == "stampante status:"
        page.keyboard.type("ne")
        page.locator(".suggestions__one", has_text="status:new").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.type("w")
        page.keyboard.press("Enter")
        page.locator(".ticket-row").wait_for()

        assert page.locator(".ticket-row mark").first.inner_text() == "stampante"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_earlier_answer_is_put_into_the_composer(sit_down, usual, anna, rita, group, indexed):  # noqa: F811
    tickets.answer(
        indexed.pk, Words("La stampante va spenta e riaccesa."), status=Status.SOLVED, actor=anna, via=Via.WEB
    )
    again = tickets.open_ticket(
        requester=rita, subject="Stampante spenta", words=Words("Ancora lei."), actor=rita, via=Via.WEB, group=group
    )
    while indexing.step():
        pass

    with sit_down(anna, trouble=LIVE) as page:
        page.goto(f"/tickets/{again.pk}")
        page.locator("#told [data-insert]").click()
        wait_for(page, "document.querySelector('#composer').innerText.includes('spenta e riaccesa')")
