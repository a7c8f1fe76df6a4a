"""Controls of custom fields: what they show of a value, what comes back of them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.models import CustomField
from sportello.web.ui.custom_fields import Kind, When, control, posted

OPTIONS = [{"value": "pc", "name": {"it": "Computer", "en": "PC"}}, {"value": "printer", "name": "Printer"}]


def field(kind, **more):
    return CustomField(pk=3, kind=kind, title={"it": "Dispositivo", "en": "Device"}, options=OPTIONS, **more)


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
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', html, re.S):
        data.appendlist(name, text.replace("\n", "\r\n"))
    return data


@pytest.mark.parametrize(
    ("kind", "value", "back"),
    [
        (Kind.TEXT, "Fiat", "Fiat"),
        (Kind.REGEXP, "AB-12", "AB-12"),
        (Kind.TEXTAREA, "one\ntwo", "one\ntwo"),
        (Kind.INTEGER, Decimal("12.000000"), "12"),
        (Kind.INTEGER, Decimal(1200), "1200"),
        (Kind.DECIMAL, Decimal("12.500000"), "12.5"),
        (Kind.DATE, date(2026, 3, 1), "2026-03-01"),
        (Kind.CHECKBOX, True, "true"),
        (Kind.CHECKBOX, False, "false"),
        (Kind.CHECKBOX, None, "false"),
        (Kind.TAGGER, "printer", "printer"),
        (Kind.TAGGER, "fax", "fax"),
        (Kind.TAGGER, None, ""),
        (Kind.MULTISELECT, ["pc", "printer"], ["pc", "printer"]),
        (Kind.MULTISELECT, {"fax"}, ["fax"]),
        (Kind.MULTISELECT, (), []),
        (Kind.DECIMAL, "a lot", "a lot"),
    ],
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_control_sent_as_it_is_shown_says_the_same(kind, value, back, language):
    html = drawn(control(field(kind), value, language))

    assert posted([field(kind)], sent(html)) == {3: back}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.sampled_from(["it", "en"]))
def test_decimal_comes_back_as_it_was(number, language):
    made = control(field(Kind.DECIMAL), number, language)

    assert Decimal(posted([field(Kind.DECIMAL)], QueryDict(f"field.3={made.value}"))[3]) == number


def test_decimal_in_italian_has_a_comma():
    assert control(field(Kind.DECIMAL), Decimal("12.5"), "it").value == "12,5"


def test_field_that_was_not_in_the_form_is_not_posted():
    assert posted([field(Kind.TEXT)], QueryDict("field.4=a")) == {}


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
