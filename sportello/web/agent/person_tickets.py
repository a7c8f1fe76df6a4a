"""The tickets of a person or an organization: the open ones first, then the finished ones page by page."""

from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.words import FINISHED
from sportello.web.ui import paging

OPEN_ONES = 100
COLUMNS = (
    *("pk", "subject", "status", "priority", "created_at", "updated_at", "solved_at"),
    *("assignee__name", "requester__name", "requester_id"),
)


def of(agent: User, query: QueryDict, **whose: Any) -> SimpleNamespace:
    """open: those that are not finished, the latest change first (on the first page); page: the finished ones.

    whose: as filter() takes it.
    """
    found = access.tickets(agent).filter(**whose)
    is_first = not (query.get("after") or query.get("before"))
    unsolved = found.unsolved().order_by("-updated_at", "-id").values_list(*COLUMNS, named=True)
    return SimpleNamespace(
        open=list(unsolved[:OPEN_ONES]) if is_first else [],
        page=paging.keyed(query, lambda stretch: _finished(found, stretch)),
    )


def _finished(found: QuerySet[Any], stretch: paging.Stretch) -> list[Any]:
    return list(stretch.of(found.filter(status__in=FINISHED)).values_list(*COLUMNS, named=True))


def copied(agent: User, person: User) -> list[Any]:
    """The latest tickets in whose copy he is."""
    found = access.tickets(agent).filter(participants__user=person, participants__kind="cc")
    return list(found.order_by("-id").values_list(*COLUMNS, named=True)[:10])


def counts(agent: User, **whose: Any) -> SimpleNamespace:
    """How many tickets and how many of them open, in one question."""
    numbers = (
        access.tickets(agent)
        .filter(**whose)
        .aggregate(all=Count("pk"), open=Count("pk", filter=~Q(status__in=FINISHED)))
    )
    return SimpleNamespace(**numbers)
