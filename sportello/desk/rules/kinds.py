"""The kinds of values that conditions compare, each with two readings that mean the same.

`holds` decides in Python about one ticket, `query` asks the database which tickets; tests hold them equal.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.kit import folding  # noqa: F401 – makes "…__folded" known
from sportello.kit.keys import key_of
from sportello.kit.literals import literals

from . import schedules

# A desk that is never open has never been open so many hours.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
NOBODY = ""  # The vendor's empty value: no assignee, no group, no priority.
CURRENT_USER = "current_user"
CHANGES = ("changed", "not_changed", "value", "value_previous", "not_value", "not_value_previous")
PRESENCE = ("present", "not_present")
# Operators that stand without a value.
SILENT = ("changed", "not_changed", *PRESENCE)


class Unreadable(ValueError):
    """A value that the kind does not take; the text is for the person who wrote the rule."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and for whom, conditions are read. actor_id: "current user"; hours: what business hours are."""

    now: datetime
    actor_id: int | None = None
    hours: schedules.Schedule = schedules.ALWAYS

    def hours_ago(self, hours: float, *, business: bool) -> datetime:
        """The time since when that many hours have passed."""
        if business:
            return schedules.subtract_business(self.hours, self.now, int(hours * 3600)) or LONG_AGO
        return self.now - timedelta(hours=hours)

    def hours_ahead(self, hours: float, *, business: bool) -> datetime:
        """The time when that many hours will have passed."""
        if business:
            return schedules.add_business(self.hours, self.now, int(hours * 3600)) or NEVER
        return self.now + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values. order: for less_than and greater_than, the empty value being the least."""

    values: tuple[Any, ...]
    ordered: bool = False
    nullable: bool = False
    names: dict[str, Any] = field(default_factory=dict)  # As the vendor writes them, where the column holds another.

    @property
    def operators(self) -> tuple[str, ...]:
        return ("is", "is_not", *(("less_than", "greater_than") if self.ordered else ()))

    def read(self, value: Any) -> Any:
        value = self.names.get(str(value).lower(), value)
        if self.nullable and value in (NOBODY, None):
            return None
        if value not in self.values:
            raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": value})
        return value

    def holds(self, actual: Any, operator: str, value: Any, moment: Moment) -> bool:
        if operator == "is":
            return bool(actual == value)
        if operator == "is_not":
            return bool(actual != value)
        return actual in self.side_of(operator, value)

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        if operator == "is":
            return _among(column, (value,))
        if operator == "is_not":
            return ~_among(column, (value,))
        side = self.side_of(operator, value)
        others = [it for it in self.values if it not in side]
        if len(others) < len(side) and not self.nullable:
            # "Not solved, not closed": as the indexes of unsolved tickets are written.
            return ~Q(**{f"{column}__in": literals(others)})
        return _among(column, side)

    def side_of(self, operator: str, value: Any) -> tuple[Any, ...]:
        """The values below or above one."""
        order = (None, *self.values) if self.nullable else self.values
        place = order.index(value)
        return order[:place] if operator == "less_than" else order[place + 1 :]


def _among(column: str, values: Collection[Any]) -> Q:
    found = Q(**{f"{column}__in": [value for value in values if value is not None]})
    return found | Q(**{f"{column}__isnull": True}) if None in values else found


@dataclass(frozen=True, slots=True)
class Vote:
    """How the survey stands: "good" is a good vote with or without words, "good_with_comment" one with words."""

    values = ("unoffered", "offered", "good", "good_with_comment", "bad", "bad_with_comment")
    operators = ("is", "is_not")

    def read(self, value: Any) -> str:
        if value not in self.values:
            raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": value})
        return str(value)

    def holds(self, actual: str, operator: str, value: str, moment: Moment) -> bool:
        return (actual in (value, f"{value}_with_comment")) == (operator == "is")

    def query(self, column: str, operator: str, value: str, moment: Moment) -> Q:
        score = value.removesuffix("_with_comment")
        found = Q(**{f"{column}__isnull": True}) if value == "unoffered" else Q(**{f"{column}__score": score})
        if value != score:
            found &= ~Q(**{f"{column}__comment": ""})
        return found if operator == "is" else ~found


@dataclass(frozen=True, slots=True)
class Reference:
    """Another row by its id. to: what kind of row, for the builder and for "does it exist"."""

    to: str
    nullable: bool = True
    operators = ("is", "is_not")

    def read(self, value: Any) -> int | str | None:
        if value in (NOBODY, None) and self.nullable:
            return None
        if value == CURRENT_USER and self.to in ("agent", "person"):
            return CURRENT_USER
        if not (key := key_of(value)):
            raise Unreadable(_("Choose one from the list."))
        return key

    def holds(self, actual: Any, operator: str, value: Any, moment: Moment) -> bool:
        return (actual == self.meant(value, moment)) == (operator == "is")

    def query(self, column: str, operator: str, value: Any, moment: Moment) -> Q:
        found = _among(column, (self.meant(value, moment),))
        return found if operator == "is" else ~found

    def meant(self, value: Any, moment: Moment) -> Any:
        """The id that is asked for, None for nobody."""
        # Nobody acts: 0 is no one's id, while None would be "nobody has it".
        return (moment.actor_id or 0) if value == CURRENT_USER else value


@dataclass(frozen=True, slots=True)
class Tags:
    """A set of words; the value is several of them with blanks between."""

    operators = ("includes", "not_includes")

    def read(self, value: Any) -> str:
        words = [word for word in str(value).lower().replace(",", " ").split() if word]
        if not words:
            raise Unreadable(_("Write at least one tag."))
        return " ".join(dict.fromkeys(words))

    def holds(self, actual: Collection[str] | None, operator: str, value: str, moment: Moment) -> bool:
        return bool(set(value.split()) & set(actual or ())) == (operator == "includes")

    def query(self, column: str, operator: str, value: str, moment: Moment) -> Q:
        from ..models import Tagging

        found = Q(pk__in=Tagging.objects.filter(tag__in=value.split()).values("ticket"))
        return found if operator == "includes" else ~found


@dataclass(frozen=True, slots=True)
class Text:
    """Free text. includes: at least one of the words stands in it, also inside another; is: all of it, in a row."""

    operators = ("includes", "not_includes", "is", "is_not")

    def read(self, value: Any) -> str:
        text = " ".join(str(value).split())
        if not text:
            raise Unreadable(_("Write at least one word."))
        return text

    def holds(self, actual: str | None, operator: str, value: str, moment: Moment) -> bool:
        folded = (actual or "").lower()
        return any(part in folded for part in self.parts(operator, value)) == (operator in ("includes", "is"))

    def query(self, column: str, operator: str, value: str, moment: Moment) -> Q:
        found = Q()
        for part in self.parts(operator, value):
            found |= Q(**{f"{column}__folded__contains": part})
        return found if operator in ("includes", "is") else ~found

    def parts(self, operator: str, value: str) -> list[str]:
        return value.lower().split() if operator.endswith("includes") else [value.lower()]


@dataclass(frozen=True, slots=True)
class Since:
    """Hours that have passed since a time; never true without one. status: only while the ticket is in this one."""

    status: str = ""
    plain_operators = ("is", "less_than", "greater_than")
    operators = (*plain_operators, *(f"{name}_business_hours" for name in plain_operators))

    def read(self, value: Any) -> float:
        try:
            hours = float(str(value).replace(",", "."))
        except ValueError:
            raise Unreadable(_("Write a number of hours.")) from None
        if not 0 <= hours <= 24 * 366 * 10:
            raise Unreadable(_("Write a number of hours, ten years at most."))
        return int(hours) if hours.is_integer() else hours

    def holds(self, actual: datetime | None, operator: str, value: float, moment: Moment) -> bool:
        if actual is None:
            return False
        after, until = self._span(operator, value, moment)
        return (after is None or actual > after) and (until is None or actual <= until)

    def query(self, column: str, operator: str, value: float, moment: Moment) -> Q:
        after, until = self._span(operator, value, moment)
        found = Q(**{f"{column}__isnull": False})
        if self.status:
            found &= Q(status=self.status)
        if after is not None:
            found &= Q(**{f"{column}__gt": after})
        if until is not None:
            found &= Q(**{f"{column}__lte": until})
        return found

    def _span(self, operator: str, hours: float, moment: Moment) -> tuple[datetime | None, datetime | None]:
        """Between which times (after, until) it must have been. "is 3": the third hour is full, the fourth is not.

        More than no hours is at any time, also at one of a machine whose clock is ahead.
        """
        business = operator.endswith("_business_hours")
        ago = moment.hours_ago(hours, business=business)
        plain = operator.removesuffix("_business_hours")
        if plain == "less_than":
            return ago, None
        if plain == "greater_than":
            return None, ago if hours else None
        return moment.hours_ago(hours + 1, business=business), ago


@dataclass(frozen=True, slots=True)
class Until:
    """Hours until a time to come; never true without one."""

    plain_operators = ("less_than", "greater_than")
    operators = (*plain_operators, *(f"{name}_business_hours" for name in plain_operators))

    def read(self, value: Any) -> float:
        return Since().read(value)

    def holds(self, actual: datetime | None, operator: str, value: float, moment: Moment) -> bool:
        limit = self._limit(operator, value, moment)
        return actual is not None and (actual < limit if operator.startswith("less") else actual >= limit)

    def query(self, column: str, operator: str, value: float, moment: Moment) -> Q:
        side = "lt" if operator.startswith("less") else "gte"
        return Q(**{f"{column}__isnull": False, f"{column}__{side}": self._limit(operator, value, moment)})

    def _limit(self, operator: str, hours: float, moment: Moment) -> datetime:
        return moment.hours_ahead(hours, business=operator.endswith("_business_hours"))


@dataclass(frozen=True, slots=True)
class Present:
    """Whether there is such a time."""

    values = ("true", "false")
    operators = ("is",)

    def read(self, value: Any) -> str:
        if str(value).lower() not in self.values:
            raise Unreadable(_("“%(value)s” is not one of the values.") % {"value": value})
        return str(value).lower()

    def holds(self, actual: Any, operator: str, value: str, moment: Moment) -> bool:
        return (actual is not None) == (value == "true")

    def query(self, column: str, operator: str, value: str, moment: Moment) -> Q:
        return Q(**{f"{column}__isnull": value == "false"})


Kind = Choice | Vote | Reference | Tags | Text | Since | Until | Present
