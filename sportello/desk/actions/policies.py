"""Verbs on SLA policies: keep, change, order, switch and drop them. What holds for a ticket: actions.sla.

A change reaches a ticket with its next update (docs/algorithms/sla.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ..errors import Invalid
from ..models import SlaPolicy, User
from ..rules import conditions, sla_targets
from ..rules.conditions import Conditions
from ..rules.fields import Field
from ..rules.kinds import Present, Since, Until
from ..rules.sla_targets import Target
from . import configuration, rule_rows

KIND = "sla"


def fields() -> Mapping[str, Field]:
    """What a policy can ask: not how long ago, for nothing asks again when time passes; nor about promises."""
    known = configuration.current().fields
    return {name: it for name, it in known.items() if it.column and not isinstance(it.kind, Since | Until | Present)}


def save_policy(data: dict[str, Any], *, actor: User | None, policy_id: int | None = None) -> SlaPolicy:
    """Keep a new policy, or change one. data: {"title", "description", "active", "conditions", "targets"}.

    Raises Invalid with the place of each fault ("targets.2.target", "conditions.all.0.value"), Missing.
    """
    faults: dict[str, object] = {}
    title = rule_rows.read_title(data, faults)
    asked = rule_rows.read(faults, lambda: _read_conditions(data.get("conditions")), Conditions(), "conditions.")
    nothing: tuple[Target, ...] = ()
    targets = rule_rows.read(faults, lambda: sla_targets.read_targets(data.get("targets")), nothing)
    rule_rows.refuse_missing(conditions.references(asked), faults, "conditions")
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = rule_rows.find(SlaPolicy, policy_id) if policy_id else rule_rows.new(SlaPolicy)
        before = export(found) if policy_id else None
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.conditions = conditions.write(asked)
        found.targets = sla_targets.write_targets(targets)
        if not rule_rows.keep(found, KIND, export, before, actor):
            return found
    configuration.forget()
    return found


def import_policies(data: object, *, actor: User | None) -> list[SlaPolicy]:
    """Keep policies as they were exported, {"sla_policies": […]} or the bare list, after those that are there.

    All or none: raises Invalid with the place of every fault ("sla_policies.2.targets.0.target").
    """
    return rule_rows.import_list(data, "sla_policies", lambda item: save_policy(item, actor=actor))


def _read_conditions(data: Any) -> Conditions:
    return conditions.read(data or {}, stored=True, fields=fields())


def export(policy: SlaPolicy) -> dict[str, Any]:
    """The policy as it is exported and kept in its history."""
    return {
        "title": policy.title,
        "description": policy.description,
        "active": policy.active,
        "conditions": policy.conditions,
        "targets": policy.targets,
    }


def switch(policy_id: int, *, on: bool, actor: User | None) -> SlaPolicy:
    """On or off. Idempotent. Raises Missing, Invalid when it names what is gone."""
    with transaction.atomic():
        found = rule_rows.find(SlaPolicy, policy_id)
        return save_policy({**export(found), "active": on}, actor=actor, policy_id=policy_id)


def duplicate(policy_id: int, *, actor: User | None) -> SlaPolicy:
    """A copy, switched off, at the end."""
    with transaction.atomic():
        data = export(rule_rows.find(SlaPolicy, policy_id))
        return save_policy({**data, "title": rule_rows.copy_title(data["title"]), "active": False}, actor=actor)


def drop(policy_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Its tickets fall under another with their next update. Raises Missing."""
    with transaction.atomic():
        rule_rows.drop(rule_rows.find(SlaPolicy, policy_id), KIND, export, actor)
    configuration.forget()


def order(policy_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the policies into this order; those that are not named keep theirs, after them."""
    with transaction.atomic():
        rule_rows.order(SlaPolicy.objects.select_for_update(), policy_ids, KIND, export, actor)
    configuration.forget()


def references(policy: SlaPolicy) -> set[tuple[str, int]]:
    """The rows that it names. Raises Invalid when it cannot be read any more."""
    sla_targets.read_targets(policy.targets)
    return conditions.references(_read_conditions(policy.conditions))
