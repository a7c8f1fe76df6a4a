"""Verbs on automations: keep, change, order, switch and drop them. What they do when time has come: actions.alarms."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import Invalid
from ..models import Automation, User
from ..rules import automations, conditions, triggers
from ..rules.conditions import Conditions
from . import configuration, rule_rows

KIND = "automation"


def save_automation(
    data: dict[str, Any], *, actor: User | None, automation_id: int | None = None, position: int | None = None
) -> Automation:
    """Keep a new automation, or change one. data: {"title", "description", "active", "conditions", "actions"}.

    It acts also on the tickets of which its conditions hold already. Raises Invalid with the place of each fault
    ("conditions.all.0.value"; "conditions" when none of them is about time), Missing.
    """
    faults: dict[str, object] = {}
    known = configuration.current().fields
    title = rule_rows.read_title(data, faults)
    asked = rule_rows.read(
        faults, lambda: automations.read_conditions(data.get("conditions") or {}, known), Conditions(), "conditions."
    )
    nothing: tuple[triggers.Action, ...] = ()
    done = rule_rows.read(faults, lambda: automations.read_actions(data.get("actions"), known), nothing)
    if not faults and not automations.is_timed(asked):
        faults["conditions"] = _("An automation needs a condition about time: hours since, or hours until.")
    rule_rows.refuse_missing(conditions.references(asked) | triggers.references(done), faults, "conditions")
    rule_rows.refuse_light(done, faults)
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = rule_rows.find(Automation, automation_id) if automation_id else rule_rows.new(Automation)
        before = export(found) if automation_id else None
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.conditions = conditions.write(asked)
        found.actions = triggers.write_actions(done)
        if position is not None:
            found.position = position
        if before is None or (before["active"], before["conditions"]) != (found.active, found.conditions):
            found.armed_to = 0
        if not rule_rows.keep(found, KIND, export, before, actor):
            return found
    configuration.forget()
    return found


def import_automations(data: object, *, actor: User | None) -> list[Automation]:
    """Keep automations as they were exported, {"automations": […]} or the bare list, after those that are there.

    All or none: raises Invalid with the place of every fault ("automations.2.conditions.all.0.value").
    """
    return rule_rows.import_list(data, "automations", lambda item: save_automation(item, actor=actor))


def export(automation: Automation) -> dict[str, Any]:
    """The automation as it is exported, imported and kept in its history."""
    return {
        "title": automation.title,
        "description": automation.description,
        "active": automation.active,
        "conditions": automation.conditions,
        "actions": automation.actions,
    }


def switch(automation_id: int, *, on: bool, actor: User | None) -> Automation:
    """On or off. Idempotent. Raises Missing, Invalid when it names what is gone."""
    with transaction.atomic():
        found = rule_rows.find(Automation, automation_id)
        return save_automation({**export(found), "active": on}, actor=actor, automation_id=automation_id)


def duplicate(automation_id: int, *, actor: User | None) -> Automation:
    """A copy, switched off, at the end."""
    with transaction.atomic():
        data = export(rule_rows.find(Automation, automation_id))
        copy = {**data, "title": rule_rows.copy_title(data["title"]), "active": False}
        return save_automation(copy, actor=actor)


def drop(automation_id: int, *, actor: User | None) -> None:
    """Gone, and all its clocks; what it was stays in the history. Raises Missing."""
    with transaction.atomic():
        rule_rows.drop(rule_rows.find(Automation, automation_id), KIND, export, actor)
    configuration.forget()


def order(automation_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the automations into this order; those that are not named keep theirs, after them."""
    with transaction.atomic():
        rule_rows.order(Automation.objects.select_for_update(), automation_ids, KIND, export, actor)
    configuration.forget()


def references(automation: Automation) -> set[tuple[str, int]]:
    """The rows that it names. Raises Invalid when it cannot be read any more."""
    known = configuration.current().fields
    asked = conditions.references(automations.read_conditions(automation.conditions, known))
    return asked | triggers.references(automations.read_actions(automation.actions, known))


def rearm() -> None:
    """What counts as business hours is different now: set all clocks anew."""
    Automation.objects.filter(active=True).update(armed_to=0)


def switch_off_broken() -> list[Automation]:
    """Switch off those that name what is gone; their clocks go with the next walk."""
    off = rule_rows.switch_off_broken(Automation, references, KIND, export)
    if off:
        Automation.objects.filter(pk__in=[row.pk for row in off]).update(armed_to=0)
    return off
