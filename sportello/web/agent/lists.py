"""The views of an agent: which there are, how many tickets each has, and the page of one. docs/algorithms/views.md"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import get_language

from sportello.desk import access, listing
from sportello.desk.actions import configuration, field_values
from sportello.desk.actions.defaults import title_for_reader
from sportello.desk.errors import Missing
from sportello.desk.models import Ticket, User
from sportello.desk.models.ticket import TicketQuerySet
from sportello.desk.rules import custom_fields
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.views import SORTED_AT_MOST, SORTS, Layout, View
from sportello.desk.words import MailState
from sportello.kit import clock
from sportello.web.agent.asked import fetch
from sportello.web.agent.prepared import prepared, rows_of
from sportello.web.ui import paging
from sportello.web.ui.paging import SIZE, CappedCount, Stretch, as_count

Version = tuple[int, datetime, bool]
# Of how many members, the newest, it is looked up how many an agent may see, or which fulfil what is asked only now.
LOOKED_AT = 1_000
# By which way few tickets are found, to be sorted: by the view's members, by its conditions, by what the agent may see.
SORTED = ("members", "asked", "visible")

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
        Listed(
            pk,
            title_for_reader(title),
            "user" if owner_id else "users" if group_id else "layers",
            updated_at,
            filled_to is None,
        )
        for pk, title, updated_at, filled_to, owner_id, group_id in _views(agent)
        if known.view(pk, updated_at)
    ]


@prepared
def _views(agent: User) -> QuerySet[Any]:
    return access.views(agent).values_list("pk", "title", "updated_at", "filled_to", "owner_id", "group_id")


def counts(agent: User, listed: Sequence[Listed]) -> tuple[dict[int, str], tuple[str, str, str]]:
    """How many tickets each view has, by its id; how many mails wait for somebody, how many notices for him, how many
    bad votes for their review."""
    numbers = fetch(_counts, agent, _moment(agent), tuple(it.version for it in listed))[0]
    *numbers, reviews = numbers
    *pairs, waiting = zip(numbers[::2], numbers[1::2], strict=True)
    shown = [as_count(number, is_all=there <= LOOKED_AT) for number, there in pairs]
    return dict(zip((it.id for it in listed), shown, strict=True)), (
        as_count(waiting[0]),
        as_count(waiting[1]),
        as_count(reviews),
    )


def _counts(agent: User, moment: Moment, versions: tuple[Version, ...]) -> QuerySet[Any]:
    """All in one statement: of each view how many, and of how many members that is the number where not of all."""
    columns: list[Any] = []
    for version in versions:
        columns += _counted(agent, moment, version)
    held = access.inbound_mails(agent).filter(state__in=(MailState.HELD, MailState.FAILED))
    unread = access.notices(agent).filter(read_at=None)
    waiting = (CappedCount(held), CappedCount(unread), CappedCount(access.open_reviews(agent)))
    return access.people(agent).filter(pk=agent.pk).values_list(*columns, *waiting)


def _counted(agent: User, moment: Moment, version: Version) -> tuple[Any, Any]:
    view = _read(version)
    if not _has_members(version):
        return CappedCount(listing.direct(agent, view, moment)), Value(0)
    members = listing.members(view)
    if access.sees_every_ticket(agent) and not any(view.live):
        return CappedCount(members, of="ticket"), Value(0)
    newest = listing.newest(agent, view, moment, LOOKED_AT)
    return CappedCount(newest, of="ticket"), CappedCount(members, cap=LOOKED_AT, of="ticket")


def page(listed: Listed, agent: User, query: QueryDict) -> Shown:
    """The page of a view that the address asks for: ?after=, ?before=, ?sort_by=updated_at&sort_order=asc|desc.

    Few tickets are sorted; many are walked through in an order that has an index.
    """
    view, moment = _read(listed.version), _moment(agent)
    layout = _layout(view.layout, query)
    way = _way(listed.version, agent, moment)
    if way in SORTED:
        return Shown(_sorted(listed.version, way, layout, agent, moment, query), layout)
    shown = layout
    if layout.is_sorted:
        shown = replace(
            layout, group_by="", sort_by=layout.sort_by if SORTS[layout.sort_by].has_index else "updated_at"
        )
    sort = SORTS[shown.sort_by]

    def ask(stretch: Stretch) -> list[Any]:
        if stretch.after is None:
            return fetch(_stretch, agent, moment, listed.version, shown.sort_by, stretch)
        return rows_of(_stretch(agent, moment, listed.version, shown.sort_by, stretch))

    found = paging.keyed(query, ask, by=sort.column, descending=shown.sort_descending, nullable=sort.nullable)
    return Shown(found, shown, is_plain=layout.is_sorted)


def ids_of(listed: Listed, agent: User, limit: int) -> list[int]:
    """All tickets that stand in the view now and that he may see."""
    return list(_everything(listed, agent).order_by("pk").values_list("pk", flat=True)[:limit])


def size_of(listed: Listed, agent: User) -> int:
    """How many these are, every one of them counted."""
    return _everything(listed, agent).order_by().count()


def _everything(listed: Listed, agent: User) -> TicketQuerySet:
    return _tickets(agent, _moment(agent), listed.version, "members" if _has_members(listed.version) else "asked")


def _way(version: Version, agent: User, moment: Moment) -> str:
    """How the tickets are found: SORTED when they are few, else walked through in the order of an index."""
    if _has_members(version) and _is_few(agent, moment, version, "members"):
        return "members"
    if (not _has_members(version) or any(_read(version).live)) and _is_few(agent, moment, version, "asked"):
        return "asked"
    if not access.sees_every_ticket(agent) and _is_few(agent, moment, version, "visible"):
        return "visible"
    return "walked"


def _is_few(agent: User, moment: Moment, version: Version, way: str) -> bool:
    return bool(fetch(_few, agent, moment, version, way)[0][0] <= SORTED_AT_MOST)


def _few(agent: User, moment: Moment, version: Version, way: str) -> QuerySet[Any]:
    view = _read(version)
    if way == "members":
        counted = CappedCount(listing.members(view), cap=SORTED_AT_MOST, of="ticket")
    else:
        found = access.tickets(agent) if way == "visible" else listing.direct(agent, view, moment)
        counted = CappedCount(found, cap=SORTED_AT_MOST)
    return access.people(agent).filter(pk=agent.pk).values_list(counted)


def _tickets(agent: User, moment: Moment, version: Version, way: str, sort_by: str = "") -> TicketQuerySet:
    view = _read(version)
    if way == "members":
        return listing.among(agent, view, moment)
    if way == "walked":
        return listing.walked(agent, view, moment, sort_by, has_members=_has_members(version))
    return (listing.visible if way == "visible" else listing.direct)(agent, view, moment)


def _stretch(agent: User, moment: Moment, version: Version, sort_by: str, stretch: Stretch) -> QuerySet[Any]:
    return stretch.of(rows(agent, _tickets(agent, moment, version, "walked", sort_by)))


def _sorted(version: Version, way: str, layout: Layout, agent: User, moment: Moment, query: QueryDict) -> paging.Page:
    """A page of few tickets. A neighbour is named by where it begins or ends and by the ticket that stood there."""
    after, before = query.get("after", ""), query.get("before", "")
    ids = fetch(_ids, agent, moment, version, way, layout, None if after or before else SIZE + 1)
    start = max(0, _place(ids, before) - SIZE) if before else _place(ids, after, next_to=1)
    shown = ids[start : start + SIZE]
    found = {row.pk: row for row in _rows(agent, *shown)}
    return paging.Page(
        [found[pk] for pk in shown if pk in found],
        paging.url(query, "before", f"{start}_{shown[0]}") if shown and start else None,
        paging.url(query, "after", f"{start + SIZE}_{shown[-1]}") if len(ids) > start + SIZE else None,
    )


def _place(ids: list[int], key: str, *, next_to: int = 0) -> int:
    """Where the ticket of the key stands now, or the place of the key where it has gone; 0 for a mangled key."""
    place, _sign, pk = key[:40].partition("_")
    if not (place.isdecimal() and pk.isdecimal()):
        return 0
    return ids.index(int(pk)) + next_to if int(pk) in ids else min(int(place), len(ids))


def _ids(agent: User, moment: Moment, version: Version, way: str, layout: Layout, limit: int | None) -> QuerySet[Any]:
    found = _tickets(agent, moment, version, way).order_by(*listing.in_order(layout))
    return found.values_list("pk", flat=True)[:limit]


@prepared
def _rows(agent: User, *ticket_ids: int) -> QuerySet[Any]:
    return rows(agent, access.tickets(agent).filter(pk__in=ticket_ids))


def _has_members(version: Version) -> bool:
    return version[2] and _read(version).kept is not None


def rows(agent: User, tickets: QuerySet[Ticket]) -> QuerySet[Any]:
    """What a list shows of tickets, as named tuples. read_at: up to when this agent has read the ticket."""
    reading = FilteredRelation("readings", condition=Q(readings__user=agent))
    return tickets.annotate(reading=reading, read_at=F("reading__read_at")).values_list(*COLUMNS, named=True)


def _layout(layout: Layout, query: QueryDict) -> Layout:
    by = str(query.get("sort_by", ""))
    if by not in SORTS:
        return layout
    return replace(layout, sort_by=by, sort_descending=query.get("sort_order") != "asc")


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


def own_of(layout: Layout, ticket_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What stands in the layout's columns of the desk's own fields, by ticket and column, for whoever reads it."""
    fields = configuration.current().fields
    own = [it.custom for it in (fields.get(name) for name in layout.columns) if it and it.custom]
    if not own:
        return {}
    language = get_language() or "en"
    return {
        pk: {it.name: custom_fields.shown(it, values[it.id], language) for it in own if it.id in values}
        for pk, values in field_values.of_tickets(ticket_ids).items()
    }


@prepared
def _tags(agent: User, *ticket_ids: int) -> QuerySet[Any]:
    tagged = access.tickets(agent).filter(pk__in=ticket_ids, taggings__isnull=False)
    return tagged.order_by("taggings__id").values_list("pk", "taggings__tag")
