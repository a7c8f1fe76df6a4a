"""What the cells of figures are called: agents, groups, organizations, people, articles, in a few queries for a page.

Whoever does not see every ticket reads no names of customers here: who they are is not his.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules import custom_fields
from sportello.desk.rules.texts import in_language
from sportello.reports import articles
from sportello.reports.charts.words import time_text
from sportello.reports.figures import words
from sportello.reports.figures.dimensions import AGES, BANDS, OF_CUSTOMERS, OWN_FIELD

Namer = Callable[[str, Any], str]
# The end of the first class of what is split by how long it took.
FIRST_CLASS = {"band": BANDS[0], "band_business": BANDS[0], "age": AGES[0]}


def names_of(agent: User, pairs: Iterable[tuple[str, Any]]) -> Namer:
    """What to call a value of a dimension. pairs: every (dimension, value) to be asked for. Three queries at most."""
    asked: dict[str, set[int]] = {}
    for key, value in pairs:
        if isinstance(value, int):
            asked.setdefault(key, set()).add(value)
    known = configuration.current()
    people = {pk: person.name for pk, person in known.agents.items()}
    sees_customers = access.sees_every_ticket(agent)
    wanted = asked.get("agent", set()) - people.keys()
    if sees_customers:
        wanted |= asked.get("requester", set()) - people.keys()
    if wanted:
        people |= dict(access.known_people(agent).filter(pk__in=wanted).values_list("pk", "name"))
    companies: Mapping[int, str] = {}
    if sees_customers and asked.get("organization"):
        found = access.known_organizations(agent).filter(pk__in=asked["organization"])
        companies = dict(found.values_list("pk", "name"))
    titles = articles.titles(get_language() or "en", asked["article"]) if "article" in asked else {}

    def name(key: str, value: Any) -> str:
        if value is None:
            return words.cell(key, value)
        if key in OF_CUSTOMERS and not sees_customers:
            return pgettext("name of a customer", "not shown")
        if key in ("agent", "requester"):
            return people.get(value) or _("somebody who has left")
        if key == "organization":
            return companies.get(value) or _("an organization that is no more")
        if key == "article":
            return titles.get(value) or _("an article that is no more")
        return _said(key, value)

    return name


def _said(key: str, value: Any) -> str:
    """What the desk's configuration knows, or else words that are the same on every desk."""
    known, language = configuration.current(), get_language() or "en"
    if key == "group":
        return known.groups[value].name if value in known.groups else _("a group that is no more")
    if key == "form":
        return in_language(known.forms[value].name, language) if value in known.forms else _("a form that is no more")
    if key == "policy":
        return {it.policy.id: it.policy.title for it in known.policies.rules}.get(value) or _(
            "a policy that is no more"
        )
    if key in FIRST_CLASS and value == 0:
        return _("within {time}").format(time=time_text(FIRST_CLASS[key]))
    if key.startswith(OWN_FIELD) and value:
        field = known.custom_fields.get(int(key.removeprefix(OWN_FIELD)))
        return custom_fields.shown(field, value, language) if field else str(value)
    return words.cell(key, value)
