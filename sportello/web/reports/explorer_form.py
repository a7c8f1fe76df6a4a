"""The explorer's form: a question out of an address and back, and what can be chosen in it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import Reference
from sportello.reports import periods
from sportello.reports.explorer import drawing, question
from sportello.reports.explorer.question import Question
from sportello.reports.figures import filters
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import MOST_DIMENSIONS
from sportello.reports.figures.words import meaning
from sportello.web.agent import rule_builder
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_words import Names
from sportello.web.reports.asked import MOST_CHARACTERS

# What one finds who has asked nothing yet.
FIRST = Question(("num_new_tickets", "num_solved_tickets"), ("day",), periods.DAYS)
PLACES = {
    "measures": gettext_lazy("What is counted"),
    "dimensions": gettext_lazy("Split by"),
    "period": gettext_lazy("Period"),
}


@dataclass
class Form:
    """What somebody asks. draft: its filters as they are being written; unclear: what only the form finds wrong."""

    asked: Question
    draft: Draft
    unclear: dict[str, str]


def read(asked: QueryDict, agent: User, before: Question = FIRST) -> Form:
    """The question of an address. before: the one that stands where the address asks nothing."""
    if not asked.keys() & {"m", "by", "period", "filters", "do"}:
        return _kept(before, agent)
    by = tuple(filter(None, dict.fromkeys(asked.getlist("by"))))
    found = Question(
        tuple(dict.fromkeys(asked.getlist("m"))),
        by,
        asked.get("period", periods.LAST_MONTH),
        asked.get("from", ""),
        asked.get("until", ""),
        asked.get("against", ""),
        {},
        by[-1] if asked.get("across") and by else "",
        asked.get("show", ""),
    )
    if not any(key.startswith("conditions.") for key in asked) and "do" not in asked:
        return _kept(replace(found, filters=_json(asked.get("filters", ""))), agent)
    draft = rule_builder.posted(asked)
    for _place, parts in draft._rows():
        # Without script an empty line comes as such, with it not at all.
        parts.setdefault("value", "")
    draft.edit(asked.get("do", ""))
    unclear = draft.faults(agent)
    # A line that was added just now asks nothing yet.
    begun = {name: [parts for parts in rows if parts.get("field")] for name, rows in draft.lists.items()}
    return Form(replace(found, filters=Draft(lists=begun).data()["conditions"]), draft, unclear)


def _kept(found: Question, agent: User) -> Form:
    rule = {"title": "", "description": "", "active": True, "actions": [], "conditions": _lists(found.filters)}
    return Form(found, rule_builder.kept(rule, Names(agent, [rule], acts=False)), {})


def _lists(asked: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The conditions of which a row can be drawn; what is none is refused when it is asked."""
    return {
        name: [it for it in asked.get(name) or () if isinstance(it, Mapping) and isinstance(it.get("field"), str)]
        for name in ("all", "any")
    }


def _json(said: str) -> dict[str, Any]:
    """Raises Invalid for an address that somebody broke."""
    try:
        found = json.loads(said[:MOST_CHARACTERS]) if said else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or any(not isinstance(it, list) for it in found.values()):
        raise Invalid("filters", _("This address is not whole."))
    return found


def parameters(asked: Question) -> str:
    """The question as what stands behind the ? of an address."""
    pairs = [*(("m", key) for key in asked.measures), *(("by", key) for key in asked.by), ("period", asked.period)]
    if asked.period == periods.OWN:
        pairs += [("from", asked.first), ("until", asked.last)]
    pairs += [(name, said) for name, said in (("against", asked.against), ("show", asked.show)) if said]
    if asked.across:
        pairs.append(("across", "1"))
    if any(asked.filters.values()):
        pairs.append(("filters", json.dumps(asked.filters, separators=(",", ":"), ensure_ascii=False)))
    return urlencode(pairs)


def fields(agent: User) -> Mapping[str, Field]:
    """What a filter can ask; of customers only for whoever sees every ticket."""
    found = {name: replace(it, changes=False) for name, it in filters.fields(configuration.current().fields).items()}
    if access.sees_every_ticket(agent):
        return found
    return {name: it for name, it in found.items() if not (it.custom or _is_of_customers(it))}


def _is_of_customers(known: Field) -> bool:
    return isinstance(known.kind, Reference) and known.kind.to in ("organization", "person")


def allowed(agent: User, asked: Question) -> bool:
    """Whether its answer may be shown to him: who does not see every ticket does not read who customers are."""
    return access.sees_every_ticket(agent) or not asked.names_customers()


# --- as shown ---------------------------------------------------------------------------------------------------------


def measures(asked: Question) -> list[SimpleNamespace]:
    """The sections with their measures, those that are chosen marked."""
    sections: dict[str, list[SimpleNamespace]] = {}
    for key, it in MEASURES.items():
        shown = SimpleNamespace(key=key, label=it.full_label, definition=meaning(it), is_chosen=key in asked.measures)
        sections.setdefault(str(it.section), []).append(shown)
    return [
        SimpleNamespace(title=title, measures=found, chosen=sum(it.is_chosen for it in found))
        for title, found in sections.items()
    ]


def splits(asked: Question, agent: User) -> list[list[tuple[str, str, bool]]]:
    """For each place the dimensions that can be chosen."""
    known = question.splits_for(sees_customers=access.sees_every_ticket(agent))
    chosen = [*asked.by, *[""] * MOST_DIMENSIONS][:MOST_DIMENSIONS]
    return [_options({"": "–", **known}.items(), it) for it in chosen]


def choices(asked: Question) -> SimpleNamespace:
    return SimpleNamespace(
        periods=_options(periods.NAMES.items(), asked.period),
        against=_options(sorted(periods.AGAINST.items()), asked.against),
        shows=_options(drawing.NAMES.items(), asked.show),
        is_own=asked.period == periods.OWN,
    )


def _options(pairs: Iterable[tuple[str, object]], chosen: str) -> list[tuple[str, str, bool]]:
    return [(key, str(label), key == chosen) for key, label in pairs]


def faults(refusal: Invalid) -> dict[str, str]:
    """The faults of a question by the names of the form's controls."""
    return {
        f"conditions.{place}" if place.startswith(("all", "any")) else place: str(text)
        for place, text in refusal.fields.items()
    }


def said(found: Mapping[str, str], agent: User, draft: Draft) -> list[str]:
    """Each fault with where it is: “Filter 2 (Tags): …”."""
    lines, known = [], fields(agent)
    for place, text in found.items():
        parts = place.split(".")
        if parts[0] == "conditions" and len(parts) > 2:
            rows = draft.lists.get(f"conditions.{parts[1]}", [])
            number = int(parts[2])
            name = rows[number].get("field", "") if number < len(rows) else ""
            if parts[1] == "any":
                number += len(draft.lists["conditions.all"])
            label = str(known[name].label) if name in known else name
            where = _("Filter %(number)s (%(field)s)") % {"number": number + 1, "field": label}
        else:
            where = str(PLACES.get(place, _("Filters")))
        lines.append(f"{where}: {text}")
    return lines
