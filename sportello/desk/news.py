"""What has happened since one last looked, for doors that tell it on. The committed audit is the event.

docs/algorithms/live.md
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sportello.kit.prepared import prepared

from .models import Audit, InboundMail, Notification, Presence
from .words import MailState

AT_ONCE = 500
# On PostgreSQL a number may be committed after a greater one. One that is still missing then was rolled back.
LATE_SECONDS = 60.0
MOST_GAPS = 1_000
# So far back a number may still be missing when one begins to look.
LOOKED_BACK = 100
# What decides which agents see a ticket.
SIGHT = frozenset(("group_id", "assignee_id", "requester_id"))


@dataclass(frozen=True, slots=True)
class Happening:
    """An update of a ticket. has_words: something was said, by a rule perhaps; is_moved: others may see it now."""

    audit_id: int
    ticket_id: int
    author_id: int | None
    has_words: bool
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Look:
    """The newest ids, and what changes whenever somebody comes, goes or types; how many mails are held (101: more)."""

    audit: int
    notice: int
    presences: tuple[int, int]
    held: int


@dataclass(slots=True)
class Trail:
    """Which ids of a growing table were seen. newest: the greatest; gaps: smaller ones that may still come."""

    newest: int
    gaps: dict[int, float] = field(default_factory=dict)

    def take(self, ids: Iterable[int], now: float) -> list[int]:
        """The ids that are new here, in order. now: seconds of a clock that never goes back."""
        fresh = []
        for key in sorted(set(ids)):
            if key > self.newest:
                missing = range(max(self.newest + 1, key - MOST_GAPS), key)
                self.gaps.update(dict.fromkeys(missing, now))
                self.newest = key
                fresh.append(key)
            elif self.gaps.pop(key, None) is not None:
                fresh.append(key)
        self.gaps = {key: at for key, at in self.gaps.items() if now - at < LATE_SECONDS}
        return fresh

    @property
    def settled(self) -> int:
        """Up to here nothing is missing: whoever knows all of it has to be told what comes after."""
        return min(self.gaps) - 1 if self.gaps else self.newest


def look() -> Look:
    """One question, a tenth of a millisecond."""
    names = [model._meta.db_table for model in (Audit, Notification, Presence, Presence, InboundMail)]
    held = "', '".join((MailState.HELD, MailState.FAILED))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT MAX(id) FROM {}), (SELECT MAX(id) FROM {}), (SELECT COUNT(*) FROM {}),"
            " (SELECT MAX(id) FROM {}), (SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE state IN ('{}') LIMIT 101) held)"
            "".format(*names, held)
        )
        audit, notice, count, presence, mails = cursor.fetchone()
    return Look(audit or 0, notice or 0, (count, presence or 0), mails)


def begin() -> tuple[Trail, Trail]:
    """The trails of the updates and of the notices, from now on."""
    newest, now = look(), time.monotonic()
    return _begin(Audit, newest.audit, now), _begin(Notification, newest.notice, now)


def _begin(model: Any, newest: int, now: float) -> Trail:
    last = set(range(max(1, newest - LOOKED_BACK), newest))
    there = model.objects.filter(pk__gt=newest - LOOKED_BACK - 1).values_list("pk", flat=True)
    return Trail(newest, dict.fromkeys(last - set(there), now) if newest else {})


def happenings(trail: Trail) -> list[Happening]:
    """What was committed since the trail was last here, oldest first; AT_ONCE at most (ask again)."""
    return _fresh(trail, _audits(trail.newest), Audit, ("pk", "ticket_id", "author_id", "events"), _happening)


def notices(trail: Trail) -> list[tuple[int, int]]:
    """(id, user id) of the new notices."""
    return _fresh(trail, _notices(trail.newest), Notification, ("pk", "user_id"), lambda row: (row[0], row[1]))


def tickets_since(audit_id: int, limit: int) -> list[int] | None:
    """The tickets that were changed after this audit, latest change last; None: by more than `limit` updates."""
    newer = Audit.objects.filter(pk__gt=audit_id).order_by("pk")
    found = list(newer.values_list("ticket_id", flat=True)[: limit + 1])
    return None if len(found) > limit else list(dict.fromkeys(found))


def _fresh(trail: Trail, newer: list[Any], model: Any, columns: tuple[str, ...], read: Any) -> list[Any]:
    rows = {row[0]: row for row in newer}
    if trail.gaps:
        late = model.objects.filter(pk__in=list(trail.gaps)).values_list(*columns)
        rows |= {row[0]: row for row in late}
    return [read(rows[key]) for key in trail.take(rows, time.monotonic())]


def _happening(row: Any) -> Happening:
    audit_id, ticket_id, author_id, events = row
    return Happening(
        audit_id,
        ticket_id,
        author_id,
        has_words=any(event["type"] in ("Comment", "Rule") for event in events),
        is_moved=any(event["type"] == "Change" and event["field_name"] in SIGHT for event in events),
    )


@prepared
def _audits(audit_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    newer = Audit.objects.filter(pk__gt=audit_id).order_by("pk")
    return newer.values_list("pk", "ticket_id", "author_id", "events")[:AT_ONCE]


@prepared
def _notices(notice_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    return Notification.objects.filter(pk__gt=notice_id).order_by("pk").values_list("pk", "user_id")[:AT_ONCE]
