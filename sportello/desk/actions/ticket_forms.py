"""Verbs on ticket forms: which fields are asked for a kind of request (rules.forms); what forms come to on a ticket.

- `save_form(data, *, actor, form_id=None)` → TicketForm. data: {"name": Text, "fields": [ids], "conditions": […],
  "end_user_visible": bool, "active": bool}. The first form is the default one.
- `switch(form_id, *, on, actor)`, `order(form_ids, *, actor)`, `make_default(form_id, *, actor)`,
  `drop(form_id, *, actor)`, `export(form)`.
- `offered_to(who)`: the forms that can be chosen. `take(form, said, *, who, kept={})`: of what a page posted, the
  values to hand to a verb; for customers it refuses what is missing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.kit.keys import key_of

from ..errors import Invalid, Refused
from ..models import TicketForm, User
from ..rules import custom_fields, forms, texts
from ..rules.forms import Asked, Form
from ..rules.kinds import Unreadable
from ..rules.texts import Text, in_language
from . import configuration, field_values, rule_rows

if TYPE_CHECKING:
    from .update import Update

KIND = "ticket_form"
LONGEST_NAME = 100


def save_form(data: dict[str, Any], *, actor: User | None, form_id: int | None = None) -> TicketForm:
    """Keep a new form, or change one. Raises Invalid with the place of each fault ("conditions.0.value"), Missing."""
    faults: dict[str, object] = {}
    name = read_text(data.get("name"), "name", faults, longest=LONGEST_NAME)
    if not name and "name" not in faults:
        faults["name"] = _("A form needs a name.")
    own = configuration.current().custom_fields
    listed = [key_of(it) for it in data.get("fields") or ()]
    chosen = {pk: own[pk] for pk in listed if pk in own and own[pk].of == custom_fields.TICKET}
    if len(chosen) != len(listed):
        faults["fields"] = _("Choose fields of tickets, each of them once.")
    none: tuple[forms.Condition, ...] = ()
    conditions = rule_rows.read(faults, lambda: forms.read_conditions(data.get("conditions") or [], chosen), none)
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = rule_rows.find(TicketForm, form_id) if form_id else rule_rows.new(TicketForm)
        before = export(found) if form_id else None
        found.name, found.fields, found.conditions = name, listed, forms.write_conditions(conditions)
        found.end_user_visible, found.active = bool(data.get("end_user_visible", True)), bool(data.get("active", True))
        if found.default and not found.active:
            raise Refused(_("This is the usual form: choose another one first."))
        found.default = found.default or (found.active and not TicketForm.objects.filter(default=True).exists())
        rule_rows.keep(found, KIND, export, before, actor)
    configuration.forget()
    return found


def export(form: TicketForm) -> dict[str, Any]:
    """The form as it is exported and kept in its history."""
    return {
        "name": form.name,
        "active": form.active,
        "end_user_visible": form.end_user_visible,
        "default": form.default,
        "fields": form.fields,
        "conditions": form.conditions,
    }


def read_text(said: Any, place: str, faults: dict[str, object], *, longest: int) -> Text:
    """A text, or one for each language; "" for none. A fault is put under its place."""
    try:
        return texts.read(said, longest=longest)
    except Unreadable as fault:
        faults[place] = str(fault)
        return ""


def switch(form_id: int, *, on: bool, actor: User | None) -> TicketForm:
    """On or off. Idempotent. Raises Missing, Refused for the usual one."""
    with transaction.atomic():
        found = rule_rows.find(TicketForm, form_id)
        return save_form({**export(found), "active": on}, actor=actor, form_id=form_id)


def order(form_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the forms into this order; those that are not named come after."""
    with transaction.atomic():
        rule_rows.order(TicketForm.objects.select_for_update(), form_ids, KIND, export, actor)
    configuration.forget()


def make_default(form_id: int, *, actor: User | None) -> TicketForm:
    """What requests get that come without a form, by mail. Idempotent. Raises Missing, Refused for one that is off."""
    with transaction.atomic():
        found = rule_rows.find(TicketForm, form_id)
        if not found.active:
            raise Refused(_("Switch this form on first."))
        before = export(found)
        for other in TicketForm.objects.select_for_update().filter(default=True).exclude(pk=form_id):
            was = export(other)
            other.default = False
            rule_rows.keep(other, KIND, export, was, actor)
        found.default = True
        rule_rows.keep(found, KIND, export, before, actor)
    configuration.forget()
    return found


def drop(form_id: int, *, actor: User | None) -> None:
    """Gone; its tickets get the usual one, and keep what stands in their fields. Raises Missing, Refused."""
    with transaction.atomic():
        found = rule_rows.find(TicketForm, form_id)
        if found.default and TicketForm.objects.exclude(pk=form_id).exists():
            raise Refused(_("This is the usual form: choose another one first."))
        rule_rows.drop(found, KIND, export, actor)
    configuration.forget()


def offered_to(who: str) -> list[Form]:
    """The forms that a person of this kind ("agent", "end_user") can choose, in order."""
    return [
        it for it in configuration.current().forms.values() if it.active and (who == forms.AGENT or it.end_user_visible)
    ]


def take(form: Form | None, said: Mapping[int, Any], *, who: str, kept: Mapping[int, Any] = {}) -> dict[int, Any]:
    """Of what somebody said, by field id: the values of the fields that are asked; the others are left as they are.

    kept: what stands there already. Raises Invalid by field ("custom_fields_7"): for what cannot be read, and for a
    customer also for what is missing. (An agent must fill in only what he solves; the verb sees to it.)
    """
    own = configuration.current().custom_fields
    # What is asked hangs on what was said, and only what is asked may be said.
    known = {pk for pk, it in own.items() if it.active and it.of == custom_fields.TICKET}
    # Nobody is asked to mend what stands there, where a pattern has changed since.
    known -= {pk for pk in known & kept.keys() if said.get(pk) == custom_fields.write(own[pk], kept[pk])}
    faults: dict[str, object] = {}
    meant: dict[int, Any] = {}
    nothing: dict[int, Any] = {}
    for pk in known & said.keys():
        # Each by itself: what is wrong in one must not make the others look empty.
        meant |= rule_rows.read(faults, partial(field_values.read, {pk: said[pk]}, custom_fields.TICKET), nothing)
    asked = forms.asked(form, own, {**kept, **meant}, who=who)
    names = {it.field.name for it in asked}
    faults = {name: text for name, text in faults.items() if name in names}
    if who == forms.END_USER:
        faults |= _unfilled(asked, {**kept, **meant}, faults)
    if faults:
        raise Invalid(faults)
    return {it.field.id: meant[it.field.id] for it in asked if it.field.id in meant}


def refuse_unfilled(update: "Update") -> None:
    """An agent solves: what its form requires must stand there. Raises Invalid ("custom_fields_7")."""
    now = update.configuration
    if not any(it.of == custom_fields.TICKET for it in now.custom_fields.values()):
        return
    values = update.filled.has()
    asked = forms.asked(now.form_of(update.ticket.form_id), now.custom_fields, values, who=forms.AGENT)
    faults = _unfilled(asked, values, {})
    if faults:
        raise Invalid(faults)


def _unfilled(asked: Sequence[Asked], values: Mapping[int, Any], faults: Mapping[str, object]) -> dict[str, object]:
    language = (get_language() or "en")[:2]
    return {
        it.field.name: _("Fill in “%(field)s”, please.") % {"field": in_language(it.field.title, language)}
        for it in asked
        if it.required and it.field.name not in faults and custom_fields.is_empty(values.get(it.field.id))
    }
