"""The pages that rules share in Chromium: what is ordered by keys, and that nothing sticks out."""

import pytest

from sportello.desk.actions import automations, macros, policies
from sportello.desk.models import Macro
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Long" * 40
TAG = [{"field": "current_tags", "value": "vip"}]
TIMED = {"all": [{"field": "PENDING", "operator": "greater_than", "value": 48}]}
TARGET = {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True}


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_macros_are_ordered_by_keys_among_their_own(sit_down, ada, width, scheme):  # noqa: F811
    automation = automations.save_automation({"title": LONG, "conditions": TIMED, "actions": TAG}, actor=ada)
    policy = policies.save_policy({"title": LONG, "conditions": {}, "targets": [TARGET]}, actor=ada)
    own, a, b = (
        macros.save({"title": title, "actions": TAG, **more}, actor=ada)
        for title, more in ((LONG, {"owner_id": ada.pk}), ("a", {}), ("b", {}))
    )
    one = [f"/automations/{automation.pk}", f"/automations/{automation.pk}/trial", f"/sla/{policy.pk}"]
    paths = ["/automations", "/automations/new", *one, "/sla/import", f"/macros/{own.pk}", "/macros"]

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in paths:
            assert page.goto(path).status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")
        with page.expect_response("**/macros/order"):
            page.locator(f"[data-sort='{b.pk}'] [data-handle]").press("ArrowUp")

    assert {path: found for path, found in widths.items() if found > width} == {}
    assert list(Macro.objects.values_list("pk", flat=True)) == [own.pk, b.pk, a.pk]
