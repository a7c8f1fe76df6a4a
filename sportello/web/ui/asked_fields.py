"""A form with the fields that the desk has added: the same for agents and customers."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration, ticket_forms
from sportello.desk.errors import Invalid
from sportello.desk.models import TicketForm
from sportello.desk.rules import custom_fields, forms
from sportello.desk.rules.forms import AGENT
from sportello.desk.rules.texts import in_language
from sportello.web.ui.custom_fields import Control, controls, posted
from sportello.web.ui.forms import Form


class AskingForm(Form):
    """Call `ask` before anything else. Cleaned, `said` is for the verb; `refuse` puts a fault beside its control."""

    asked_of = AGENT

    def ask(self, ticket_form: forms.Form | None, stored: Mapping[int, Any] | None = None, *, prefix: str = "") -> None:
        """Which form's fields. stored: what stands in them. prefix: of the ids, where a page shows a field twice."""
        self.ticket_form, self.stored, self.id_prefix = ticket_form, stored or {}, prefix
        self.faults: dict[str, object] = {}
        self.said: Mapping[int, Any] = {}
        self.typed = posted(_all(), self.data) if isinstance(self.data, QueryDict) else {}

    @property
    def chosen(self) -> TicketForm | None:
        """The form for the verb, which wants its key."""
        return TicketForm(pk=self.ticket_form.id) if self.ticket_form else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            self.said = self.taken(self.ticket_form)
        except Invalid as refusal:
            self.refuse(refusal.fields)
        return cleaned

    def taken(self, ticket_form: forms.Form | None) -> Mapping[int, Any]:
        """What was typed into the fields that this form asks for. Raises Invalid."""
        # Left out as it stands: its option or its pattern may have changed since, and nobody was asked for it.
        typed = {pk: said for pk, said in self.typed.items() if not _stood(said, self.stored.get(pk))}
        return ticket_forms.take(ticket_form, typed, who=self.asked_of, kept=self.stored)

    def controls(self, only: Collection[int | None] | None = None) -> list[Control]:
        """All that the form may ask, or these fields of it whatever their conditions."""
        found = controls(
            configuration.current().custom_fields,
            {**self.stored, **self.typed},
            get_language() or "en",
            self.faults,
            form=self.ticket_form,
            who=self.asked_of,
            prefix=self.id_prefix,
        )
        return found if only is None else [replace(it, when=()) for it in found if it.field in only]

    def refuse(self, problems: dict[str, object]) -> None:
        known, language = configuration.current().custom_fields, get_language() or "en"
        own = {name: said for name, said in problems.items() if custom_fields.id_of(name) in known}
        if own:
            self.faults |= own
            titles = [in_language(it.title, language) for it in known.values() if it.name in own]
            named = _("Please look at: %(fields)s.") % {"fields": ", ".join(titles)}
            self.add_error(None, _("Something here is not right.") if self.errors else named)
        super().refuse({name: said for name, said in problems.items() if name not in own})


def _all() -> list[custom_fields.CustomField]:
    return [it for it in configuration.current().custom_fields.values() if it.of == custom_fields.TICKET]


def _stood(said: str | list[str], value: Any) -> bool:
    return sorted(said) == sorted(value) if isinstance(said, list) and isinstance(value, tuple) else said == value
