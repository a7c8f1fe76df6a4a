"""Claim rows of work so that two workers never do the same one, and a dead worker's rows come back by themselves.

Contract: at least once; whoever does the work writes the result and clears the claim in one transaction, through
`finish`, which fails when the lease was lost.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connections, models, transaction
from django.db.models import F, Q

from . import clock
from .rows import update

LEASE = timedelta(seconds=30)
Row = TypeVar("Row", bound=models.Model)


class Claimable(models.Model):
    """The columns by which a row of work is claimed."""

    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class LeaseLost(Exception):
    """Somebody else has the row now: the lease ended before the work did."""


def claim(ready: "models.QuerySet[Row]", limit: int, *, lease: timedelta = LEASE) -> list[Row]:
    """Up to `limit` rows of `ready` (filtered and ordered), now leased to the caller. Counts an attempt."""
    now = clock.now()
    free = ready.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    if not free.exists():  # Polling an empty table takes no write lock.
        return []
    token = secrets.token_hex(8)
    with transaction.atomic():
        # SQLite ignores skip_locked; its immediate transactions let one worker in at a time.
        keys: Sequence[Any] = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        if not keys:
            return []
        ready.model._default_manager.filter(pk__in=keys).update(
            claimed_by=token, claimed_until=now + lease, attempts=F("attempts") + 1
        )
    return list(ready.filter(pk__in=keys, claimed_by=token))


def extend(rows: Sequence[Any], *, lease: timedelta = LEASE) -> int:
    """Hold the rows of one claim for another lease, counted from now. Returns how many of them are still ours."""
    if not rows:
        return 0
    ours = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows], claimed_by=rows[0].claimed_by)
    return ours.update(claimed_until=clock.now() + lease)


@contextmanager
def held(rows: Sequence[Any], *, lease: timedelta = LEASE) -> Iterator[None]:
    """Inside, the rows' lease never ends, however slow the outside is: a thread holds it on."""
    over = threading.Event()

    def hold_on() -> None:
        while not over.wait(lease.total_seconds() / 3):
            with suppress(DatabaseError):  # The next beat may do; else the lease ends, and `finish` says so.
                extend(rows, lease=lease)
        connections.close_all()

    beat = threading.Thread(target=hold_on, name="lease", daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def finish(row: Any, **values: Any) -> None:
    """Write the result on the row and free it. Raises LeaseLost if the row is no longer ours: roll everything back.

    values: by attribute, a foreign key by its id.
    """
    changes = {"claimed_by": "", "claimed_until": None, **values}
    if not update(type(row), changes, id=row.pk, claimed_by=row.claimed_by):
        raise LeaseLost(row)
    for name, value in values.items():
        setattr(row, name, value)


def retry_at(attempts: int, now: datetime) -> datetime:
    """When to try again after that many attempts: 1, 2, 4 … minutes, at most an hour apart."""
    return now + timedelta(minutes=min(60, 2 ** min(attempts - 1, 6)))
