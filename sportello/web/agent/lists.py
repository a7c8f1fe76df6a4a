"""The five lists of tickets that every desk has. Own ones come with the workspace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.desk.models.ticket import TicketQuerySet
from sportello.web.ui.paging import capped_count


@dataclass(frozen=True, slots=True)
class View:
    """by: the column that sorts; each list has its index on desk.Ticket."""

    name: str
    icon: str
    label: str | Promise
    empty: str | Promise
    narrow: Callable[[TicketQuerySet, User], QuerySet[Ticket]]
    by: str = "updated_at"
    descending: bool = True
    is_counted: bool = True

    def tickets(self, agent: User) -> QuerySet[Ticket]:
        tickets = access.tickets(agent)
        assert isinstance(tickets, TicketQuerySet)
        return self.narrow(tickets, agent)

    def count(self, agent: User) -> str:
        return capped_count(self.tickets(agent))


VIEWS = (
    View(
        "waiting",
        "inbox",
        _("Waiting for us"),
        _("Nobody is waiting for an answer."),
        lambda tickets, agent: tickets.waiting_for_us(),
        by="waiting_since",
        descending=False,
    ),
    View(
        "mine",
        "user",
        _("Mine"),
        _("You have no open ticket."),
        lambda tickets, agent: tickets.unsolved().filter(assignee=agent),
    ),
    View(
        "unassigned",
        "circle-dashed",
        _("Unassigned"),
        _("Every ticket is in somebody's hands."),
        lambda tickets, agent: tickets.unsolved().filter(assignee=None),
    ),
    View(
        "unsolved", "layers", _("All unsolved"), _("Everything is solved."), lambda tickets, agent: tickets.unsolved()
    ),
    View(
        "solved",
        "circle-check",
        _("Solved"),
        _("Nothing has been solved yet."),
        lambda tickets, agent: tickets.filter(solved_at__isnull=False),
        by="solved_at",
        is_counted=False,
    ),
)
BY_NAME = {view.name: view for view in VIEWS}


COLUMNS = (
    *("pk", "subject", "status", "priority", "preview", "waiting_since", "commented_at", "updated_at", "solved_at"),
    *("requester__name", "assignee__name", "read_at"),
)


def for_list(tickets: QuerySet[Any], agent: User) -> QuerySet[Any]:
    """What a row shows, as named tuples: a list needs no model. read_at: up to when this agent has read it."""
    reading = FilteredRelation("readings", condition=Q(readings__user=agent))
    return tickets.annotate(reading=reading, read_at=F("reading__read_at")).values_list(*COLUMNS, named=True)


def tags_of(tickets: QuerySet[Any], ticket_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of the tickets of one page."""
    found: dict[int, list[str]] = {}
    rows = tickets.filter(pk__in=ticket_ids, taggings__isnull=False).order_by("taggings__id")
    for ticket_id, tag in rows.values_list("pk", "taggings__tag"):
        found.setdefault(ticket_id, []).append(tag)
    return found
