"""The pages of triggers in Chromium: with script, by keyboard and by dragging, and without."""

import pytest

from sportello.desk.actions import rules
from sportello.desk.models import Trigger
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULE = {
    "title": "a",
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}]},
    "actions": [{"field": "current_tags", "value": "vip"}],
}


def test_trigger_is_written_by_keyboard_and_ordered_by_drag_and_key(sit_down, ada, group):  # noqa: F811
    first = rules.save_trigger(RULE, actor=ada)

    with sit_down(ada) as page:
        page.goto("/triggers/new")
        page.keyboard.type("Mine")
        page.locator("[name='conditions.all.0.field']").select_option("group_id")
        page.locator("[name='conditions.all.0.operator']").select_option("changed")
        hidden = page.locator("[name='conditions.all.0.value']").is_hidden()
        page.locator("[name='conditions.all.0.operator']").select_option("value")
        page.locator("[name='conditions.all.0.value']").select_option(str(group.pk))
        page.locator("button[value='add.conditions.any']").focus()
        page.keyboard.press("Enter")
        page.locator("[name='conditions.any.0.field']:focus").select_option("subject_includes_word")
        page.locator("[name='conditions.any.0.value']").fill("printer")
        page.locator("button[value='add.conditions.any']").click()
        page.locator("button[value='remove.conditions.any.1']").click()
        page.locator("[name='actions.0.field']").select_option("note")
        page.locator("[name='actions.0.body.en']").fill("Look at {{ ticket.id }}.")
        page.keyboard.press("Control+Enter")
        page.locator(".sentence").wait_for()
        page.goto("/triggers")
        with page.expect_response("**/triggers/order"):
            page.locator(".rule [data-handle]").last.press("ArrowUp")
        made = Trigger.objects.get(title="Mine")
        by_key = list(Trigger.objects.values_list("pk", flat=True))
        handle = page.locator(f"[data-sort='{made.pk}'] [data-handle]")
        target = page.locator(f"[data-sort='{first.pk}']").bounding_box()
        handle.hover()
        page.mouse.down()
        page.mouse.move(target["x"] + 20, target["y"] + target["height"] - 4, steps=5)
        with page.expect_response("**/triggers/order"):
            page.mouse.up()

    assert hidden
    assert by_key == [made.pk, first.pk]
    assert list(Trigger.objects.values_list("pk", flat=True)) == [first.pk, made.pk]
    assert made.conditions == {
        "all": [{"field": "group_id", "operator": "value", "value": group.pk}],
        "any": [{"field": "subject_includes_word", "operator": "includes", "value": "printer"}],
    }
    assert made.actions == [{"field": "note", "value": "Look at {{ ticket.id }}."}]


def test_trigger_is_written_without_script(sit_down, ada, group):  # noqa: F811
    with sit_down(ada, width=390, script=False) as page:
        page.goto("/triggers/new")
        page.locator("[name=title]").fill("Mine")
        page.locator("[name='conditions.all.0.field']").select_option("group_id")
        page.locator("button[value=redraw]").first.click()
        page.locator("[name='conditions.all.0.value']").select_option(str(group.pk))
        page.locator("button[value='add.actions']").click()
        page.locator("[name='actions.0.field']").select_option("type")
        page.locator("button[value=redraw] >> nth=1").click()
        page.locator("[name='actions.0.value']").select_option("task")
        page.locator("button[value='remove.actions.1']").click()
        page.locator("[name=title]").press("Enter")
        page.locator(".sentence").wait_for()
        page.goto("/triggers")
        page.locator(".switch").click()
        page.locator(".rule--off").wait_for()

    made = Trigger.objects.get()
    assert (made.title, made.active) == ("Mine", False)
    assert made.conditions["all"] == [{"field": "group_id", "operator": "is", "value": group.pk}]
    assert made.actions == [{"field": "type", "value": "task"}]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_obey_the_policy(sit_down, ada, width, scheme):  # noqa: F811
    made = rules.save_trigger({**RULE, "title": "Long" * 40}, actor=ada)

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in ("", "/new", "/import", f"/{made.pk}", f"/{made.pk}/edit"):
            assert page.goto(f"/triggers{path}").status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: found for path, found in widths.items() if found > width} == {}
