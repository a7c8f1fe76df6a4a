"""The administrators' pages of custom fields: who may, the list, the form that loses nothing, dropping."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import configuration, ticket_fields, ticket_forms
from sportello.desk.models import CustomField, OrganizationFieldValue, RuleChange, TicketFieldValue, UserFieldValue

pytestmark = pytest.mark.django_db

LIST = 6  # queries
DEVICE = {
    "of": "ticket",
    "kind": "tagger",
    "key": "device",
    "title": {"it": "Dispositivo", "en": "Device"},
    "description": {"en": "What does not work?"},
    "options": [{"value": "printer", "name": {"it": "Stampante", "en": "Printer"}}, {"value": "pc", "name": "PC"}],
    "required": True,
    "visible_in_portal": True,
    "editable_in_portal": True,
}
FORM = {
    "title.it": "Dispositivo",
    "title.en": "Device",
    "description.it": "",
    "description.en": "What does not work?",
    "options.0.it": "Stampante",
    "options.0.en": "Printer",
    "options.0.value": "",
    "options.4.it": "PC",
    "options.4.en": "PC",
    "options.4.value": "computer",
    "options.7.it": "",
    "options.7.en": "",
    "options.7.value": "",
    "required": "on",
    "portal": "editable_in_portal",
    "active": "on",
    "key": "",
}
PATHS = ["", "/switching", "/place", "/dropping"]


def save(ada, **more):
    return ticket_fields.save_field({**DEVICE, **more}, actor=ada)


@pytest.fixture
def device(ada):
    return save(ada)


@pytest.fixture
def page(enter, ada):
    return enter(ada)


def text_of(response):
    return response.content.decode()


def kept(field):
    field.refresh_from_db()
    return ticket_fields.export(field)


def keys(of="ticket"):
    return list(CustomField.objects.filter(of=of).values_list("key", flat=True))


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, device, name):
    other = enter(request.getfixturevalue(name))

    for path in ("", "/new", "/new?kind=text", f"/{device.pk}", f"/{device.pk}/dropping"):
        assert other.get(f"/fields{path}").status_code == 404
    for path in ("/new?kind=tagger", "/order", *(f"/{device.pk}{path}" for path in PATHS)):
        assert other.post(f"/fields{path}", FORM | {"on": "0"}).status_code == 404
    assert (keys(), RuleChange.objects.count()) == (["device"], 1)


@pytest.mark.parametrize("path", ["switching", "place"])
def test_get_of_a_change_is_refused(page, device, path):
    assert page.get(f"/fields/{device.pk}/{path}").status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_change_of_what_is_gone_is_not_there(page, path):
    assert page.post(f"/fields/77{path}", FORM).status_code == 404


def test_get_of_the_pages_changes_nothing(page, device):
    for path in ("", "/new", "/new?kind=regexp&of=user", f"/{device.pk}", f"/{device.pk}/dropping"):
        assert page.get(f"/fields{path}").status_code == 200

    assert (keys(), RuleChange.objects.count()) == (["device"], 1)


def test_navigation_of_administrators_leads_there(page, enter, anna):
    assert 'href="/fields"' in text_of(page.get("/fields"))
    assert 'href="/fields"' not in text_of(enter(anna).get("/macros"))


# --- the list --------------------------------------------------------------------------------------------------------


def test_list_shows_the_fields_of_each_thing_in_order(page, ada, device):
    save(ada, key="room", kind="text", title="Room", of="user")
    save(ada, key="late", kind="text", title="Late", active=False, required=False, editable_in_portal=False)

    shown = page.get("/fields").context
    people = page.get("/fields?of=user").context

    assert [(it.title, it.names, str(it.portal), it.row.active) for it in shown["fields"]] == [
        ("Device", "Printer · PC", "customers fill it in", True),
        ("Late", "", "customers see it", False),
    ]
    assert [(it.value, it.count) for it in shown["tabs"]] == [("ticket", 2), ("user", 1), ("organization", 0)]
    assert [(it.title, it.portal) for it in people["fields"]] == [("Room", "")]


def test_list_says_who_decides_what_is_asked(page, ada, device):
    without = text_of(page.get("/fields"))
    ticket_forms.save_form({"name": "Hardware", "fields": [device.pk]}, actor=ada)

    assert "all fields that are switched on are asked" in without
    assert "Which of them are asked is said by the" in text_of(page.get("/fields"))


def test_list_when_empty_says_what_a_field_is_for(page):
    assert "No field of your own yet" in text_of(page.get("/fields?of=organization"))


def test_list_with_one_and_with_three_fields_asks_as_many_queries(page, ada, device):
    counts = []
    for number in range(3):
        if number:
            save(ada, key=f"more_{number}")
        page.get("/fields")
        with CaptureQueriesContext(connection) as found:
            page.get("/fields")
        counts.append(len(found))

    assert counts == [LIST] * 3


def test_place_and_order_stay_among_the_fields_of_the_same_thing(page, ada, device):
    room = save(ada, key="room", kind="text", of="user")
    model = save(ada, key="model", kind="text")
    note = save(ada, key="note", kind="text")

    moved = page.post(f"/fields/{model.pk}/place", {"to": "up"})
    by_place = keys()
    page.post("/fields/order", {"field": [note.pk, model.pk, device.pk, "x"]})

    assert moved["Location"] == f"/fields?of=ticket#field-{model.pk}"
    assert by_place == ["model", "device", "note"]
    assert (keys(), keys("user"), kept(room)["active"]) == (["note", "model", "device"], ["room"], True)


def test_switch_goes_off_and_on(page, device):
    page.post(f"/fields/{device.pk}/switching", {"on": "0"})
    off = kept(device)["active"]
    page.post(f"/fields/{device.pk}/switching", {"on": "1"})

    assert (off, kept(device)["active"]) == (False, True)


# --- the form --------------------------------------------------------------------------------------------------------


def test_new_field_begins_with_its_kind(page):
    response = page.get("/fields/new?of=organization")

    assert {it.value for it in response.context["kinds"]} == set(CustomField.Kind.values)
    assert all(it.said for it in response.context["kinds"])
    assert 'href="?of=organization&amp;kind=tagger"' in text_of(response)


@pytest.mark.parametrize("kind", CustomField.Kind.values)
@pytest.mark.parametrize("of", CustomField.Of.values)
def test_form_of_each_kind_is_drawn(page, kind, of):
    response = page.get(f"/fields/new?of={of}&kind={kind}")

    text = text_of(response)
    assert ('name="options.0.it"' in text) == (kind in ("tagger", "multiselect"))
    assert ('name="pattern"' in text) == (kind == "regexp")
    assert ('name="portal"' in text) == (of == "ticket")
    assert 'id="agent-field-0"' in text or 'id="agent-field-0-label"' in text


def test_new_field_is_kept_as_it_was_written(page):
    response = page.post("/fields/new?of=ticket&kind=tagger", FORM)

    made = CustomField.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/fields?of=ticket#field-{made.pk}")
    assert ticket_fields.export(made) == {
        "of": "ticket",
        "kind": "tagger",
        "key": "device",
        "title": {"it": "Dispositivo", "en": "Device"},
        "description": {"en": "What does not work?"},
        "active": True,
        "options": [
            {"value": "printer", "name": {"it": "Stampante", "en": "Printer"}},
            {"value": "computer", "name": "PC"},
        ],
        "pattern": "",
        "required": True,
        "visible_in_portal": True,
        "editable_in_portal": True,
        "required_in_portal": False,
    }


@pytest.mark.parametrize(
    ("portal", "said"),
    [
        ("", (False, False, False)),
        ("visible_in_portal", (True, False, False)),
        ("editable_in_portal", (True, True, False)),
        ("required_in_portal", (True, True, True)),
        ("nonsense", (False, False, False)),
    ],
)
def test_portal_is_one_choice_that_holds_those_before_it(page, portal, said):
    page.post("/fields/new?kind=text", FORM | {"portal": portal})

    assert tuple(kept(CustomField.objects.get())[name] for name in ticket_fields.PORTAL) == said


def sent_of(response):
    """What the form would send as it is shown."""
    shown = response.context
    draft, sent = shown["draft"], {"seen": shown["seen"], "key": shown["draft"].key, "pattern": shown["draft"].pattern}
    sent |= {f"title.{code}": text for code, text in shown["titles"]}
    sent |= {f"description.{code}": text for code, text in shown["descriptions"]}
    for row in shown["options"]:
        sent |= {f"{row.place}.{code}": text for code, text in row.names}
        sent |= {f"{row.place}.value": row.option.value, f"{row.place}.kept": "1"}
    sent["portal"] = next(it.value for it in shown["levels"] if it.is_chosen)
    return sent | {name: "on" for name in ("required", "active") if getattr(draft, name)}


def test_form_saved_as_it_is_shown_changes_nothing(page, device):
    before = kept(device)

    response = page.post(f"/fields/{device.pk}", sent_of(page.get(f"/fields/{device.pk}")))

    assert (response.status_code, kept(device), RuleChange.objects.count()) == (302, before, 1)


def test_change_of_a_name_keeps_the_value(page, device):
    page.post(f"/fields/{device.pk}", sent_of(page.get(f"/fields/{device.pk}")) | {"options.1.en": "Computer"})

    assert kept(device)["options"][1] == {"value": "pc", "name": {"it": "PC", "en": "Computer"}}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title.it": "", "title.en": ""}, "title"),
        ({"key": "No key"}, "key"),
        ({"options.4.value": "printer"}, "options.1.value"),
        ({"options.0.it": "", "options.0.en": "", "options.0.value": "lost"}, "options.0.name"),
    ],
)
def test_form_when_refused_keeps_what_was_typed_and_names_the_place(page, change, place):
    response = page.post("/fields/new?kind=tagger", FORM | change)

    text = text_of(response)
    assert (response.status_code, list(response.context["faults"])) == (422, [place])
    assert 'aria-invalid="true"' in text
    for said in ("What does not work?", "Stampante" if "options.0.it" not in change else "lost", *change.values()):
        assert said in text
    assert not CustomField.objects.exists()


def test_form_that_another_has_overtaken_is_not_saved_until_its_writer_knows(page, ada, device, frozen_clock):
    mine = sent_of(page.get(f"/fields/{device.pk}")) | {"title.en": "Apparatus"}
    frozen_clock.shift(1)
    ticket_fields.save_field({**DEVICE, "required": False}, actor=ada, field_id=device.pk)

    told = page.post(f"/fields/{device.pk}", mine)
    between = kept(device)["title"]["en"]
    page.post(f"/fields/{device.pk}", mine | {"seen": told.context["seen"]})

    assert (told.status_code, between, kept(device)["title"]["en"]) == (409, "Device", "Apparatus")
    assert [it.lines for it in told.context["changes"]] == [[("-", "needed to solve")]]


def test_form_tells_who_changed_what(page, ada, device):
    changed = {**DEVICE, "options": [*DEVICE["options"], {"name": "Phone"}], "required_in_portal": True}
    ticket_fields.save_field(changed, actor=ada, field_id=device.pk)

    latest, first = page.get(f"/fields/{device.pk}").context["changes"]

    assert (latest.author, first.lines) == (ada, [("", "Made")])
    assert latest.lines == [("+", "Option phone: Phone"), ("+", "Customers must fill it in")]


@pytest.mark.parametrize(
    ("gesture", "names", "focus"),
    [
        ("add.options", ["Printer", "PC", "", ""], "options.3"),
        ("remove.options.0", ["PC", ""], "options.0"),
        ("up.options.1", ["PC", "Printer", ""], "up.options.0"),
        ("down.options.1", ["Printer", "", "PC"], "down.options.2"),
        ("up.options.0", ["Printer", "PC", ""], ""),
        ("remove.options.9", ["Printer", "PC", ""], ""),
        ("look", ["Printer", "PC", ""], ""),
    ],
)
def test_options_come_go_and_move_without_script(page, gesture, names, focus):
    response = page.post("/fields/new?kind=tagger", FORM | {"do": gesture})

    draft = response.context["draft"]
    assert ([it.names["en"] if it.names else "" for it in draft.options], draft.focus) == (names, focus)
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("pattern", "trial", "said"),
    [
        (r"[A-Z]{2}-\d{4}", "AB-1234", "fits"),
        (r"[A-Z]{2}-\d{4}", "xAB-1234", "differs"),
        (r"[A-Z]{2}-\d{4}", "", ""),
        ("(a+)+", "aaa", "This pattern may take too long: say how often things repeat, as in [A-Z]{1,5}."),
    ],
)
def test_pattern_can_be_tried(page, pattern, trial, said):
    response = page.post("/fields/new?kind=regexp", {"pattern": pattern, "trial": trial, "do": "look"})

    assert (response.status_code, response.context["trial"]) == (200, said)


def test_preview_shows_both_sides(page):
    context = page.post("/fields/new?kind=tagger", FORM | {"do": "look"}).context
    shown, hidden = context["preview"], page.get("/fields/new?kind=text")

    assert (shown["agent"].label, shown["agent"].required, shown["customer"].required) == ("Device", True, False)
    assert [name for _value, name, _is in shown["customer"].options] == ["Printer", "PC"]
    assert "nothing of it" in text_of(hidden)


# --- dropping --------------------------------------------------------------------------------------------------------


def test_dropping_tells_first_how_many_tickets_have_a_value(page, ticket, ada):
    field = save(ada, kind="multiselect", required=False)
    for value in ("printer", "pc"):
        TicketFieldValue.objects.create(ticket=ticket, field=field, value=value)
    configuration.forget()

    asked = page.get(f"/fields/{field.pk}/dropping")
    dropped = page.post(f"/fields/{field.pk}/dropping")

    assert (asked.context["count"], "1 ticket has a value in it" in text_of(asked)) == (1, True)
    assert (dropped["Location"], keys(), TicketFieldValue.objects.count()) == ("/fields?of=ticket", [], 0)


def test_dropping_counts_people_and_organizations_too(page, ada, rita, organization):
    room = save(ada, key="room", kind="text", of="user")
    contract = save(ada, key="contract", kind="text", of="organization")
    UserFieldValue.objects.create(user=rita, field=room, value="12")
    OrganizationFieldValue.objects.create(organization=organization, field=contract, value="gold")

    asked = [text_of(page.get(f"/fields/{field.pk}/dropping")) for field in (room, contract)]

    assert "1 person has a value in it" in asked[0]
    assert "1 organization has a value in it" in asked[1]


def test_dropping_is_refused_while_a_form_asks_for_it(page, ada, device):
    ticket_forms.save_form({"name": "Hardware", "fields": [device.pk]}, actor=ada)

    asked = page.get(f"/fields/{device.pk}/dropping")
    page.post(f"/fields/{device.pk}/dropping")

    assert asked.context["named_by"] == ["form “Hardware”"]
    assert "Drop the field" not in text_of(asked)
    assert keys() == ["device"]
