"""The fair queue: the ticket that needs an agent most, whatever its channel. docs/algorithms/routing.md"""

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from .. import access
from ..models import GroupMembership, Ticket, User
from . import tickets
from .tickets import Change


def take_next(agent: User, *, via: str, after: int | None = None) -> Ticket | None:
    """Give the agent the ticket that needs him most; one that nobody has becomes his. None: nobody waits for him.

    Earliest promise first, broken ones before those to come; then whoever has waited longest. Among his own tickets and
    those that nobody has, of his groups or of none. after: the ticket he has before him and leaves for now. Two agents
    who ask at once never get the same ticket.
    """
    if agent.away:
        return None
    with transaction.atomic():
        mine = GroupMembership.objects.filter(user=agent).values("group")
        free = Q(assignee=None) & (Q(group=None) | Q(group__in=mine))
        waiting = access.tickets(agent).waiting_for_us().filter(Q(assignee=agent) | free).exclude(pk=after or 0)
        promised = Coalesce("sla__overdue_since", "sla__due_at")
        found = (
            waiting.select_for_update(of=("self",), skip_locked=True)
            .order_by(promised.asc(nulls_last=True), F("waiting_since").asc(), "id")
            .first()
        )
        if found and found.assignee_id is None:
            tickets.update(found.pk, Change(assignee=agent), actor=agent, via=via)
            found.refresh_from_db()
    return found
