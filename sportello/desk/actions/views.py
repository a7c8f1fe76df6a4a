"""Verbs on views: keep, duplicate, order, switch and drop them. Which tickets stand in them: actions.members."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import access
from ..errors import Invalid, Refused
from ..models import User, View
from ..rules import conditions, views
from ..words import Permission
from . import configuration, rule_rows

KIND = "view"
# Active ones at a time: each is asked about every ticket that changes, and counted on every page.
MOST_SHARED, MOST_OWN = 100, 20


def save(data: dict[str, Any], *, actor: User | None, view_id: int | None = None) -> View:
    """Keep a new view, or change one. data: as `export` gives it; both ids None: everybody's.

    Raises Invalid with the place of each fault ("conditions.all.0.value", "columns", "sort_by"), Refused for what is
    not the actor's, Missing.
    """
    faults: dict[str, object] = {}
    title = rule_rows.read_title(data, faults)
    asked = rule_rows.read(
        faults, lambda: _read_conditions(data.get("conditions")), conditions.Conditions(), "conditions."
    )
    there = views.columns_of(configuration.current().fields)
    layout = rule_rows.read(faults, lambda: views.read_layout(data, there), views.Layout())
    rule_rows.refuse_missing(conditions.references(asked), faults, "conditions")
    owner_id, group_id = data.get("owner_id") or None, data.get("group_id")
    if group_id is not None and (
        owner_id or type(group_id) is not int or group_id not in configuration.current().groups
    ):
        faults["group_id"] = _("Choose one from the list.")
    if faults:
        raise Invalid(faults)
    _refuse_others(owner_id, actor)
    with transaction.atomic():
        found = rule_rows.find(View, view_id) if view_id else rule_rows.new(View)
        before = export(found) if view_id else None
        if before:
            _refuse_others(found.owner_id, actor)
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.owner_id, found.group_id = owner_id, group_id
        found.conditions = conditions.write(asked)
        for name, value in asdict(layout).items():
            setattr(found, name, list(value) if name == "columns" else value)
        after = export(found)
        if before is None or any(before[name] != after[name] for name in ("conditions", "active")):
            found.filled_to = 0
        if found.active and not (before and before["active"]):
            _refuse_too_many(found)
        if not rule_rows.keep(found, KIND, export, before, actor):
            return found
    configuration.forget()
    return found


def _read_conditions(data: Any) -> conditions.Conditions:
    return conditions.read(data or {}, stored=True, fields=configuration.current().fields)


def _refuse_too_many(view: View) -> None:
    others = View.objects.filter(active=True).exclude(pk=view.pk)
    others = others.filter(owner=view.owner_id) if view.owner_id else others.filter(owner=None)
    limit = MOST_OWN if view.owner_id else MOST_SHARED
    if others.count() >= limit:
        raise Invalid("active", _("At most %(limit)s views at a time, please: switch one off.") % {"limit": limit})


def import_views(data: object, *, actor: User | None) -> list[View]:
    """Keep views as they were exported, {"views": […]} or the bare list, after those that are there.

    Personal ones become the actor's own. All or none: raises Invalid with the place of every fault
    ("views.2.conditions.all.0.value"), Refused for what is not the actor's.
    """

    def keep(item: dict[str, Any]) -> View:
        own = {"owner_id": actor.pk} if actor and item.get("owner_id") else {}
        return save({**item, **own}, actor=actor)

    return rule_rows.import_list(data, "views", keep)


def export(view: View) -> dict[str, Any]:
    """The view as it is exported, imported and kept in its history."""
    names = ("title", "description", "active", "conditions", "columns", "group_by", "group_descending", "sort_by")
    return {name: getattr(view, name) for name in (*names, "sort_descending", "owner_id", "group_id")}


def switch(view_id: int, *, on: bool, actor: User | None) -> View:
    """On or off. Idempotent. Raises Missing, Refused, Invalid when it names what is gone."""
    with transaction.atomic():
        return save({**export(rule_rows.find(View, view_id)), "active": on}, actor=actor, view_id=view_id)


def duplicate(view_id: int, *, actor: User | None) -> View:
    """A copy, switched off, at the end; an agent's own of what an administrator keeps. Raises Missing."""
    with transaction.atomic():
        data = export(rule_rows.find(View, view_id))
        data |= {"title": rule_rows.copy_title(data["title"]), "active": False}
        if actor and not access.may(actor, Permission.MACROS):
            data |= {"owner_id": actor.pk, "group_id": None}
        return save(data, actor=actor)


def drop(view_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Missing, Refused."""
    with transaction.atomic():
        found = rule_rows.find(View, view_id)
        _refuse_others(found.owner_id, actor)
        rule_rows.drop(found, KIND, export, actor)
    configuration.forget()


def order(view_ids: Sequence[int], *, actor: User | None) -> None:
    """Put these views into this order, on the places that they have among the others. Raises Refused."""
    with transaction.atomic():
        found = list(View.objects.select_for_update().filter(pk__in=view_ids))
        for view in found:
            _refuse_others(view.owner_id, actor)
        rule_rows.order(found, view_ids, KIND, export, actor)


def references(view: View) -> set[tuple[str, int]]:
    """The rows that it names. Raises Invalid when it cannot be read any more."""
    return conditions.references(_read_conditions(view.conditions))


def _refuse_others(owner_id: int | None, actor: User | None) -> None:
    """To each agent his own; what several use is the administrators'."""
    if actor and owner_id != actor.pk and (owner_id or not access.may(actor, Permission.MACROS)):
        raise Refused(_("A personal view is its owner's; those that others use are the administrators'."))
