"""Agents, groups and other names that pages show and choose from, each fetched once for a page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import Group, User
from sportello.desk.rules.texts import in_language
from sportello.kit.keys import key_of
from sportello.web.agent.prepared import prepared


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works here, by name: agents and groups as {id: name}, members as {group id: agent ids}."""

    agents: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)

    def of_group(self, group_id: int | None) -> dict[int, str]:
        """The agents who work in this group; all for None."""
        if group_id is None:
            return self.agents
        members = self.members.get(group_id, set())
        return {pk: name for pk, name in self.agents.items() if pk in members}


def staff_of(agent: User) -> Staff:
    """Everybody who works here, and the groups in use, those that nobody works in too; one query."""
    groups = sorted(configuration.current().groups.values(), key=lambda group: (group.name.casefold(), group.pk))
    found = Staff(groups={group.pk: group.name for group in groups})
    for pk, name, group_id in _members(agent):
        found.agents[pk] = name
        if group_id in found.groups:
            found.members.setdefault(group_id, set()).add(pk)
    return found


@prepared
def _members(agent: User) -> QuerySet[Any]:
    return access.agents(agent).values_list("pk", "name", "memberships__group_id")


def find_group(group_id: str) -> Group | None:
    """The group that a form names; None for "" or one that is not in use."""
    return configuration.current().groups.get(key_of(group_id))


def names_of(audits: Iterable[Any], agent: User, staff: Staff, known: Iterable[User] = ()) -> Callable[[str, int], str]:
    """What `rules.history` asks: the name of a user, group, schedule or form that these audits speak of."""
    users = staff.agents | {person.pk: person.name for person in known}
    ids = {user_id for audit in audits for event in audit.events for user_id in _people(event)} - users.keys()
    if ids:
        users |= dict(access.people(agent).filter(pk__in=ids).values_list("pk", "name"))
    now, language = configuration.current(), get_language() or "en"
    schedules = {pk: schedule.name for pk, schedule in now.schedules.items()}
    forms = {pk: in_language(form.name, language) for pk, form in now.forms.items()}
    known_names = {"user": users, "group": staff.groups, "schedule": schedules, "form": forms}
    return lambda kind, pk: known_names.get(kind, {}).get(pk) or _("somebody who has left")


def _people(event: Mapping[str, Any]) -> list[int]:
    if event["type"] == "Notification":
        return list(event["recipients"])
    named, value = event.get("field_name"), event.get("value")
    if named in ("cc_ids", "follower_ids"):
        return list(value or [])
    return [value] if named == "assignee_id" and value else []
