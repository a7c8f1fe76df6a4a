"""Names of people and groups, fetched once for a page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import Audit, Group, User


def groups(agent: User) -> list[Group]:
    """The groups that somebody works in, by name."""
    members = access.assignable_agents(agent).prefetch_related("memberships__group")
    found = {row.group.pk: row.group for member in members for row in member.memberships.all() if row.group.active}
    return sorted(found.values(), key=lambda group: group.name.casefold())


def names_of(audits: Iterable[Audit], agent: User, known: Iterable[Group]) -> Callable[[str, int], str]:
    """What `rules.history` asks: the name of a user or group that these audits speak of."""
    ids = {user_id for audit in audits for event in audit.events for user_id in _people(event)}
    users = dict(access.people(agent).filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    group_names = {group.pk: group.name for group in known}
    return lambda kind, pk: (users if kind == "user" else group_names).get(pk) or _("somebody who has left")


def _people(event: Mapping[str, Any]) -> list[int]:
    if event["type"] == "Notification":
        return list(event["recipients"])
    field, value = event.get("field_name"), event.get("value")
    if field in ("cc_ids", "follower_ids"):
        return list(value or [])
    return [value] if field == "assignee_id" and value else []
