"""Beside a ticket: what was merged into it and where it went, its problem and incidents, what it follows up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from sportello.desk import access, families
from sportello.desk.models import Ticket, User
from sportello.desk.words import FINISHED
from sportello.web.agent.prepared import prepared

# So many incidents are told by name; a problem that hits everybody has thousands.
SHOWN = 8
AT_MOST = 200


@dataclass
class Linked:
    """Rows: pk, subject, status, requester__name. split_from, split_off: numbers of tickets, from the history."""

    into: Any = None
    merged: list[Any] = field(default_factory=list)
    problem: Any = None
    incidents: list[Any] = field(default_factory=list)
    count: int = 0
    unsolved: int = 0
    chain: list[Any] = field(default_factory=list)
    split_from: int | None = None
    split_off: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (
            self.into or self.merged or self.problem or self.count or self.chain or self.split_from or self.split_off
        )


def linked_of(agent: User, ticket: Ticket, audits: Iterable[Any]) -> Linked:
    """One question for a ticket that hangs together with none. audits: the latest updates."""
    rows = _around(agent, ticket.pk, ticket.merged_into_id or 0, ticket.problem_id or 0, ticket.follow_up_of_id or 0)
    by_id = {row.pk: row for row in rows}
    merged = [row for row in rows if row.merged_into_id == ticket.pk]
    incidents = [row for row in rows if row.problem_id == ticket.pk]
    if merged:
        every = access.tickets(agent).filter(problem__in=[ticket.pk, *families.merged_into(ticket.pk)])
        incidents = list(every.order_by("pk").values_list(*COLUMNS, named=True)[:AT_MOST])
    found = Linked(
        into=by_id.get(ticket.merged_into_id),
        merged=merged,
        problem=by_id.get(ticket.problem_id),
        incidents=sorted(incidents, key=lambda row: (row.status in FINISHED, row.pk))[:SHOWN],
        count=len(incidents),
        unsolved=sum(row.status not in FINISHED for row in incidents),
    )
    if len(rows) >= AT_MOST:
        every = access.tickets(agent).filter(problem=ticket)
        found.count, found.unsolved = every.count(), every.unsolved().count()
    if ticket.follow_up_of_id or any(row.follow_up_of_id == ticket.pk for row in rows):
        chain = access.tickets(agent).filter(pk__in=families.follow_ups(ticket.pk)).order_by("pk")
        found.chain = list(chain.values_list(*COLUMNS, named=True))
    for code, number in _split(audits):
        if code == "split":
            found.split_off.append(number)
        else:
            found.split_from = number
    return found


COLUMNS = ("pk", "subject", "status", "requester__name", "merged_into_id", "problem_id", "follow_up_of_id")


@prepared
def _around(agent: User, ticket_id: int, into_id: int, problem_id: int, follow_up_of_id: int) -> QuerySet[Any]:
    near = Q(merged_into=ticket_id) | Q(problem=ticket_id) | Q(follow_up_of=ticket_id)
    near |= Q(pk=into_id) | Q(pk=problem_id) | Q(pk=follow_up_of_id)
    return access.tickets(agent).filter(near).order_by("pk").values_list(*COLUMNS, named=True)[:AT_MOST]


def _split(audits: Iterable[Any]) -> Sequence[tuple[str, int]]:
    notes = [event for audit in audits for event in audit.events if event.get("code") in ("split", "split_from")]
    return [(event["code"], event["values"]["ticket"]) for event in reversed(notes)]
