"""Rules in words: what a condition or an action says, and what can be chosen where one is written."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules import custom_fields, macros, triggers
from sportello.desk.rules.custom_kinds import OwnDay, OwnOptions, OwnText
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import CURRENT_USER, NOBODY, PRESENCE, SILENT, Reference, Since, Tags, Text, Until
from sportello.desk.rules.texts import LANGUAGES, for_reader
from sportello.desk.words import Contact, Priority, Status, TicketType, Via

Choices = Mapping[str, str]
LABELS = {**triggers.LABELS, **macros.LABELS}
# Whether there is such a thing, as a clause; yes and no.
PRESENT: Mapping[str, Mapping[str, str | Promise]] = {
    "sla_overdue": {
        "true": gettext_lazy("An SLA target is overdue"),
        "false": gettext_lazy("No SLA target is overdue"),
    },
    "problem_id": {
        "true": gettext_lazy("It is an incident of a problem"),
        "false": gettext_lazy("It is no incident of a problem"),
    },
}


def vocabulary() -> Mapping[str, Field]:
    """Every field that a condition of this desk can speak of, by name."""
    return configuration.current().fields


def actions_of(fields: Mapping[str, Field]) -> Mapping[str, str | Promise]:
    """What a trigger or an automation can do, by name; setting the desk's own fields too."""
    own = {name: it.label for name, it in fields.items() if it.custom and it.custom.of == custom_fields.TICKET}
    return {**triggers.LABELS, **own}


class Names:
    """Of the rows that rules name. everything: also organizations that no rule names, to choose from.

    acts: whether there is a person who acts, to choose as well.
    """

    def __init__(
        self, agent: User, rules: Iterable[Mapping[str, Any]] = (), *, everything: bool = False, acts: bool = True
    ) -> None:
        now = configuration.current()
        self.acts = acts
        rules = list(rules)
        named = {it for rule in rules for it in _references(rule)}
        calls = everything or any(_calls(rule) for rule in rules)
        self._lists: dict[str, dict[str, str]] = {
            "group": {str(pk): group.name for pk, group in now.groups.items()},
            "agent": {str(person.pk): person.name for person in sorted(now.agents.values(), key=_by_name)},
            "mailbox": {str(it.pk): it.name or it.address for it in now.mailboxes},
            "schedule": {str(pk): it.name for pk, it in now.schedules.items()},
            "webhook": {str(pk): it.name for pk, it in now.webhooks.items()} if calls else {},
            "organization": {},
            "person": {},
        }
        self.addresses: dict[str, str] = {}
        wanted = {pk for kind, pk in named if kind == "organization"}
        if everything or wanted:
            rows = access.organizations(agent)
            found = rows if everything else rows.filter(pk__in=wanted)
            self._lists["organization"] = {str(pk): name for pk, name in found.values_list("pk", "name")}
        people = {pk for kind, pk in named if kind == "person"}
        if people:
            for pk, name, email in access.people(agent).filter(pk__in=people).values_list("pk", "name", "email"):
                self._lists["person"][str(pk)] = name or email or ""
                self.addresses[str(pk)] = email or name

    def choices(self, kind: str, *, nullable: bool) -> dict[str, str]:
        """What can be chosen of this kind, as {value: words}."""
        own = {CURRENT_USER: _("the person who acts")} if self.acts and kind in ("agent", "person") else {}
        return ({NOBODY: _none(kind)} if nullable else {}) | own | self._lists[kind]

    def assignable(self) -> dict[str, str]:
        """Who can be given tickets, as {value: words}."""
        answerers = configuration.current().answerers
        found = self.choices("agent", nullable=True)
        return {value: words for value, words in found.items() if not value.isdecimal() or int(value) in answerers}

    def of(self, kind: str, value: object) -> str:
        if value == CURRENT_USER:
            return _("the person who acts")
        found = self.choices(kind, nullable=True).get(str(value))
        return found or _("%(id)s (not there any more)") % {"id": value}


def _by_name(person: User) -> str:
    return person.name.lower()


def _none(kind: str) -> str:
    if kind == "schedule":
        return _("the desk's usual one")
    if kind == "agent":
        return pgettext("no agent", "nobody")
    return _("nobody") if kind == "person" else pgettext("no group, organization or mailbox", "none")


def _references(rule: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    """The organizations and people that a rule names; what is wrong in it is passed over."""
    conditions, known = rule.get("conditions") or {}, vocabulary()
    for it in (*conditions.get("all", ()), *conditions.get("any", ())):
        field = known.get(it["field"])
        if field and isinstance(field.kind, Reference) and str(it.get("value", "")).isdecimal():
            yield field.kind.to, int(it["value"])


def _calls(rule: Mapping[str, Any]) -> bool:
    return any(it["field"] == triggers.WEBHOOK for it in rule.get("actions") or ())


def choices_of(field: Field) -> Choices:
    """The values of a field of few values, as JSON writes them, in words."""
    priorities = {it.name.lower(): str(it.label) for it in Priority}
    channels = {it.value: str(it.label) for it in Via}
    words: dict[str, Choices] = {
        "status": {it.value: str(it.label) for it in Status},
        "priority": {"": pgettext("priority", "none"), **priorities},
        "type": {"": pgettext("of a ticket", "none"), **{it.value: str(it.label) for it in TicketType}},
        "via_id": channels,
        "contact": {"": pgettext("direct contact", "none"), **{it.value: str(it.label) for it in Contact}},
        "current_via_id": channels,
        "satisfaction_score": {
            "unoffered": _("not asked for"),
            "offered": _("asked for, no vote yet"),
            "good": _("good"),
            "good_with_comment": _("good, with words"),
            "bad": _("bad"),
            "bad_with_comment": _("bad, with words"),
        },
        "update_type": {"Create": _("being opened"), "Change": _("being changed")},
        "comment_is_public": {
            "true": _("public"),
            "false": _("an internal note"),
            "not_relevant": _("there, public or not"),
            "none": _("missing"),
        },
        "role": {
            "end_user": _("a customer"),
            "agent": _("an agent"),
            "admin": _("an administrator"),
            "rule": _("the desk itself"),
        },
    }
    if own := words.get(field.name) or PRESENT.get(field.name):
        return {it: str(said) for it, said in own.items()}
    if field.custom and field.custom.options:
        return {it.value: for_reader(it.name) for it in field.custom.options}
    yes_or_no = {"true": _("yes"), "false": _("no")}
    return {str(it): yes_or_no.get(str(it), str(it)) for it in getattr(field.kind, "values", ())}


def operator_words(field: Field, operator: str) -> str:
    """How a field is compared: "is not", "contains one of"."""
    plain = operator.removesuffix("_business_hours")
    if operator in PRESENCE:
        return _("is filled in") if operator == "present" else _("is empty")
    if operator in ("includes", "not_includes") or isinstance(field.kind, Text | OwnText):
        several = isinstance(field.kind, Tags | OwnOptions)
        own = {
            "includes": _("contain one of") if several else _("contains one of the words"),
            "not_includes": _("contain none of") if several else _("contains none of the words"),
            "is": _("contains the text"),
            "is_not": _("does not contain the text"),
        }
        if operator in own:
            return own[operator]
    if field.name == "status" and operator in ("less_than", "greater_than"):
        return _("comes before") if operator == "less_than" else _("comes after")
    if isinstance(field.kind, OwnDay):
        own = {
            "less_than": _("is before"),
            "greater_than": _("is after"),
            "within_previous_n_days": _("is in the last days, this many:"),
            "within_next_n_days": _("is in the next days, this many:"),
        }
        if operator in own:
            return own[operator]
    are_hours = isinstance(field.kind, Since | Until)  # "Hours since created are more than 4"
    words = {
        "is": _("are") if are_hours else _("is"),
        "is_not": _("is not"),
        "less_than": _("are less than") if are_hours else _("is less than"),
        "greater_than": _("are more than") if are_hours else _("is more than"),
        "changed": _("has changed"),
        "not_changed": _("has not changed"),
        "value": _("has changed to"),
        "value_previous": _("has changed from"),
        "not_value": _("has not changed to"),
        "not_value_previous": _("has not changed from"),
    }[plain]
    return words if plain == operator else _("%(compared)s, in business hours") % {"compared": words}


def condition_words(condition: Mapping[str, Any], names: Names) -> str:
    """A condition as a clause: "Status is not Closed"."""
    field = vocabulary().get(condition["field"])
    if field is None or condition["operator"] not in field.operators:
        return " ".join(str(it) for it in condition.values())
    operator = condition["operator"]
    if field.name in PRESENT:
        return choices_of(field).get(str(condition.get("value", "")), str(field.label))
    plain = operator.removesuffix("_business_hours")
    said = f"{field.label} {operator_words(field, plain)}"
    if operator in SILENT:
        return said
    if isinstance(field.kind, OwnDay) and operator in field.kind.within:
        told = {"field": field.label, "days": condition.get("value", "")}
        is_past = operator == "within_previous_n_days"
        return (
            _("%(field)s is in the last %(days)s days") if is_past else _("%(field)s is in the next %(days)s days")
        ) % told
    said = f"{said} {_value(field, condition.get('value', ''), names)}"
    return said if plain == operator else _("%(compared)s, in business hours") % {"compared": said}


def _value(field: Field, value: Any, names: Names) -> str:
    if isinstance(field.kind, Reference):
        return names.of(field.kind.to, value)
    if isinstance(field.kind, OwnOptions):
        known = choices_of(field)
        return ", ".join(known.get(it, it) for it in str(value).split())
    if hasattr(field.kind, "values"):
        return choices_of(field).get(str(value), str(value)) or pgettext("of a ticket", "none")
    if isinstance(field.kind, Tags | Text | OwnText):
        return f"“{value}”"
    if field.custom and value:
        return custom_fields.shown(field.custom, custom_fields.stored(field.custom, value), get_language() or "en")
    return str(value)


def action_words(action: Mapping[str, Any], names: Names, *, whole: bool = False) -> str:
    """An action as a clause: "Priority: High". whole: with all that a mail or a note says."""
    name, value = action["field"], action.get("value", "")
    known = vocabulary()
    label = str(LABELS.get(name) or (known[name].label if name in known else name))
    if name in triggers.SET or (name in known and known[name].custom):
        said = _value(known[name], as_typed(value), names)
    elif name in ("follower", "set_schedule"):
        said = names.of("agent" if name == "follower" else "schedule", value)
    elif name == "comment_mode_is_public":
        said = _("an answer") if str(value) == "true" else _("an internal note")
    elif name in ("note", "comment_value"):
        said = _texts(value) if whole else f"“{_shortened(value)}”"
    elif name.startswith("notification_") and isinstance(value, list) and len(value) == 3:
        said = f"{recipient_words(name, value[0], names)}, “{_shortened(value[1])}”"
        if whole:
            said = " – ".join((recipient_words(name, value[0], names), _texts(value[1]), _texts(value[2])))
    elif name == triggers.WEBHOOK and isinstance(value, list) and len(value) == 2:
        said = names.of("webhook", value[0])
        if whole and value[1]:
            said = f"{said} – {value[1]}"
    else:
        said = str(value)
    return f"{label}: {said}"


def as_typed(value: Any) -> str:
    """A value of JSON as a form sends it: several options with blanks between."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def recipient_words(name: str, whom: Any, names: Names) -> str:
    if name == "notification_group":
        return names.of("group", whom)
    return str(triggers.RECIPIENTS.get(str(whom)) or names.of("agent", whom))


def _shortened(text: Any) -> str:
    said = " ".join(for_reader(text).split())
    return said if len(said) <= 60 else f"{said[:59]}…"


def _texts(text: Any) -> str:
    if not isinstance(text, Mapping):
        return str(text)
    # PostgreSQL keeps an order of its own.
    return " / ".join(text[code] for code in ("", *LANGUAGES) if code in text)


def sentence(rule: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
    """A rule in clauses: {"all", "any", "then"}."""
    conditions = rule.get("conditions") or {}
    said = {part: [condition_words(it, names) for it in conditions.get(part) or ()] for part in ("all", "any")}
    return said | {"then": [action_words(it, names) for it in rule.get("actions") or ()]}


def summary(said: Mapping[str, list[str]]) -> str:
    """The conditions of a sentence in one line; "" when there are none."""
    parts = list(said["all"])
    if said["any"]:
        either = joined(said["any"], _(" or "))
        parts.append(f"({_inside(either)})" if parts and len(said["any"]) > 1 else either)
    return joined(parts, _(" and "))


def joined(clauses: Iterable[str], word: str) -> str:
    """Clauses as one sentence: only the first begins with a capital."""
    return word.join(clause if place == 0 else _inside(clause) for place, clause in enumerate(clauses))


def _inside(clause: str) -> str:
    """As it stands inside a sentence; "SLA" stays what it is."""
    return clause[:1].lower() + clause[1:] if clause[1:2].islower() or clause[1:2] == " " else clause


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Names
) -> list[tuple[str, str]]:
    """What a change of a rule changed: ("-" for what went, "+" for what came, "" for the rest; words)."""
    if before is None or after is None:
        return [("", _("Made") if before is None else _("Dropped"))]
    if "place" in after:
        places = {"before": before["place"], "after": after["place"]}
        return [("", _("Moved from place %(before)s to place %(after)s") % places)]
    found: list[tuple[str, str]] = []
    if before["active"] != after["active"]:
        found.append(("", _("Switched on") if after["active"] else _("Switched off")))
    for part in ("title", "description"):
        if before[part] != after[part]:
            found += [(sign, it[part]) for sign, it in (("-", before), ("+", after)) if it[part]]
    clauses = [_clauses(it, names) for it in (before, after)]
    gone = [("-", it) for it in clauses[0] if it not in clauses[1]]
    come = [("+", it) for it in clauses[1] if it not in clauses[0]]
    if not gone and not come and clauses[0] != clauses[1]:
        come = [("", _("In another order"))]
    return found + gone + come


def _clauses(rule: Mapping[str, Any], names: Names) -> list[str]:
    conditions = rule.get("conditions") or {}
    either = [_("or: %(clause)s") % {"clause": condition_words(it, names)} for it in conditions.get("any") or ()]
    return [
        *(condition_words(it, names) for it in conditions.get("all") or ()),
        *either,
        *(action_words(it, names, whole=True) for it in rule.get("actions") or ()),
    ]
