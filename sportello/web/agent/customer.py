"""The own fields of whoever asked, and of his organization: read and changed beside a ticket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy

from sportello.desk.actions import configuration, field_values
from sportello.desk.errors import Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.rules import custom_fields
from sportello.desk.rules.custom_fields import ORGANIZATION, USER, CustomField
from sportello.desk.rules.texts import in_language
from sportello.web.ui.custom_fields import Control, control, posted
from sportello.web.ui.forms import TextInput

SomeForm = TypeVar("SomeForm", bound=forms.Form)


def tags_field() -> forms.CharField:
    return forms.CharField(label=gettext_lazy("Tags"), required=False, widget=TextInput)


def notes_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("What colleagues should know. The customer never reads it."),
    )


def begun(form: SomeForm) -> SomeForm:
    """A form that somebody has asked for: he writes in its first field."""
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return form


@dataclass
class Owned:
    """The fields of one person or organization. typed, faults: of a form that comes back, by field id."""

    fields: tuple[CustomField, ...]
    values: dict[int, Any]
    save: Callable[..., object]
    key: int
    typed: dict[int, Any] = field(default_factory=dict)
    faults: dict[str, object] = field(default_factory=dict)

    def facts(self) -> list[tuple[str, str]]:
        """What stands in them, as (title, value)."""
        language = get_language() or "en"
        return [
            (in_language(it.title, language), custom_fields.shown(it, self.values[it.id], language))
            for it in self.fields
            if not custom_fields.is_empty(self.values.get(it.id))
        ]

    def controls(self) -> list[Control]:
        language, now = get_language() or "en", {**self.values, **self.typed}
        return [
            control(it, now.get(it.id), language, str(self.faults.get(custom_fields.name_of(it.id), "")))
            for it in self.fields
        ]

    def take(self, data: QueryDict, actor: User) -> None:
        """Save what was typed, or know what is wrong in it."""
        self.typed = posted(self.fields, data)
        try:
            self.save(self.key, self.typed, actor=actor)
        except Invalid as refusal:
            self.faults = refusal.fields


def owned(ticket: Ticket) -> list[Owned]:
    """The requester's own fields, then his organization's; asks nothing of a desk that has none."""
    found = []
    if fields := fields_of(USER):
        values = field_values.of_person(ticket.requester_id)
        found.append(Owned(fields, values, field_values.set_person, ticket.requester_id))
    if (fields := fields_of(ORGANIZATION)) and ticket.organization_id:
        values = field_values.of_organization(ticket.organization_id)
        found.append(Owned(fields, values, field_values.set_organization, ticket.organization_id))
    return found


def fields_of(of: str) -> tuple[CustomField, ...]:
    """The fields that the desk has added to people (USER) or organizations, those in use."""
    return tuple(it for it in configuration.current().custom_fields.values() if it.of == of and it.active)
