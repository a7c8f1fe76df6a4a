"""The desk's own fields beside a ticket, in Chromium."""

import pytest

from sportello.desk.actions import field_values
from tests.web import own_fields
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "script"), [(1440, True), (390, True), (390, False)])
def test_fields_come_with_their_condition_and_with_their_form(sit_down, anna, ticket, width, script):  # noqa: F811
    own = own_fields.make()

    with sit_down(anna, width, script=script) as page:
        page.goto(f"/tickets/{ticket.pk}")
        panel = page.locator("#fields")
        was_visible = panel.get_by_label("Modello").is_visible()
        panel.get_by_label("Dispositivo").select_option("printer")
        panel.get_by_label("Modello").fill("L4")
        panel.get_by_label("Modulo").select_option("Accesso")
        if not script:
            panel.get_by_role("button").click()
        panel.get_by_label("Login").fill("rita")
        with page.expect_navigation():
            panel.get_by_role("button").click()
        wide = page.evaluate("document.documentElement.scrollWidth")

    ticket.refresh_from_db()
    assert (was_visible, wide) == (not script, width)
    assert ticket.form_id == own.account.pk
    assert field_values.of_ticket(ticket.pk) == {own.device.pk: "printer", own.model.pk: "L4", own.login.pk: "rita"}
