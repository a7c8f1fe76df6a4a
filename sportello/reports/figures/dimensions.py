"""What figures can be split by, each for the tables of facts that know it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.desk.errors import Invalid
from sportello.reports.folding.schema import TABLES

from .dialects import GRAINS, Dialect

EVERYWHERE = frozenset(TABLES)
OWN_FIELD = "field:"
# Bands of a duration in minutes: up to an hour, eight, a day, three days, a week.
BANDS = (60, 480, 1440, 4320, 10_080)


@dataclass(frozen=True, slots=True)
class Dimension:
    """sql: over the columns of the table; {…} for what the dialect says. tables: where it can be asked."""

    key: str
    label: str | Promise
    column: str = ""
    tables: frozenset[str] = EVERYWHERE

    @property
    def is_time(self) -> bool:
        return self.key in GRAINS

    def sql(self, dialect: Dialect, local: str) -> str:
        """local: the column with the local time that counts."""
        if self.is_time:
            return dialect.truncate(self.key, local)
        if self.key == "hour":
            return dialect.hour(local)
        if self.key == "weekday":
            return dialect.weekday(local)
        if self.key.startswith(OWN_FIELD):
            return dialect.get("fields", self.key.removeprefix(OWN_FIELD))
        return self.column


def _band(column: str) -> str:
    cases = " ".join(f"WHEN {column} <= {limit} THEN {number}" for number, limit in enumerate(BANDS))
    return f"CASE {cases} ELSE {len(BANDS)} END"


def _of(column: str) -> frozenset[str]:
    return frozenset(table.name for table in TABLES.values() if column in table.names)


_ALL = (
    Dimension("day", _("Day")),
    Dimension("week", _("Week")),
    Dimension("month", _("Month")),
    Dimension("quarter", _("Quarter")),
    Dimension("year", _("Year")),
    Dimension("hour", _("Hour of the day")),
    Dimension("weekday", _("Weekday")),
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
    Dimension("about", _("What a vote is about"), "about", _of("about")),
    Dimension("status", _("Status"), "status", _of("status")),
    Dimension("arrival", _("Arrival"), "arrival", _of("arrival")),
    Dimension("contact", _("Direct contact"), "kind", _of("kind")),
    Dimension("target", _("What was promised"), "metric", _of("metric")),
    Dimension("policy", _("SLA policy"), "policy_id", _of("policy_id")),
    Dimension("band", _("Duration, in bands"), _band("calendar"), _of("calendar")),
    Dimension("band_business", _("Duration in business hours, in bands"), _band("business"), _of("business")),
)
DIMENSIONS = {dimension.key: dimension for dimension in _ALL}


def find(key: str) -> Dimension:
    """A dimension by its key; "field:7" is an own field of tickets. Raises Invalid("dimensions")."""
    number = key.removeprefix(OWN_FIELD)
    if number != key and number.isdecimal():
        return Dimension(key, number)
    if key not in DIMENSIONS:
        raise Invalid("dimensions", _("There is no dimension “%(name)s”.") % {"name": key})
    return DIMENSIONS[key]
