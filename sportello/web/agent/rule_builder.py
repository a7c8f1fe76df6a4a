"""The form in which a rule is written: rows of conditions and of actions, as posted, as kept and as shown.

A row's controls are named by its place, "conditions.all.0.value", which is how `Invalid` names a fault. `was` is the
field for which a row was drawn: without script the other controls still belong to it when the field is changed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules import fields, triggers
from sportello.desk.rules.fields import BY_NAME, Field
from sportello.desk.rules.kinds import CURRENT_USER, Reference, Tags, Text
from sportello.desk.words import Status
from sportello.web.agent.rule_words import Names, choices_of, operator_words

LISTS = ("conditions.all", "conditions.any", "actions")
LANGUAGES = ("it", "en")
TEXTS = {
    "subject.it": gettext_lazy("Subject in Italian"),
    "subject.en": gettext_lazy("Subject in English"),
    "body.it": gettext_lazy("Text in Italian"),
    "body.en": gettext_lazy("Text in English"),
}
PLACE = re.compile(r"(conditions\.all|conditions\.any|actions)\.(\d{1,4})\.([a-z.]{1,12})")
MAILS = ("notification_user", "notification_group")
UNCHOSEN = "-"
Parts = dict[str, str]


@dataclass
class Draft:
    """A rule as somebody is writing it. lists: for each of LISTS its rows, each {part: what stands there}."""

    title: str = ""
    description: str = ""
    active: bool = True
    lists: dict[str, list[Parts]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def edit(self, gesture: str) -> None:
        """Add or remove a row: "add.actions", "remove.conditions.all.1"; anything else draws the rows anew."""
        verb, _dot, place = gesture.partition(".")
        if verb == "add" and place in LISTS:
            self.lists[place].append({})
        name, _dot, number = place.rpartition(".")
        if verb == "remove" and name in LISTS and number.isdecimal() and int(number) < len(self.lists[name]):
            del self.lists[name][int(number)]

    def faults(self, agent: User) -> dict[str, str]:
        """What only this form can find wrong, by place; names of people become ids."""
        found = {}
        for place, parts in self._rows():
            if _is_changed(parts):
                found[f"{place}.field"] = _("The field is another one now: choose again.")
            known = BY_NAME.get(parts.get("field", ""))
            if place.startswith("conditions") and known and _is_person(known):
                parts["id"] = _find_person(agent, parts.get("value", ""))
                if parts["id"] == UNCHOSEN:
                    found[f"{place}.value"] = _("Write the address of one person, or a name that only one has.")
        return found

    def _rows(self) -> Iterable[tuple[str, Parts]]:
        for name, rows in self.lists.items():
            for number, parts in enumerate(rows):
                yield f"{name}.{number}", parts

    def data(self) -> dict[str, Any]:
        """As `actions.rules` takes it."""
        conditions = {
            name.removeprefix("conditions."): [
                {
                    "field": _own_field(it),
                    "operator": it.get("operator", ""),
                    "value": it.get("id", it.get("value", UNCHOSEN)),
                }
                for it in rows
            ]
            for name, rows in self.lists.items()
            if name != "actions"
        }
        actions = [{"field": _own_field(it), "value": _action_value(it)} for it in self.lists["actions"]]
        return {
            "title": self.title,
            "description": self.description,
            "active": self.active,
            "conditions": conditions,
            "actions": actions,
        }


def posted(post: QueryDict) -> Draft:
    """The form as it came, its rows without gaps."""
    draft = Draft(_clean(post.get("title", "")), _clean(post.get("description", "")), "active" in post)
    rows: dict[tuple[str, int], Parts] = {}
    for key in post:
        found = PLACE.fullmatch(key)
        if found:
            name, number, part = found.groups()
            rows.setdefault((name, int(number)), {})[part] = _clean(post.get(key, ""))
    for (name, _number), parts in sorted(rows.items()):
        draft.lists[name].append(parts)
    return draft


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")


def kept(rule: Mapping[str, Any], names: Names) -> Draft:
    """A rule as it is kept, to be changed."""
    draft = Draft(rule["title"], rule["description"], rule["active"])
    for part in ("all", "any"):
        for it in rule["conditions"].get(part, ()):
            value, known = str(it.get("value", "")), BY_NAME.get(it["field"])
            if known and _is_person(known):
                value = names.addresses.get(value) or names.of("person", value)
            draft.lists[f"conditions.{part}"].append({**it, "value": value})
    for it in rule["actions"]:
        name, value = it["field"], it["value"]
        parts = {"field": name}
        if name in MAILS:
            parts |= {"recipient": str(value[0])} | _in_languages("subject", value[1]) | _in_languages("body", value[2])
        else:
            parts |= _in_languages("body", value) if name == "note" else {"value": str(value)}
        draft.lists["actions"].append(parts)
    return draft


def _in_languages(part: str, text: Any) -> Parts:
    return {
        f"{part}.{code}": text.get(code, text.get("", "")) if isinstance(text, Mapping) else text for code in LANGUAGES
    }


def _text(parts: Parts, part: str) -> Any:
    """One text for all where only one is written, or both are alike."""
    texts = {code: parts.get(f"{part}.{code}", "").strip() for code in LANGUAGES}
    written = {code: text for code, text in texts.items() if text}
    return written if len(set(written.values())) > 1 else next(iter(written.values()), "")


def _action_value(parts: Parts) -> Any:
    if parts.get("field") in MAILS:
        return [parts.get("recipient", UNCHOSEN), _text(parts, "subject"), _text(parts, "body")]
    return _text(parts, "body") if parts.get("field") == "note" else parts.get("value", UNCHOSEN)


def _is_changed(parts: Parts) -> bool:
    return parts.get("was", parts.get("field")) != parts.get("field")


def _own_field(parts: Parts) -> str:
    """The field for which the row's value was written; none, which the verb refuses, for a row of two fields."""
    return "" if _is_changed(parts) else parts.get("field", "")


def _is_person(known: Field) -> bool:
    return isinstance(known.kind, Reference) and known.kind.to == "person"


def _find_person(agent: User, said: str) -> str:
    """The id of the one person with this address or name, as a value of the kind; UNCHOSEN: none, or several."""
    said = " ".join(said.split())
    if said.lower() in (_("the person who acts").lower(), CURRENT_USER):
        return CURRENT_USER
    if said.lower() == _("nobody").lower():
        return ""
    people = access.people(agent)
    found = list(people.filter(email__iexact=said).values_list("pk", flat=True)[:2]) if "@" in said else []
    if not found and said:
        found = list(people.filter(name__iexact=said).values_list("pk", flat=True)[:2])
    return str(found[0]) if len(found) == 1 else UNCHOSEN


# --- as shown --------------------------------------------------------------------------------------------------------


def shown(draft: Draft, names: Names, faults: Mapping[str, str]) -> dict[str, list[SimpleNamespace]]:
    """The rows for the template: "all", "any" and "actions"."""
    rows: dict[str, list[SimpleNamespace]] = {}
    for name in LISTS:
        draw = _action if name == "actions" else _condition
        rows[name.removeprefix("conditions.")] = [
            draw(f"{name}.{number}", it, names, faults) for number, it in enumerate(draft.lists[name])
        ]
    return rows


def blanks(names: Names) -> list[SimpleNamespace]:
    """A row for each field and action, which a script puts where a row is added or its field changed.

    Only the first of each holds the fields: the others come where one has been chosen already.
    """
    conditions = [_condition("new", {"field": it.name}, names, {}) for it in fields.ALL]
    actions = [_action("new", {"field": name}, names, {}) for name in triggers.LABELS]
    for row in (*conditions[1:], *actions[1:]):
        row.groups = []
    return conditions + actions


def _condition(place: str, parts: Parts, names: Names, faults: Mapping[str, str]) -> SimpleNamespace:
    known = BY_NAME.get(parts.get("field", "")) or fields.ALL[0]
    operators = [(it, operator_words(known, it)) for it in known.operators]
    operator = parts.get("operator") if parts.get("operator") in known.operators else operators[0][0]
    return SimpleNamespace(
        place=place,
        template="agent/_rule_condition.html",
        part="condition",
        field=known.name,
        groups=_grouped(known.name),
        operators=[(value, words, value == operator) for value, words in operators],
        control=_control(known, names, _own_value(parts)),
        faults=_of(place, faults),
    )


def _grouped(chosen: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for it in fields.ALL:
        is_time = not isinstance(it.kind, Reference | Tags | Text) and not hasattr(it.kind, "values")
        group = _("Time") if is_time else _("Ticket") if it.column else _("This change")
        groups.setdefault(group, []).append((it.name, str(it.label), it.name == chosen))
    return list(groups.items())


def _own_value(parts: Parts) -> str | None:
    """What stands in a row's value, unless it was written for another field."""
    return None if _is_changed(parts) else parts.get("value")


def _control(known: Field, names: Names, value: str | None) -> SimpleNamespace:
    kind = known.kind
    if hasattr(kind, "values"):
        return _select(choices_of(known.name), value)
    if isinstance(kind, Reference):
        if kind.to == "person":
            return _line("person", value)
        return _select_row(names, kind.to, value, names.choices(kind.to, nullable=kind.nullable))
    return _line("text" if isinstance(kind, Tags | Text) else "hours", value)


def _line(kind: str, value: str | None) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, value=value or "")


def _select(choices: Mapping[str, str], value: str | None) -> SimpleNamespace:
    return SimpleNamespace(kind="select", options=[(it, words, it == value) for it, words in choices.items()])


def _select_row(names: Names, kind: str, value: str | None, choices: Mapping[str, str]) -> SimpleNamespace:
    """A choice among rows: nothing is chosen at first, and one that is gone stays what it was."""
    if value in (None, UNCHOSEN):
        return _select({UNCHOSEN: _("Choose…")} | dict(choices), value)
    return _select(dict(choices) if value in choices else {value: names.of(kind, value)} | dict(choices), value)


def _action(place: str, parts: Parts, names: Names, faults: Mapping[str, str]) -> SimpleNamespace:
    name = parts.get("field", "")
    name = name if name in triggers.LABELS else next(iter(triggers.LABELS))
    row = SimpleNamespace(
        place=place,
        template="agent/_rule_action.html",
        part="action",
        field=name,
        groups=[("", [(it, str(label), it == name) for it, label in triggers.LABELS.items()])],
        control=None,
        texts=[],
        faults=_of(place, faults),
    )
    value = _own_value(parts)
    if name == "status":
        able = {it: words for it, words in choices_of(name).items() if it not in (Status.NEW, Status.CLOSED)}
        row.control = _select(able, value)
    elif name in triggers.SET:
        row.control = _control(BY_NAME[name], names, value)
    elif name == "set_schedule":
        row.control = _select_row(names, "schedule", value, names.choices("schedule", nullable=True))
    elif name == "follower":
        row.control = _select_row(names, "agent", value, names.choices("agent", nullable=False))
    elif name in MAILS:
        kind = "group" if name == "notification_group" else "agent"
        whom = names.choices(kind, nullable=False)
        whom.pop(CURRENT_USER, None)
        general = {it: str(words) for it, words in triggers.RECIPIENTS.items()} if kind == "agent" else {}
        row.control = _select_row(names, kind, parts.get("recipient"), general | whom)
    elif name != "note":
        row.control = _line("text", value)
    row.value_name = "recipient" if name in MAILS else "value"
    if name in MAILS or name == "note":
        row.texts = [_text_shown(it, parts) for it in TEXTS if name in MAILS or it.startswith("body")]
    return row


def _text_shown(name: str, parts: Parts) -> SimpleNamespace:
    part, _dot, code = name.partition(".")
    return SimpleNamespace(name=name, label=TEXTS[name], code=code, value=parts.get(name, ""), is_long=part == "body")


def _of(place: str, faults: Mapping[str, str]) -> dict[str, str]:
    found = {part: str(faults.get(f"{place}.{part}", "")) for part in ("field", "operator", "value")}
    return found | {"any": " ".join(filter(None, found.values()))}
