"""A question to the figures as somebody puts it and keeps it: in words that stay true, “last month”, not in dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.rules import conditions
from sportello.desk.rules.conditions import Conditions
from sportello.desk.rules.custom_fields import TICKET
from sportello.desk.rules.texts import in_language
from sportello.reports import periods
from sportello.reports.figures import filters
from sportello.reports.figures.dimensions import DIMENSIONS, OF_CUSTOMERS, OWN_FIELD, Dimension
from sportello.reports.figures.query import MOST_DIMENSIONS, Query
from sportello.reports.periods import Period

MOST_MEASURES = 12
TABLE = "table"
MOST_DRAWN = 2  # Dimensions of a chart.


@dataclass(frozen=True, slots=True)
class Question:
    """measures, by: keys, in order. period: a word of periods.NAMES; first, last: days as 2026-10-31, both included, of
    a period of one's own. against: a word of periods.AGAINST. filters: conditions as JSON. across: the dimension of
    which the values stand beside each other, one of by, or "". show: TABLE, a kind of chart, or "" for what fits."""

    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    period: str = periods.LAST_MONTH
    first: str = ""
    last: str = ""
    against: str = periods.NOTHING
    filters: Mapping[str, Any] = field(default_factory=dict)
    across: str = ""
    show: str = ""

    def kept(self) -> dict[str, Any]:
        """As JSON that `read` takes."""
        said = {"measures": list(self.measures), "by": list(self.by), "filters": dict(self.filters)}
        return said | {name: getattr(self, name) for name in _TEXTS}

    def span(self) -> Period:
        """The days that its period means today, on the desk's calendar. Raises Invalid("period")."""
        desk = configuration.current().desk
        today = periods.today(desk.time_zone)
        if self.period != periods.OWN:
            if self.period not in periods.NAMES:
                raise Invalid("period", _("There is no such period."))
            return periods.named(self.period, today)
        try:
            first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
            return periods.between(first, last + timedelta(days=1))
        except (ValueError, OverflowError):
            raise Invalid("period", _("Two days are needed, the first and the last.")) from None

    def query(self) -> Query:
        """What is asked now. Raises Invalid: "measures", "dimensions", "period", "all.0.value"…"""
        if not self.measures:
            raise Invalid("measures", _("Choose what is to be counted."))
        if len(self.measures) > MOST_MEASURES:
            raise Invalid("measures", _("At most %(most)s measures at once.") % {"most": MOST_MEASURES})
        if self.across and self.across not in self.by:
            raise Invalid("dimensions", _("Only what it is split by can stand across."))
        for split in self.by:
            if split.startswith(OWN_FIELD) and split not in own_fields():
                raise Invalid("dimensions", _("There is no such field any more."))
        known = configuration.current()
        asked = filters.read(self.filters, known.fields)
        start, end = self.span().instants(known.desk.time_zone)
        return Query(self.measures, start, end, known.desk.time_zone, self.by, asked)

    def beside(self) -> Period | None:
        """What it is compared with today. Raises Invalid("period")."""
        return periods.compared(self.span(), self.against, periods.now(configuration.current().desk.time_zone))

    def before(self, query: Query) -> Query | None:
        """The same of the period that it is compared with."""
        other = self.beside()
        if other is None:
            return None
        start, end = other.instants(query.time_zone)
        return Query(query.measures, start, end, query.time_zone, query.dimensions, query.filters)

    def may_be_drawn(self) -> bool:
        """Whether a chart of it is wanted, and there are charts of so many dimensions."""
        return self.show != TABLE and 0 < len(self.by) <= MOST_DRAWN

    def names_customers(self) -> bool:
        """Whether its answer says who customers are: not for whoever does not see every ticket."""
        try:
            asked = filters.read(self.filters, configuration.current().fields)
        except Invalid:
            asked = Conditions()
        return names_customers(self.by, asked)

    def asks_who_looks(self) -> bool:
        """Whether it has another answer for each reader: “the current user” is in a filter."""
        return "current_user" in str(self.filters)


def names_customers(by: Iterable[str], asked: Conditions) -> bool:
    """Whether figures split and filtered so say who customers are."""
    splits = any(it in OF_CUSTOMERS or it.startswith(OWN_FIELD) for it in by)
    named = {kind for kind, _pk in conditions.references(asked)}
    return splits or bool(named & {"organization", "person", "custom_field"})


_TEXTS = ("period", "first", "last", "against", "across", "show")


def read(data: Any) -> Question:
    """A question from JSON. Raises Invalid for what is no question; what is asked is checked by `query`."""
    if not isinstance(data, Mapping):
        raise Invalid("measures", _("This is no question to the figures."))
    lists = {name: data.get(name) or [] for name in ("measures", "by")}
    texts = {name: data.get(name) or "" for name in _TEXTS}
    asked = data.get("filters") or {}
    if (
        any(not isinstance(it, list) or any(not isinstance(key, str) for key in it) for it in lists.values())
        or any(not isinstance(it, str) for it in texts.values())
        or not isinstance(asked, Mapping)
    ):
        raise Invalid("measures", _("This is no question to the figures."))
    texts["period"] = texts["period"] or periods.LAST_MONTH
    measures, by = (tuple(dict.fromkeys(lists[name])) for name in ("measures", "by"))
    return Question(measures, by[: MOST_DIMENSIONS + 1], filters=asked, **texts)


def own_fields() -> dict[str, str]:
    """The desk's own fields of tickets, by the key of their dimension."""
    known, language = configuration.current().custom_fields, get_language() or "en"
    own = {pk: it for pk, it in known.items() if it.of == TICKET and it.active}
    return {f"{OWN_FIELD}{pk}": in_language(it.title, language) for pk, it in own.items()}


def splits_for(*, sees_customers: bool) -> dict[str, str]:
    """What can be chosen to split by, with its name."""
    found = {key: str(it.label) for key, it in DIMENSIONS.items() if sees_customers or key not in OF_CUSTOMERS}
    return found | (own_fields() if sees_customers else {})


def label_of(split: Dimension) -> str:
    """The name of a dimension; of an own field, what it is called."""
    return own_fields().get(split.key, str(split.label))
