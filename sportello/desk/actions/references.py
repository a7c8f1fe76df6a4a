"""Which rules and addresses name a row: what has to be changed before it can go."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from ..models import Automation, Macro, Mailbox, Organization, Skill, SlaPolicy, Trigger, View
from ..rules.fields import BY_NAME
from ..rules.kinds import Reference

RULES: tuple[type[models.Model], ...] = (Trigger, Automation, SlaPolicy, View, Skill, Macro)
# The actions that name such a row.
ACTIONS = {"group": ("group_id", "notification_group"), "webhook": ("notification_webhook",)}


def naming(kind: str, key: int) -> list[str]:
    """The titles of the rules in use, and the addresses and organizations, that name this "group" or "webhook"."""
    found = [
        str(row)
        for model in RULES
        for row in model._default_manager.filter(active=True)
        if _names(getattr(row, "conditions", {}), getattr(row, "actions", ()), kind, key)
    ]
    if kind == "group":
        found += Mailbox.objects.filter(group=key, active=True).values_list("address", flat=True)
        found += Organization.objects.filter(group=key).values_list("name", flat=True)
    return found


def _names(conditions: Mapping[str, Any], actions: Iterable[Mapping[str, Any]], kind: str, key: int) -> bool:
    for it in (*conditions.get("all", ()), *conditions.get("any", ())):
        field = BY_NAME.get(it.get("field", ""))
        if field and isinstance(field.kind, Reference) and field.kind.to == kind and str(it.get("value")) == str(key):
            return True
    return any(it.get("field") in ACTIONS[kind] and str(_first(it.get("value"))) == str(key) for it in actions)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
