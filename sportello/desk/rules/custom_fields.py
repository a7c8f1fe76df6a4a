"""Custom fields: what can stand in a field that the desk has added to tickets, people or organizations. Pure.

A value is None where nothing stands, and by kind: text, textarea, regexp: str; integer: int; decimal: Decimal; date:
date; checkbox: bool (never None: False); tagger: str, an option's value; multiselect: tuple of those, in the options'
order.

- `read(field, said)`: what a person, a form or the API says → the value; raises Unreadable. A value reads as itself.
- `write(field, value)` → as it stands in JSON (audits, API); `stored(field, data)`: back.
- `shown(field, value, language)` → as people read it.
- `is_empty(value)`: nothing stands there; an empty checkbox too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from . import patterns, times
from .kinds import Unreadable
from .texts import Text, in_language

TICKET, USER, ORGANIZATION = "ticket", "user", "organization"
# What a rule or a text about a ticket calls them.
OWNERS: Final = {TICKET: "ticket", USER: "requester", ORGANIZATION: "organization"}
LISTS: Final = ("tagger", "multiselect")
TEXTS: Final = ("text", "textarea", "regexp")
NUMBERS: Final = ("integer", "decimal")
LONGEST_LINE = 255
LONGEST_TEXT = 50_000
# As many digits as both databases compare exactly.
INTEGER_LIMIT = 10**14
DECIMAL_LIMIT = 10**9
DECIMAL_PLACES = 6
YES_OR_NO = {"it": ("sì", "no"), "en": ("yes", "no")}
TRUE = ("true", "on", "1", "yes", "sì")
FALSE = ("false", "off", "0", "no", "")


@dataclass(frozen=True, slots=True)
class Option:
    """One of a list. value: what is stored; name: what people read."""

    value: str
    name: Text


@dataclass(frozen=True, slots=True)
class CustomField:
    """of: "ticket", "user" or "organization". options: of tagger and multiselect. pattern: of regexp."""

    id: int
    of: str
    kind: str
    key: str
    title: Text
    description: Text = ""
    options: tuple[Option, ...] = ()
    pattern: str = ""
    required: bool = False
    visible_in_portal: bool = False
    editable_in_portal: bool = False
    required_in_portal: bool = False
    active: bool = True

    @property
    def name(self) -> str:
        """What conditions, actions and forms call it; of a ticket's field the vendor's name."""
        if self.of == TICKET:
            return name_of(self.id)
        return f"{OWNERS[self.of]}.custom_fields.{self.key}"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What texts call it."""
        if self.of == TICKET:
            return f"ticket.custom_fields.{self.key}", f"ticket.ticket_field_{self.id}"
        return (self.name,)


def name_of(field_id: int) -> str:
    """What conditions, audits and forms call a ticket's field."""
    return f"custom_fields_{field_id}"


def id_of(name: str) -> int | None:
    """The id of the ticket's field that has this name."""
    number = name.removeprefix("custom_fields_")
    return int(number) if number != name and number.isdecimal() else None


def is_spoken_of(text: str) -> bool:
    """Whether a text may contain a placeholder of any such field."""
    return "custom_fields" in text or "ticket_field_" in text


def blank(field: CustomField) -> bool | None:
    """What stands where nothing stands."""
    return False if field.kind == "checkbox" else None


def is_empty(value: Any) -> bool:
    """Whether nothing stands there."""
    return value is None or value is False or value in ("", ())


def read(field: CustomField, said: Any) -> Any:
    """The value that somebody means; None (of a checkbox False) for nothing. Raises Unreadable."""
    if field.kind == "checkbox":
        return _checkbox(said)
    if said is None or (isinstance(said, str | list | tuple) and not said):
        return None
    if isinstance(said, str):
        said = said.replace("\x00", "").strip()
        if not said:
            return None
    if field.kind == "multiselect":
        return _several(field, said)
    if field.kind == "regexp":
        return _patterned(field, said)
    return READERS[field.kind](field, said)


def _line(field: CustomField, said: Any) -> str:
    line = " ".join(str(said).split())
    if len(line) > LONGEST_LINE:
        raise Unreadable(_("At most %(limit)s characters, please.") % {"limit": LONGEST_LINE})
    return line


def _text(field: CustomField, said: Any) -> str:
    text = str(said).replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(_("At most %(limit)s characters, please.") % {"limit": LONGEST_TEXT})
    return text


def _patterned(field: CustomField, said: Any) -> str:
    line = _line(field, said)
    if not patterns.follows(line, field.pattern):
        raise Unreadable(_("“%(value)s” is not of the form that is asked for.") % {"value": line[:100]})
    return line


def _integer(field: CustomField, said: Any) -> int:
    try:
        number = int(said if isinstance(said, int) and not isinstance(said, bool) else str(said).replace(" ", ""))
    except ValueError:
        raise Unreadable(_("Write a whole number.")) from None
    if abs(number) >= INTEGER_LIMIT:
        raise Unreadable(_("This number is too large."))
    return number


def _decimal(field: CustomField, said: Any) -> Decimal:
    try:
        number = Decimal(_plain_number(str(said)))
    except InvalidOperation:
        raise Unreadable(_("Write a number.")) from None
    if not number.is_finite():
        raise Unreadable(_("Write a number."))
    # Written with an exponent it can be longer than the machine has memory.
    if number.adjusted() < -LONGEST_LINE:
        raise Unreadable(_("At most %(limit)s decimals, please.") % {"limit": DECIMAL_PLACES})
    if number.adjusted() > LONGEST_LINE or abs(number) >= DECIMAL_LIMIT:
        raise Unreadable(_("This number is too large."))
    number = Decimal(plain(number))
    if -number.as_tuple().exponent > DECIMAL_PLACES:  # type: ignore[operator]
        raise Unreadable(_("At most %(limit)s decimals, please.") % {"limit": DECIMAL_PLACES})
    return number


def _plain_number(said: str) -> str:
    """With a point for the decimals: 1,5 and 1.234,56 and 1,234.56 are all written by somebody."""
    said = "".join(said.split()).replace("'", "")
    if "," not in said:
        return said
    if "." not in said:
        return said.replace(",", ".")
    thousands = "." if said.rindex(",") > said.rindex(".") else ","
    return said.replace(thousands, "").replace(",", ".")


def plain(number: int | Decimal) -> str:
    """A number as it is stored: no exponent, no zeros that say nothing."""
    said = format(number, "f")
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return "0" if said in ("-0", "") else said


def _date(field: CustomField, said: Any) -> date:
    if isinstance(said, date):
        return date(said.year, said.month, said.day)
    text = str(said)
    try:
        if len(text) == 10 and text[4] == "-":
            return date.fromisoformat(text)
        day, month, year = (int(part) for part in text.replace("/", ".").replace("-", ".").split("."))
        if year < 1000:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        raise Unreadable(_("Write a date, as in 31/12/2026.")) from None


def _checkbox(said: Any) -> bool:
    if said is None:
        return False
    text = str(said).strip().lower()
    if text not in (*TRUE, *FALSE):
        raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": said})
    return text in TRUE


def _one(field: CustomField, said: Any) -> str:
    value = str(said)
    if value not in {it.value for it in field.options}:
        raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": value[:100]})
    return value


def _several(field: CustomField, said: Any) -> tuple[str, ...] | None:
    values: Iterable[Any] = said.replace(",", " ").split() if isinstance(said, str) else said
    if not isinstance(values, list | tuple):
        raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": said})
    chosen = {_one(field, value) for value in values if value != ""}
    return tuple(it.value for it in field.options if it.value in chosen) or None


READERS: dict[str, Callable[[CustomField, Any], Any]] = {
    "text": _line,
    "textarea": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "tagger": _one,
}


def write(field: CustomField, value: Any) -> Any:
    """The value as it stands in JSON: a date in ISO form, a decimal as a text, several options as a list."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def stored(field: CustomField, data: Any) -> Any:
    """The value that was written like this; options and patterns that have changed since do not matter.

    What the field does not take, because it was of another kind then, is nothing.
    """
    try:
        return STORED.get(field.kind, str)(data) if data not in (None, "", []) else blank(field)
    except (ValueError, TypeError, InvalidOperation):
        return blank(field)


STORED: dict[str, Callable[[Any], Any]] = {
    "integer": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "checkbox": lambda data: data in (True, "true"),
    "multiselect": lambda data: tuple(data) if isinstance(data, list) else (str(data),),
}


def columns(field: CustomField, value: Any) -> list[dict[str, Any]]:
    """The rows of models.FieldValue that hold the value: none for nothing, one for each of several options."""
    if is_empty(value):
        return []
    if field.kind == "multiselect":
        return [{"value": one} for one in value]
    if field.kind in TEXTS:
        return [{"value": value[:LONGEST_LINE], "text": value}]
    if field.kind in NUMBERS:
        return [{"value": plain(value), "number": Decimal(value)}]
    return [{"value": "true" if value is True else value.isoformat() if isinstance(value, date) else value}]


def of_columns(field: CustomField, rows: Iterable[tuple[str, str]]) -> Any:
    """The value that stands in these rows (value, text)."""
    found = list(rows)
    if not found:
        return blank(field)
    value, text = found[0]
    if field.kind == "multiselect":
        order = {it.value: place for place, it in enumerate(field.options)}
        return tuple(sorted((value for value, _text in found), key=lambda it: (order.get(it, len(order)), it)))
    return text if field.kind in TEXTS else stored(field, value)


def shown(field: CustomField, value: Any, language: str) -> str:
    """The value as a person of this language reads it; "" for nothing."""
    language = "it" if language.lower().startswith("it") else "en"
    if field.kind == "checkbox":
        return YES_OR_NO[language][0 if value else 1]
    if is_empty(value):
        return ""
    if field.kind in LISTS:
        names = {it.value: in_language(it.name, language) for it in field.options}
        return ", ".join(names.get(it, it) for it in ((value,) if isinstance(value, str) else value))
    if isinstance(value, date):
        return times.day_of(value, language)
    if isinstance(value, int | Decimal):
        return plain(value).replace(".", "," if language == "it" else ".")
    return str(value)
