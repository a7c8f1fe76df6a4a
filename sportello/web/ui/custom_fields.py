"""Controls of the fields that a desk has added: the same on tickets, new tickets, requests in the portal, previews."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from sportello.desk.rules import custom_fields, forms
from sportello.desk.rules.custom_fields import LISTS, CustomField
from sportello.desk.rules.texts import Text, in_language


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


def controls(
    fields: Mapping[int, CustomField],
    values: Mapping[int, Any],
    language: str,
    faults: Mapping[str, object] | None = None,
    *,
    form: forms.Form | None = None,
    who: str,
    prefix: str = "",
) -> list[Control]:
    """The controls of all fields that a form may ask of an agent or a customer, in order; put them in <sp-conditional>.

    Which of them are asked depends on what is chosen: see `When`, and rules.forms.asked, which decides. fields: all of
    the desk's tickets, in their order. values: by field id. faults: by the field's name. who: rules.forms.WHO.
    """
    # Without its conditions a form asks everything that it has.
    bare = replace(form, conditions=()) if form else None
    present = {it.field.id: it for it in forms.asked(bare, fields, {}, who=who)}
    conditions = [it for it in form.conditions if it.who == who and it.parent in present] if form else []
    found = []
    for pk, it in present.items():
        when = tuple(_when(one, it, present[one.parent].field, language) for one in conditions if pk in one.children)
        found.append(
            control(
                it.field,
                values.get(pk),
                language,
                str((faults or {}).get(it.field.name, "")),
                required=any(one.required for one in when) if when else it.required,
                for_customer=who == forms.END_USER,
                when=when,
                prefix=prefix,
            )
        )
    return found


def _when(condition: forms.Condition, child: forms.Asked, parent: CustomField, language: str) -> When:
    required = child.required or condition.children[child.field.id]
    return When(parent.id, condition.value, required, _words(parent, condition.value, language))


def _words(parent: CustomField, value: str, language: str) -> str:
    said = {"field": said_in(parent.title, language), "value": value_words(parent, value, language)}
    return _("Only when “%(field)s” is “%(value)s”.") % said


def value_words(parent: CustomField, value: str, language: str) -> str:
    """The value of a condition, as people read it."""
    return custom_fields.shown(parent, value == "true" if parent.kind == "checkbox" else value, language)


def said_in(text: Text, language: str) -> str:
    """A text that may be empty, in this language."""
    return in_language(text, language) if text else ""


def control(
    field: CustomField,
    value: Any,
    language: str,
    fault: str = "",
    *,
    required: bool = False,
    for_customer: bool = False,
    when: tuple[When, ...] = (),
    prefix: str = "",
) -> Control:
    """The control of a field with this value: as rules.custom_fields reads it, or what somebody typed, faulty or not.

    required: an agent must fill it in before he solves, a customer before he sends. prefix: of the id, on pages that
    show a field twice.
    """
    return Control(
        field=field.id,
        kind=field.kind,
        name=field.name,
        id=f"{prefix}field-{field.id}",
        label=said_in(field.title, language),
        hint=said_in(field.description, language),
        value=_line(field, value, language),
        options=tuple(_options(field, value, language)) if field.kind in LISTS else (),
        required=required,
        for_customer=for_customer,
        when=when,
        fault=fault,
    )


def posted(fields: Iterable[CustomField], data: QueryDict) -> dict[int, str | list[str]]:
    """What a form says of these fields, by id, for the verbs; a field that was not in the form is not in it."""
    return {it.id: _said(it, data.getlist(it.name)) for it in fields if it.name in data}


def _said(field: CustomField, sent: list[str]) -> str | list[str]:
    sent = [it.replace("\0", "") for it in sent]  # No database holds it.
    if field.kind == "multiselect":
        return [it for it in sent if it]
    # The last: a checkbox stands behind the "false" that is sent without it.
    return sent[-1]


def _line(field: CustomField, value: Any, language: str) -> str:
    """The value as it is edited; Italians write a decimal comma."""
    if value is None or isinstance(value, list | tuple):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return custom_fields.shown(field, value, language)
    return str(value)


def _options(field: CustomField, value: Any, language: str) -> Iterable[tuple[str, str, bool]]:
    """The options; at the end what was chosen and is none of them any more, so that saving does not lose it."""
    chosen = [str(it) for it in (value if isinstance(value, list | tuple) else [value] if value else [])]
    known = [it.value for it in field.options]
    for option in field.options:
        yield option.value, said_in(option.name, language) or option.value, option.value in chosen
    for gone in chosen:
        if gone not in known:
            yield gone, gone, True
