"""Triggers: what the desk does by itself when a ticket is opened or changed. Pure; docs/algorithms/triggers.md

An action is the vendor's {"field", "value"}. Texts are one for all, or {"it": …, "en": …}.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..errors import Invalid
from ..words import Status
from . import conditions, custom_fields, letters, webhooks
from .conditions import Conditions, Facts
from .custom_fields import CustomField
from .fields import BY_NAME, Field
from .kinds import CURRENT_USER, Moment, Reference, Tags, Unreadable
from .texts import LANGUAGES, Text, in_language  # noqa: F401 – rules and their texts are asked for together

LIMIT = 50
# Who can be told, beside a person by his id.
RECIPIENTS = {
    "requester_id": gettext_lazy("the requester"),
    "requester_and_ccs": gettext_lazy("the requester and those in copy"),
    "assignee_id": gettext_lazy("the assignee"),
    "group_id": gettext_lazy("the ticket's group"),
    "followers": gettext_lazy("the followers"),
    "current_user": gettext_lazy("the person who acts"),
    "all_agents": gettext_lazy("all agents"),
}
SET = ("status", "priority", "type", "group_id", "assignee_id")
TAGS = ("set_tags", "current_tags", "remove_tags")
# What an action can change on the ticket itself.
CHANGES = (*SET, *TAGS, "follower")
WEBHOOK = "notification_webhook"
LABELS = {
    **{name: BY_NAME[name].label for name in SET},
    "current_tags": gettext_lazy("Add tags"),
    "remove_tags": gettext_lazy("Remove tags"),
    "set_tags": gettext_lazy("Set the tags to"),
    "follower": gettext_lazy("Add a follower"),
    "set_schedule": gettext_lazy("Set the schedule to"),
    "note": gettext_lazy("Add an internal note"),
    "notification_user": gettext_lazy("Send a mail to"),
    "notification_group": gettext_lazy("Send a mail to the group"),
    WEBHOOK: gettext_lazy("Call the webhook"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """value: as its kind reads it; of a notification: (recipient, subject, body)."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that acts by itself. rel: its kind, as the history names it."""

    id: int
    title: str
    conditions: Conditions
    actions: tuple[Action, ...]
    rel: ClassVar[str]


class Trigger(Rule):
    __slots__ = ()
    rel = "trigger"


def read_actions(data: Any, fields: Mapping[str, Field] = BY_NAME) -> tuple[Action, ...]:
    """Actions from JSON. fields: those of the desk. Raises Invalid with the place of each fault: "actions.0.value"."""
    return read_list(data, LABELS, fields, _read_value, _("A trigger does at least one thing."))


def read_list(
    data: Any,
    names: Collection[str],
    fields: Mapping[str, Field],
    read_one: Callable[[str, Any, Mapping[str, Field]], Any],
    when_none: str,
) -> tuple[Action, ...]:
    """A list of actions of which read_one reads the values (raises Unreadable). Raises Invalid like read_actions.

    names: the actions that there are, beside those that set a field which the desk has added to its tickets.
    """
    if not isinstance(data, list) or not data:
        raise Invalid("actions", when_none)
    if len(data) > LIMIT:
        raise Invalid("actions", _("At most %(limit)s actions, please.") % {"limit": LIMIT})
    found, faults = [], {}
    for number, item in enumerate(data):
        name = str(item.get("field", "")) if isinstance(item, Mapping) else ""
        if name not in names and own_field(name, fields) is None:
            faults[f"actions.{number}.field"] = _("There is no action “%(name)s”.") % {"name": name}
            continue
        try:
            found.append(Action(name, read_one(name, item.get("value", ""), fields)))
        except Unreadable as fault:
            faults[f"actions.{number}.value"] = str(fault)
    if faults:
        raise Invalid(faults)
    return tuple(found)


def own_field(name: str, fields: Mapping[str, Field]) -> CustomField | None:
    """The desk's own field of a ticket that has this name."""
    found = fields.get(name)
    return found.custom if found and found.custom and found.custom.of == custom_fields.TICKET else None


def _read_value(name: str, value: Any, fields: Mapping[str, Field]) -> Any:
    if name in CHANGES or own_field(name, fields):
        return read_change(name, value, fields)
    if name == "set_schedule":
        return Reference("schedule").read(value)
    if name == "note":
        return read_text(value, fields)
    if name == WEBHOOK:
        return _read_call(value, fields)
    if not isinstance(value, list) or len(value) != 3:
        raise Unreadable(_("A mail has a recipient, a subject and a text."))
    recipient, subject, body = value
    if name == "notification_group" or recipient not in RECIPIENTS:
        recipient = Reference("group" if name == "notification_group" else "agent", nullable=False).read(recipient)
    return recipient, read_text(subject, fields), read_text(body, fields)


def _read_call(value: Any, fields: Mapping[str, Field]) -> tuple[Any, str]:
    """(webhook, body)"""
    if not isinstance(value, list) or len(value) != 2:
        raise Unreadable(_("A call has a webhook and a text, which may be empty."))
    body = webhooks.read_body(value[1], lambda text: letters.check(text, own_placeholders(text, fields)))
    return Reference("webhook", nullable=False).read(value[0]), body


def read_change(name: str, value: Any, fields: Mapping[str, Field] = BY_NAME) -> Any:
    """The value of an action that changes the ticket itself: one of CHANGES, or an own field's. Raises Unreadable."""
    own = own_field(name, fields)
    if own:
        return custom_fields.write(own, custom_fields.read(own, value))
    if name == "status" and value in (Status.NEW, Status.CLOSED):
        raise Unreadable(_("A request closes by itself, or when the customer confirms it."))
    if name in SET:
        return BY_NAME[name].kind.read(value)
    if name in TAGS:
        return Tags().read(value)
    return Reference("agent", nullable=False).read(value)


def read_text(value: Any, fields: Mapping[str, Field] = BY_NAME) -> Text:
    """A text whose placeholders are right, or one for each language. Raises Unreadable."""
    texts = value if isinstance(value, Mapping) else {"": value}
    known = set(texts) <= {*LANGUAGES, ""}
    if not texts or not known or not all(isinstance(it, str) and it.strip() for it in texts.values()):
        raise Unreadable(_("Write a text, or one for each language."))
    for text in texts.values():
        if fault := fault_in(text, fields):
            raise Unreadable(fault)
    return dict(texts) if isinstance(value, Mapping) else str(value)


def fault_in(text: str, fields: Mapping[str, Field]) -> str:
    """What is wrong with the placeholders of a text, in the active language; "" when they can be filled."""
    return str(next(iter(letters.check(text, own_placeholders(text, fields))), ""))


def own_placeholders(text: str, fields: Mapping[str, Field]) -> set[str]:
    """What a text may call the desk's own fields, if it speaks of any."""
    own = (it.custom for it in fields.values() if it.custom) if custom_fields.is_spoken_of(text) else ()
    return {name for it in own for name in it.placeholders}


def write_actions(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """The JSON of actions, in the vendor's form."""
    return [{"field": it.field, "value": write_value(it)} for it in actions]


def write_value(action: Action) -> Any:
    """As it stands in JSON."""
    if isinstance(action.value, tuple):
        return list(action.value)
    if action.field == "priority":
        names = {held: name for name, held in BY_NAME["priority"].kind.names.items() if name != "-"}  # type: ignore[union-attr]
        return names[action.value]
    return "" if action.value is None else action.value


def references(actions: Iterable[Action]) -> set[tuple[str, int]]:
    """The rows that actions name: ("group", 3)."""
    found = set()
    for it in actions:
        value = it.value[0] if isinstance(it.value, tuple) else it.value
        if isinstance(value, int) and it.field in ("group_id", "notification_group"):
            found.add(("group", value))
        elif isinstance(value, int) and it.field == "set_schedule":
            found.add(("schedule", value))
        elif isinstance(value, int) and it.field == WEBHOOK:
            found.add(("webhook", value))
        elif isinstance(value, int) and it.field in ("assignee_id", "follower", "notification_user"):
            found.add(("agent", value))
        elif own := custom_fields.id_of(it.field):
            found.add(("custom_field", own))
    return found


def run(
    triggers: Sequence[Trigger], facts: Callable[[], Facts], moment: Moment, perform: Callable[[Trigger, Facts], None]
) -> None:
    """Let the triggers act, in order, each at most once; after each that acted the others are asked again.

    facts: the ticket as it is now. perform: act, on the facts that matched. It ends because nobody acts twice: two
    triggers that undo each other stop after one turn.
    """
    waiting = list(triggers)
    while waiting:
        now = facts()
        trigger = next((it for it in waiting if conditions.matches(it.conditions, now, moment)), None)
        if trigger is None:
            return
        waiting.remove(trigger)
        perform(trigger, now)


def meant(value: int | str | None, actor_id: int | None) -> int | None:
    """The id that an action's value stands for."""
    return actor_id if value == CURRENT_USER else value  # type: ignore[return-value]
