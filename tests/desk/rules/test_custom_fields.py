"""What can stand in the desk's own fields, how it is read, kept and shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules import custom_fields, patterns
from sportello.desk.rules.custom_fields import CustomField, Option
from sportello.desk.rules.kinds import Unreadable

OPTIONS = (Option("printer", {"it": "Stampante", "en": "Printer"}), Option("pc", "PC"), Option("phone", "Phone"))
KINDS = ("text", "textarea", "integer", "decimal", "date", "checkbox", "tagger", "multiselect", "regexp")


def field(kind, **more):
    return CustomField(7, "ticket", kind, "fault", "Fault", options=OPTIONS, pattern=r"[A-Z]{2}-\d+", **more)


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("text", "  due   parole\n", "due parole"),
        ("text", "nul\x00", "nul"),
        ("text", 12, "12"),
        ("textarea", " una\r\ndue ", "una\ndue"),
        ("integer", "12", 12),
        ("integer", " -1 200 ", -1200),
        ("integer", 7, 7),
        ("decimal", "1,5", Decimal("1.5")),
        ("decimal", "1.50", Decimal("1.5")),
        ("decimal", "1.234,56", Decimal("1234.56")),
        ("decimal", "1,234.56", Decimal("1234.56")),
        ("decimal", 2.5, Decimal("2.5")),
        ("decimal", "1e3", Decimal("1000")),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("date", "01/03/2026", date(2026, 3, 1)),
        ("date", "1.3.2026", date(2026, 3, 1)),
        ("date", "1-3-2026", date(2026, 3, 1)),
        ("checkbox", "on", True),
        ("checkbox", "true", True),
        ("checkbox", "no", False),
        ("checkbox", "", False),
        ("checkbox", None, False),
        ("tagger", "pc", "pc"),
        ("multiselect", ["pc", "printer", "pc"], ("printer", "pc")),
        ("multiselect", "phone, printer", ("printer", "phone")),
        ("multiselect", ["", "pc"], ("pc",)),
        ("multiselect", [], None),
        ("regexp", "AB-12", "AB-12"),
    ],
)
def test_read_when_said_in_many_ways_is_the_value(kind, said, value):
    read = custom_fields.read(field(kind), said)

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "checkbox"])
@pytest.mark.parametrize("said", ["", "   ", None])
def test_read_when_nothing_is_said_is_none(kind, said):
    assert custom_fields.read(field(kind), said) is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", "a" * 256),
        ("textarea", "a" * 50_001),
        ("integer", "1,5"),
        ("integer", "tre"),
        ("integer", True),
        ("integer", str(10**14)),
        ("decimal", "1,2,3.4,5"),
        ("decimal", "NaN"),
        ("decimal", "Infinity"),
        ("decimal", "1e9"),
        ("decimal", "1e-999999999999"),
        ("decimal", "0e-999999999999"),
        ("decimal", "1e999999999999"),
        ("decimal", "0.1234567"),
        ("date", "2026-02-30"),
        ("date", "31/12/26"),
        ("date", "domani"),
        ("date", 12),
        ("checkbox", "forse"),
        ("tagger", "radio"),
        ("tagger", "Printer"),
        ("multiselect", ["pc", "radio"]),
        ("multiselect", 5),
        ("regexp", "AB-12x"),
        ("regexp", "ab-12"),
    ],
)
def test_read_when_it_cannot_be_meant_is_refused(kind, said):
    with pytest.raises(Unreadable):
        custom_fields.read(field(kind), said)


VALUES = {
    "text": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=255),
    "textarea": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00")),
    "integer": st.integers(-(10**14) + 1, 10**14 - 1),
    "decimal": st.decimals(-999_999_999, 999_999_999, places=6),
    "date": st.dates(),
    "checkbox": st.booleans(),
    "tagger": st.sampled_from([it.value for it in OPTIONS]),
    "multiselect": st.lists(st.sampled_from([it.value for it in OPTIONS])),
    "regexp": st.from_regex(r"[A-Z]{2}-[0-9]{1,20}", fullmatch=True),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_value_when_read_written_and_kept_stays_the_same(kind, data):
    own = field(kind)
    value = custom_fields.read(own, data.draw(VALUES[kind]))
    rows = [(row["value"], row.get("text", "")) for row in custom_fields.columns(own, value)]

    assert custom_fields.read(own, value) == value
    assert custom_fields.stored(own, custom_fields.write(own, value)) == value
    assert custom_fields.of_columns(own, reversed(rows)) == value
    assert all(len(kept) <= 255 for kept, _text in rows)
    assert (rows == []) == custom_fields.is_empty(value)


def test_of_columns_when_an_option_is_gone_keeps_its_value():
    rows = [("radio", ""), ("pc", "")]

    assert custom_fields.of_columns(field("multiselect"), rows) == ("pc", "radio")
    assert custom_fields.shown(field("multiselect"), ("pc", "radio"), "it") == "PC, radio"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", ["hello", 12, "12", True, ["a", "b"], "2026-03-01", "1.5"])
def test_stored_when_the_field_was_of_another_kind_then_is_something_that_it_takes(kind, data):
    value = custom_fields.stored(field(kind), data)

    assert isinstance(value, TYPES[kind] | None)
    assert isinstance(custom_fields.shown(field(kind), value, "it"), str)


TYPES = {"integer": int, "decimal": Decimal, "date": date, "checkbox": bool, "multiselect": tuple}
TYPES |= dict.fromkeys(("text", "textarea", "regexp", "tagger"), str)


@pytest.mark.parametrize(
    ("kind", "value", "italian", "english"),
    [
        ("text", None, "", ""),
        ("checkbox", True, "sì", "yes"),
        ("checkbox", False, "no", "no"),
        ("checkbox", None, "no", "no"),
        ("decimal", Decimal("1.5"), "1,5", "1.5"),
        ("integer", 0, "0", "0"),
        ("date", date(2026, 3, 1), "1 marzo 2026", "1 March 2026"),
        ("tagger", "printer", "Stampante", "Printer"),
        ("multiselect", ("printer", "pc"), "Stampante, PC", "Printer, PC"),
        ("textarea", "una\ndue", "una\ndue", "una\ndue"),
    ],
)
def test_shown_speaks_the_readers_language(kind, value, italian, english):
    shown = [custom_fields.shown(field(kind), value, language) for language in ("it", "en-gb")]

    assert shown == [italian, english]


@pytest.mark.parametrize(
    ("of", "name", "placeholders"),
    [
        ("ticket", "custom_fields_7", ("ticket.custom_fields.fault", "ticket.ticket_field_7")),
        ("user", "requester.custom_fields.fault", ("requester.custom_fields.fault",)),
        ("organization", "organization.custom_fields.fault", ("organization.custom_fields.fault",)),
    ],
)
def test_name_tells_whose_field_it_is(of, name, placeholders):
    own = CustomField(7, of, "text", "fault", "Fault")

    assert (own.name, own.placeholders) == (name, placeholders)
    assert custom_fields.id_of(own.name) == (7 if of == "ticket" else None)


@pytest.mark.parametrize(
    "pattern",
    ["[A-Z]{2}-[0-9]+", r"(\d{3})-(\d{4})", r"IT\d{2}[A-Z]\d{10}[0-9A-Z]{12}", r"\w+@\w+\.[a-z]{2,3}", "(foo|bar){2}"],
)
def test_pattern_that_ends_soon_is_accepted(pattern):
    assert patterns.compiled(pattern).pattern == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(a|ab)*c",
        "(?:(?:(?:^){9000}){9000}){9000}",
        "(?:(?:(?:){9000}){9000}){9000}",
        ".*.*.*.*x",
        "(x+x+)+y",
        r"([a-z]+\d?)*!",
        r"(a)\1",
        "(?=a)a",
        "(?<!a)b",
        "",
        "[",
        "(",
        "a" * 301,
        "a{1,99999999999}",
        "((a{1,9}){1,9}){1,9}",
    ],
)
def test_pattern_that_is_wrong_or_may_take_for_ever_is_refused(pattern):
    with pytest.raises(patterns.Unfit):
        patterns.compiled(pattern)


def test_pattern_at_its_worst_is_answered_at_once():
    # As many ways as are allowed, and a text that is none of them.
    assert not patterns.follows("a" * 255, ".*.*x")
    assert not patterns.follows("a" * 256, ".*")


def test_day_of_a_date_that_is_a_time_is_its_day():
    at = date(2026, 3, 1) + timedelta(days=1)

    assert custom_fields.read(field("date"), at) == date(2026, 3, 2)
