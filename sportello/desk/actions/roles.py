"""Verbs on custom roles: what agents of one kind may do."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Refused
from ..models import CustomRole, User
from ..words import Permission
from . import configuration, rule_rows

KIND = "role"


def save(data: dict[str, Any], *, actor: User | None, role_id: int | None = None) -> CustomRole:
    """Keep a new role, or change one. data: {"name", "description", "permissions": words.Permission, as they are}.

    Whoever has it may do what it says at once. Raises Invalid("name" | "permissions"), Missing.
    """
    faults: dict[str, object] = {}
    name = " ".join(str(data.get("name", "")).split())[:100]
    wanted = set(data.get("permissions", ()))
    if not name or CustomRole.objects.filter(name__iexact=name).exclude(pk=role_id or 0).exists():
        faults["name"] = _("A role needs a name of its own.")
    if not wanted <= {*Permission.values}:
        faults["permissions"] = _("Choose one from the list.")
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = rule_rows.find(CustomRole, role_id) if role_id else CustomRole(created_at=clock.now())
        before = export(found) if role_id else None
        found.name, found.description = name, str(data.get("description") or "").strip()[:500]
        found.permissions = [it for it in Permission.values if it in wanted]
        found.updated_at = clock.now()
        found.save()
        after = export(found)
        if before != after:
            rule_rows.log(KIND, found.pk, before, after, actor)
    configuration.forget()
    return found


def export(role: CustomRole) -> dict[str, Any]:
    """The role as it is kept in its history."""
    return {"name": role.name, "description": role.description, "permissions": role.permissions}


def drop(role_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Refused with the names of those who have it, Missing."""
    with transaction.atomic():
        found = rule_rows.find(CustomRole, role_id)
        holders = list(found.agents.order_by("name", "id").values_list("name", flat=True))
        if holders:
            raise Refused(_("%(names)s have this role: give them another first.") % {"names": ", ".join(holders)})
        rule_rows.log(KIND, found.pk, export(found), None, actor)
        found.delete()
    configuration.forget()
