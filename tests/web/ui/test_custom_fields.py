"""Controls of custom fields: what they show of a value, what comes back of them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.models.ticket_field import CustomField as Row
from sportello.desk.rules.custom_fields import CustomField, Option, read
from sportello.desk.rules.forms import AGENT, END_USER, Condition, Form, asked
from sportello.web.ui.custom_fields import When, control, controls, posted

Kind = Row.Kind
OPTIONS = (Option("pc", {"it": "Computer", "en": "PC"}), Option("printer", "Printer"))


def field(kind, **more):
    said = {"id": 3, "of": "ticket", "key": "device", "title": {"it": "Dispositivo", "en": "Device"}}
    return CustomField(kind=kind, options=OPTIONS, **(said | more))


def drawn(made):
    return render_to_string("ui/_custom_field.html", {"control": made})


def sent(html):
    """What a browser would send of the controls in it."""
    data = QueryDict(mutable=True)
    for tag in re.findall(r"<input[^>]*>", html):
        if "checkbox" not in tag or " checked" in tag:
            data.appendlist(re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)[1])
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html):
        data.appendlist(name, next(iter(re.findall(r'<option value="([^"]*)" selected', body)), ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        data.appendlist(name, text.replace("\n", "\r\n"))
    return data


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "Fiat"),
        (Kind.REGEXP, "AB-12"),
        (Kind.TEXTAREA, "one\ntwo"),
        (Kind.INTEGER, 1200),
        (Kind.DECIMAL, Decimal("-12.5")),
        (Kind.DATE, date(2026, 3, 1)),
        (Kind.CHECKBOX, True),
        (Kind.CHECKBOX, False),
        (Kind.TAGGER, "printer"),
        (Kind.MULTISELECT, ("pc", "printer")),
        *((kind, None) for kind in Kind.values if kind != Kind.CHECKBOX),
    ],
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_control_sent_as_it_is_shown_says_the_same(kind, value, language):
    asked_for = field(kind, pattern="[A-Z]{2}-[0-9]{2}")
    html = drawn(control(asked_for, value, language))

    assert read(asked_for, posted([asked_for], sent(html))[3]) == value


@given(
    st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6).filter(lambda it: abs(it) < 10**9),
    st.sampled_from(["it", "en"]),
)
def test_decimal_comes_back_as_it_was(number, language):
    made = control(field(Kind.DECIMAL), number, language)

    assert (read(field(Kind.DECIMAL), made.value) or 0) == number


@pytest.mark.parametrize(("kind", "value"), [(Kind.TAGGER, "fax"), (Kind.MULTISELECT, ["fax"]), (Kind.DECIMAL, "many")])
def test_control_keeps_what_was_sent_and_is_wrong(kind, value):
    html = drawn(control(field(kind), value, "en"))

    assert posted([field(kind)], sent(html)) == {3: value}


def test_decimal_in_italian_has_a_comma():
    assert control(field(Kind.DECIMAL), Decimal("12.5"), "it").value == "12,5"


def test_field_that_was_not_in_the_form_is_not_posted():
    assert posted([field(Kind.TEXT)], QueryDict("custom_fields_4=a")) == {}


@pytest.mark.parametrize(("language", "label", "name"), [("it", "Dispositivo", "Computer"), ("en", "Device", "PC")])
def test_control_speaks_the_language(language, label, name):
    made = control(field(Kind.TAGGER), None, language)

    assert (made.label, made.options[0]) == (label, ("pc", name, False))


@pytest.mark.parametrize("kind", Kind.values)
def test_control_is_named_and_told_what_is_wrong(kind):
    html = drawn(control(field(kind, description="A hint"), "x", "en", "This <is> wrong.", prefix="a-"))

    assert 'aria-invalid="true"' in html
    assert "This &lt;is&gt; wrong." in html
    assert 'aria-describedby="a-field-3-hint a-field-3-fault"' in html
    assert ('for="a-field-3"' in html and ' id="a-field-3"' in html) or 'aria-labelledby="a-field-3-label"' in html


@pytest.mark.parametrize(
    ("required", "for_customer", "marks"),
    [(True, False, ["to solve"]), (False, False, []), (True, True, []), (False, True, ["optional"])],
)
def test_control_marks_what_is_the_exception(required, for_customer, marks):
    html = drawn(control(field(Kind.TEXT), "", "en", required=required, for_customer=for_customer))

    assert re.findall(r'<span class="field__optional" data-when-required="\w+">([^<]*)', html) == marks


def test_control_under_a_condition_says_it_to_those_without_script():
    when = When(7, "printer", required=True, words="Only when “Device” is “Printer”.")
    html = drawn(control(field(Kind.TEXT), "", "en", when=[when]))

    assert (
        'data-when="[{&quot;field&quot;: 7, &quot;value&quot;: &quot;printer&quot;, &quot;required&quot;: true' in html
    )
    assert '<p class="field__hint no-script-only">Only when “Device” is “Printer”.</p>' in html


DEVICE = field(Kind.TAGGER, editable_in_portal=True, visible_in_portal=True)
MODEL = field(Kind.TEXT, id=5, title="Model", required=True)
COLOUR = field(Kind.CHECKBOX, id=6, title="Colour", editable_in_portal=True, visible_in_portal=True)
FIELDS = {it.id: it for it in (DEVICE, MODEL, COLOUR)}
FORM = Form(
    1,
    "Hardware",
    (3, 6, 5),
    (
        Condition(3, "printer", {5: False, 6: True}, AGENT),
        Condition(3, "pc", {6: False}, AGENT),
        Condition(3, "pc", {6: True}, END_USER),
        Condition(5, "x", {6: False}, END_USER),
    ),
)


def test_controls_without_a_form_are_those_of_all_fields():
    made = controls(FIELDS, {5: "LX"}, "en", who=AGENT)

    assert [(it.field, it.value, it.required, it.when) for it in made] == [
        (3, "", False, ()),
        (5, "LX", True, ()),
        (6, "", False, ()),
    ]


def test_controls_of_a_form_carry_their_conditions_in_its_order():
    made = controls(FIELDS, {}, "en", {"custom_fields_5": "Wrong."}, form=FORM, who=AGENT)

    assert [(it.field, it.fault) for it in made] == [(3, ""), (6, ""), (5, "Wrong.")]
    assert [[(one.field, one.value, one.required) for one in it.when] for it in made] == [
        [],
        [(3, "printer", True), (3, "pc", False)],
        [(3, "printer", True)],  # Needed wherever it is asked.
    ]


def test_controls_for_customers_have_only_what_they_may_fill_in():
    made = controls(FIELDS, {}, "en", form=FORM, who=END_USER)

    assert [(it.field, [one.value for one in it.when]) for it in made] == [(3, []), (6, ["pc"])]


@pytest.mark.parametrize("device", [None, "pc", "printer"])
@pytest.mark.parametrize("who", [AGENT, END_USER])
def test_controls_whose_condition_holds_are_those_that_are_asked(device, who):
    made = controls(FIELDS, {3: device}, "en", form=FORM, who=who)

    holding = {it.field: [one for one in it.when if one.value == device] for it in made}
    expected = {it.field.id: it.required for it in asked(FORM, FIELDS, {3: device}, who=who)}
    assert {
        it.field: any(one.required for one in holding[it.field]) if it.when else it.required
        for it in made
        if holding[it.field] or not it.when
    } == expected
