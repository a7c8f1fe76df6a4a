"""The tickets of a person or an organization: the open ones first, then the finished ones page by page.

All of them together are what a search for requester:3 or organization:3 finds.
"""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.views import Layout
from sportello.desk.words import FINISHED
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of
from sportello.web.agent.prepared import prepared
from sportello.web.agent.ticket_list import ticket_list
from sportello.web.ui import paging

OPEN_ONES = 100
COLUMNS = {
    "requester": ("subject", "assignee", "updated"),
    "organization": ("subject", "requester", "assignee", "updated"),
}


def of(request: HttpRequest, key: str, owner_id: int) -> SimpleNamespace:
    """Those that are not finished, the latest change first (on the first page), and a page of the finished ones.

    key: "requester" or "organization".
    """
    agent = agent_of(request)
    found = access.tickets(agent).filter(**{key: owner_id})
    is_first = not (request.GET.get("after") or request.GET.get("before"))
    unsolved = _UNSOLVED[key](agent, owner_id) if is_first else []
    finished = lists.rows(agent, found.filter(status__in=FINISHED))
    page = paging.page(finished, request.GET)
    shown = replace(page, rows=[*unsolved, *page.rows])
    whole = {"q": f"type:ticket {key}:{owner_id}"}
    layout = Layout(columns=COLUMNS[key])
    return ticket_list(
        request, layout, shown, caption=_("Tickets"), whole=whole, texts={}, can_sort=False, has_pane=False
    )


@prepared
def copied(agent: User, person_id: int) -> QuerySet[Any]:
    """The latest tickets in whose copy he is."""
    found = access.tickets(agent).filter(participants__user=person_id, participants__kind="cc")
    return found.order_by("-id").values_list("pk", "subject", "status", "requester__name", named=True)[:10]


def counts(agent: User, key: str, owner_id: int) -> SimpleNamespace:
    """all: how many tickets; open: how many of them. key: as `of`."""
    numbers = dict(_COUNTED[key](agent, owner_id))
    return SimpleNamespace(all=sum(numbers.values()), open=sum(n for it, n in numbers.items() if it not in FINISHED))


def _unsolved(key: str, agent: User, owner_id: int) -> QuerySet[Any]:
    open_ones = access.tickets(agent).filter(**{key: owner_id}).unsolved()
    return lists.rows(agent, open_ones.order_by("-updated_at", "-id"))[:OPEN_ONES]


def _counted(key: str, agent: User, owner_id: int) -> QuerySet[Any]:
    return access.tickets(agent).filter(**{key: owner_id}).order_by().values_list("status").annotate(Count("pk"))


_UNSOLVED = {key: prepared(partial(_unsolved, key)) for key in COLUMNS}
_COUNTED = {key: prepared(partial(_counted, key)) for key in COLUMNS}
