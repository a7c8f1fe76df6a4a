"""Triggers: what the desk does by itself when a ticket is opened or changed. Pure; docs/algorithms/triggers.md

An action is the vendor's {"field", "value"}. Texts are one for all, or {"it": …, "en": …}.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..errors import Invalid
from ..words import Status
from . import conditions, letters
from .conditions import Conditions, Facts
from .fields import BY_NAME
from .kinds import CURRENT_USER, Moment, Reference, Tags, Unreadable

# One text for all, or one for each language.
Text = str | dict[str, str]
LIMIT = 50
LANGUAGES = ("it", "en")
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
}


@dataclass(frozen=True, slots=True)
class Action:
    """value: as its kind reads it; of a notification: (recipient, subject, body)."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Trigger:
    id: int
    title: str
    conditions: Conditions
    actions: tuple[Action, ...]


def read_actions(data: Any) -> tuple[Action, ...]:
    """Actions from JSON. Raises Invalid with the place of each fault: "actions.0.value"."""
    return read_list(data, LABELS, _read_value, _("A trigger does at least one thing."))


def read_list(
    data: Any, names: Collection[str], read_one: Callable[[str, Any], Any], when_none: str
) -> tuple[Action, ...]:
    """A list of actions of which read_one reads the values (raises Unreadable). Raises Invalid like read_actions."""
    if not isinstance(data, list) or not data:
        raise Invalid("actions", when_none)
    if len(data) > LIMIT:
        raise Invalid("actions", _("At most %(limit)s actions, please.") % {"limit": LIMIT})
    found, faults = [], {}
    for number, item in enumerate(data):
        name = str(item.get("field", "")) if isinstance(item, Mapping) else ""
        if name not in names:
            faults[f"actions.{number}.field"] = _("There is no action “%(name)s”.") % {"name": name}
            continue
        try:
            found.append(Action(name, read_one(name, item.get("value", ""))))
        except Unreadable as fault:
            faults[f"actions.{number}.value"] = str(fault)
    if faults:
        raise Invalid(faults)
    return tuple(found)


def _read_value(name: str, value: Any) -> Any:
    if name in CHANGES:
        return read_change(name, value)
    if name == "set_schedule":
        return Reference("schedule").read(value)
    if name == "note":
        return read_text(value)
    if not isinstance(value, list) or len(value) != 3:
        raise Unreadable(_("A mail has a recipient, a subject and a text."))
    recipient, subject, body = value
    if name == "notification_group" or recipient not in RECIPIENTS:
        recipient = Reference("group" if name == "notification_group" else "agent", nullable=False).read(recipient)
    return recipient, read_text(subject), read_text(body)


def read_change(name: str, value: Any) -> Any:
    """The value of an action that changes the ticket itself: one of CHANGES. Raises Unreadable."""
    if name == "status" and value in (Status.NEW, Status.CLOSED):
        raise Unreadable(_("A request closes by itself, or when the customer confirms it."))
    if name in SET:
        return BY_NAME[name].kind.read(value)
    if name in TAGS:
        return Tags().read(value)
    return Reference("agent", nullable=False).read(value)


def read_text(value: Any) -> Text:
    """A text whose placeholders are right, or one for each language. Raises Unreadable."""
    texts = value if isinstance(value, Mapping) else {"": value}
    known = set(texts) <= {*LANGUAGES, ""}
    if not texts or not known or not all(isinstance(it, str) and it.strip() for it in texts.values()):
        raise Unreadable(_("Write a text, or one for each language."))
    for text in texts.values():
        fault = next(iter(letters.check(text)), None)
        if fault:
            raise Unreadable(str(fault))
    return dict(texts) if isinstance(value, Mapping) else str(value)


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


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """The text for a reader of this language; English, or whatever there is, for others."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()))


def references(actions: Iterable[Action]) -> set[tuple[str, int]]:
    """The rows that actions name: ("group", 3)."""
    found = set()
    for it in actions:
        value = it.value[0] if isinstance(it.value, tuple) else it.value
        if isinstance(value, int) and it.field in ("group_id", "notification_group"):
            found.add(("group", value))
        elif isinstance(value, int) and it.field == "set_schedule":
            found.add(("schedule", value))
        elif isinstance(value, int) and it.field in ("assignee_id", "follower", "notification_user"):
            found.add(("agent", value))
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
