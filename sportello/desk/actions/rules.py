"""Verbs on triggers: keep, change, order, switch and drop them. What they share with other rules: actions.rule_rows."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ..errors import Invalid
from ..models import Automation, Skill, SlaPolicy, Trigger, User, View
from ..rules import conditions, triggers
from . import automations, configuration, policies, rule_rows, skills, views

KIND = "trigger"


def save_trigger(
    data: dict[str, Any], *, actor: User | None, trigger_id: int | None = None, position: int | None = None
) -> Trigger:
    """Keep a new trigger, or change one. data: {"title", "description", "active", "conditions", "actions"}.

    Raises Invalid with the place of each fault ("conditions.all.0.value"), Missing.
    """
    faults: dict[str, object] = {}
    known = configuration.current().fields
    title = rule_rows.read_title(data, faults)
    said = data.get("conditions") or {}
    asked = rule_rows.read(faults, lambda: conditions.read(said, fields=known), conditions.Conditions(), "conditions.")
    nothing: tuple[triggers.Action, ...] = ()
    done = rule_rows.read(faults, lambda: triggers.read_actions(data.get("actions"), known), nothing)
    rule_rows.refuse_missing(conditions.references(asked) | triggers.references(done), faults, "conditions")
    rule_rows.refuse_light(done, faults)
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = get_trigger(trigger_id) if trigger_id else rule_rows.new(Trigger)
        before = export(found) if trigger_id else None
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.conditions = conditions.write(asked)
        found.actions = triggers.write_actions(done)
        if position is not None:
            found.position = position
        if not rule_rows.keep(found, KIND, export, before, actor):
            return found
    configuration.forget()
    return found


def import_triggers(data: object, *, actor: User | None) -> list[Trigger]:
    """Keep triggers as they were exported, {"triggers": […]} or the bare list, after those that are there.

    All or none: raises Invalid with the place of every fault ("triggers.2.conditions.all.0.value").
    """
    return rule_rows.import_list(data, "triggers", lambda item: save_trigger(item, actor=actor))


def get_trigger(trigger_id: int) -> Trigger:
    """Raises Missing."""
    return rule_rows.find(Trigger, trigger_id)


def export(trigger: Trigger) -> dict[str, Any]:
    """The trigger as it is exported, imported and kept in its history."""
    return {
        "title": trigger.title,
        "description": trigger.description,
        "active": trigger.active,
        "conditions": trigger.conditions,
        "actions": trigger.actions,
    }


def switch(trigger_id: int, *, on: bool, actor: User | None) -> Trigger:
    """On or off. Idempotent. Raises Missing, Invalid when it names what is gone."""
    with transaction.atomic():
        return save_trigger({**export(get_trigger(trigger_id)), "active": on}, actor=actor, trigger_id=trigger_id)


def duplicate(trigger_id: int, *, actor: User | None) -> Trigger:
    """A copy, switched off, at the end."""
    with transaction.atomic():
        data = export(get_trigger(trigger_id))
        return save_trigger({**data, "title": rule_rows.copy_title(data["title"]), "active": False}, actor=actor)


def drop(trigger_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Missing."""
    with transaction.atomic():
        rule_rows.drop(get_trigger(trigger_id), KIND, export, actor)
    configuration.forget()


def order(trigger_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the triggers into this order; those that are not named keep theirs, after them."""
    with transaction.atomic():
        rule_rows.order(Trigger.objects.select_for_update(), trigger_ids, KIND, export, actor)
    configuration.forget()


def references(trigger: Trigger) -> set[tuple[str, int]]:
    """The rows that it names. Raises Invalid when it cannot be read any more."""
    known = configuration.current().fields
    asked = conditions.references(conditions.read(trigger.conditions, fields=known))
    return asked | triggers.references(triggers.read_actions(trigger.actions, known))


def switch_off_broken() -> list[Trigger | Automation | SlaPolicy | Skill | View]:
    """Switch off the rules that name what is gone, and say so on them: a rule is never silently wrong."""
    off: list[Trigger | Automation | SlaPolicy | Skill | View] = [
        *rule_rows.switch_off_broken(Trigger, references, KIND, export),
        *automations.switch_off_broken(),
        *rule_rows.switch_off_broken(SlaPolicy, policies.references, policies.KIND, policies.export),
        *rule_rows.switch_off_broken(Skill, skills.references, skills.KIND, skills.export),
        *rule_rows.switch_off_broken(View, views.references, views.KIND, views.export),
    ]
    if off:
        configuration.forget()
    return off
