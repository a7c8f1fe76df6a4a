"""Which tickets stand in which views: kept with each update, and filled in when a view is new or changed.

docs/algorithms/views.md
"""

from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import BigIntegerField, Max, QuerySet, Value

from sportello.kit import clock
from sportello.kit.prepared import prepared

from ..models import Ticket, ViewMember
from ..models import View as Row
from ..rules import conditions
from ..rules.kinds import Moment
from ..rules.views import View
from . import configuration, facts

if TYPE_CHECKING:
    from .update import Update

PIECE = 20_000
# Every process knows a view that was changed so long ago, and every update that did not has been committed.
SETTLED = timedelta(seconds=5)


def write(update: "Update") -> None:
    """Put the ticket into the views that it has come to fulfil, and take it out of those that it has left."""
    views = update.configuration.views
    if not views.rules or not (update.opening or any(it["type"] in _TELLING for it in update.events)):
        return
    now, moment = facts.stored(update, views.fields), Moment(update.now)
    fulfilled = {view.id for view in views.rules if view.kept and conditions.matches(view.kept, now, moment)}
    had = set() if update.opening else {view.id for view in views.rules} & set(_views_of(update.ticket.pk))
    if fulfilled - had:
        _put(update.ticket.pk, fulfilled - had)
    if had - fulfilled:
        ViewMember.objects.filter(ticket=update.ticket, view__in=had - fulfilled).delete()


# The events that change what kept conditions look at; whatever a comment brings about is a change too.
_TELLING = ("Change", "Merge", "SatisfactionRating", "Unmerge")


@prepared
def _views_of(ticket_id: int) -> "QuerySet[Any, int]":
    return ViewMember.objects.filter(ticket=ticket_id).values_list("view", flat=True)


def _put(ticket_id: int, view_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_insert(len(view_ids), connection.vendor), [ticket_id, *view_ids])


@lru_cache(maxsize=256)
def _insert(count: int, vendor: str) -> str:
    # A view may have been dropped a moment ago: an update is not lost for that.
    held = "FOR KEY SHARE" if vendor == "postgresql" else ""
    marks = ", ".join(["%s"] * count)
    return f"INSERT INTO desk_viewmember (ticket_id, view_id) SELECT %s, id FROM desk_view WHERE id IN ({marks}) {held}"


# --- filling in -------------------------------------------------------------------------------------------------------


def step() -> bool:
    """Fill in a piece of a view that is new or changed. True when there was something to do: call again at once.

    Until all of a view is filled in it is asked by its conditions. A crash costs nothing: a piece is done or not.
    """
    waiting = Row.objects.filter(filled_to__isnull=False, updated_at__lte=clock.now() - SETTLED)
    if not waiting.exists():
        return False
    with transaction.atomic():
        # no_key: an update that holds a ticket may point to the view meanwhile.
        row = waiting.select_for_update(skip_locked=True, no_key=True).order_by("id").first()
        if row is None:
            return False
        view = configuration.current().view(row.pk, row.updated_at) if row.active else None
        row.filled_to = _fill(row, row.filled_to or 0, view)
        row.save(update_fields=["filled_to"])
    return True


def _fill(row: Row, start: int, view: View | None) -> int | None:
    """Make members of the tickets after `start` what they should be, a piece of them. Returns where it came to."""
    members = ViewMember.objects.filter(view=row)
    keeps = view is not None and view.kept is not None
    if not keeps and not members.exists():
        return None
    last = Ticket.objects.aggregate(last=Max("pk"))["last"] or 0
    end = start + PIECE
    tickets = Ticket.objects.filter(pk__gt=start, pk__lte=end)
    if keeps:
        # Whoever changes one of these now writes its membership before or after, not in between.
        list(tickets.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    members.filter(ticket__gt=start, ticket__lte=end).delete()
    if view is not None and view.kept is not None:
        _put_all(view, tickets.filter(conditions.query(view.kept, Moment(clock.now()))))
    return None if end >= last else end


def _put_all(view: View, tickets: "QuerySet[Ticket]") -> None:
    chosen = tickets.order_by().annotate(kept_in=Value(view.id, BigIntegerField())).values_list("pk", "kept_in")
    try:
        statement, values = chosen.query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        # A ticket that was opened this very moment may stand in it already.
        cursor.execute(f"INSERT INTO desk_viewmember (ticket_id, view_id) {statement} ON CONFLICT DO NOTHING", values)
