"""Verbs on macros: keep, duplicate, order and drop them; see what one does to a ticket, and make a change of that."""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import access, links
from ..errors import Invalid, Refused
from ..models import Macro, Ticket, User
from ..rules import custom_fields, macros, placeholders, triggers
from ..rules.kinds import CURRENT_USER
from ..rules.texts import for_reader
from ..rules.triggers import Action
from ..words import Permission
from . import configuration, field_values, letters, rule_rows
from .tickets import Change

KIND = "macro"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that an update will change. line: as a form carries it (rules.macros.read_effect)."""

    line: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a macro would do to a ticket. public: None: as the agent likes. lost: what it names and is not there."""

    text: str
    public: bool | None
    parts: tuple[Part, ...]
    lost: tuple[str, ...] = ()


def save(data: dict[str, Any], *, actor: User | None, macro_id: int | None = None) -> Macro:
    """Keep a new macro, or change one. data: as `export` gives it; both ids None: shared by everybody.

    Raises Invalid with the place of each fault ("actions.0.value"), Refused for what is not the actor's, Missing.
    """
    faults: dict[str, object] = {}
    now = configuration.current()
    title = rule_rows.read_title(data, faults)
    nothing: tuple[Action, ...] = ()
    actions = rule_rows.read(faults, lambda: macros.read_actions(data.get("actions"), now.fields), nothing)
    rule_rows.refuse_missing(macros.references(actions), faults, "actions")
    rule_rows.refuse_light(actions, faults)
    owner_id, group_id = data.get("owner_id") or None, data.get("group_id")
    if group_id is not None and (owner_id or type(group_id) is not int or group_id not in now.groups):
        faults["group_id"] = _("Choose one from the list.")
    if faults:
        raise Invalid(faults)
    _refuse_others(owner_id, actor)
    with transaction.atomic():
        found = rule_rows.find(Macro, macro_id) if macro_id else rule_rows.new(Macro)
        before = export(found) if macro_id else None
        if before:
            _refuse_others(found.owner_id, actor)
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.owner_id, found.group_id = bool(data.get("active", True)), owner_id, group_id
        found.actions = macros.write_actions(actions)
        rule_rows.keep(found, KIND, export, before, actor)
    return found


def import_macros(data: object, *, actor: User) -> list[Macro]:
    """Keep macros as they were exported, {"macros": […]} or the bare list, after those that are there.

    A personal one becomes the actor's own, and so does every other of an actor who may keep none for others. All or
    none: raises Invalid with the place of every fault ("macros.2.actions.0.value").
    """

    def keep(item: dict[str, Any]) -> Macro:
        if item.get("owner_id") or not access.may(actor, Permission.MACROS):
            item = item | {"owner_id": actor.pk, "group_id": None}
        return save(item, actor=actor)

    return rule_rows.import_list(data, "macros", keep)


def export(macro: Macro) -> dict[str, Any]:
    """The macro as it is exported, imported and kept in its history."""
    return {
        "title": macro.title,
        "description": macro.description,
        "active": macro.active,
        "actions": macro.actions,
        "owner_id": macro.owner_id,
        "group_id": macro.group_id,
    }


def switch(macro_id: int, *, on: bool, actor: User | None) -> Macro:
    """In use or not. Idempotent. Raises Missing, Refused, Invalid when it names what is gone."""
    with transaction.atomic():
        data = export(rule_rows.find(Macro, macro_id)) | {"active": on}
        return save(data, actor=actor, macro_id=macro_id)


def duplicate(macro_id: int, *, actor: User | None) -> Macro:
    """A copy, switched off, at the end; an agent's own of what an administrator keeps. Raises Missing."""
    with transaction.atomic():
        data = export(rule_rows.find(Macro, macro_id))
        data |= {"title": rule_rows.copy_title(data["title"]), "active": False}
        if actor and not access.may(actor, Permission.MACROS):
            data |= {"owner_id": actor.pk, "group_id": None}
        return save(data, actor=actor)


def drop(macro_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Missing, Refused."""
    with transaction.atomic():
        found = rule_rows.find(Macro, macro_id)
        _refuse_others(found.owner_id, actor)
        rule_rows.drop(found, KIND, export, actor)


def order(macro_ids: Sequence[int], *, actor: User | None) -> None:
    """Put these macros into this order, on the places that they have among the others. Raises Refused."""
    with transaction.atomic():
        found = list(Macro.objects.select_for_update().filter(pk__in=macro_ids))
        for macro in found:
            _refuse_others(macro.owner_id, actor)
        rule_rows.order(found, macro_ids, KIND, export, actor)


def _refuse_others(owner_id: int | None, actor: User | None) -> None:
    """To each agent his own; what several use is the administrators'."""
    if actor and owner_id != actor.pk and (owner_id or not access.may(actor, Permission.MACROS)):
        raise Refused(_("A personal macro is its owner's; those that others use are the administrators'."))


def preview(macro: Macro, ticket: Ticket, tags: Collection[str], agent: User) -> Preview:
    """What this macro would do to this ticket in this agent's hands; changes nothing. tags: the ticket's.

    The text comes in the requester's language with its placeholders filled. Raises Invalid when the macro cannot be
    read any more.
    """
    now = configuration.current()
    actions, gone = readable(macro)
    text = triggers.in_language(macros.text_of(actions), ticket.requester.language or now.desk.language)
    values = values_for(ticket, agent, [text, *(it.value for it in actions if it.field == "subject")])
    stands = {name: getattr(ticket, name) for name in (*triggers.SET, "subject")} | {"tags": tags}
    own = {pk for it in actions if (pk := custom_fields.id_of(it.field))}
    filled_in = field_values.of_ticket(ticket.pk) if own else {}
    stands |= {custom_fields.name_of(pk): custom_fields.write(now.custom_fields[pk], filled_in.get(pk)) for pk in own}
    filled = [
        Action("subject", placeholders.render(it.value, values).strip()) if it.field == "subject" else it
        for it in actions
    ]
    effects = macros.effects(filled, stands, agent.pk)
    lost = [it for it in effects if not _is_there(it, now)]
    return Preview(
        text=placeholders.render(text, values).strip(),
        public=macros.is_public(actions),
        parts=parts(it for it in effects if it not in lost),
        lost=(*(str(macros.LABELS[it.field]) for it in lost), *gone),
    )


def values_for(ticket: Ticket, agent: User, texts: Iterable[str]) -> dict[str, Any]:
    """What the placeholders of an agent's texts stand for on this ticket, in its requester's language."""
    now = configuration.current()
    language = ticket.requester.language or now.desk.language
    values = letters.values_of(ticket, ticket.requester, now, language, texts=texts, agent=agent)
    # Not the requester's own key: whoever reads the answer reads its links.
    values["ticket"]["url"] = links.public_url(f"/requests/{ticket.pk}")
    return values


def readable(macro: Macro) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """Its actions, without those that fill in a field or choose an option which is not there any more; whose names.

    Raises Invalid when anything else in it cannot be read.
    """
    now = configuration.current()
    kept, lost = [], []
    for it in macro.actions:
        own_id = custom_fields.id_of(it["field"])
        try:
            if own_id:
                macros.read_actions([it], now.fields)
            kept.append(it)
        except Invalid:
            field = now.custom_fields.get(own_id or 0)
            lost.append(for_reader(field.title) if field else it["field"])
    return macros.read_actions(kept, now.fields) if kept else (), tuple(lost)


def parts(effects: Iterable[Action]) -> tuple[Part, ...]:
    """The effects as an agent reads them, in the active language."""
    now = configuration.current()

    def name(kind: str, key: int | str) -> str:
        if key == CURRENT_USER:
            return _("whoever applies it")
        found = (now.agents if kind == "user" else now.groups).get(key)  # type: ignore[arg-type]
        return found.name if found else _("%(id)s (not there any more)") % {"id": key}

    return tuple(Part(macros.write_effect(it), macros.describe(it, name, now.custom_fields)) for it in effects)


def _is_there(effect: Action, now: configuration.Configuration) -> bool:
    if effect.field == "assignee_id" and effect.value and effect.value not in now.answerers:
        return False
    rows: dict[str, Container[int]] = {"group": now.groups, "agent": now.agents, "custom_field": now.custom_fields}
    return all(key in rows[kind] for kind, key in macros.references([effect]))


def as_change(effects: Iterable[Action]) -> Change:
    """The change that these effects are. Raises Invalid for a group or an agent who is not there."""
    now = configuration.current()
    wanted: dict[str, Any] = {}
    for it in effects:
        if not _is_there(it, now):
            raise Invalid(it.field, _("Choose one from the list."))
        if it.field == "group_id":
            wanted["group"] = now.groups[it.value] if it.value else None
        elif it.field == "assignee_id":
            wanted["assignee"] = now.agents[it.value] if it.value else None
        elif it.field == "follower":
            wanted["add_followers"] = (*wanted.get("add_followers", ()), now.agents[it.value])
        elif it.field in ("current_tags", "remove_tags"):
            wanted["add_tags" if it.field == "current_tags" else "remove_tags"] = tuple(it.value.split())
        elif own := custom_fields.id_of(it.field):
            wanted.setdefault("fields", {})[own] = it.value
        else:
            wanted[it.field] = it.value
    return Change(**wanted)
