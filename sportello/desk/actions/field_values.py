"""What stands in the desk's own fields: of tickets (changed by updates), of people and of organizations.

- `of_ticket(id)`, `of_person(id)`, `of_organization(id)` → {field id: value}, only of fields in which something stands;
  `of_tickets(ids)` → {ticket id: {field id: value}} for lists. Values: rules.custom_fields.
- `set_person`, `set_organization`: what somebody says, with its history (RuleChange "person", "organization").
- `Filled`: the fields of a ticket within an update (Update.filled).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import rows
from sportello.kit.prepared import prepared

from ..errors import Invalid
from ..models import (
    Organization,
    OrganizationFieldValue,
    RuleChange,
    Ticket,
    TicketFieldValue,
    User,
    UserFieldValue,
)
from ..rules import custom_fields
from ..rules.custom_fields import CustomField
from ..rules.kinds import Unreadable
from . import configuration, rule_rows
from .configuration import Configuration

Rows = Iterable[tuple[int, str, str]]
Values = dict[int, Any]


def of_ticket(ticket_id: int) -> Values:
    own = configuration.current().custom_fields
    return _values(own, _of_ticket(ticket_id)) if own else {}


def still_good(ticket_id: int) -> Values:
    """What stands in the fields of a ticket, for a new one: only what could be said today."""
    found: Values = {}
    for pk, value in of_ticket(ticket_id).items():
        try:
            found |= read({pk: value}, custom_fields.TICKET)
        except Invalid:
            continue
    return found


def of_person(person_id: int) -> Values:
    own = configuration.current().custom_fields
    return _values(own, _of_person(person_id)) if own else {}


def of_organization(organization_id: int | None) -> Values:
    own = configuration.current().custom_fields
    return _values(own, _of_organization(organization_id)) if own and organization_id else {}


def of_tickets(ticket_ids: Collection[int]) -> dict[int, Values]:
    """One question for all."""
    own = configuration.current().custom_fields
    by_ticket: dict[int, list[tuple[int, str, str]]] = {pk: [] for pk in ticket_ids}
    found = TicketFieldValue.objects.filter(ticket__in=ticket_ids).order_by("id") if own else ()
    for row in found:
        by_ticket[row.ticket_id].append((row.field_id, row.value, row.text))
    return {pk: _values(own, of_one) for pk, of_one in by_ticket.items()}


def _values(own: Mapping[int, CustomField], found: Rows) -> Values:
    by_field: dict[int, list[tuple[str, str]]] = {}
    for field_id, value, text in found:
        by_field.setdefault(field_id, []).append((value, text))
    return {pk: custom_fields.of_columns(own[pk], kept) for pk, kept in by_field.items() if pk in own}


@prepared
def _of_ticket(ticket_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    return TicketFieldValue.objects.filter(ticket=ticket_id).order_by("id").values_list("field", "value", "text")


@prepared
def _of_person(person_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    return UserFieldValue.objects.filter(user=person_id).order_by("id").values_list("field", "value", "text")


@prepared
def _of_organization(organization_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    found = OrganizationFieldValue.objects.filter(organization=organization_id)
    return found.order_by("id").values_list("field", "value", "text")


def read(said: Mapping[int, Any], of: str) -> Values:
    """The values that somebody means. Raises Invalid by the names of the fields ("custom_fields_7")."""
    own, found, faults = configuration.current().custom_fields, {}, {}
    for pk, value in said.items():
        field = own.get(pk)
        if field is None or field.of != of or not field.active:
            faults[custom_fields.name_of(pk)] = _("There is no such field.")
            continue
        try:
            found[pk] = custom_fields.read(field, value)
        except Unreadable as fault:
            faults[custom_fields.name_of(pk)] = str(fault)
    if faults:
        raise Invalid(faults)
    return found


def shown_of(ticket: Ticket, language: str) -> dict[str, dict[str, Any]]:
    """What stands in the fields of a ticket, its requester and its organization, as texts call and people read it.

    {"ticket": {"custom_fields": {key: …}, "ticket_field_7": …}, "requester": {"custom_fields": …}, "organization": …}.
    """
    own = configuration.current().custom_fields
    values = of_ticket(ticket.pk) | of_person(ticket.requester_id) | of_organization(ticket.organization_id)
    said: dict[str, dict[str, Any]] = {owner: {"custom_fields": {}} for owner in custom_fields.OWNERS.values()}
    for pk, value in values.items():
        field, words = own[pk], custom_fields.shown(own[pk], value, language)
        said[custom_fields.OWNERS[field.of]]["custom_fields"][field.key] = words
        if field.of == custom_fields.TICKET:
            said["ticket"][f"ticket_field_{pk}"] = words
    return said


class Filled:
    """The own fields of a ticket within an update; asked for when somebody looks, written once, at the end."""

    def __init__(self, ticket: Ticket, now: Configuration, *, opening: bool) -> None:
        self.ticket, self._now, self._opening = ticket, now, opening
        self._had: Values | None = None
        self._has: Values = {}

    def has(self) -> Values:
        """What stands in them now in the update, by id."""
        if self._had is None:
            own = {} if self._opening else self._now.custom_fields
            self._had = _values(own, _of_ticket(self.ticket.pk)) if own else {}
            self._has = dict(self._had)
        return self._has

    def fill(self, said: Mapping[int, Any]) -> Iterator[tuple[str, Any, Any]]:
        """Put in what somebody says; gives the changes: name, value and previous value, as JSON. Raises Invalid."""
        for pk, value in read(said, custom_fields.TICKET).items() if said else ():
            field = self._now.custom_fields[pk]
            had = self.has().get(pk, custom_fields.blank(field))
            if not same(had, value):
                self._has[pk] = value
                yield field.name, custom_fields.write(field, value), custom_fields.write(field, had)

    def write(self) -> None:
        had = self._had or {}
        for pk, value in self._has.items():
            if had.get(pk) != value:
                _replace(partial(TicketFieldValue, ticket=self.ticket), self._now.custom_fields[pk], had.get(pk), value)


def _replace(row: Any, field: CustomField, had: Any, has: Any) -> None:
    """Write what has changed. row: makes one of models.FieldValue for its owner."""
    before, after = custom_fields.columns(field, had), custom_fields.columns(field, has)
    gone = [it["value"] for it in before if it not in after]
    if gone:
        owner = {name: it.pk for name, it in row.keywords.items()}
        row.func.objects.filter(**owner, field=field.id, value__in=gone).delete()
    for columns in after:
        if columns not in before:
            rows.insert(row(field_id=field.id, **columns))


def set_person(person_id: int, said: Mapping[int, Any], *, actor: User | None) -> Values:
    """Fill in fields of a person; returns all that stand there now. Raises Invalid ("custom_fields_7"), Missing."""
    return _set(User, person_id, said, custom_fields.USER, actor)


def set_organization(organization_id: int, said: Mapping[int, Any], *, actor: User | None) -> Values:
    """Fill in fields of an organization; returns all that stand there now. Raises Invalid, Missing."""
    return _set(Organization, organization_id, said, custom_fields.ORGANIZATION, actor)


def _set(
    model: type[User] | type[Organization], key: int, said: Mapping[int, Any], of: str, actor: User | None
) -> Values:
    meant, own = read(said, of), configuration.current().custom_fields
    is_person = of == custom_fields.USER
    kind, name = ("person", "user") if is_person else ("organization", "organization")
    table: type[UserFieldValue | OrganizationFieldValue] = UserFieldValue if is_person else OrganizationFieldValue
    with transaction.atomic():
        owner = rule_rows.find(model, key)
        values = of_person(key) if is_person else of_organization(key)
        changed = {pk: value for pk, value in meant.items() if not same(values.get(pk), value)}
        for pk, value in changed.items():
            _replace(partial(table, **{name: owner}), own[pk], values.get(pk), value)
        if changed:
            before, after = (
                {own[pk].key: custom_fields.write(own[pk], it.get(pk)) for pk in changed} for it in (values, meant)
            )
            rule_rows.log(kind, key, before, after, actor)
    return {pk: value for pk, value in {**values, **changed}.items() if not custom_fields.is_empty(value)}


class Past:
    """What stood in these fields of people and organizations at a time: what stands there without what came later."""

    def __init__(self, fields: Iterable[CustomField]) -> None:
        self._fields = [it for it in fields if it.of != custom_fields.TICKET]
        self._known: dict[tuple[str, int], tuple[Values, list[RuleChange]]] = {}

    def at(self, when: datetime, *, requester_id: int | None, organization_id: int | None) -> dict[str, Any]:
        """By the names of the fields."""
        owners = {custom_fields.USER: requester_id, custom_fields.ORGANIZATION: organization_id}
        return {it.name: self._at(it, owners[it.of], when) for it in self._fields}

    def _at(self, field: CustomField, owner_id: int | None, when: datetime) -> Any:
        if owner_id is None:
            return None
        values, changes = self._of(field.of, owner_id)
        later = [it.before for it in changes if it.created_at > when and it.before and field.key in it.before]
        return custom_fields.stored(field, later[-1][field.key]) if later else values.get(field.id)

    def _of(self, of: str, owner_id: int) -> tuple[Values, list[RuleChange]]:
        if (of, owner_id) not in self._known:
            kind, values = ("person", of_person) if of == custom_fields.USER else ("organization", of_organization)
            changes = RuleChange.objects.filter(kind=kind, rule_id=owner_id).order_by("-id")
            self._known[of, owner_id] = values(owner_id), list(changes)
        return self._known[of, owner_id]


def same(one: Any, other: Any) -> bool:
    """Whether both are the same value; all that is empty is."""
    return bool(one == other) or (custom_fields.is_empty(one) and custom_fields.is_empty(other))
