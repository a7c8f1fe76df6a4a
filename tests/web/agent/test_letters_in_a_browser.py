"""A mail of the protocol, seen while it is written, and what a mail server said, in Chromium."""

import pytest

from sportello.desk.models import Protocol
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

# This server holds no connection open: the stream of events is not there.
NO_STREAM = ("404",)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
def test_letter_shows_in_both_languages_while_it_is_written(sit_down, ada, width):  # noqa: F811
    with sit_down(ada, trouble=NO_STREAM) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/protocol")
        page.locator("[data-letter=solved] summary").first.click()
        text = page.locator("[name='texts.it.solved.body']")
        text.focus()
        page.frame_locator("[name=letter-en]").get_by_text("we believe it is solved").last.wait_for()
        text.fill("Ciao {{ requester.first_name }}, fatto.")
        page.frame_locator("[name=letter-it]").get_by_text("Ciao Caterina, fatto.").last.wait_for()
        focused = page.evaluate("document.activeElement.name")
        wide = page.locator("iframe[name=letter-it]").evaluate("it => it.clientWidth")
        page.locator("[value=desktop]").check(force=True)
        wider = page.locator("iframe[name=letter-it]").evaluate("it => it.clientWidth")

    assert focused == "texts.it.solved.body"
    assert (wide <= 390, wider > 600) == (True, True)
    assert Protocol.objects.count() == 0


def test_try_of_a_mailbox_is_told_in_its_place(sit_down, ada, mailbox):  # noqa: F811
    with sit_down(ada, trouble=NO_STREAM) as page:
        page.goto(f"/mailboxes/{mailbox.pk}")
        page.locator("[name=name]").fill("Not kept yet")
        page.get_by_role("button", name="Sending").click()
        page.locator("#tried .checkup__step--bad").wait_for()
        typed = page.locator("[name=name]").input_value()

    assert typed == "Not kept yet"
