"""Merge two tickets by keyboard alone and take them apart; the pages fit a phone."""

import pytest

from sportello.desk.actions import incidents, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Ticket
from sportello.desk.words import Via
from tests.web.agent.test_in_a_browser import server, sit_down

__all__ = ["server", "sit_down"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_merge_by_keyboard_and_undo_on_a_phone(sit_down, ticket, sam, anna):
    other = tickets.open_ticket(requester=sam, subject="Anche qui", words=Words("Guasta."), actor=sam, via=Via.EMAIL)
    third = tickets.open_ticket(requester=sam, subject="E qui", words=Words("Ferma."), actor=sam, via=Via.EMAIL)
    incidents.link(third.pk, ticket.pk, actor=anna, via=Via.WEB)

    with sit_down(anna) as page:
        page.goto(f"/tickets/{other.pk}")
        page.keyboard.press("M")
        page.wait_for_url("**/merge")
        page.locator("[name=into]:focus").wait_for()
        page.keyboard.type(str(ticket.pk))
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/merge?into={ticket.pk}")
        page.locator("[data-hotkey='Mod+Enter']").wait_for()
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"**/tickets/{ticket.pk}")
        page.locator(".conversation .message").nth(1).wait_for()
        assert page.locator(".conversation .message").count() == 2
    assert Ticket.objects.get(pk=other.pk).merged_into_id == ticket.pk

    with sit_down(anna, 390, "dark") as page:
        paths = (f"{other.pk}", f"{ticket.pk}", f"{ticket.pk}/merge", f"{third.pk}/merge?into={ticket.pk}")
        for path in (*paths, f"{ticket.pk}/incidents"):
            assert page.goto(f"/tickets/{path}").status == 200
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.goto(f"/tickets/{other.pk}")
        page.locator("#merged form button").click()
        page.locator("#merged").wait_for(state="detached")
    assert Ticket.objects.get(pk=other.pk).merged_into_id is None
