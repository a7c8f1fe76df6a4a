"""What figures can be split by, each for the tables of facts that know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.desk.errors import Invalid
from sportello.desk.words import Priority, Status
from sportello.reports.charts.scales import TIME_EDGES
from sportello.reports.folding.schema import OF_TICKETS, TABLES

from .dialects import GRAINS, Dialect

# What only tickets have; times are known everywhere.
TICKETS, EVERYWHERE = frozenset(OF_TICKETS), frozenset(TABLES)
OWN_FIELD = "field:"
# These say who customers are.
OF_CUSTOMERS = ("organization", "requester")
# Bands of a duration in minutes: up to an hour, eight, a day, two days, a week, and more. All are edges of the finer
# classes that a distribution is drawn in, and whatever took as long as an edge lies below it, as in "within an hour".
BANDS = (60, 480, 1440, 2880, 10_080)
# How long ago what stands was created, in minutes: a day, two days, a week, thirty days.
AGES = (1440, 2880, 10_080, 43_200)
# What is read in an order that its values do not have by themselves.
ORDERS = {"priority": (*(it.name.lower() for it in sorted(Priority, reverse=True)), ""), "status": tuple(Status.values)}
# What two people found that it is about, else what the voter said.
ABOUT = "coalesce(nullif(reviewed_about, ''), about)"


@dataclass(frozen=True, slots=True)
class Dimension:
    """sql: over the columns of the table; {…} for what the dialect says. tables: where it can be asked."""

    key: str
    label: str | Promise
    column: str = ""
    tables: frozenset[str] = TICKETS

    @property
    def is_time(self) -> bool:
        return self.key in GRAINS

    @property
    def is_number(self) -> bool:
        """Its values are numbers: ids, hours, classes; else, but for times, texts."""
        return self.key in ("hour", "weekday", "age") or self.column.endswith("_id") or self.column.startswith("CASE ")

    def sql(self, dialect: Dialect, local: str, end: datetime) -> str:
        """local: the column with the local time that counts. end: of the period."""
        if self.is_time:
            return dialect.truncate(self.key, local)
        if self.key == "hour":
            return dialect.hour(local)
        if self.key == "weekday":
            return dialect.weekday(local)
        if self.key == "age":
            limits = (dialect.time(end - timedelta(minutes=minutes)) for minutes in AGES)
            return _classes(f"WHEN created_at >= {limit}" for limit in limits)
        if self.key.startswith(OWN_FIELD):
            return dialect.get("fields", self.key.removeprefix(OWN_FIELD))
        return self.column


def _classes(whens: Iterable[str]) -> str:
    """The number of the class, from 0; the last is for whatever is beyond all limits."""
    cases = [f"{when} THEN {number}" for number, when in enumerate(whens)]
    return f"CASE {' '.join(cases)} ELSE {len(cases)} END"


def _up_to(column: str, limits: tuple[int, ...]) -> str:
    return _classes(f"WHEN {column} <= {limit}" for limit in limits)


def _of(column: str) -> frozenset[str]:
    return frozenset(table.name for table in TABLES.values() if column in table.names)


_ALL = (
    Dimension("day", _("Day"), tables=EVERYWHERE),
    Dimension("week", _("Week"), tables=EVERYWHERE),
    Dimension("month", _("Month"), tables=EVERYWHERE),
    Dimension("quarter", _("Quarter"), tables=EVERYWHERE),
    Dimension("year", _("Year"), tables=EVERYWHERE),
    Dimension("hour", _("Hour of the day"), tables=EVERYWHERE),
    Dimension("weekday", _("Weekday"), tables=EVERYWHERE),
    Dimension("agent", _("Agent"), "agent_id"),
    Dimension("group", _("Group"), "group_id"),
    Dimension("organization", _("Organization"), "organization_id"),
    Dimension("requester", _("Requester"), "requester_id"),
    Dimension("channel", _("Channel"), "channel"),
    Dimension("priority", _("Priority"), "priority"),
    Dimension("type", pgettext_lazy("of a ticket", "Type"), "type"),
    Dimension("form", _("Form"), "form_id"),
    Dimension("tag", _("Tag"), "tag"),
    Dimension("vote", _("Vote"), "vote"),
    Dimension("about", _("What a vote is about"), ABOUT, _of("about")),
    Dimension("status", _("Status"), "status", _of("status")),
    Dimension("age", _("Age at the end of the period"), "", frozenset({"spells"})),
    Dimension("arrival", _("Arrival"), "arrival", _of("arrival")),
    Dimension("contact", _("Direct contact"), "kind", frozenset({"contacts"})),
    Dimension("target", _("What was promised"), "metric", _of("metric")),
    Dimension("policy", _("SLA policy"), "policy_id", _of("policy_id")),
    Dimension("band", _("Duration, in bands"), _up_to("calendar", BANDS), _of("calendar")),
    Dimension("band_business", _("Duration in business hours, in bands"), _up_to("business", BANDS), _of("business")),
    Dimension("duration", _("Duration, in classes"), _up_to("calendar", TIME_EDGES[1:]), _of("calendar")),
    Dimension(
        "duration_business",
        _("Duration in business hours, in classes"),
        _up_to("business", TIME_EDGES[1:]),
        _of("business"),
    ),
    Dimension("article", _("Article"), "article_id", _of("article_id")),
    Dimension("language", _("Language"), "language", _of("language")),
)
DIMENSIONS = {dimension.key: dimension for dimension in _ALL}


def place(key: str, value: Any) -> Any:
    """Where a value stands among those of its dimension, which is read in order; what is none of them last."""
    order = ORDERS.get(key)
    if order is None:
        return value
    return order.index(value) if value in order else len(order)


def find(key: str) -> Dimension:
    """A dimension by its key; "field:7" is an own field of tickets. Raises Invalid("dimensions")."""
    number = key.removeprefix(OWN_FIELD)
    if number != key and number.isdecimal():
        return Dimension(key, number)
    if key not in DIMENSIONS:
        raise Invalid("dimensions", _("There is no dimension “%(name)s”.") % {"name": key})
    return DIMENSIONS[key]
