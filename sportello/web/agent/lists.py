"""The views of an agent: which there are, how many tickets each has, and the page of one. docs/algorithms/views.md"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import QueryDict

from sportello.desk import access, listing
from sportello.desk.actions import configuration
from sportello.desk.errors import Missing
from sportello.desk.models import Ticket, User
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.views import SORTS, Layout, View
from sportello.desk.words import MailState
from sportello.kit import clock
from sportello.web.agent.asked import fetch
from sportello.web.agent.prepared import prepared, rows_of
from sportello.web.ui import paging
from sportello.web.ui.paging import CappedCount, as_count

Version = tuple[int, datetime, bool]

COLUMNS = (
    *("pk", "subject", "status", "priority", "type", "channel", "preview", "waiting_since", "commented_at"),
    *("created_at", "updated_at", "solved_at", "requester__name", "assignee__name", "group__name"),
    *("organization__name", "read_at", "sla__due_at", "sla__overdue_since"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A view as pages list it. is_filled: all its members are kept."""

    id: int
    title: str
    icon: str
    updated_at: datetime
    is_filled: bool

    @property
    def version(self) -> Version:
        return self.id, self.updated_at, self.is_filled


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of a view. layout: as it is shown; is_plain: there are too many tickets to group or sort them so."""

    page: paging.Page
    layout: Layout
    is_plain: bool = False


def views_of(agent: User) -> list[Listed]:
    """The views that he can look at, in their order; the first is his queue."""
    known = configuration.current()
    return [
        Listed(pk, title, "user" if owner_id else "users" if group_id else "layers", updated_at, filled_to is None)
        for pk, title, updated_at, filled_to, owner_id, group_id in _views(agent)
        if known.view(pk, updated_at)
    ]


@prepared
def _views(agent: User) -> QuerySet[Any]:
    return access.views(agent).values_list("pk", "title", "updated_at", "filled_to", "owner_id", "group_id")


def counts(agent: User, listed: Sequence[Listed]) -> tuple[dict[int, str], str]:
    """How many tickets each view has, by its id, and how many mails wait for somebody to look at them."""
    *numbers, held = map(as_count, fetch(_counts, agent, _moment(agent), tuple(it.version for it in listed))[0])
    return dict(zip((it.id for it in listed), numbers, strict=True)), held


def _counts(agent: User, moment: Moment, versions: tuple[Version, ...]) -> QuerySet[Any]:
    held = access.inbound_mails(agent).filter(state__in=(MailState.HELD, MailState.FAILED))
    views = [listing.direct(agent, _read(version), moment) for version in versions]
    return access.people(agent).filter(pk=agent.pk).values_list(*(CappedCount(it) for it in (*views, held)))


def page(listed: Listed, agent: User, query: QueryDict) -> Shown:
    """The page of a view that the address asks for: ?after=, ?before=, ?sort_by=updated_at&sort_order=asc|desc."""
    view = _read(listed.version)
    layout = _layout(view.layout, query)
    by = SORTS[layout.sort_by].column
    found = paging.page(
        rows(agent, listing.direct(agent, view, _moment(agent))),
        query,
        by=by,
        descending=layout.sort_descending,
        fetch=rows_of,
    )
    return Shown(found, layout)


def rows(agent: User, tickets: QuerySet[Ticket]) -> QuerySet[Any]:
    """What a list shows of tickets, as named tuples. read_at: up to when this agent has read the ticket."""
    reading = FilteredRelation("readings", condition=Q(readings__user=agent))
    return tickets.annotate(reading=reading, read_at=F("reading__read_at")).values_list(*COLUMNS, named=True)


def _layout(layout: Layout, query: QueryDict) -> Layout:
    if query.get("sort_by") not in SORTS:
        return layout
    return replace(layout, sort_by=query["sort_by"], sort_descending=query.get("sort_order") != "asc")


def _read(version: Version) -> View:
    view = configuration.current().view(*version[:2])
    if view is None:
        raise Missing
    return view


def _moment(agent: User) -> Moment:
    return Moment(clock.now(), agent.pk, configuration.current().hours)


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
