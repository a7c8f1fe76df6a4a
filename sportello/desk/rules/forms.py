"""Ticket forms: which fields are asked of whom, in which order, and which only under a condition. Pure.

A condition is {"parent_field_id": 3, "value": "printer", "child_fields": [{"id": 5, "is_required": true}],
"for": "agent" | "end_user"}: where field 3 holds "printer", field 5 is asked. The parent is a drop-down list, a
checkbox ("true", "false") or a multi-select (one of those that are chosen). A child that several conditions name is
asked when one of them holds; a child of a field that is not asked is not asked either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from sportello.kit.keys import key_of

from ..errors import Invalid
from . import custom_fields
from .custom_fields import CustomField
from .texts import Text

AGENT, END_USER = "agent", "end_user"
WHO: Final = (AGENT, END_USER)
PARENTS: Final = ("tagger", "checkbox", "multiselect")
LIMIT = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """children: by field id, whether it must be filled in."""

    parent: int
    value: str
    children: Mapping[int, bool]
    who: str


@dataclass(frozen=True, slots=True)
class Form:
    """fields: ids, in their order."""

    id: int
    name: Text
    fields: tuple[int, ...]
    conditions: tuple[Condition, ...] = ()
    end_user_visible: bool = True
    default: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """required: of an agent before he solves, of a customer before he sends."""

    field: CustomField
    required: bool


def asked(
    form: Form | None, fields: Mapping[int, CustomField], values: Mapping[int, Any], *, who: str
) -> tuple[Asked, ...]:
    """The fields that are asked, in order. form: None: the desk has none, and all fields are asked.

    fields: all of the desk, in their order. values: by field id, as rules.custom_fields reads them. A customer is asked
    only what he may edit.
    """
    listed = form.fields if form else tuple(fields)
    present = {pk: fields[pk] for pk in listed if pk in fields and _is_for(fields[pk], who)}
    conditions = [it for it in form.conditions if it.who == who and it.parent in present] if form else []
    decided: dict[int, bool | None] = {}

    def required(pk: int) -> bool | None:
        """None: not asked."""
        if pk not in decided:
            decided[pk] = None  # Whatever is stored, a field does not wait for itself.
            naming = [it for it in conditions if pk in it.children]
            holding = [
                it
                for it in naming
                if _holds(it, present[it.parent], values.get(it.parent)) and required(it.parent) is not None
            ]
            if holding or not naming:
                own = present[pk].required if who == AGENT else present[pk].required_in_portal
                decided[pk] = own or any(it.children[pk] for it in holding)
        return decided[pk]

    return tuple(Asked(present[pk], must) for pk in present if (must := required(pk)) is not None)


def _is_for(field: CustomField, who: str) -> bool:
    return field.active and field.of == custom_fields.TICKET and (who == AGENT or field.editable_in_portal)


def _holds(condition: Condition, parent: CustomField, value: Any) -> bool:
    if parent.kind == "checkbox":
        return bool(value) == (condition.value == "true")
    return condition.value in value if isinstance(value, tuple) else value == condition.value


def read_conditions(data: Any, fields: Mapping[int, CustomField]) -> tuple[Condition, ...]:
    """Conditions from JSON. fields: those of the form. Raises Invalid with the place: "conditions.0.value"."""
    if not isinstance(data, list) or len(data) > LIMIT:
        raise Invalid("conditions", _("At most %(limit)s conditions, please.") % {"limit": LIMIT})
    found: list[Condition] = []
    faults: dict[str, object] = {}
    for number, item in enumerate(data):
        try:
            found.append(_read_one(item if isinstance(item, Mapping) else {}, fields))
        except Invalid as fault:
            faults |= {f"conditions.{number}.{place}": text for place, text in fault.fields.items()}
            continue
        if _depends(found[-1].parent, found[-1].children, [it for it in found if it.who == found[-1].who]):
            faults[f"conditions.{number}.child_fields"] = _("These fields would wait for each other.")
    if faults:
        raise Invalid(faults)
    return tuple(found)


def _read_one(item: Mapping[str, Any], fields: Mapping[int, CustomField]) -> Condition:
    parent = fields.get(key_of(item.get("parent_field_id")))
    if parent is None or parent.kind not in PARENTS:
        raise Invalid("parent_field_id", _("Choose a list or a checkbox of this form."))
    values = {it.value for it in parent.options} or {"true", "false"}
    value = str(item.get("value", "")).lower() if parent.kind == "checkbox" else str(item.get("value", ""))
    if value not in values:
        raise Invalid("value", _("“%(value)s” is not one of the values.") % {"value": value})
    listed = item.get("child_fields")
    items = listed if isinstance(listed, list) and all(isinstance(it, Mapping) for it in listed) else []
    children = {key_of(it.get("id")): it.get("is_required") in (True, "true") for it in items}
    if not children or not children.keys() <= fields.keys():
        raise Invalid("child_fields", _("Choose fields of this form."))
    if item.get("for") not in WHO:
        raise Invalid("for", _("A condition is for agents or for customers."))
    return Condition(parent.id, value, children, item["for"])


def _depends(parent: int, children: Mapping[int, bool], conditions: list[Condition]) -> bool:
    """Whether the parent is asked only after one of its children."""
    waiting, seen = [*children], set()
    while waiting:
        pk = waiting.pop()
        if pk == parent:
            return True
        if pk not in seen:
            seen.add(pk)
            waiting += [child for it in conditions if it.parent == pk for child in it.children]
    return False


def write_conditions(conditions: tuple[Condition, ...]) -> list[dict[str, Any]]:
    """The JSON of conditions, in the vendor's form."""
    return [
        {
            "parent_field_id": it.parent,
            "value": it.value,
            "child_fields": [{"id": pk, "is_required": must} for pk, must in it.children.items()],
            "for": it.who,
        }
        for it in conditions
    ]


def stored_conditions(data: list[dict[str, Any]]) -> tuple[Condition, ...]:
    """The conditions that were written like this; what is gone meanwhile is passed over by `asked`."""
    return tuple(
        Condition(
            parent=it["parent_field_id"],
            value=it["value"],
            children={child["id"]: child["is_required"] for child in it["child_fields"]},
            who=it["for"],
        )
        for it in data
    )
