"""Side conversations as a ticket's page shows them: whom was asked what, and whether he has answered."""

from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.desk.words import SideState
from sportello.web.agent.prepared import prepared


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    found: dict[int, SimpleNamespace] = {}
    for row in _sides(agent, ticket.pk):
        is_done = row.state == SideState.DONE
        side = found.setdefault(row.pk, SimpleNamespace(id=row.pk, names=[], **_shown(row), is_done=is_done))
        side.names.append(row.people__name or "")
    sides = list(found.values())
    return {"sides": sides, "open_sides": [side for side in sides if not side.is_done]}


def _shown(row: Any) -> dict[str, Any]:
    return {"ticket_id": row.ticket_id, "subject": row.subject, "is_answered": row.answered, "at": row.updated_at}


@prepared
def _sides(agent: User, ticket_id: int) -> QuerySet[Any]:
    """One row for each third party."""
    columns = ("pk", "ticket_id", "subject", "state", "answered", "updated_at", "people__name")
    return access.side_conversations(agent, ticket_id).order_by("id", "people__id").values_list(*columns, named=True)
