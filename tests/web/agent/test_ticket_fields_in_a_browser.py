"""The pages of custom fields and forms in Chromium: redrawn while one writes, conditions that hide; without script."""

import pytest

from sportello.desk.actions import configuration, ticket_fields, ticket_forms
from sportello.desk.models import CustomField, TicketForm
from sportello.desk.rules.forms import AGENT, asked
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_field_is_written_with_its_preview_and_ordered_by_key(sit_down, ada):  # noqa: F811
    first = ticket_fields.save_field({"kind": "text", "title": "Model"}, actor=ada)

    with sit_down(ada) as page:
        page.goto("/fields/new?kind=tagger")
        page.keyboard.type("Dispositivo")
        page.locator("#preview label", has_text="Dispositivo").first.wait_for()
        page.locator("[name='options.0.en']").fill("Printer")
        page.locator("[name='options.2.en']").fill("PC")
        page.locator("button[value='remove.options.1']").focus()
        page.keyboard.press("Enter")
        page.locator("[name='options.1.it']:focus").wait_for()
        page.locator("button[value='add.options']").click()
        page.locator("[name='options.2.it']:focus").wait_for()
        page.keyboard.type("Telefono")
        page.locator("#preview option", has_text="Telefono").first.wait_for(state="attached")
        page.locator("button[value='up.options.2']").click()
        page.locator("button[value='up.options.1']:focus").wait_for()
        page.locator("[value=required_in_portal]").check()
        page.locator("#preview #customer-field-0").wait_for()
        page.keyboard.press("Control+Enter")
        page.locator(".rule").first.wait_for()
        with page.expect_response("**/fields/order"):
            page.locator(".rule [data-handle]").last.press("ArrowUp")

    made = CustomField.objects.exclude(pk=first.pk).get()
    assert [it["value"] for it in made.options] == ["printer", "telefono", "pc"]
    assert made.required_in_portal
    assert list(CustomField.objects.values_list("pk", flat=True)) == [made.pk, first.pk]


def test_pattern_is_tried_while_it_is_written(sit_down, ada):  # noqa: F811
    with sit_down(ada) as page:
        page.goto("/fields/new?kind=regexp")
        page.locator("[name=pattern]").fill(r"[A-Z]{2}-\d{4}")
        page.locator("[name=trial]").fill("AB-12")
        page.locator("#trial-said .badge--negative").wait_for()
        page.locator("[name=trial]").press("End")
        page.keyboard.type("34")
        page.keyboard.press("Enter")
        page.locator("#trial-said .badge--positive").wait_for()


def test_form_is_written_and_tried_and_asks_what_the_rule_says(sit_down, ada):  # noqa: F811
    device = ticket_fields.save_field(
        {"kind": "tagger", "title": "Device", "options": [{"name": "Printer"}, {"name": "PC"}]}, actor=ada
    )
    colour = ticket_fields.save_field({"kind": "checkbox", "title": "Colour"}, actor=ada)
    toner = ticket_fields.save_field(
        {"kind": "multiselect", "title": "Toner", "options": [{"name": "Cyan"}]}, actor=ada
    )
    shade = ticket_fields.save_field({"kind": "text", "title": "Shade"}, actor=ada)

    with sit_down(ada) as page:
        page.goto("/forms/new")
        page.keyboard.type("Hardware")
        for number, field in enumerate((device, colour, toner, shade)):
            page.locator("[name=chosen]").select_option(str(field.pk))
            page.locator("button[value='add.fields']").click()
            page.locator(f"[name='fields.{number}']").wait_for(state="attached")
        cases = ((colour, device, "printer"), (toner, colour, "true"), (shade, toner, "cyan"))
        for number, (child, parent, value) in enumerate(cases):
            place = f"conditions.agent.{number}"
            page.locator("button[value='add.conditions.agent']").click()
            page.locator(f"[name='{place}.child']:focus").select_option(str(child.pk))
            page.locator(f"[name='{place}.parent']").select_option(str(parent.pk))
            page.locator(f"[name='{place}.value'] option[value={value}]").wait_for(state="attached")
            page.locator(f"[name='{place}.value']").select_option(value)
        page.locator("[name='conditions.agent.1.required']").check()
        page.locator(f"#preview sp-conditional:first-of-type [data-field='{shade.pk}'][data-when]").first.wait_for(
            state="attached"
        )
        page.wait_for_load_state("networkidle")
        seen = [(_shown(page), {})]
        page.locator(f"#agent-field-{device.pk}").select_option("printer")
        seen.append((_shown(page), {device.pk: "printer"}))
        page.locator(f"#agent-field-{colour.pk}").check()
        seen.append((_shown(page), {device.pk: "printer", colour.pk: True}))
        page.locator("#preview label", has_text="Cyan").first.click()
        seen.append((_shown(page), {device.pk: "printer", colour.pk: True, toner.pk: ("cyan",)}))
        page.locator(f"#agent-field-{device.pk}").select_option("pc")
        seen.append((_shown(page), {device.pk: "pc", colour.pk: True, toner.pk: ("cyan",)}))
        page.keyboard.press("Control+Enter")
        page.locator(".rule").first.wait_for()

    configuration.forget()
    now = configuration.current()
    form = now.forms[TicketForm.objects.get().pk]
    assert [shown for shown, _values in seen] == [
        [(it.field.id, it.required) for it in asked(form, now.custom_fields, values, who=AGENT)]
        for _shown, values in seen
    ]
    assert [len(shown) for shown, _values in seen] == [1, 2, 3, 4, 1]


def _shown(page):
    """What agents are asked in the preview: (id, whether it is marked as needed)."""
    found = page.evaluate(
        """Array.from(document.querySelector("#preview sp-conditional").querySelectorAll("[data-field]"))
        .filter((part) => !part.hidden)
        .map((part) => [Number(part.dataset.field), !part.querySelector("[data-when-required]").hidden])"""
    )
    return [tuple(it) for it in found]


def test_field_and_form_are_written_without_script(sit_down, ada):  # noqa: F811
    with sit_down(ada, width=390, script=False) as page:
        page.goto("/fields")
        page.locator("a[href='/fields/new?of=ticket']").click()
        page.locator("a[href$='kind=tagger']").click()
        page.locator("[name='title.it']").fill("Dispositivo")
        page.locator("[name='options.0.it']").fill("Stampante")
        page.locator("button[value='remove.options.1']").click()
        page.locator("[name='title.it']").press("Enter")
        page.locator(".rule").wait_for()
        page.goto("/fields/new?kind=text")
        page.locator("[name='title.it']").fill("Modello")
        page.locator("[name='title.it']").press("Enter")
        page.goto("/forms/new")
        page.locator("[name='name.it']").fill("Macchine")
        page.locator("button[value='add.fields']").click()
        page.locator("button[value='add.fields']").click()
        page.locator("button[value='add.conditions.agent']").click()
        device, model = CustomField.objects.all()
        page.locator("[name='conditions.agent.0.child']").select_option(str(model.pk))
        page.locator("[name='conditions.agent.0.parent']").select_option(str(device.pk))
        page.locator("button[value=redraw]").click()
        page.locator("[name='conditions.agent.0.value']").select_option("stampante")
        page.locator("button[value=look]").click()
        shown = page.locator("#preview .field").count()
        hint = page.locator("#preview .no-script-only").first.inner_text()
        page.locator("[name='name.it']").press("Enter")
        page.locator(".rule").wait_for()
        page.locator(".switch").wait_for()

    made = TicketForm.objects.get()
    assert (shown, hint) == (2, "Only when “Dispositivo” is “Stampante”.")
    assert made.conditions == [
        {
            "parent_field_id": device.pk,
            "value": "stampante",
            "child_fields": [{"id": model.pk, "is_required": False}],
            "for": "agent",
        }
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_obey_the_policy(sit_down, ada, width, scheme):  # noqa: F811
    long = "Long" * 25
    options = [{"name": long}, {"name": "b" * 100}]
    field = ticket_fields.save_field({"kind": "tagger", "title": long, "options": options}, actor=ada)
    other = ticket_fields.save_field({"kind": "text", "title": "Other"}, actor=ada)
    case = {"parent_field_id": field.pk, "value": "b" * 100, "child_fields": [{"id": other.pk}], "for": "agent"}
    form = ticket_forms.save_form({"name": long, "fields": [field.pk, other.pk], "conditions": [case]}, actor=ada)

    with sit_down(ada, width, scheme) as page:
        widths = {}
        paths = ("", "/new", "/new?kind=regexp", f"/{field.pk}", f"/{field.pk}/dropping")
        for path in (*(f"/fields{it}" for it in paths), "/forms", "/forms/new", f"/forms/{form.pk}"):
            assert page.goto(path).status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: found for path, found in widths.items() if found > width} == {}
