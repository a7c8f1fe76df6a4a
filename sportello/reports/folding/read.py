"""What facts are folded from, read from the database for many tickets at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Max, Min, QuerySet

from sportello.desk.actions import configuration, person_rows, schedules
from sportello.desk.models import Audit, RuleChange, Schedule, SlaEvent, Ticket, TimeEntry, User
from sportello.desk.words import Role

from .hours import Change, Hours
from .life import Audited, Life, fold
from .promises import Clocked, Spent, promises, spent
from .rows import Row

# So many tickets are in memory at once.
PIECE = 500
STAFF = (Role.AGENT, Role.ADMIN)
# What in the history of a person says that his tickets are another's now.
MERGES = ("merged_into", "unmerged_from")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a ticket's life is read by. people: of whoever was merged into another person, that one."""

    hours: Hours
    people: Mapping[int, int]
    staff: frozenset[int]


def desk() -> Desk:
    """The desk as it is now, with the history of its hours."""
    now = {row.pk: schedules.export(row) for row in Schedule.objects.order_by("id")}
    log = RuleChange.objects.filter(kind=schedules.KIND).order_by("id")
    changes = [
        Change(at, pk, before, after)
        for at, pk, before, after in log.values_list("created_at", "rule_id", "before", "after")
    ]
    staff = User.objects.filter(role__in=STAFF).values_list("pk", flat=True)
    return Desk(Hours(now, changes, time_zone()), _people(), frozenset(staff))


def time_zone() -> str:
    return configuration.current().desk.time_zone


def _people() -> dict[int, int]:
    merged = User.objects.exclude(merged_into=None).values_list("pk", "merged_into")
    into = {person: other for person, other in merged if other}

    def end(person: int) -> int:
        seen = {person}
        while person in into and into[person] not in seen:
            seen.add(person := into[person])
        return person

    return {person: end(person) for person in into}


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
    rows = audits.values_list("ticket_id", "created_at", "author_id", "events")
    for ticket_id, found in groupby(rows, key=itemgetter(0)):
        life = Life(ticket_id, channels[ticket_id], by.hours, by.people)
        fold(life, (Audited(at, author, author in by.staff, events) for _id, at, author, events in found))
        if log := clocked.get(ticket_id):
            promises(life.rows, life.states, (Clocked(*row) for row in log))
        if entries := written.get(ticket_id):
            spent(life.rows, life.states, (Spent(*row) for row in entries), by.hours)
        yield ticket_id, life.rows.told(by.hours)


def _grouped(found: QuerySet[Any], *columns: str) -> dict[int, list[tuple[Any, ...]]]:
    by_ticket: dict[int, list[tuple[Any, ...]]] = {}
    for ticket_id, *rest in found.order_by("id").values_list("ticket_id", *columns):
        by_ticket.setdefault(ticket_id, []).append(tuple(rest))
    return by_ticket


def touched_by_people(after: int) -> tuple[set[int], int]:
    """The tickets of people who became one, or two again, since a number of the log; and the log's last number."""
    last = RuleChange.objects.aggregate(last=Max("pk"))["last"] or 0
    log = RuleChange.objects.filter(kind=person_rows.KIND, pk__gt=after, pk__lte=last)
    people: set[int] = set()
    for person, said in log.values_list("rule_id", "after"):
        if said and (others := {said[key]["id"] for key in MERGES if key in said}):
            people |= {person, *others}
    if not people:
        return set(), last
    return set(Ticket.objects.filter(requester__in=people).values_list("pk", flat=True)), last
