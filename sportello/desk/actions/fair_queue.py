"""The fair queue: the ticket that needs an agent most, whatever its channel. docs/algorithms/routing.md"""

from contextlib import suppress

from django.db import transaction
from django.db.models import Q

from sportello.kit import clock

from .. import access
from ..errors import Missing
from ..models import GroupMembership, Ticket, User
from ..rules import conditions, routing
from ..rules.kinds import Moment
from ..words import Permission, Via
from . import configuration, tickets
from .configuration import Needed
from .routing import is_automatic, look, most_pressing, waiting_in
from .tickets import Change
from .update import Update

# So many of the most pressing ones are looked at in a round; a desk where more wait for room needs people first.
LOOKED_AT = 1000


def take_next(agent: User, *, via: str, after: int | None = None) -> Ticket | None:
    """Give the agent the ticket that needs him most; one that nobody has becomes his. None: nobody waits for him.

    Among his own tickets and, where he may answer, those that nobody has, of his groups or of none
    (`routing.most_pressing`). after: the
    ticket he has before him and leaves for now. Two agents who ask at once never get the same ticket. His capacity does
    not count: it limits what he is given, not what he asks for.
    """
    if agent.away:
        return None
    with transaction.atomic():
        mine = GroupMembership.objects.filter(user=agent).values("group")
        his = Q(assignee=agent)
        if access.may(agent, Permission.ANSWER):
            his |= Q(assignee=None) & (Q(group=None) | Q(group__in=mine))
        waiting = access.tickets(agent).waiting_for_us().filter(his).exclude(pk=after or 0)
        found = most_pressing(waiting.select_for_update(of=("self",), skip_locked=True)).first()
        if found and found.assignee_id is None:
            tickets.update(found.pk, Change(assignee=agent), actor=agent, via=via)
            found.refresh_from_db()
    return found


def step() -> bool:
    """Give out what waits in groups that work by themselves, as far as somebody has room; the most pressing first.

    True when there was something. What it looks at without a lock is decided anew under one, by `Update.route`.
    """
    desk = configuration.current()
    groups = {pk: group for pk, group in desk.groups.items() if is_automatic(group)}
    unassigned = waiting_in(groups) if groups else []
    if not unassigned:
        return False
    ordered = most_pressing(Ticket.objects.filter(pk__in=unassigned))
    waiting = list(ordered.values_list("pk", "group_id", "channel")[:LOOKED_AT])
    by_skill = [pk for pk, group_id, _channel in waiting if groups[group_id].assignment == routing.SKILL]
    needs = _needs(by_skill, desk)
    full, given = set(), False
    for pk, group_id, channel in waiting:
        skills, work = needs.get(pk, ()), routing.work_of(channel)
        alike = (group_id, work, tuple(it.id for it in skills))
        if alike in full:
            continue
        if not look(groups[group_id], work, skills):
            full.add(alike)
        elif _give(pk):
            given = True
    return given


def _needs(ticket_ids: list[int], desk: configuration.Configuration) -> dict[int, tuple[Needed, ...]]:
    """The skills that each ticket needs, asked of the database: one question for each skill."""
    found: dict[int, tuple[Needed, ...]] = {}
    moment = Moment(clock.now(), None, desk.hours)
    for skill in desk.skills if ticket_ids else ():
        needing = Ticket.objects.filter(conditions.query(skill.conditions, moment), pk__in=ticket_ids)
        for pk in needing.values_list("pk", flat=True):
            found[pk] = (*found.get(pk, ()), skill)
    return found


def _give(ticket_id: int) -> bool:
    """False: somebody was quicker, or the ticket is gone."""
    with suppress(Missing), transaction.atomic():
        update = Update(tickets.lock(ticket_id), actor=None, via=Via.RULE, source={"rel": "routing"})
        update.route()
        return update.commit() is not None
    return False
