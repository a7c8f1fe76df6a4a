"""Keep the facts up to date: `step()` by the worker, `rebuild()` from zero. Both give the same, to the last digit.

A ticket with an audit that is not in yet is folded again from its first audit, and its rows replace those it had.
Votes, promises and time written down leave an audit too; only people who turn out to be one person do not, and are
followed by the log of their changes. docs/algorithms/facts.md
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from sportello.desk.models import Audit, RuleChange
from sportello.kit import clock, locks

from . import read, store
from .store import Manifest, Part, Writer

# A number that was taken and not committed yet is waited for so long: PostgreSQL's arrive in any order.
GAP_LASTS_SECONDS = 600.0
MOST_GAPS = 2_000
# So many tickets are folded in one step.
MOST = 2_000
Progress = Callable[[int, int], None]


def folder() -> Path:
    """Where the facts of this desk are: they can be thrown away at any time."""
    return Path(settings.SPORTELLO_DATA) / "facts"


def step() -> bool:
    """Take in what has happened since. True: there may be more. Somebody else at work: nothing is done."""
    here = folder()
    here.mkdir(parents=True, exist_ok=True)
    with suppress(locks.Busy):
        lock = locks.hold(here / "lock")
        try:
            manifest = store.load(here)
            if manifest is None or manifest.zone != read.time_zone():
                _build(here, lambda done, total: None)
                return True
            return _take_in(here, manifest)
        finally:
            lock.release()
    return False


def rebuild(progress: Progress = lambda done, total: None) -> int:
    """Everything anew; what was there is read until it is done. Returns how many tickets. progress: done, of how many.

    Raises locks.Busy while somebody else writes.
    """
    here = folder()
    here.mkdir(parents=True, exist_ok=True)
    lock = locks.hold(here / "lock")
    try:
        return _build(here, progress)
    finally:
        lock.release()


def _build(here: Path, progress: Progress) -> int:
    before = store.load(here)
    number = (before.number if before else int(clock.now().timestamp())) + 1
    # What is written from now on is taken in by the next step.
    cursor, changes = _last_audit(), RuleChange.objects.aggregate(last=Max("pk"))["last"] or 0
    gaps = _missing(max(0, cursor - MOST_GAPS), cursor)
    by, (first, last) = read.desk(), read.bounds()
    ranges = {}
    done, total = 0, read.how_many()
    for low in range(store.low_of(first), last + 1, store.RANGE):
        with Writer(here) as writer:
            for _ticket_id, rows in read.span(low, low + store.RANGE, by):
                writer.add(rows)
                done += 1
                if done % read.PIECE == 0:
                    progress(done, total)
            writer.write_range(low, number)
        ranges[low] = number
    manifest = Manifest(zone=read.time_zone(), number=number, cursor=cursor, gaps=gaps, changes=changes, ranges=ranges)
    store.save(here, manifest)
    store.sweep(here, manifest)
    progress(total, total)
    return done


def _take_in(here: Path, manifest: Manifest) -> bool:
    audits = Audit.objects.order_by("id").values_list("id", "ticket_id")
    came = list(audits.filter(pk__in=manifest.gaps)) if manifest.gaps else []
    fresh = list(audits.filter(pk__gt=manifest.cursor)[: MOST + 1])
    has_more, fresh = len(fresh) > MOST, fresh[:MOST]
    moved, changes = read.touched_by_people(manifest.changes)
    tickets = {ticket for _id, ticket in (*came, *fresh)} | moved
    if not tickets:
        if changes != manifest.changes:
            store.save(here, replace(manifest, changes=changes))
        return False
    cursor = fresh[-1][0] if fresh else manifest.cursor
    gaps = _gaps(manifest, {pk for pk, _ticket in came}, [pk for pk, _ticket in fresh])
    part = _write(here, manifest.number + 1, tickets)
    manifest = replace(
        manifest, number=part.number, cursor=cursor, gaps=gaps, changes=changes, parts=(*manifest.parts, part)
    )
    tidied = store.tidy(here, manifest)
    store.save(here, tidied)
    if tidied is not manifest:
        store.sweep(here, tidied)
    return has_more


def _write(here: Path, number: int, tickets: set[int]) -> Part:
    with Writer(here) as writer:
        for _ticket_id, rows in read.some(tickets, read.desk()):
            writer.add(rows)
        return writer.write_part(number, sorted(tickets))


def _gaps(manifest: Manifest, came: set[int], fresh: list[int]) -> dict[int, float]:
    now, seen = clock.now().timestamp(), set(fresh)
    missing = range(max(manifest.cursor + 1, fresh[-1] - MOST_GAPS), fresh[-1]) if fresh else ()
    waited = {pk: at for pk, at in manifest.gaps.items() if pk not in came and at > now - GAP_LASTS_SECONDS}
    return waited | {pk: now for pk in missing if pk not in seen}


def _missing(low: int, high: int) -> dict[int, float]:
    there = set(Audit.objects.filter(pk__gt=low, pk__lte=high).values_list("pk", flat=True))
    return {pk: clock.now().timestamp() for pk in range(low + 1, high + 1) if pk not in there}


def _last_audit() -> int:
    return Audit.objects.aggregate(last=Max("pk"))["last"] or 0
