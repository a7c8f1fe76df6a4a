"""The tickets of a view as questions to the database, for a person who may see them. docs/algorithms/views.md"""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from . import access
from .models import User, ViewMember
from .models.ticket import TicketQuerySet
from .rules import conditions
from .rules.kinds import Moment
from .rules.views import GROUPS, SORTS, Layout, View
from .words import Status

STATUS_ORDER = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(Status.values)))


def direct(person: User, view: View, moment: Moment) -> TicketQuerySet:
    """Asked by the view's conditions alone."""
    return access.tickets(person).filter(conditions.query(view.conditions, moment))


def members(view: View) -> "QuerySet[ViewMember, Any]":
    """The tickets that are kept for the view: of a live one, those that can be in it."""
    return ViewMember.objects.filter(view=view.id).values("ticket")


def among(person: User, view: View, moment: Moment) -> TicketQuerySet:
    """Looked up one by one from the members."""
    return _fulfilling(person, view, moment).filter(pk__in=members(view))


def newest(person: User, view: View, moment: Moment, limit: int) -> "QuerySet[ViewMember, Any]":
    """Of the members those that he may see, and that fulfil what is asked now; of more than `limit` the newest."""
    first = members(view).order_by("-ticket")[limit - 1 : limit]
    recent = ViewMember.objects.filter(view=view.id, ticket__gte=Coalesce(Subquery(first), 0))
    return recent.filter(Exists(_fulfilling(person, view, moment).filter(pk=OuterRef("ticket")))).values("ticket")


def _fulfilling(person: User, view: View, moment: Moment) -> TicketQuerySet:
    return access.tickets(person).filter(conditions.query(view.live, moment))


def walked(person: User, view: View) -> TicketQuerySet:
    """Walked through in the order that is asked for: each ticket is asked whether it is a member."""
    # As a value, not as EXISTS: neither database makes of it a join that begins with all the members.
    member = ViewMember.objects.filter(view=view.id, ticket=OuterRef("pk")).values("view")
    return access.tickets(person).filter(Exact(Subquery(member), view.id))


def in_order(layout: Layout) -> list[OrderBy]:
    """The order of a view with few tickets: groups, then what sorts, tickets without it last. Uses no index."""
    order = []
    if layout.group_by == "status":
        order.append(OrderBy(STATUS_ORDER, descending=layout.group_descending))
    elif layout.group_by:
        order.append(_by(GROUPS[layout.group_by], layout.group_descending))
    column = SORTS[layout.sort_by].column
    if layout.sort_by == "sla_due":
        promised = Coalesce("sla__overdue_since", "sla__due_at")
        order.append(OrderBy(promised, descending=layout.sort_descending, nulls_last=True))
    elif column:
        order.append(_by(column, layout.sort_descending))
    return [*order, _by("pk", layout.sort_descending)]


def _by(column: str, descending: bool) -> OrderBy:
    # Twice the same: an expression has no index, by which the database would walk through all tickets.
    return OrderBy(Coalesce(F(column), F(column)), descending=descending, nulls_last=column != "pk" or None)
