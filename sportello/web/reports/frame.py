"""The frame of every page of figures: the tabs above it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.desk import access
from sportello.kit import clock
from sportello.reports.boards import BOARDS
from sportello.reports.folding import store, sync
from sportello.web.agent import navigation
from sportello.web.agent.doors import agent_of

SATISFACTION = "satisfaction"
# Facts are that old at most, while the worker is well.
PATIENCE = timedelta(minutes=1)
# What is no board: by the name of its address.
BESIDE = {
    "month": pgettext_lazy("tab of the reports", "Month"),
    "explore": gettext_lazy("Explorer"),
    "others": pgettext_lazy("tab of the reports", "Comparison"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    url: str
    label: str
    is_current: bool


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    current: str = "",
    query: str = "",
    status: int = 200,
) -> HttpResponse:
    """As navigation.page, with the tabs of the reports. current: whose tab is marked. query: kept from tab to tab.

    Above figures that run to this day it says since when something is missing in them.
    """
    more: dict[str, Any] = {"tabs": tabs(request, current, query)}
    if current in (*BOARDS, SATISFACTION, "explore"):
        with suppress(store.Missing):
            more["lacks"] = sync.lacks(clock.now() - PATIENCE)
    return navigation.page(request, template, {**context, **more}, status=status)


def tabs(request: HttpRequest, current: str = "", query: str = "") -> list[Tab]:
    """The boards that this agent may see, and the other pages of figures that there are."""
    sees_customers = access.sees_every_ticket(agent_of(request))
    names = {key: str(board.title) for key, board in BOARDS.items() if sees_customers or not board.of_customers}
    order = list(names)
    order.insert(order.index("efficiency") + 1, SATISFACTION)
    names[SATISFACTION] = _("Satisfaction")
    found = []
    for key, label in [*((key, names[key]) for key in order), *((key, str(label)) for key, label in BESIDE.items())]:
        with suppress(NoReverseMatch):
            url = reverse("reports:reports" if key == "overview" else f"reports:{key}")
            found.append(Tab(f"{url}?{query}" if query and key in names else url, label, key == current))
    return found
