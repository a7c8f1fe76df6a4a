"""Macros: a text and changes that an agent puts on a ticket in one gesture, and looks at before he sends them. Pure.

An action is the vendor's {"field", "value"}, read as those of triggers are. A macro also speaks, and sets the subject.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import custom_fields, history, triggers
from .custom_fields import CustomField
from .fields import BY_NAME, Field
from .history import NO_FIELDS
from .kinds import Choice, Unreadable
from .triggers import Action, Text, write_value

LABELS = {
    "comment_value": gettext_lazy("Text"),
    "comment_mode_is_public": gettext_lazy("The comment is"),
    "subject": gettext_lazy("Subject"),
    **{name: triggers.LABELS[name] for name in triggers.CHANGES},
}
MODE = Choice(("true", "false"))
# What a macro comes to on one ticket: "set the tags to" has become tags to add and tags to remove.
EFFECTS = (*triggers.SET, "subject", "current_tags", "remove_tags", "follower")


def read_actions(data: Any, fields: Mapping[str, Field] = BY_NAME) -> tuple[Action, ...]:
    """Actions from JSON. fields: those of the desk. Raises Invalid with the place of each fault: "actions.0.value"."""
    return triggers.read_list(data, LABELS, fields, _read_value, _("A macro does at least one thing."))


write_actions = triggers.write_actions
references = triggers.references


def _read_value(name: str, value: Any, fields: Mapping[str, Field]) -> Any:
    if name == "comment_value":
        return triggers.read_text(value, fields)
    if name == "comment_mode_is_public":
        return MODE.read(str(value).lower())
    if name == "subject":
        return _read_subject(value, fields)
    return triggers.read_change(name, value, fields)


def _read_subject(value: Any, fields: Mapping[str, Field]) -> str:
    line = " ".join(value.split()) if isinstance(value, str) else ""
    if not line:
        raise Unreadable(_("Write a subject."))
    if fault := triggers.fault_in(line, fields):
        raise Unreadable(fault)
    return line


def text_of(actions: Sequence[Action]) -> Text:
    """What the macro says, before its placeholders are filled; "" when it is silent."""
    return next((it.value for it in reversed(actions) if it.field == "comment_value"), "")


def is_public(actions: Sequence[Action]) -> bool | None:
    """Whether its words are an answer (True) or a note; None: as the agent likes."""
    mode = next((it.value for it in reversed(actions) if it.field == "comment_mode_is_public"), None)
    return None if mode is None else mode == "true"


def effects(actions: Sequence[Action], now: Mapping[str, Any], agent_id: int) -> tuple[Action, ...]:
    """What the actions change on a ticket that stands like this, for the agent who applies them; field by field.

    now: the columns of SET, "subject", "tags", and the desk's own fields as JSON. Nothing of what is so already.
    """
    own = dict.fromkeys(it.field for it in actions if custom_fields.id_of(it.field))
    wanted = {it.field: it.value for it in actions if it.field in (*triggers.SET, "subject", *own)}
    if "assignee_id" in wanted:
        wanted["assignee_id"] = triggers.meant(wanted["assignee_id"], agent_id)
    found = [Action(name, wanted[name]) for name in (*EFFECTS, *own) if name in wanted and wanted[name] != now[name]]
    had = set(now["tags"])
    has = _tags_after(actions, had)
    found += [Action("current_tags", " ".join(sorted(has - had)))] if has - had else []
    found += [Action("remove_tags", " ".join(sorted(had - has)))] if had - has else []
    followers = dict.fromkeys(triggers.meant(it.value, agent_id) for it in actions if it.field == "follower")
    return (*found, *(Action("follower", follower) for follower in followers))


def _tags_after(actions: Sequence[Action], had: set[str]) -> set[str]:
    has = set(had)
    for it in actions:
        if it.field == "set_tags":
            has = set(it.value.split())
        elif it.field == "current_tags":
            has |= set(it.value.split())
        elif it.field == "remove_tags":
            has -= set(it.value.split())
    return has


def write_effect(effect: Action) -> str:
    """An effect as a line of a form: "status=solved"; several options with blanks between."""
    value = write_value(effect)
    value = " ".join(value) if isinstance(value, list) else value
    return f"{effect.field}={value}"


def read_effect(line: str, fields: Mapping[str, Field] = BY_NAME) -> Action:
    """The effect that a line of a form tells. Raises Unreadable."""
    name, _sign, value = line.partition("=")
    if name not in EFFECTS and triggers.own_field(name, fields) is None:
        raise Unreadable(_("There is no action “%(name)s”.") % {"name": name})
    # A subject is filled in already: braces in it are a customer's, not placeholders.
    return Action(name, value if name == "subject" else triggers.read_change(name, value, fields))


def describe(effect: Action, name: history.Name, own: Mapping[int, CustomField] = NO_FIELDS) -> str:
    """An effect, or an action but those of the words, as a sentence. name("user" | "group", id or "current_user").

    own: the fields that the desk has added.
    """
    if effect.field == "set_tags":
        return f"{LABELS['set_tags']}: {', '.join(effect.value.split())}"
    if effect.field in ("current_tags", "remove_tags"):
        tags = {"tags": ", ".join(effect.value.split())}
        return _("Add tags: %(tags)s") % tags if effect.field == "current_tags" else _("Remove tags: %(tags)s") % tags
    field, value = effect.field, write_value(effect)
    if field == "follower":
        field, value = "follower_ids", [effect.value]
    return history.describe({"type": "Change", "field_name": field, "value": value or None}, name, own)
