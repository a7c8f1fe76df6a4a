"""Conditions: written once as the vendor's JSON, read as a Python predicate and as a database query.

{"all": [{"field", "operator", "value"}, …], "any": […]}: every one of `all` holds and, if there are any, one of `any`.
docs/algorithms/triggers.md
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ..errors import Invalid
from .fields import BY_NAME, Field
from .kinds import CHANGES, CURRENT_USER, SILENT, Moment, Reference, Unreadable

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Condition:
    """value: as its kind reads it."""

    field: Field
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Conditions:
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def __iter__(self) -> Iterator[Condition]:
        return iter((*self.all, *self.any))


@dataclass(frozen=True, slots=True)
class Facts:
    """A ticket as conditions see it: values by field name, as the columns hold them (tags: a set, unknown: None).

    before: the values that the update has changed, as they were; None: nothing is being changed.
    """

    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = field(default=None)


def read(data: Any, *, stored: bool = False, fields: Mapping[str, Field] = BY_NAME) -> Conditions:
    """Conditions from JSON. stored: only such as the database can answer (views, automations, SLA policies).

    Raises Invalid with the place of each fault as its field: "all.0.operator".
    """
    if not isinstance(data, Mapping) or set(data) - {"all", "any"}:
        raise Invalid("conditions", _("Conditions are two lists: all and any."))
    faults: dict[str, object] = {}
    lists: dict[str, tuple[Condition, ...]] = {}
    for name in ("all", "any"):
        items = data.get(name) or []
        if not isinstance(items, list) or len(items) > LIMIT:
            raise Invalid(name, _("At most %(limit)s conditions, please.") % {"limit": LIMIT})
        found = []
        for number, item in enumerate(items):
            try:
                found.append(_read_one(item, stored, fields))
            except Invalid as fault:
                faults |= {f"{name}.{number}.{part}": text for part, text in fault.fields.items()}
        lists[name] = tuple(found)
    if faults:
        raise Invalid(faults)
    return Conditions(**lists)


def _read_one(item: Any, stored: bool, fields: Mapping[str, Field]) -> Condition:
    if not isinstance(item, Mapping):
        raise Invalid("field", _("A condition has a field, an operator and a value."))
    known = fields.get(str(item.get("field", "")))
    if known is None:
        raise Invalid("field", _("There is no field “%(name)s”.") % {"name": item.get("field", "")})
    if stored and not known.column:
        raise Invalid("field", _("“%(name)s” can be asked only while a ticket changes.") % {"name": known.label})
    operator = str(item.get("operator", ""))
    if operator not in (known.kind.operators if stored else known.operators):
        raise Invalid("operator", _("“%(name)s” cannot be compared like this.") % {"name": known.label})
    if operator in SILENT:
        return Condition(known, operator)
    # Of a date: "within 7 days" has a number where "before" has a day.
    read = getattr(known.kind, "read_days", None) if operator.endswith("_n_days") else known.kind.read
    try:
        return Condition(known, operator, (read or known.kind.read)(item.get("value", "")))
    except Unreadable as fault:
        raise Invalid("value", str(fault)) from None


def write(conditions: Conditions) -> dict[str, list[dict[str, Any]]]:
    """The JSON of conditions, in the vendor's form."""
    return {name: [_write_one(it) for it in getattr(conditions, name)] for name in ("all", "any")}


def _write_one(condition: Condition) -> dict[str, Any]:
    kind, value = condition.field.kind, condition.value
    names = {held: name for name, held in getattr(kind, "names", {}).items() if name != "-"}
    value = "" if value is None else names.get(value, value)
    return {"field": condition.field.name, "operator": condition.operator, "value": value}


def matches(conditions: Conditions, facts: Facts, moment: Moment) -> bool:
    """Whether a ticket fulfils the conditions. No conditions fit every ticket."""
    return all(holds(it, facts, moment) for it in conditions.all) and (
        not conditions.any or any(holds(it, facts, moment) for it in conditions.any)
    )


def because(conditions: Conditions, facts: Facts, moment: Moment) -> list[dict[str, Any]]:
    """Of conditions that match: those that made them match, as JSON, for the history."""
    return [_write_one(it) for it in conditions if holds(it, facts, moment)]


def holds(condition: Condition, facts: Facts, moment: Moment) -> bool:
    """Whether one condition holds for a ticket."""
    name, operator, kind = condition.field.name, condition.operator, condition.field.kind
    actual: Any = facts.values.get(name)
    if operator not in CHANGES:
        return bool(kind.holds(actual, operator, condition.value, moment))
    before = facts.before or {}
    changed = name in before
    if operator in ("changed", "not_changed"):
        return changed == (operator == "changed")
    compared: Any = before.get(name) if operator.endswith("value_previous") else actual
    happened = changed and bool(kind.holds(compared, "is", condition.value, moment))
    return happened != operator.startswith("not_")


def query(conditions: Conditions, moment: Moment) -> Q:
    """The same as a question to the database, for Ticket.objects.filter. Read with stored=True."""
    found = Q()
    for it in conditions.all:
        found &= _query(it, moment)
    either = Q()
    for it in conditions.any:
        either |= _query(it, moment)
    return found & either


def _query(condition: Condition, moment: Moment) -> Q:
    return condition.field.kind.query(condition.field.column, condition.operator, condition.value, moment)


def references(conditions: Conditions) -> set[tuple[str, int]]:
    """The rows that conditions name: ("group", 3). A rule that loses one of them is switched off."""
    rows = {
        (it.field.kind.to, it.value)
        for it in conditions
        if isinstance(it.field.kind, Reference) and it.value not in (None, CURRENT_USER)
    }
    return rows | {("custom_field", it.field.custom.id) for it in conditions if it.field.custom}
