"""How often rules acted lately, and when one did so last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sportello.desk import access
from sportello.desk.models import Audit, User
from sportello.kit import clock

DAYS = 30
LATEST = 10


@dataclass(frozen=True, slots=True)
class Acts:
    """What rules of a kind did lately. times: for a list, in words, by id. latest: (agent, row) -> the last ten of one,
    each with ticket, at, because (conditions) and words."""

    times: Callable[[User], Mapping[int, str]]
    never: Callable[[], str]
    latest: Callable[[User, Any], Sequence[SimpleNamespace]]
    title: str | Promise
    none: str | Promise


def firings_of(column: str) -> Acts:
    """Of triggers or automations: column says whose firings they are."""

    def times(agent: User) -> Mapping[int, str]:
        lately = access.firings(agent).filter(**{f"{column}__isnull": False}, created_at__gte=since()).order_by()
        return {key: often(n) for key, n in lately.values_list(column).annotate(times=Count("pk"))}

    def latest(agent: User, row: Any) -> Sequence[SimpleNamespace]:
        found = access.firings(agent).filter(**{column: row}).select_related("ticket", "audit")[:LATEST]
        return [
            SimpleNamespace(ticket=it.ticket, at=it.created_at, because=_because(it.audit, column, row.pk))
            for it in found
        ]

    return Acts(times, never, latest, gettext_lazy("When it last acted"), gettext_lazy("It has not acted yet."))


def since() -> datetime:
    return clock.now() - timedelta(days=DAYS)


def often(times: int) -> str:
    said = ngettext("%(n)s time in %(days)s days", "%(n)s times in %(days)s days", times)
    return said % {"n": times, "days": DAYS}


def never() -> str:
    return _("never in %(days)s days") % {"days": DAYS}


def _because(audit: Audit, rel: str, key: int) -> list[dict[str, Any]]:
    """The conditions that held when the rule acted."""
    events = (it for it in audit.events if it["type"] == "Rule" and it.get("rel", "trigger") == rel)
    return next((list(it["because"]) for it in events if it["id"] == key), [])
