"""The ticket page where it is seldom looked at: on a phone, and when somebody wrote while an answer was written."""

import pytest

from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Via
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401
from tests.web.test_every_page import AXE, LOOKS, look

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_head_of_a_ticket_goes_with_the_page_on_a_phone_and_stays_on_a_desk(sit_down, anna, ticket):  # noqa: F811
    tops = {}
    for width in (390, 1440):
        with sit_down(anna, width) as page:
            page.goto(f"/tickets/{ticket.pk}")
            page.evaluate("scrollTo(0, 200)")
            tops[width] = page.locator(".page-head").bounding_box()["y"]

    assert tops[390] < 0
    assert tops[1440] == 0


def test_palette_and_keys_are_accessible_while_they_are_open(sit_down, anna, ticket):  # noqa: F811
    breaches = set()
    with sit_down(anna, 1440) as page:
        page.add_init_script(path=AXE)
        for key, shown in (("Control+k", ".palette [role=option] kbd"), ("?", ".keys kbd")):
            page.goto("/tickets")
            page.keyboard.press(key)
            page.locator(shown).first.wait_for()
            for width, scheme in LOOKS:
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                breaches |= {f"{key} {it} ({width}, {scheme})" for it in look(page, width)}

    assert breaches == set()


def test_answer_that_somebody_overtook_is_refused_on_a_page_that_is_accessible_and_fits(sit_down, anna, ada, ticket):  # noqa: F811
    breaches = set()
    with sit_down(anna, 1440, trouble=("422",)) as page:
        page.add_init_script(path=AXE)
        page.goto(f"/tickets/{ticket.pk}")
        page.locator("sp-editor[ready]").wait_for()
        page.locator("sp-editor").evaluate("(editor, text) => editor.write({ text })", "Arrivo domani.")
        tickets.answer(ticket.pk, Words("Ci penso io."), actor=ada, via=Via.WEB)
        page.locator("#composer [data-usual]").click()
        page.locator("#composer [data-problem]").wait_for()

        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            breaches |= {f"{it} ({width}, {scheme})" for it in look(page, width)}

    assert breaches == set()
