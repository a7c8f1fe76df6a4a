"""Whom a group gives a ticket that nobody has, within the update that brings it. docs/algorithms/routing.md"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BooleanField, Exists, F, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from sportello.kit import rows
from sportello.kit.prepared import prepared

from .. import access
from ..models import Group, GroupMembership, Tagging, Ticket
from ..models.ticket import TicketQuerySet
from ..rules import conditions, routing
from ..rules.kinds import Moment
from ..rules.routing import Member
from ..words import Permission, Role
from . import facts
from .configuration import Needed

if TYPE_CHECKING:
    from .update import Update

# Tickets that a rule, or a person, has tagged so come first wherever a ticket is chosen.
EMERGENCY = ("emergency", "emergenza")
# Any number, the same in every process: whoever gives out tickets waits for whoever is giving one out.
LOCK = 7_306_084_919


# SQLite takes a partial index (ticket_mine) only where the statement itself says what the index does.
# Where it also has to sort or to group it prefers an index of all tickets, open and closed: hence the plain questions.
UNSOLVED = RawSQL("NOT (status IN ('solved', 'closed'))", (), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Given:
    """how: what the history says of it, {"by": mode, "skills": […]}."""

    agent_id: int
    how: dict[str, Any]


def give(update: "Update") -> Given | None:
    """Who gets the ticket, now last in his group's line; None: its group gives nothing out, or nobody has room."""
    ticket = update.ticket
    group = update.configuration.groups.get(ticket.group_id or 0)
    if ticket.assignee_id or ticket.status not in routing.COUNTED or group is None or not is_automatic(group):
        return None
    _one_at_a_time()
    skills = _needed(update) if group.assignment == routing.SKILL else []
    chosen = look(group, routing.work_of(ticket.channel), skills)
    if chosen is None:
        return None
    rows.update(GroupMembership, {"last_assigned_at": update.now}, id=chosen.id)
    how: dict[str, Any] = {"by": group.assignment}
    return Given(chosen.agent_id, how | {"skills": [it.title for it in skills]} if skills else how)


def is_automatic(group: Group) -> bool:
    return group.assignment in routing.AUTOMATIC


def look(group: Group, work: str, skills: Iterable[Needed]) -> Member | None:
    """Who would get such a ticket now; changes nothing."""
    here = members(group)
    return routing.choose(group.assignment, here, work, [it.agents for it in skills]) if here else None


def members(group: Group) -> list[Member]:
    """The group's agents who are here and may answer. What they have to do is counted only where it matters."""
    here = [it[:4] for it in _here(group.pk) if access.grants(it[4], it[5], Permission.ANSWER)]
    counts = group.assignment != routing.IN_TURN or any(it[3] for it in here)
    load: dict[int, dict[str, int]] = {}
    for agent_id, channel in _open_tickets(group.pk) if counts else ():
        work, had = routing.work_of(channel), load.setdefault(agent_id, {})
        had[work] = had.get(work, 0) + 1
    return [Member(pk, agent, last, limits, load.get(agent, {})) for pk, agent, last, limits in here]


@prepared
def _here(group_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    staff = GroupMembership.objects.filter(user__active=True, user__role__in=(Role.AGENT, Role.ADMIN))
    return staff.filter(group=group_id, user__away=False).values_list(
        *("id", "user_id", "last_assigned_at", "user__capacity", "user__role", "user__custom_role__permissions")
    )


@prepared
def _open_tickets(group_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    open_ones = Ticket.objects.filter(UNSOLVED, status__in=routing.COUNTED)
    agents = GroupMembership.objects.filter(group=group_id).values("user")
    return open_ones.filter(assignee__in=agents).values_list("assignee_id", "channel")


def _one_at_a_time() -> None:
    """Two updates at once would each count without the other's ticket, and give the last room away twice.

    On SQLite only one writes at a time anyhow.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _needed(update: "Update") -> list[Needed]:
    """The skills that the ticket needs, as the update has left it so far."""
    skills = update.configuration.skills
    if not skills:
        return []
    now = facts.of_update(update, {it.field.name for skill in skills for it in skill.conditions})
    moment = Moment(update.now, None, update.configuration.hours)
    return [it for it in skills if conditions.matches(it.conditions, now, moment)]


def most_pressing(tickets: TicketQuerySet) -> TicketQuerySet:
    """Emergencies, then the earliest promise, broken ones before those to come, then the longest wait."""
    emergency = Exists(Tagging.objects.filter(ticket=OuterRef("pk"), tag__in=EMERGENCY))
    promised = Coalesce("sla__overdue_since", "sla__due_at")
    return tickets.order_by(
        emergency.desc(), promised.asc(nulls_last=True), F("waiting_since").asc(nulls_last=True), "id"
    )


def waiting_in(groups: Collection[int]) -> list[int]:
    """The ids of these groups' tickets that wait for somebody to have room."""
    return [pk for pk, group_id in _unassigned() if group_id in groups]


@prepared
def _unassigned() -> "QuerySet[Any, tuple[Any, ...]]":
    # Of all groups, for the same reason: by group it would look through the closed ones too.
    nobodys = Ticket.objects.filter(UNSOLVED, assignee=None, status__in=routing.COUNTED)
    return nobodys.values_list("pk", "group_id")
