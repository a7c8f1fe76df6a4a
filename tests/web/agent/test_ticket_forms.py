"""The administrators' pages of ticket forms: who may, the list, fields in order, conditions, both previews."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import ticket_fields, ticket_forms
from sportello.desk.models import RuleChange, TicketForm
from sportello.desk.rules.forms import AGENT, END_USER
from sportello.web.ui.custom_fields import When

pytestmark = pytest.mark.django_db

LIST = 6  # queries
PATHS = ["", "/switching", "/place", "/default", "/dropping"]


@pytest.fixture
def device(ada):
    options = [{"name": {"it": "Stampante", "en": "Printer"}}, {"name": "PC"}]
    portal = {"visible_in_portal": True, "editable_in_portal": True}
    data = {"kind": "tagger", "title": {"it": "Dispositivo", "en": "Device"}, "options": options, **portal}
    return ticket_fields.save_field(data, actor=ada)


@pytest.fixture
def model(ada):
    return ticket_fields.save_field({"kind": "text", "title": "Model"}, actor=ada)


@pytest.fixture
def warranty(ada):
    portal = {"visible_in_portal": True, "editable_in_portal": True}
    return ticket_fields.save_field({"kind": "checkbox", "title": "Under warranty", **portal}, actor=ada)


@pytest.fixture
def hardware(ada, device, model, warranty):
    return save(ada, [device, model, warranty], [("printer", device, {model: True, warranty: False}, AGENT)])


@pytest.fixture
def page(enter, ada):
    return enter(ada)


def save(ada, fields, conditions=(), **more):
    data = {
        "name": {"it": "Macchine", "en": "Hardware"},
        "fields": [it.pk for it in fields],
        "conditions": [case(*it) for it in conditions],
    }
    return ticket_forms.save_form(data | more, actor=ada)


def case(value, parent, children, who):
    listed = [{"id": it.pk, "is_required": required} for it, required in children.items()]
    return {"parent_field_id": parent.pk, "value": value, "child_fields": listed, "for": who}


def text_of(response):
    return response.content.decode()


def names():
    return [it.name if isinstance(it.name, str) else it.name["en"] for it in TicketForm.objects.all()]


def sent(fields, *cases, **more):
    """A form as it is posted: (child, parent, value, required, who) for each case."""
    data = {"name.it": "Macchine", "name.en": "Hardware", "end_user_visible": "on", "active": "on"}
    data |= {f"fields.{3 * number}": it.pk for number, it in enumerate(fields)}
    for number, (child, parent, value, required, who) in enumerate(cases):
        place = f"conditions.{who}.{number}"
        data |= {f"{place}.child": child.pk, f"{place}.parent": parent.pk, f"{place}.value": value}
        data |= {f"{place}.required": "on"} if required else {}
    return data | more


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, hardware, name):
    other = enter(request.getfixturevalue(name))

    for path in ("", "/new", f"/{hardware.pk}"):
        assert other.get(f"/forms{path}").status_code == 404
    for path in ("/new", "/order", *(f"/{hardware.pk}{path}" for path in PATHS)):
        assert other.post(f"/forms{path}", sent([]) | {"on": "0"}).status_code == 404
    assert (names(), RuleChange.objects.filter(kind="ticket_form").count()) == (["Hardware"], 1)


@pytest.mark.parametrize("path", PATHS[1:])
def test_get_of_a_change_is_refused(page, hardware, path):
    assert page.get(f"/forms/{hardware.pk}{path}").status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_change_of_what_is_gone_is_not_there(page, path):
    assert page.post(f"/forms/77{path}", sent([])).status_code == 404


# --- the list --------------------------------------------------------------------------------------------------------


def test_list_without_forms_says_what_is_asked(page, device, model):
    text = text_of(page.get("/forms"))

    assert "Without forms all fields that are switched on are asked, in their order." in text
    assert "Asked now: Device · Model" in text


def test_list_shows_forms_in_order_with_their_fields(page, ada, hardware, model):
    save(ada, [model], name="Internal", end_user_visible=False)

    response = page.get("/forms")

    assert [(it.name, it.fields, it.conditions, it.row.default) for it in response.context["forms"]] == [
        ("Hardware", ["Device", "Model", "Under warranty"], 1, True),
        ("Internal", ["Model"], 0, False),
    ]
    assert text_of(response).count("customers choose it") == text_of(response).count("agents only") == 1


def test_list_with_one_and_with_three_forms_asks_as_many_queries(page, ada, hardware, model):
    counts = []
    for number in range(3):
        if number:
            save(ada, [model])
        page.get("/forms")
        with CaptureQueriesContext(connection) as found:
            page.get("/forms")
        counts.append(len(found))

    assert counts == [LIST] * 3


def test_place_order_switch_default_and_drop(page, ada, hardware, model):
    other = save(ada, [model], name="Other")

    page.post(f"/forms/{other.pk}/place", {"to": "up"})
    by_place = names()
    page.post("/forms/order", {"form": [hardware.pk, other.pk]})
    by_order = names()
    page.post(f"/forms/{other.pk}/default")
    page.post(f"/forms/{hardware.pk}/switching", {"on": "0"})

    assert (by_place, by_order) == (["Other", "Hardware"], ["Hardware", "Other"])
    assert list(TicketForm.objects.values_list("default", "active")) == [(False, False), (True, True)]
    page.post(f"/forms/{hardware.pk}/dropping")
    assert names() == ["Other"]


def test_what_the_verb_refuses_is_said(page, ada, hardware, model):
    save(ada, [model], name="Other")

    for path, data in (("switching", {"on": "0"}), ("dropping", {})):
        response = page.post(f"/forms/{hardware.pk}/{path}", data, follow=True)
        assert "This is the usual form: choose another one first." in text_of(response)
    assert names() == ["Hardware", "Other"]


# --- the form --------------------------------------------------------------------------------------------------------


def test_new_form_is_kept_as_it_was_written(page, device, model, warranty):
    data = sent(
        [model, device, warranty],
        (model, device, "printer", True, AGENT),
        (warranty, device, "printer", False, AGENT),
        (warranty, device, "pc", True, END_USER),
    )

    response = page.post("/forms/new", data)

    made = TicketForm.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/forms#form-{made.pk}")
    assert ticket_forms.export(made) == {
        "name": {"it": "Macchine", "en": "Hardware"},
        "fields": [model.pk, device.pk, warranty.pk],
        "conditions": [
            case("printer", device, {model: True, warranty: False}, AGENT),
            case("pc", device, {warranty: True}, END_USER),
        ],
        "end_user_visible": True,
        "default": True,
        "active": True,
    }


def test_form_saved_as_it_is_shown_changes_nothing(page, hardware):
    shown = page.get(f"/forms/{hardware.pk}").context
    before = ticket_forms.export(hardware)

    data = {f"name.{code}": text for code, text in shown["names"]} | {"seen": shown["seen"]}
    data |= {it.place: it.field.id for it in shown["lines"]} | {"active": "on", "end_user_visible": "on"}
    for row in (row for side in shown["sides"] for row in side.rows):
        data |= {f"{row.place}.{part}": getattr(row.row, part) for part in ("child", "parent", "value")}
        data |= {f"{row.place}.required": "on"} if row.row.required else {}
    response = page.post(f"/forms/{hardware.pk}", data)

    hardware.refresh_from_db()
    assert (response.status_code, ticket_forms.export(hardware)) == (302, before)
    assert RuleChange.objects.filter(kind="ticket_form").count() == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name.it": "", "name.en": ""}, "name"),
        ({"conditions.agent.0.value": "fax"}, "conditions.0.value"),
        ({"conditions.agent.0.child": ""}, "conditions.0.child_fields"),
        ({"conditions.agent.0.parent": ""}, "conditions.0.parent_field_id"),
        ({"fields.0": ""}, "conditions.0.parent_field_id"),
    ],
)
def test_form_when_refused_keeps_what_was_typed_and_names_the_place(page, device, model, change, place):
    data = sent([device, model], (model, device, "printer", True, AGENT))

    response = page.post("/forms/new", data | change)

    text = text_of(response)
    assert (response.status_code, list(response.context["faults"])) == (422, [place])
    assert 'aria-invalid="true"' in text
    assert f'<option value="{model.pk}" selected>' in text or "conditions.agent.0.child" in change
    if place != "name":
        assert response.context["sides"][0].rows[0].faults == [response.context["faults"][place]]
        assert 'value="Macchine"' in text
    assert not TicketForm.objects.exists()


def test_form_that_another_has_overtaken_is_not_saved_until_its_writer_knows(page, ada, hardware, device, frozen_clock):
    mine = sent([device], seen=page.get(f"/forms/{hardware.pk}").context["seen"])
    frozen_clock.shift(1)
    ticket_forms.save_form({**ticket_forms.export(hardware), "name": "Theirs"}, actor=ada, form_id=hardware.pk)

    told = page.post(f"/forms/{hardware.pk}", mine)
    between = names()
    page.post(f"/forms/{hardware.pk}", mine | {"seen": told.context["seen"]})

    assert (told.status_code, between, names()) == (409, ["Theirs"], ["Hardware"])
    (change,) = told.context["changes"]
    assert change.lines == [("-", "Name: Macchine / Hardware"), ("+", "Name: Theirs")]


def test_form_tells_who_changed_what(page, ada, hardware, device, model):
    changed = ticket_forms.export(hardware) | {"conditions": [case("pc", device, {model: True}, END_USER)]}
    ticket_forms.save_form(changed | {"fields": [device.pk, model.pk]}, actor=ada, form_id=hardware.pk)

    latest = page.get(f"/forms/{hardware.pk}").context["changes"][0]

    assert latest.lines == [
        ("-", "Fields: Device · Model · Under warranty"),
        ("-", "Agents: “Model” only when “Device” is “Printer” (required)"),
        ("-", "Agents: “Under warranty” only when “Device” is “Printer”"),
        ("+", "Fields: Device · Model"),
        ("+", "Customers: “Model” only when “Device” is “PC” (required)"),
    ]


def test_switching_the_default_form_off_is_refused_in_the_form(page, hardware, device):
    data = sent([device], seen=page.get(f"/forms/{hardware.pk}").context["seen"])
    del data["active"]

    response = page.post(f"/forms/{hardware.pk}", data)

    assert (response.status_code, "This is the usual form" in text_of(response)) == (422, True)


# --- without script --------------------------------------------------------------------------------------------------


def drawn(page, data, do, **more):
    response = page.post("/forms/new", data | {"do": do} | more)
    assert (response.status_code, TicketForm.objects.count()) == (200, 0)
    return response.context


def test_fields_are_added_moved_and_taken_away(page, device, model, warranty):
    data = sent([device, model])

    added = drawn(page, data, "add.fields", chosen=warranty.pk)
    moved = drawn(page, data, "up.fields.1")
    gone = drawn(page, data, "remove.fields.0")

    assert [it.title for it in added["lines"]] == ["Device", "Model", "Under warranty"]
    assert (added["others"], moved["others"]) == ([], [(warranty.pk, "Under warranty")])
    assert ([it.title for it in moved["lines"]], moved["draft"].focus) == (["Model", "Device"], "up.fields.0")
    assert [it.title for it in gone["lines"]] == ["Model"]


def test_conditions_are_added_taken_away_and_copied_for_customers(page, device, model, warranty):
    data = sent([device, model], (model, device, "printer", True, AGENT))

    added = drawn(page, data, "add.conditions.end_user")
    gone = drawn(page, data, "remove.conditions.agent.0")
    copied = drawn(page, data, "copy.agent")

    assert [len(side.rows) for side in added["sides"]] == [1, 1]
    assert [len(side.rows) for side in gone["sides"]] == [0, 0]
    assert [side.rows[0].row for side in copied["sides"]] == [copied["draft"].rows[AGENT][0]] * 2


def test_condition_offers_the_values_of_the_field_it_looks_at(page, device, model, warranty):
    data = sent([device, model, warranty], (model, device, "", False, AGENT), (model, warranty, "true", False, AGENT))

    first, second = drawn(page, data, "look")["sides"][0].rows

    assert [name for _key, name, _is in first.parents] == ["Device", "Under warranty"]
    assert [it[:2] for it in first.values] == [("printer", "Printer"), ("pc", "PC")]
    assert second.values == [("true", "yes", True), ("false", "no", False)]


def test_condition_needs_something_to_look_at(page, device, model):
    assert [it.can_add for it in drawn(page, sent([model]), "look")["sides"]] == [False, False]
    assert [it.can_add for it in drawn(page, sent([device]), "look")["sides"]] == [False, False]
    assert [it.can_add for it in drawn(page, sent([model, device]), "look")["sides"]] == [True, True]


def test_preview_asks_agents_and_customers_what_the_form_would(page, device, model, warranty):
    data = sent([device, model, warranty], (model, device, "printer", True, AGENT), (model, device, "", False, AGENT))

    preview = drawn(page, data, "look")["preview"]
    words = "Only when “Device” is “Printer”."

    assert [(it.label, it.when) for it in preview[AGENT]] == [
        ("Device", ()),
        ("Model", (When(device.pk, "printer", True, words),)),
        ("Under warranty", ()),
    ]
    assert [it.label for it in preview[END_USER]] == ["Device", "Under warranty"]
