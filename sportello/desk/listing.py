"""The tickets of a view as questions to the database, for a person who may see them. docs/algorithms/views.md"""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from . import access
from .models import Ticket, User, ViewMember
from .models.ticket import TicketQuerySet
from .rules import conditions
from .rules.conditions import Condition, Conditions
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


def walked(person: User, view: View, moment: Moment, sort_by: str, *, has_members: bool) -> TicketQuerySet:
    """Walked through in the order that is asked for, each ticket asked in turn: is it a member (or fulfils what is
    kept), does it fulfil what is live, may he see it.

    Neither database sees what is asked, or it would begin with an index of that and sort what it finds: only what the
    partial indexes of tickets are written for.
    """
    plain = [it for it in view.conditions.all if _is_indexed(it, view.conditions, sort_by)]
    others = view.live if has_members else view.conditions
    rest = Conditions(tuple(it for it in others.all if it not in plain), others.any)
    tests: list[Any] = []
    if has_members:
        member = ViewMember.objects.filter(view=view.id, ticket=OuterRef("pk")).values("view")
        tests.append(Exact(Subquery(member), view.id))
    if any(rest):
        tests.append(conditions.query(rest, moment))
    if not access.sees_every_ticket(person):
        tests.append(Exists(access.tickets(person).filter(pk=OuterRef("pk"))))
    passed: Any = Value(1)
    for test in reversed(tests):
        passed = Case(When(test, then=passed), default=Value(0))
    found = Ticket.objects.filter(conditions.query(Conditions(tuple(plain)), moment))
    return found.filter(Exact(passed, 1)) if tests else found


def visible(person: User, view: View, moment: Moment) -> TicketQuerySet:
    """Looked up one by one from what he may see."""
    found = access.tickets(person)
    if not any(view.conditions):
        return found
    fulfilled = Case(When(conditions.query(view.conditions, moment), then=Value(1)), default=Value(0))
    return found.filter(Exact(fulfilled, 1))


def _is_indexed(condition: Condition, among: Conditions, sort_by: str) -> bool:
    name = condition.field.name
    if name == "assignee_id":  # By its latest change there is an index of the unsolved tickets that somebody has.
        is_unsolved = any((it.operator, it.value) == ("less_than", Status.SOLVED) for it in among.all)
        return is_unsolved and sort_by == "updated_at" and condition.operator == "is"
    return name in ("status", sort_by)


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
