"""Controls of the fields that a desk has added: one look on tickets, new tickets, requests in the portal and previews."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from sportello.desk.models import CustomField
from sportello.desk.rules.triggers import in_language

Kind = CustomField.Kind
CHOICES = (Kind.TAGGER, Kind.MULTISELECT)
NUMBERS = (Kind.INTEGER, Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class When:
    """A condition of a form: the field is asked when that other one has this value. words: for those without script."""

    field: int
    value: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Control:
    """What templates/ui/_custom_field.html draws. options: (value, name, is chosen) of a list."""

    field: int
    kind: str
    name: str
    id: str
    label: str
    hint: str
    value: str
    options: tuple[tuple[str, str, bool], ...]
    required: bool
    for_customer: bool
    when: tuple[When, ...]
    fault: str

    @property
    def when_json(self) -> str:
        return json.dumps([asdict(it) for it in self.when])

    @property
    def described_by(self) -> str:
        said = [f"{self.id}-hint"] * bool(self.hint) + [f"{self.id}-fault"] * bool(self.fault)
        return " ".join(said)


def control(
    field: CustomField,
    value: Any,
    language: str,
    fault: str = "",
    *,
    required: bool = False,
    for_customer: bool = False,
    when: Sequence[When] = (),
    prefix: str = "",
) -> Control:
    """The control of a field with this value: of its kind, or what somebody typed, faulty or not; None: empty.

    required: an agent must fill it in before he solves, a customer before he sends. prefix: of the id, on pages that
    show a field twice.
    """
    chosen = _chosen(value)
    return Control(
        field=field.pk,
        kind=field.kind,
        name=name_of(field),
        id=f"{prefix}field-{field.pk}",
        label=in_language(field.title, language) if field.title else "",
        hint=in_language(field.description, language) if field.description else "",
        value=written(field, value, language),
        options=tuple(_options(field, chosen, language)) if field.kind in CHOICES else (),
        required=required,
        for_customer=for_customer,
        when=tuple(when),
        fault=fault,
    )


def name_of(field: CustomField) -> str:
    """What the control is called in a form."""
    return f"field.{field.pk}"


def posted(fields: Iterable[CustomField], data: QueryDict) -> dict[int, str | list[str]]:
    """What a form says of these fields, by id, for the verbs; a field that was not in the form is not in it."""
    return {it.pk: _said(it, data.getlist(name_of(it))) for it in fields if name_of(it) in data}


def _said(field: CustomField, sent: list[str]) -> str | list[str]:
    if field.kind == Kind.MULTISELECT:
        return [it for it in sent if it]
    # The last: a checkbox stands behind the "false" that is sent without it.
    text = sent[-1].replace("\r\n", "\n").strip()
    return text.replace(",", ".") if field.kind == Kind.DECIMAL else text


def written(field: CustomField, value: Any, language: str) -> str:
    """A value of one line as it is edited; Italians write a decimal comma."""
    if value is None or isinstance(value, list | tuple | set | frozenset):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        value = text.rstrip("0").rstrip(".") if "." in text else text
    text = str(value)
    return text.replace(".", ",") if field.kind == Kind.DECIMAL and language == "it" else text


def _chosen(value: Any) -> Collection[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [str(it) for it in value]
    return [] if value in (None, "") else [str(value)]


def _options(field: CustomField, chosen: Collection[str], language: str) -> Iterable[tuple[str, str, bool]]:
    """The options; at the end what was chosen and is none of them any more, so that saving does not lose it."""
    known = [str(it["value"]) for it in field.options]
    for value, option in zip(known, field.options, strict=True):
        yield value, in_language(option["name"], language) or value, value in chosen
    for value in sorted(set(chosen) - set(known)):
        yield value, value, True
