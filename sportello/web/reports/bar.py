"""The bar above every board: which days, beside which others, of which tickets. A form that changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import Desk, User
from sportello.desk.rules.conditions import Conditions
from sportello.desk.words import Via
from sportello.kit.keys import key_of
from sportello.reports import periods
from sportello.reports.figures import filters
from sportello.reports.periods import Period

from .named import names_of

# By the names of the form's fields: what they are called in the vocabulary of conditions, and how they compare.
FILTERS = {
    "group": ("group_id", "is"),
    "agent": ("assignee_id", "is"),
    "organization": ("organization_id", "is"),
    "channel": ("via_id", "is"),
    "tag": ("current_tags", "includes"),
}
MOST_SUGGESTED = 300


@dataclass(frozen=True, slots=True)
class Bar:
    """word, against: as chosen. period, earlier: that, today. chosen: the filters as typed. faults: by field.

    can_filter: else the filters that are chosen do not hold here, and are kept for the other boards.
    """

    word: str
    against: str
    period: Period
    earlier: Period | None
    filters: Conditions
    today: date
    chosen: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    can_filter: bool = True

    @property
    def said(self) -> str:
        return periods.said(self.period)

    @property
    def said_earlier(self) -> str:
        return periods.said(self.earlier) if self.earlier else ""

    @property
    def is_own(self) -> bool:
        return self.word == periods.OWN

    @property
    def is_running(self) -> bool:
        return self.period.is_running(self.today)

    @property
    def words(self) -> Mapping[str, Any]:
        return periods.NAMES

    @property
    def comparisons(self) -> Mapping[str, Any]:
        return periods.AGAINST

    @property
    def query(self) -> str:
        """What other boards are asked with, so that they show the same."""
        return "&".join(filter(None, (self.unfiltered, urlencode(self.chosen))))

    @property
    def unfiltered(self) -> str:
        """The same of all tickets."""
        pairs = [("period", self.word), ("against", self.against)]
        if self.is_own:
            pairs += [("first", self.period.start.isoformat()), ("last", self.period.last.isoformat())]
        return urlencode(pairs)


def read(given: QueryDict, agent: User, desk: Desk, *, can_filter: bool = True) -> Bar:
    """What the form says; what makes no sense is told beside its field. can_filter: as in Bar."""
    now, faults = periods.now(desk.time_zone), {}
    day = now.date()
    word = given.get("period", periods.DAYS)
    word = word if word in periods.NAMES else periods.DAYS
    try:
        period = _own(given, day) if word == periods.OWN else periods.named(word, day)
    except Invalid as fault:
        faults["period"], period = fault.sentence, periods.named(periods.DAYS, day)
    against = given.get("against", periods.BEFORE)
    against = against if against in periods.AGAINST else periods.BEFORE
    typed = {name: (given.get(name) or "").strip() for name in FILTERS}
    chosen = {name: said for name, said in typed.items() if said}
    if not access.sees_every_ticket(agent):
        chosen.pop("organization", None)
    earlier, conditions = periods.compared(period, against, now), Conditions()
    if not can_filter:
        return Bar(word, against, period, earlier, conditions, day, chosen, faults, can_filter=False)
    try:
        conditions = filters.read({"all": _conditions(agent, chosen)}, configuration.current().fields)
    except Invalid as fault:
        for place, sentence in fault.fields.items():
            faults[_field_of(place, chosen)] = str(sentence)
    return Bar(word, against, period, earlier, conditions, day, chosen, faults, _choices(agent, chosen))


def _own(given: QueryDict, day: date) -> Period:
    usual = periods.named(periods.DAYS, day)
    try:
        first = date.fromisoformat(given.get("first") or usual.start.isoformat())
        last = date.fromisoformat(given.get("last") or usual.last.isoformat())
        return periods.between(first, last + timedelta(days=1))
    except (ValueError, OverflowError):
        raise Invalid("period", _("Two days are needed, as 2026-10-01.")) from None


def _conditions(agent: User, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    asked_for = []
    for name, said in chosen.items():
        known, operator = FILTERS[name]
        value = _organization(agent, said) if name == "organization" else said
        asked_for.append({"field": known, "operator": operator, "value": value})
    return asked_for


def _organization(agent: User, said: str) -> str:
    """By its name, as it is typed."""
    found = access.organizations(agent).filter(name__iexact=said).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid("organization", _("There is no organization called “%(name)s”.") % {"name": said})
    return str(found)


def _field_of(place: str, chosen: Mapping[str, str]) -> str:
    """The field of the form that a fault is about: "all.1.value" is the second that was chosen."""
    parts = place.split(".")
    if len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(chosen):
        return list(chosen)[int(parts[1])]
    return place


def _choices(agent: User, chosen: Mapping[str, str]) -> dict[str, dict[str, str]]:
    known = configuration.current()
    people = sorted(known.agents.values(), key=lambda person: person.name.casefold())
    groups = sorted(known.groups.values(), key=lambda group: group.name.casefold())
    companies: list[str] = []
    if access.sees_every_ticket(agent):
        companies = list(access.organizations(agent).values_list("name", flat=True)[:MOST_SUGGESTED])
    choices = {
        "group": {str(group.pk): group.name for group in groups},
        "agent": {str(person.pk): person.name for person in people},
        "channel": {it.value: str(it.label) for it in Via if it != Via.RULE},
        "organization": {name: name for name in companies},
    }
    for name in ("group", "agent"):
        # Who has left keeps his figures: that they are asked for is not hidden.
        if (said := chosen.get(name, "")) and said not in choices[name]:
            key = key_of(said)
            choices[name][said] = names_of(agent, [(name, key)])(name, key) if key else said
    return choices
