"""Agents, groups and other names that pages show and choose from, each fetched once for a page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import Group, User
from sportello.web.agent.prepared import prepared


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works here, by name: agents and groups as {id: name}, members as {group id: agent ids}."""

    agents: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)

    def of_group(self, group_id: int | None) -> dict[int, str]:
        """The agents who can be given a ticket of this group."""
        if group_id is None:
            return self.agents
        members = self.members.get(group_id, set())
        return {pk: name for pk, name in self.agents.items() if pk in members}


def staff_of(agent: User) -> Staff:
    """Everybody who can be given a ticket, and the groups that somebody works in; one query."""
    found = Staff()
    for pk, name, group_id, group_name, is_active in _members(agent):
        found.agents[pk] = name
        if is_active:
            found.groups[group_id] = group_name
            found.members.setdefault(group_id, set()).add(pk)
    return found


@prepared
def _members(agent: User) -> QuerySet[Any]:
    group = "memberships__group"
    columns = ("pk", "name", f"{group}_id", f"{group}__name", f"{group}__active")
    return access.assignable_agents(agent).values_list(*columns)


def find_group(agent: User, group_id: str) -> Group | None:
    """The group that a form names; None for "" or one that nobody works in."""
    if not group_id.isdecimal():
        return None
    members = access.assignable_agents(agent).filter(memberships__group=int(group_id))
    member = members.prefetch_related("memberships__group").first()
    rows = member.memberships.all() if member else ()
    return next((row.group for row in rows if row.group_id == int(group_id)), None)


def names_of(audits: Iterable[Any], agent: User, staff: Staff, known: Iterable[User] = ()) -> Callable[[str, int], str]:
    """What `rules.history` asks: the name of a user, group or schedule that these audits speak of."""
    users = staff.agents | {person.pk: person.name for person in known}
    ids = {user_id for audit in audits for event in audit.events for user_id in _people(event)} - users.keys()
    if ids:
        users |= dict(access.people(agent).filter(pk__in=ids).values_list("pk", "name"))
    schedules = {pk: schedule.name for pk, schedule in configuration.current().schedules.items()}
    known_names = {"user": users, "group": staff.groups, "schedule": schedules}
    return lambda kind, pk: known_names.get(kind, {}).get(pk) or _("somebody who has left")


def _people(event: Mapping[str, Any]) -> list[int]:
    if event["type"] == "Notification":
        return list(event["recipients"])
    named, value = event.get("field_name"), event.get("value")
    if named in ("cc_ids", "follower_ids"):
        return list(value or [])
    return [value] if named == "assignee_id" and value else []
