"""The kinds of values of custom fields in conditions: like rules.kinds, but each value stands in a row of its own.

The two readings: `holds` on the value as rules.custom_fields reads it (None: nothing), `query` by the rows of
models.FieldValue. Empty is less than nothing and more than nothing; it is only *not* what is asked.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.functional import lazystr
from django.utils.translation import gettext as _

from . import custom_fields
from .custom_fields import CustomField
from .fields import Field
from .kinds import NOBODY, PRESENCE, Moment, Text, Unreadable
from .texts import for_reader

NUMBER = CustomField(0, custom_fields.TICKET, "decimal", "", "")
DAY = CustomField(0, custom_fields.TICKET, "date", "", "")
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Kept:
    """What all have in common. field: its options as they are now, and whose rows hold its values."""

    field: CustomField

    def having(self, **found: Any) -> Q:
        """The tickets that have, or whose requester or organization has, such a value."""
        from ..models import OrganizationFieldValue, TicketFieldValue, UserFieldValue

        tables: dict[str, tuple[Any, str, str]] = {
            custom_fields.TICKET: (TicketFieldValue, "ticket", "pk"),
            custom_fields.USER: (UserFieldValue, "user", "requester_id"),
            custom_fields.ORGANIZATION: (OrganizationFieldValue, "organization", "organization_id"),
        }
        table, owner, column = tables[self.field.of]
        return Q(**{f"{column}__in": table.objects.filter(field=self.field.id, **found).values(owner)})


@dataclass(frozen=True, slots=True)
class OwnText(Kept):
    """As rules.kinds.Text, over all of a text."""

    operators = (*Text.operators, *PRESENCE)

    def read(self, value: Any) -> str:
        return Text().read(value)

    def holds(self, actual: str | None, operator: str, value: Any, moment: Moment) -> bool:
        if operator in PRESENCE:
            return (actual is not None) == (operator == "present")
        return Text().holds(actual, operator, value, moment)

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator in PRESENCE:
            return self.having() if operator == "present" else ~self.having()
        found = Q()
        for part in Text().parts(operator, value):
            found |= self.having(text__folded__contains=part)
        return found if operator in ("includes", "is") else ~found


@dataclass(frozen=True, slots=True)
class OwnNumber(Kept):
    operators = ("is", "is_not", "less_than", "greater_than", *PRESENCE)

    def read(self, value: Any) -> str:
        number = custom_fields.read(NUMBER, value)
        if number is None:
            raise Unreadable(_("Write a number."))
        return custom_fields.plain(number)

    def holds(self, actual: Decimal | int | None, operator: str, value: Any, moment: Moment) -> bool:
        if operator in PRESENCE:
            return (actual is not None) == (operator == "present")
        if actual is None:
            return operator == "is_not"
        number = Decimal(value)
        return {
            "is": actual == number,
            "is_not": actual != number,
            "less_than": actual < number,
            "greater_than": actual > number,
        }[operator]

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator in PRESENCE:
            return self.having() if operator == "present" else ~self.having()
        number = Decimal(value)
        if operator in ("is", "is_not"):
            return self.having(number=number) if operator == "is" else ~self.having(number=number)
        return self.having(**{"number__lt" if operator == "less_than" else "number__gt": number})


@dataclass(frozen=True, slots=True)
class OwnDay(Kept):
    """A date, in ISO form, which sorts as it should. less_than: before; greater_than: after. Today is the desk's."""

    within = ("within_previous_n_days", "within_next_n_days")
    operators = ("is", "is_not", "less_than", "greater_than", *within, *PRESENCE)

    def read(self, value: Any) -> str:
        day = custom_fields.read(DAY, value)
        if day is None:
            raise Unreadable(_("Write a date, as in 31/12/2026."))
        return str(day.isoformat())

    def read_days(self, value: Any) -> int:
        """A number of days, for `within`."""
        if not str(value).isdecimal() or len(str(value)) > 4 or int(value) > MOST_DAYS:
            raise Unreadable(_("Write a number of days, ten years at most."))
        return int(value)

    def holds(self, actual: date | None, operator: str, value: Any, moment: Moment) -> bool:
        if operator in PRESENCE:
            return (actual is not None) == (operator == "present")
        if actual is None:
            return operator == "is_not"
        day = actual.isoformat()
        if operator in self.within:
            first, last = self.span(operator, value, moment)
            return first <= day <= last
        return {"is": day == value, "is_not": day != value, "less_than": day < value, "greater_than": day > value}[
            operator
        ]

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator in PRESENCE:
            return self.having() if operator == "present" else ~self.having()
        if operator in self.within:
            first, last = self.span(operator, value, moment)
            return self.having(value__gte=first, value__lte=last)
        if operator in ("is", "is_not"):
            return self.having(value=value) if operator == "is" else ~self.having(value=value)
        return self.having(**{"value__lt" if operator == "less_than" else "value__gt": value})

    def span(self, operator: str, days: int, moment: Moment) -> tuple[str, str]:
        """The first and the last day that are meant; today is one of them."""
        today = moment.now.astimezone(ZoneInfo(moment.hours.time_zone)).date()
        if operator == "within_next_n_days":
            return today.isoformat(), (today + timedelta(days=days)).isoformat()
        return (today - timedelta(days=days)).isoformat(), today.isoformat()


@dataclass(frozen=True, slots=True)
class OwnCheckbox(Kept):
    """Empty is "false"."""

    values = ("true", "false")
    operators = ("is", "is_not")

    def read(self, value: Any) -> str:
        return "true" if custom_fields.read(self.field, value) else "false"

    def holds(self, actual: bool | None, operator: str, value: str, moment: Moment) -> bool:
        return (bool(actual) == (value == "true")) == (operator == "is")

    def query(self, column: str, operator: str, value: str, moment: Moment) -> Q:
        return self.having() if (value == "true") == (operator == "is") else ~self.having()


@dataclass(frozen=True, slots=True)
class OwnChoice(Kept):
    """One of a drop-down list; "" is none of them."""

    operators = ("is", "is_not", *PRESENCE)

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(it.value for it in self.field.options)

    def read(self, value: Any) -> str | None:
        return None if value == NOBODY else custom_fields.read(self.field, value)

    def holds(self, actual: str | None, operator: str, value: Any, moment: Moment) -> bool:
        if operator in PRESENCE:
            return (actual is not None) == (operator == "present")
        return (actual == value) == (operator == "is")

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator in PRESENCE:
            return self.having() if operator == "present" else ~self.having()
        found = self.having(value=value) if value is not None else ~self.having()
        return found if operator == "is" else ~found


@dataclass(frozen=True, slots=True)
class OwnOptions(Kept):
    """Several of a multi-select, with blanks between. includes: at least one of them is chosen."""

    operators = ("includes", "not_includes", *PRESENCE)

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(it.value for it in self.field.options)

    def read(self, value: Any) -> str:
        chosen = custom_fields.read(self.field, value)
        if not chosen:
            raise Unreadable(_("Choose one from the list."))
        return " ".join(chosen)

    def holds(self, actual: tuple[str, ...] | None, operator: str, value: Any, moment: Moment) -> bool:
        if operator in PRESENCE:
            return bool(actual) == (operator == "present")
        # "is": how a change to it is asked.
        return bool(set(value.split()) & set(actual or ())) == (operator in ("includes", "is"))

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator in PRESENCE:
            return self.having() if operator == "present" else ~self.having()
        found = self.having(value__in=value.split())
        return found if operator == "includes" else ~found


KINDS: dict[str, type[Kept]] = {
    "text": OwnText,
    "textarea": OwnText,
    "regexp": OwnText,
    "integer": OwnNumber,
    "decimal": OwnNumber,
    "date": OwnDay,
    "checkbox": OwnCheckbox,
    "tagger": OwnChoice,
    "multiselect": OwnOptions,
}


def field_of(custom: CustomField) -> Field:
    """The field of the vocabulary that a custom field is. Only a ticket's own can change in an update."""
    return Field(
        custom.name,
        lazystr(_Label(custom)),
        KINDS[custom.kind](custom),  # type: ignore[arg-type]
        column=custom.name,
        changes=custom.of == custom_fields.TICKET,
        custom=custom,
    )


@dataclass(frozen=True, slots=True)
class _Label:
    """The title, in the language of whoever reads it."""

    custom: CustomField

    def __str__(self) -> str:
        title = {"title": for_reader(self.custom.title)}
        if self.custom.of == custom_fields.USER:
            return _("%(title)s (of the requester)") % title
        if self.custom.of == custom_fields.ORGANIZATION:
            return _("%(title)s (of the organization)") % title
        return title["title"]
