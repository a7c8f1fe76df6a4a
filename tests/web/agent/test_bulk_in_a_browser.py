"""A list by keyboard alone: a range selected, changed and put back; a ticket beside the list; there and back again."""

import pytest

from sportello.desk.actions import indexing, jobs, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Ticket
from sportello.desk.words import Via
from tests.web.agent.test_in_a_browser import server, sit_down

__all__ = ["server", "sit_down"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """However busy the machine is."""
    monkeypatch.setattr(jobs, "WATCHED_SECONDS", 60.0)


@pytest.fixture
def many(mailbox, group, rita):
    return [
        tickets.open_ticket(
            requester=rita,
            subject=f"Richiesta {number}",
            words=Words(f"Aiuto {number}"),
            actor=rita,
            via=Via.EMAIL,
            group=group,
            mailbox_id=mailbox.pk,
        )
        for number in range(4)
    ]


def priorities():
    return list(Ticket.objects.order_by("pk").values_list("priority", flat=True))


def test_range_selected_changed_and_put_back_by_keys_alone(sit_down, usual, anna, many):
    with sit_down(anna) as page:
        page.goto(usual["waiting"])
        for key in ("j", "j", "x", "Shift+J"):
            page.keyboard.press(key)
        page.locator(".bulk__count").get_by_text("2").wait_for()
        page.locator(".bulk [name=priority]").focus()
        page.keyboard.press("End")
        page.keyboard.press("Control+Enter")
        page.locator(".list-note .job").wait_for()
        page.wait_for_load_state()
        changed = priorities()
        page.keyboard.press("z")
        page.locator(".job__said", has_text="ripristinati").wait_for()
        put_back, listed = priorities(), page.url

    assert changed == [None, 4, 4, None]
    assert put_back == [None] * 4
    assert f"{usual['waiting']}?job=" in listed


def test_all_of_a_page_then_none(sit_down, usual, anna, many):
    with sit_down(anna) as page:
        page.goto(usual["waiting"])
        page.keyboard.press("Control+a")
        all_of_them = page.locator("[name=tickets]:checked").count()
        shown = page.locator(".bulk").is_visible()
        page.keyboard.press("Escape")
        none = page.locator("[name=tickets]:checked").count()
        hidden = not page.locator(".bulk").is_visible()
        page.locator("[name=tickets]").nth(0).click()
        page.locator("[name=tickets]").nth(2).click(modifiers=["Shift"])
        a_range = page.locator("[name=tickets]:checked").count()

    assert (all_of_them, shown, none, hidden, a_range) == (4, True, 0, True, 3)


def test_what_a_search_found_is_selected_by_keys_all_of_it_changed_and_put_back(sit_down, anna, many):
    while indexing.step():
        pass
    with sit_down(anna) as page:
        page.goto("/search?q=richiesta")
        for key in ("j", "x", "Shift+J"):
            page.keyboard.press(key)
        page.locator(".bulk__count").get_by_text("2").wait_for()
        page.keyboard.press("Control+a")
        page.locator(".bulk__count").get_by_text("4").wait_for()
        page.keyboard.press("p")
        page.locator(".preview").wait_for()
        page.locator(".bulk [name=priority]").focus()
        page.keyboard.press("End")
        page.keyboard.press("Control+Enter")
        page.locator(".list-note .job").wait_for()
        changed, kept = priorities(), page.url
        page.keyboard.press("z")
        page.locator(".job__said", has_text="ripristinati").wait_for()

    assert (changed, priorities()) == ([4] * 4, [None] * 4)
    assert "/search?q=richiesta&job=" in kept


def test_tickets_of_a_person_are_selected_by_keys(sit_down, anna, rita, many):
    with sit_down(anna) as page:
        page.goto(f"/people/{rita.pk}")
        for key in ("j", "x", "Shift+J"):
            page.keyboard.press(key)
        page.locator(".bulk__count").get_by_text("2").wait_for()
        page.locator(".bulk [name=priority]").select_option("1")
        page.keyboard.press("Control+Enter")
        page.locator(".job").wait_for()

    assert sorted(priorities(), key=str) == [1, 1, None, None]


def test_preview_moves_with_the_cursor_and_a_ticket_leads_to_its_neighbours_and_back(sit_down, usual, anna, many):
    with sit_down(anna) as page:
        page.goto(usual["waiting"])
        page.keyboard.press("j")
        page.keyboard.press("p")
        page.locator(".preview").get_by_text("Aiuto 0").wait_for()
        page.keyboard.press("j")
        page.locator(".preview").get_by_text("Aiuto 1").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/tickets/{many[1].pk}")
        page.reload()
        page.keyboard.press("j")
        page.wait_for_url(f"**/tickets/{many[2].pk}")
        page.locator("h1", has_text="Richiesta 2").wait_for()
        page.keyboard.press("u")
        page.wait_for_url(f"**{usual['waiting']}#row")
        page.locator(".ticket-row__subject:focus", has_text="Richiesta 2").wait_for()


def test_bulk_without_script_is_ticked_and_sent(sit_down, usual, anna, many):
    with sit_down(anna, script=False) as page:
        page.goto(usual["waiting"])
        page.locator("[name=tickets]").nth(0).check()
        page.locator(".bulk [name=priority]").select_option("1")
        page.locator(".bulk button[value=quick]").click()
        page.locator(".list-note .job").wait_for()

    assert priorities() == [1, None, None, None]
