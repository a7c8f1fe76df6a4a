"""The desk's own fields and forms as rules read them. Ask configuration.current() for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .. import models
from ..rules import custom_kinds, forms
from ..rules.custom_fields import CustomField, Option
from ..rules.fields import BY_NAME, Field


@dataclass(frozen=True)
class Vocabulary:
    """own: all fields that the desk has added, in order, by id. fields: what rules can speak of, by name: of its own
    those in use. Two are the same when they were read from the same rows (stamp)."""

    stamp: tuple[tuple[int, datetime], ...] = ()
    own: Mapping[int, CustomField] = field(default_factory=dict, compare=False)
    fields: Mapping[str, Field] = field(default_factory=lambda: BY_NAME, compare=False)


def read() -> Vocabulary:
    rows = list(models.CustomField.objects.order_by("position", "id"))
    own = {row.pk: field_of(row) for row in rows}
    known = (custom_kinds.field_of(it) for it in own.values() if it.active)
    return Vocabulary(tuple((row.pk, row.updated_at) for row in rows), own, BY_NAME | {it.name: it for it in known})


def field_of(row: models.CustomField) -> CustomField:
    """The field that a row describes."""
    return CustomField(
        id=row.pk,
        of=row.of,
        kind=row.kind,
        key=row.key,
        title=row.title,
        description=row.description,
        options=tuple(Option(it["value"], it["name"]) for it in row.options),
        pattern=row.pattern,
        required=row.required,
        visible_in_portal=row.visible_in_portal,
        editable_in_portal=row.editable_in_portal,
        required_in_portal=row.required_in_portal,
        active=row.active,
    )


def read_forms() -> dict[int, forms.Form]:
    return {row.pk: form_of(row) for row in models.TicketForm.objects.order_by("position", "id")}


def form_of(row: models.TicketForm) -> forms.Form:
    """The form that a row describes."""
    return forms.Form(
        id=row.pk,
        name=row.name,
        fields=tuple(row.fields),
        conditions=forms.stored_conditions(row.conditions),
        end_user_visible=row.end_user_visible,
        default=row.default,
        active=row.active,
    )
