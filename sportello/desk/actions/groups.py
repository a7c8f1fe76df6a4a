"""Verbs on groups: who is in one, how its tickets are given out, and when it is not used any more."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Refused
from ..models import Group, GroupMembership, User
from . import configuration, people, rule_rows
from .references import naming

KIND = "group"


def save(data: dict[str, Any], *, actor: User | None, group_id: int | None = None) -> Group:
    """Keep a new group, or change one. data: {"name", "assignment", "members": ids of agents}.

    Raises Invalid("name" | "assignment" | "members"), Missing. Tickets stay with an agent who leaves the group.
    """
    name = " ".join(str(data.get("name", "")).split())[:100]
    members = {int(pk) for pk in data.get("members", ())}
    with transaction.atomic():
        found = rule_rows.find(Group, group_id) if group_id else Group(created_at=clock.now())
        _check(name, data.get("assignment"), members, found)
        before = export(found) if group_id else None
        found.name, found.assignment, found.updated_at = name, data["assignment"], clock.now()
        found.save()
        found.memberships.exclude(user__in=members).delete()
        for agent in User.objects.filter(pk__in=members - set(_members(found))).order_by("name", "id"):
            people.join(found, agent)
        after = export(found)
        if before != after:
            rule_rows.log(KIND, found.pk, before, after, actor)
    configuration.forget()
    return found


def _check(name: str, assignment: object, members: set[int], found: Group) -> None:
    faults: dict[str, object] = {}
    if not name or Group.objects.filter(name=name).exclude(pk=found.pk).exists():
        faults["name"] = _("A group needs a name of its own.")
    if assignment not in Group.Assignment.values:
        faults["assignment"] = _("Choose one from the list.")
    # Whoever is suspended stays until he is taken out.
    agents = set(User.objects.staff().values_list("pk", flat=True)) | set(_members(found) if found.pk else ())
    if not members <= agents:
        faults["members"] = _("Only agents can be in a group.")
    if faults:
        raise Invalid(faults)


def _members(group: Group) -> list[int]:
    return list(GroupMembership.objects.filter(group=group).order_by("user").values_list("user", flat=True))


def export(group: Group) -> dict[str, Any]:
    """The group as it is kept in its history."""
    return {
        "name": group.name,
        "assignment": group.assignment,
        "active": group.active,
        "members": _members(group) if group.pk else [],
    }


def retire(group_id: int, *, actor: User | None) -> Group:
    """Take a group out of use: it keeps the tickets that it has and gets no new ones. Idempotent.

    Raises Missing, Refused with the names of what still sends tickets there, or asks for it.
    """
    with transaction.atomic():
        found = rule_rows.find(Group, group_id)
        names = naming("group", group_id)
        if names:
            raise Refused(_("It is named by: %(names)s. Change these first.") % {"names": ", ".join(names)})
        return _use(found, False, actor)


def revive(group_id: int, *, actor: User | None) -> Group:
    """Use a retired group again. Idempotent. Raises Missing."""
    with transaction.atomic():
        return _use(rule_rows.find(Group, group_id), True, actor)


def _use(group: Group, active: bool, actor: User | None) -> Group:
    if group.active != active:
        before = export(group)
        group.active, group.updated_at = active, clock.now()
        group.save(update_fields=["active", "updated_at"])
        rule_rows.log(KIND, group.pk, before, export(group), actor)
        configuration.forget()
    return group


def set_of(agent: User, group_ids: set[int], *, actor: User | None) -> None:
    """Put an agent into these groups, of those in use, and no others. Raises Invalid("groups") if one is not there."""
    groups = {it.pk: it for it in Group.objects.filter(active=True).order_by("id")}
    if not group_ids <= groups.keys():
        raise Invalid("groups", _("Choose one from the list."))
    with transaction.atomic():
        for pk, group in groups.items():
            data = export(group)
            if (pk in group_ids) != (agent.pk in data["members"]):
                members = {*data["members"]} ^ {agent.pk}
                save({**data, "members": members}, actor=actor, group_id=pk)
