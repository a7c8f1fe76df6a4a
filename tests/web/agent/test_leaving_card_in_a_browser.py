"""An answer that can still be taken back goes along to the next pages."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.models import Comment, Draft, Timer
from tests.web.agent.test_composer_in_a_browser import box, kept, leave, visit
from tests.web.agent.test_in_a_browser import server, sit_down

__all__ = ["server", "sit_down"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def send(page, ticket, text):
    """The browser's clock stands still: a slow machine does not use up the ten seconds."""
    page.clock.set_fixed_time(NOW)
    visit(page, ticket)
    box(page).click()
    page.keyboard.type(text)
    page.locator("[data-usual]").click()
    page.locator("sp-leaving").wait_for()
    page.locator("sp-editor[ready]").wait_for()


def states():
    return list(Timer.objects.filter(kind="send").order_by("id").values_list("state", flat=True))


@pytest.mark.parametrize("by_key", [True, False])
def test_answer_is_taken_back_from_another_page_and_its_text_is_there_again(sit_down, usual, anna, ticket, by_key):
    with sit_down(anna) as page:
        send(page, ticket, "Troppo presto.")
        here = page.locator("sp-leaving-card").count()
        page.locator(f".nav__link[href='{usual['unsolved']}']").click()
        page.locator(".ticket-row").first.wait_for()
        page.locator("[data-leaves-said]", has_text=f"#{ticket.pk}").wait_for()
        said, name = (page.locator(it).inner_text() for it in ("[data-leaves-said]", "sp-leaving-card button"))
        page.locator(".nav__link[data-hotkey='g n']").click()
        page.locator(".nav__link[data-hotkey='g n'][aria-current=page]").wait_for()
        page.locator("sp-leaving-card").wait_for()
        page.keyboard.press("?")
        keys = page.locator("dialog[data-keys] .keys__line", has_text=name).inner_text().split()
        page.keyboard.press("Escape")
        page.locator("dialog[data-keys]").wait_for(state="hidden")
        if by_key:
            page.keyboard.press("z")
        else:
            page.locator("sp-leaving-card button").click()
        page.locator("sp-editor[ready]").wait_for()
        again, where = box(page).inner_text().strip(), page.evaluate("location.pathname + location.hash")
        left = page.locator("sp-leaving, sp-leaving-card").count()

    assert (here, f"#{ticket.pk}" in said) == (0, True)
    assert keys == [*name.split(), "z"]
    assert (again, where, left) == ("Troppo presto.", f"/tickets/{ticket.pk}#composer", 0)
    assert states() == ["cancelled"]
    assert Comment.objects.filter(ticket=ticket).count() == 1


def test_card_is_offered_on_a_page_that_is_loaded_whole_until_the_time_is_over(sit_down, usual, anna, ticket):
    with sit_down(anna, width=390) as page:
        send(page, ticket, "Arrivo.")
        page.goto(usual["unsolved"])
        page.locator("sp-leaving-card").wait_for()
        page.reload()
        page.locator(".ticket-row").first.wait_for()
        page.locator("sp-leaving-card button").focus()
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.clock.set_fixed_time(NOW + timedelta(seconds=10))
        page.locator("sp-leaving-card").wait_for(state="detached")
        focused = page.evaluate("document.activeElement.id")
        page.reload()
        page.locator(".ticket-row").first.wait_for()
        again = page.locator("sp-leaving-card").count()

    assert (wide, focused, again) == (390, "main", 0)
    assert states() == ["waiting"]


def test_answer_that_is_to_leave_later_does_not_go_along(sit_down, usual, anna, ticket):
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("Domani.")
        page.locator("summary[aria-label]", has=page.locator("use[href$='#chevron-up']")).click()
        page.locator("[name=at]").nth(1).click()
        page.locator("sp-leaving").wait_for()
        page.goto(usual["unsolved"])
        page.locator(".ticket-row").first.wait_for()
        cards = page.locator("sp-leaving-card").count()

    assert (cards, states()) == (0, ["waiting"])


def test_note_that_is_written_meanwhile_is_on_another_device_and_outlives_the_answer(sit_down, anna, ticket):
    with sit_down(anna) as page:
        send(page, ticket, "Arrivo.")
        box(page).click()
        page.keyboard.type("Chiamare Rita")
        kept(page)
        page.evaluate("() => localStorage.clear()")
        page.reload()
        page.locator("sp-editor[ready]").wait_for()
        again, is_note = box(page).inner_text().strip(), page.locator("[name=kind][value=note]").is_checked()
        box(page).click()
        page.keyboard.press("End")
        leave()  # While he is typing.
        page.keyboard.type(" domani")
        kept(page)
        page.locator(".composer__notice[data-notice=elsewhere]").wait_for(state="hidden")
        page.reload()
        page.locator("sp-editor[ready]").wait_for()
        after = box(page).inner_text().strip()

    assert (again, is_note, after) == ("Chiamare Rita", True, "Chiamare Rita domani")
    assert [it.text for it in Comment.objects.filter(ticket=ticket).order_by("id")][1:] == ["Arrivo."]
    assert [(it.text, it.public) for it in Draft.objects.all()] == [("Chiamare Rita domani", False)]
