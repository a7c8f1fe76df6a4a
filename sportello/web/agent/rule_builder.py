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
from django.utils.translation import gettext_lazy, override, pgettext

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules import triggers
from sportello.desk.rules.custom_kinds import OwnChoice, OwnDay, OwnNumber, OwnOptions
from sportello.desk.rules.fields import BY_NAME, Field
from sportello.desk.rules.kinds import CURRENT_USER, NOBODY, Present, Reference, Since, Until
from sportello.desk.words import Status
from sportello.web.agent.rule_words import Names, actions_of, as_typed, choices_of, operator_words, vocabulary

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
ISO_DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")
UNCHOSEN = "-"
# What people write where a person is asked for, in whatever language they read.
NOT_BY_NAME = {gettext_lazy("the person who acts"): CURRENT_USER, gettext_lazy("nobody"): NOBODY}
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
        if verb == "remove" and name in LISTS and number in map(str, range(len(self.lists[name]))):
            del self.lists[name][int(number)]

    def faults(self, agent: User) -> dict[str, str]:
        """What only this form can find wrong, by place; names of people become ids."""
        found = {}
        for place, parts in self._rows():
            if _is_changed(parts):
                found[f"{place}.field"] = _("The field is another one now: choose again.")
            known = vocabulary().get(parts.get("field", ""))
            if place.startswith("conditions") and known and _is_person(known):
                parts["id"] = _find_person(agent, parts.get("value", ""))
                if parts["id"] == UNCHOSEN:
                    found[f"{place}.value"] = _("Write the address of one person, or a name that only one has.")
        return found

    def places(self, refused: Mapping[str, object]) -> dict[str, str]:
        """The faults of a refusal by the names of the form's controls."""
        return {at: str(it) for at, it in refused.items()}

    def context(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """What the template of the form's other half needs beside its rows."""
        return {}

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
            # Several chosen of a list stand with blanks between.
            rows.setdefault((name, int(number)), {})[part] = _clean(" ".join(post.getlist(key)))
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
            value, known = str(it.get("value", "")), vocabulary().get(it["field"])
            if known and _is_person(known):
                value = names.addresses.get(value) or names.of("person", value)
            draft.lists[f"conditions.{part}"].append({**it, "value": value})
    for it in rule["actions"]:
        name, value = it["field"], it["value"]
        parts = {"field": name}
        if name in MAILS:
            parts |= {"recipient": str(value[0])} | _in_languages("subject", value[1]) | _in_languages("body", value[2])
        elif name == triggers.WEBHOOK:
            parts |= {"recipient": str(value[0]), "body": value[1]}
        else:
            parts |= _in_languages("body", value) if name == "note" else {"value": as_typed(value)}
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
    if parts.get("field") == triggers.WEBHOOK:
        return [parts.get("recipient", UNCHOSEN), parts.get("body", "")]
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
    for code in LANGUAGES:
        with override(code):
            meant = {str(words).lower(): value for words, value in NOT_BY_NAME.items()}
        if said.lower() in meant:
            return meant[said.lower()]
    people = access.people(agent)
    found = list(people.filter(email__iexact=said).values_list("pk", flat=True)[:2]) if "@" in said else []
    if not found and said:
        found = list(people.filter(name__iexact=said).values_list("pk", flat=True)[:2])
    return str(found[0]) if len(found) == 1 else UNCHOSEN


# --- as shown --------------------------------------------------------------------------------------------------------


def shown(
    draft: Draft, names: Names, faults: Mapping[str, str], fields: Mapping[str, Field]
) -> dict[str, list[SimpleNamespace]]:
    """The rows for the template: "all", "any" and "actions". fields: those that a condition can speak of here."""
    rows = {
        name: [_condition(f"conditions.{name}.{number}", it, names, faults, fields) for number, it in enumerate(parts)]
        for name, parts in ((part, draft.lists[f"conditions.{part}"]) for part in ("all", "any"))
    }
    actions = [
        _action(f"actions.{number}", it, names, faults, fields) for number, it in enumerate(draft.lists["actions"])
    ]
    return {**rows, "actions": actions}


def blanks(names: Names, fields: Mapping[str, Field], *, actions: bool = True) -> list[SimpleNamespace]:
    """A row for each field and, if there are any, each action; a script puts it where one is added or exchanged.

    Only the first of each holds the fields: the others come where one has been chosen already.
    """
    conditions = [_condition("new", {"field": name}, names, {}, fields) for name in fields]
    done = [_action("new", {"field": name}, names, {}, fields) for name in actions_of(fields)] if actions else []
    for row in (*conditions[1:], *done[1:]):
        row.groups = []
    return conditions + done


def _condition(
    place: str, parts: Parts, names: Names, faults: Mapping[str, str], fields: Mapping[str, Field]
) -> SimpleNamespace:
    # What is not offered (any more) and stands in the rule is shown as what it is; saving refuses it.
    name = parts.get("field", "")
    known = fields.get(name) or vocabulary().get(name) or next(iter(fields.values()))
    operators = [(it, operator_words(known, it)) for it in known.operators]
    operator = parts.get("operator") if parts.get("operator") in known.operators else operators[0][0]
    return SimpleNamespace(
        place=place,
        template="agent/_rule_condition.html",
        part="condition",
        field=known.name,
        groups=_grouped(known, fields),
        operators=[(value, words, value == operator) for value, words in operators],
        control=_control(known, names, _own_value(parts)),
        faults=_of(place, faults),
    )


def _grouped(chosen: Field, fields: Mapping[str, Field]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for name, it in (fields if chosen.name in fields else {chosen.name: chosen, **fields}).items():
        is_time = isinstance(it.kind, Since | Until | Present)
        group = _("Time") if is_time else _("Ticket") if it.column else _("This change")
        group = _("Custom fields") if it.custom else group
        groups.setdefault(group, []).append((name, str(it.label), name == chosen.name))
    return list(groups.items())


def _own_value(parts: Parts) -> str | None:
    """What stands in a row's value, unless it was written for another field."""
    return None if _is_changed(parts) else parts.get("value")


def _control(known: Field, names: Names, value: str | None) -> SimpleNamespace:
    kind = known.kind
    if isinstance(kind, OwnOptions):
        chosen = (value or "").split()
        options = [(it, words, it in chosen) for it, words in choices_of(known).items()]
        return SimpleNamespace(kind="several", options=options, size=max(2, min(len(options), 6)))
    if hasattr(kind, "values"):
        none = {NOBODY: pgettext("of a ticket", "none")} if isinstance(kind, OwnChoice) else {}
        return _select({**none, **choices_of(known)}, value)
    if isinstance(kind, Reference):
        if kind.to == "person":
            return _line("person-or-nobody" if kind.nullable else "person", value)
        return _select_row(names, kind.to, value, names.choices(kind.to, nullable=kind.nullable))
    if isinstance(kind, OwnDay):
        return _line("day", ISO_DAY.sub(r"\3/\2/\1", value or ""))
    if isinstance(kind, Since | Until):
        return _line("hours", value)
    return _line("number" if isinstance(kind, OwnNumber) else "text", value)


def _line(kind: str, value: str | None) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, value=value or "")


def _select(choices: Mapping[str, str], value: str | None) -> SimpleNamespace:
    return SimpleNamespace(kind="select", options=[(it, words, it == value) for it, words in choices.items()])


def _select_row(names: Names, kind: str, value: str | None, choices: Mapping[str, str]) -> SimpleNamespace:
    """A choice among rows: nothing is chosen at first, and one that is gone stays what it was."""
    if value in (None, UNCHOSEN):
        return _select({UNCHOSEN: _("Choose…")} | dict(choices), value)
    return _select(dict(choices) if value in choices else {value: names.of(kind, value)} | dict(choices), value)


def _action(
    place: str, parts: Parts, names: Names, faults: Mapping[str, str], fields: Mapping[str, Field]
) -> SimpleNamespace:
    able, name = actions_of(fields), parts.get("field", "")
    name = name if name in able else next(iter(able))
    row = SimpleNamespace(
        place=place,
        template="agent/_rule_action.html",
        part="action",
        field=name,
        groups=[("", [(it, str(label), it == name) for it, label in able.items()])],
        control=None,
        texts=[],
        hint=_("One language is enough: that text then goes to everybody."),
        faults=_of(place, faults),
    )
    value = _own_value(parts)
    if name == "status":
        possible = {
            it: words for it, words in choices_of(BY_NAME[name]).items() if it not in (Status.NEW, Status.CLOSED)
        }
        row.control = _select(possible, value)
    elif name == "assignee_id":
        row.control = _select_row(names, "agent", value, names.assignable())
    elif name in triggers.SET or name not in triggers.LABELS:
        row.control = _control(fields.get(name) or BY_NAME[name], names, value)
    elif name == "set_schedule":
        row.control = _select_row(names, "schedule", value, names.choices("schedule", nullable=True))
    elif name == "follower":
        row.control = _select_row(names, "agent", value, names.choices("agent", nullable=False))
    elif name in MAILS:
        kind = "group" if name == "notification_group" else "agent"
        whom = names.choices(kind, nullable=False)
        whom.pop(CURRENT_USER, None)
        general = {
            it: str(words)
            for it, words in triggers.RECIPIENTS.items()
            if kind == "agent" and (names.acts or it != CURRENT_USER)
        }
        row.control = _select_row(names, kind, parts.get("recipient"), general | whom)
    elif name == triggers.WEBHOOK:
        hooks = names.choices("webhook", nullable=False)
        row.control = _select_row(names, "webhook", parts.get("recipient"), hooks)
        row.texts = [
            SimpleNamespace(
                name="body", label=_("What is sent, as JSON"), code="", value=parts.get("body", ""), is_long=True
            )
        ]
        row.hint = _(
            "Left empty, it tells of the ticket, the people and the change. Placeholders stand in quotation marks."
        )
    elif name != "note":
        row.control = _line("text", value)
    row.value_name = "recipient" if name in (*MAILS, triggers.WEBHOOK) else "value"
    if name in MAILS or name == "note":
        row.texts = [_text_shown(it, parts) for it in TEXTS if name in MAILS or it.startswith("body")]
    return row


def _text_shown(name: str, parts: Parts) -> SimpleNamespace:
    part, _dot, code = name.partition(".")
    return SimpleNamespace(name=name, label=TEXTS[name], code=code, value=parts.get(name, ""), is_long=part == "body")


def _of(place: str, faults: Mapping[str, str]) -> dict[str, str]:
    found = {part: str(faults.get(f"{place}.{part}", "")) for part in ("field", "operator", "value")}
    return found | {"any": " ".join(filter(None, found.values()))}
