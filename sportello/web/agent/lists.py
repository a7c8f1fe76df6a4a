"""The five lists of tickets that every desk has. Own ones come with the workspace."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.desk.models.ticket import TicketQuerySet
from sportello.desk.words import MailState
from sportello.web.agent.prepared import prepared, rows_of
from sportello.web.ui import paging
from sportello.web.ui.paging import CappedCount

COLUMNS = (
    *("pk", "subject", "status", "priority", "preview", "waiting_since", "commented_at", "updated_at", "solved_at"),
    *("requester__name", "assignee__name", "read_at", "sla__due_at", "sla__overdue_since"),
)


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

    def rows(self, agent: User) -> QuerySet[Any]:
        """What a list shows, as named tuples: it needs no model. read_at: up to when this agent has read the ticket."""
        reading = FilteredRelation("readings", condition=Q(readings__user=agent))
        tickets = self.tickets(agent).annotate(reading=reading, read_at=F("reading__read_at"))
        return tickets.values_list(*COLUMNS, named=True)

    def first_rows(self, agent: User) -> QuerySet[Any]:
        return paging.first_rows(self.rows(agent), by=self.by, descending=self.descending)


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
COUNTED = [view for view in VIEWS if view.is_counted]
FIRST_ROWS = {view.name: prepared(view.first_rows) for view in VIEWS}


def page(view: View, agent: User, query: QueryDict) -> paging.Page:
    """The page of a list that the address asks for: nearly always the first, whose statement is at hand."""
    if "after" in query or "before" in query:
        return paging.page(view.rows(agent), query, by=view.by, descending=view.descending, fetch=rows_of)
    return paging.first_page(FIRST_ROWS[view.name](agent), query, by=view.by)


def tags_of(agent: User, ticket_ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of the tickets of one page."""
    found: dict[int, list[str]] = {}
    for ticket_id, tag in _tags(agent, *ticket_ids):
        found.setdefault(ticket_id, []).append(tag)
    return found


@prepared
def _tags(agent: User, *ticket_ids: int) -> QuerySet[Any]:
    tagged = access.tickets(agent).filter(pk__in=ticket_ids, taggings__isnull=False)
    return tagged.order_by("taggings__id").values_list("pk", "taggings__tag")


def counts(agent: User) -> tuple[dict[str, str], str]:
    """How many tickets each counted list has, by its name, and how many mails wait for somebody to look at them."""
    *numbers, held = map(paging.as_count, _counts(agent)[0])
    return dict(zip((view.name for view in COUNTED), numbers, strict=True)), held


@prepared
def _counts(agent: User) -> QuerySet[Any]:
    held = access.inbound_mails(agent).filter(state__in=(MailState.HELD, MailState.FAILED))
    counted = [CappedCount(tickets) for tickets in (*(view.tickets(agent) for view in COUNTED), held)]
    return access.people(agent).filter(pk=agent.pk).values_list(*counted)
