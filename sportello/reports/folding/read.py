"""What facts are folded from, read from the database for many tickets at once."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet

from sportello.desk.actions import agents, configuration, organizations, person_rows, schedules
from sportello.desk.models import Audit, Organization, RuleChange, Schedule, SlaEvent, Ticket, TimeEntry, User
from sportello.desk.words import Role

from .hours import BEGINNING, Change, Hours
from .life import Audited, Life, fold
from .promises import Clocked, Spent, promises, removed, spent
from .rows import Row

# So many tickets are in memory at once.
PIECE = 500
STAFF = (Role.AGENT, Role.ADMIN)
# Who may be merged, by the column of the facts that names them; and how their history says that their tickets are
# another's now.
MERGED: Mapping[str, type[User] | type[Organization]] = {"requester_id": User, "organization_id": Organization}
MERGES = {
    "requester_id": (person_rows.KIND, ("merged_into", "unmerged_from")),
    "organization_id": (
        organizations.KIND,
        (f"{organizations.KIND}.merged_into", f"{organizations.KIND}.unmerged_from"),
    ),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a ticket's life is read by. merged: by column of the facts, of whoever was merged into another, that one.
    staff: who works or worked here, and since when."""

    hours: Hours
    merged: Mapping[str, Mapping[int, int]]
    staff: Mapping[int, datetime]

    def worked_here(self, author_id: int | None, at: datetime) -> bool:
        since = self.staff.get(author_id) if author_id is not None else None
        return since is not None and at >= since


def desk() -> Desk:
    """The desk as it is now, with the history of its hours."""
    now = {row.pk: schedules.export(row) for row in Schedule.objects.order_by("id")}
    log = RuleChange.objects.filter(kind=schedules.KIND).order_by("id")
    changes = [
        Change(at, pk, before, after)
        for at, pk, before, after in log.values_list("created_at", "rule_id", "before", "after")
    ]
    return Desk(Hours(now, changes, time_zone()), {name: _ends(model) for name, model in MERGED.items()}, _staff())


def _staff() -> dict[int, datetime]:
    """Nobody who once worked here is ever a customer again; but a customer may come to work here."""
    since = dict.fromkeys(User.objects.filter(role__in=STAFF).values_list("pk", flat=True), BEGINNING)
    log = RuleChange.objects.filter(kind=agents.KIND, before__role=Role.END_USER).order_by("id")
    return since | {pk: at for pk, at in log.values_list("rule_id", "created_at") if pk in since}


def time_zone() -> str:
    return configuration.current().desk.time_zone


def _ends(model: type[User] | type[Organization]) -> dict[int, int]:
    merged = model._default_manager.exclude(merged_into=None).values_list("pk", "merged_into")
    into = {one: other for one, other in merged if other}

    def end(one: int) -> int:
        seen = {one}
        while one in into and into[one] not in seen:
            seen.add(one := into[one])
        return one

    return {one: end(one) for one in into}


def bounds() -> tuple[int, int]:
    """The lowest and the highest ticket id; (0, -1) without tickets."""
    found = Ticket.objects.aggregate(low=Min("pk"), high=Max("pk"))
    return (found["low"], found["high"]) if found["low"] is not None else (0, -1)


def how_many() -> int:
    return Ticket.objects.count()


def span(low: int, high: int, by: Desk) -> Iterator[tuple[int, Iterable[tuple[str, Row]]]]:
    """The rows of the tickets in [low, high), each with its table, ticket by ticket."""
    last = low - 1
    while piece := list(Ticket.objects.filter(pk__gt=last, pk__lt=high).order_by("pk").values_list("pk")[:PIECE]):
        first, last = piece[0][0], piece[-1][0]
        yield from _told({"ticket__gte": first, "ticket__lte": last}, {"pk__gte": first, "pk__lte": last}, by)


def some(ticket_ids: Collection[int], by: Desk) -> Iterator[tuple[int, Iterable[tuple[str, Row]]]]:
    """The same for these tickets; of one that is gone, nothing."""
    ordered = sorted(ticket_ids)
    for start in range(0, len(ordered), PIECE):
        piece = ordered[start : start + PIECE]
        yield from _told({"ticket__in": piece}, {"pk__in": piece}, by)


def _told(mine: dict[str, Any], tickets: dict[str, Any], by: Desk) -> Iterator[tuple[int, Iterable[tuple[str, Row]]]]:
    channels = dict(Ticket.objects.filter(**tickets).values_list("pk", "channel"))
    columns = ("type", "metric", "instance", "at", "calendar_seconds", "business_seconds")
    clocked = _grouped(SlaEvent.objects.filter(**mine), *columns, "policy_id", "target_minutes", "business")
    written = _grouped(TimeEntry.objects.filter(**mine), "agent_id", "minutes", "spent_on", "created_at")
    audits = Audit.objects.filter(**mine).order_by("ticket_id", "id")
    for ticket_id, found in groupby(_quickly(audits), key=itemgetter(0)):
        if ticket_id not in channels:  # It came between the two questions; the next step takes it in.
            continue
        life = Life(ticket_id, channels[ticket_id], by.hours, by.merged)
        fold(life, (Audited(at, author, by.worked_here(author, at), events) for _id, at, author, events in found))
        if log := clocked.get(ticket_id):
            promises(life.rows, life.states, (Clocked(*row) for row in log))
        if entries := written.get(ticket_id):
            spent(life.rows, life.states, (Spent(*row) for row in entries), by.hours)
        removed(life.rows, life.taken_back, by.hours)
        yield ticket_id, life.rows.told(by.hours)


def _quickly(audits: "QuerySet[Audit]") -> Iterator[tuple[int, datetime, int | None, list[dict[str, Any]]]]:
    """ticket, time, author and events of each: the ORM takes as long to convert them as it takes to fold them."""
    sql, parameters = audits.values_list("ticket_id", "created_at", "author_id", "events").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for ticket_id, at, author_id, events in cursor:
            yield ticket_id, at if at.tzinfo else at.replace(tzinfo=UTC), author_id, json.loads(events)


def _grouped(found: QuerySet[Any], *columns: str) -> dict[int, list[tuple[Any, ...]]]:
    by_ticket: dict[int, list[tuple[Any, ...]]] = {}
    for ticket_id, *rest in found.order_by("id").values_list("ticket_id", *columns):
        by_ticket.setdefault(ticket_id, []).append(tuple(rest))
    return by_ticket


def touched_by_hours(changes: Collection[int], after: int) -> set[int]:
    """The tickets of which something was told after hours had changed, by these rows of the log of changes: it may have
    been folded before they were seen. after: audits from this number on."""
    hours = RuleChange.objects.filter(kind=schedules.KIND, pk__in=changes).aggregate(first=Min("created_at"))["first"]
    if hours is None:
        return set()
    return set(Audit.objects.filter(pk__gt=after, created_at__gte=hours).values_list("ticket_id", flat=True))


def merged(**which: Any) -> dict[str, set[int]]:
    """Who became one with somebody else, or two again, by rows of the log of changes; by column of the facts."""
    found: dict[str, set[int]] = {}
    for column, (kind, keys) in MERGES.items():
        for one, said in RuleChange.objects.filter(kind=kind, **which).values_list("rule_id", "after"):
            if said and (others := {said[key]["id"] for key in keys if key in said}):
                found.setdefault(column, set()).update({one, *others})
    return found
