"""The pages of views in Chromium: with script, by keyboard and by dragging, and without."""

import pytest

from sportello.desk.actions import defaults, views
from sportello.desk.models import View
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = "/tickets/views"
NEW = {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []}


def test_view_is_written_by_keyboard_looked_at_and_kept(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna) as page:
        page.goto(f"{ROOT}/new")
        page.keyboard.type("Fresh")
        page.locator("[name='conditions.all.0.operator']").select_option("is")
        page.locator("[name='conditions.all.0.value']").select_option("new")
        page.locator("button[value='add.conditions.all']").focus()
        page.keyboard.press("Enter")
        page.locator("[name='conditions.all.1.field']:focus").select_option("group_id")
        page.locator("[name='conditions.all.1.value']").select_option(str(ticket.group_id))
        page.locator("[data-sort=requester] [data-handle]").press("ArrowUp")
        page.locator("[name=columns][value=assignee]").uncheck()
        page.locator("button[value=preview]").click()
        shown = page.locator("#preview .ticket-row__subject").inner_text()
        kept_by_then = View.objects.count()
        page.locator("[name=title]").press("Control+Enter")
        page.locator("h1", has_text="Fresh").wait_for()
        page.locator(".nav__link[aria-current]", has_text="Fresh").wait_for()

    made = View.objects.get()
    assert (shown, kept_by_then) == ("La stampante non stampa", 0)
    assert made.columns == ["requester", "subject", "updated"]
    assert [it["field"] for it in made.conditions["all"]] == ["status", "group_id"]
    assert made.owner_id == anna.pk


def test_columns_and_views_are_dragged_into_order(sit_down, ada):  # noqa: F811
    first, second = (views.save({"title": title, "conditions": NEW}, actor=ada) for title in ("First", "Second"))

    with sit_down(ada) as page:
        page.goto(ROOT)
        target = page.locator(f"[data-sort='{first.pk}']").bounding_box()
        page.locator(f"[data-sort='{second.pk}'] [data-handle]").hover()
        page.mouse.down()
        page.mouse.move(target["x"] + 20, target["y"] + 4, steps=5)
        with page.expect_response("**/views/order"):
            page.mouse.up()
        page.goto(f"{ROOT}/{first.pk}/edit")
        page.locator("[data-sort=subject] [data-handle]").scroll_into_view_if_needed()
        target = page.locator("[data-sort=requester]").bounding_box()
        page.locator("[data-sort=subject] [data-handle]").hover()
        page.mouse.down()
        page.mouse.move(target["x"] + 20, target["y"] + target["height"] - 4, steps=5)
        page.mouse.up()
        page.locator(".builder__save .button--primary").click()
        page.locator(".nav__link[aria-current]").wait_for()

    first.refresh_from_db()
    assert list(View.objects.values_list("pk", flat=True)) == [second.pk, first.pk]
    assert first.columns == ["requester", "subject", "assignee", "updated"]


def test_view_is_written_without_script(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna, width=390, script=False) as page:
        page.goto(f"{ROOT}/new")
        page.locator("[name=title]").fill("Fresh")
        page.locator("button[value='down.columns.subject']").click()
        page.locator("[name=columns][value=priority]").check()
        page.locator("button[value=preview]").click()
        page.locator("#preview .ticket-row__subject").wait_for()
        page.locator("[name=title]").press("Enter")
        page.locator("h1", has_text="Fresh").wait_for()

    assert View.objects.get().columns == ["requester", "subject", "assignee", "updated", "priority"]


def test_list_is_sorted_by_the_name_of_a_column(sit_down, anna, ticket):  # noqa: F811
    made = views.save({"title": "Fresh", "conditions": NEW}, actor=None)

    with sit_down(anna) as page:
        page.goto(f"{ROOT}/{made.pk}")
        page.locator(".tickets__sort[href*=updated_at]").click()
        page.locator("th[aria-sort=ascending]").wait_for()
        page.locator(".ticket-row__subject").press("Enter")
        page.wait_for_url(f"**/tickets/{ticket.pk}")

    assert views.export(View.objects.get())["sort_descending"] is True


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1000, "light"), (390, "dark")])
def test_pages_fit_and_obey_the_policy(sit_down, ada, ticket, width, scheme):  # noqa: F811
    defaults.install_views("it")
    many = [
        "subject",
        "requester",
        "organization",
        "assignee",
        "group",
        "status",
        "priority",
        "type",
        "tags",
        "created",
    ]
    made = views.save({"title": "Long" * 40, "columns": many, "group_by": "status", "conditions": NEW}, actor=ada)

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in ("", "/new", "/import", f"/{made.pk}", f"/{made.pk}/edit", f"/{made.pk}?sort_by=priority"):
            assert page.goto(f"{ROOT}{path}").status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: found for path, found in widths.items() if found > width} == {}
