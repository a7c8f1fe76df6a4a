"""The pages of SLA policies in Chromium: with script and without, on a desk and on a phone."""

import pytest

from sportello.desk.actions import policies, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import SlaPolicy
from sportello.desk.words import Priority, Via
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TARGET = {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True}


@pytest.mark.parametrize("script", [True, False])
def test_policy_is_written_with_and_without_script(sit_down, ada, script):  # noqa: F811
    with sit_down(ada, script=script) as page:
        page.goto("/sla/new")
        page.locator("[name=title]").fill("Gold")
        page.locator("[name='targets.first_reply_time.high']").fill("1:30")
        page.locator("button[value='add.conditions.all']").click()
        page.locator("[name='conditions.all.0.field']").select_option("current_tags")
        if not script:
            page.locator("[data-row='conditions.all.0'] button[value=redraw]").click()
        page.locator("[name='conditions.all.0.value']").fill("gold")
        page.locator(".builder__save .button--primary").click()
        page.locator(".sentence").wait_for()

    assert policies.export(SlaPolicy.objects.get()) == {
        "title": "Gold",
        "description": "",
        "active": True,
        "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "gold"}], "any": []},
        "targets": [TARGET],
    }


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_with_promises_fits(sit_down, usual, ada, rita, mailbox, width, scheme):  # noqa: F811
    made = policies.save_policy({"title": "All", "targets": [TARGET, {**TARGET, "priority": "low"}]}, actor=ada)
    opened = tickets.open_ticket(
        requester=rita, subject="Ferma", words=Words("Aiuto"), actor=rita, via=Via.EMAIL, priority=Priority.HIGH
    )
    paths = ["/sla", "/sla/new", f"/sla/{made.pk}", f"/sla/{made.pk}/edit", f"/tickets/{opened.pk}", usual["unsolved"]]

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in paths:
            assert page.goto(path).status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")
        page.goto(f"/sla/{made.pk}/edit")
        outside = page.evaluate(
            """Array.from(document.querySelectorAll(".targets :is(input, select)"))
            .map(it => it.getBoundingClientRect().right)
            .filter(it => it > document.querySelector("fieldset:has(.targets)").getBoundingClientRect().right).length"""
        )

    assert {path: found for path, found in widths.items() if found > width} == {}
    assert outside == 0
