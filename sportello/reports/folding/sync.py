"""Keep the facts up to date: `step()` by the worker, `rebuild()` from zero. Both give the same, to the last digit.

A ticket with an audit that is not in yet is folded again from its first audit, and its rows replace those it had.
Votes, promises and time written down leave an audit too; only people and organizations that turn out to be one, and
hours, do not, and are followed by the log of their changes. What customers did with articles is copied from its own
log.
docs/algorithms/facts.md
"""

from collections.abc import Sized
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sportello.desk.models import Audit, RuleChange
from sportello.helpcenter.models import ArticleReading
from sportello.kit import locks

from . import build, read, readings, store
from .build import Progress, nobody, progress
from .log import MOST_GAPS, Place, fresh
from .store import Manifest, Part, folder

__all__ = ["folder", "lacks", "progress", "rebuild", "step"]

# So many rows of each log are taken in by one step.
MOST = 2_000
# Folders whose files this process has looked at.
_known: set[Path] = set()


def step() -> bool:
    """Take in what has happened since. True: there may be more. Somebody else at work: nothing is done."""
    here = folder()
    here.mkdir(parents=True, exist_ok=True)
    with suppress(locks.Busy):
        lock = locks.hold(here / "lock")
        try:
            manifest = store.load(here)
            if manifest is None or manifest.zone != read.time_zone() or not _is_whole(here, manifest):
                build.everything(here, nobody)
                return True
            try:
                return _take_in(here, manifest)
            except Exception:
                if store.is_whole(here, manifest):
                    raise
                build.everything(here, nobody)
                return True
        finally:
            lock.release()
    return False


def rebuild(progress: Progress = nobody) -> int:
    """Everything anew; what was there is read until it is done. Returns how many tickets. progress: done, of how many.

    Raises locks.Busy while somebody else writes.
    """
    here = folder()
    here.mkdir(parents=True, exist_ok=True)
    lock = locks.hold(here / "lock")
    try:
        return build.everything(here, progress)
    finally:
        lock.release()


def lacks(until: datetime) -> datetime | None:
    """When the first thing happened, before an instant, that is not in the facts yet; None: all is in.

    Raises store.Missing before there are facts.
    """
    manifest = store.load(folder())
    if manifest is None:
        raise store.Missing
    audits = Audit.objects.filter(pk__gt=manifest.audits.last, created_at__lt=until).order_by("pk")
    told = ArticleReading.objects.filter(pk__gt=manifest.readings.last, happened_at__lt=until).order_by("pk")
    firsts = (
        audits.values_list("created_at", flat=True).first(),
        told.values_list("happened_at", flat=True).first(),
    )
    return min(filter(None, firsts), default=None)


def _is_whole(here: Path, manifest: Manifest) -> bool:
    """Looked at once in a process: after a power cut, or when somebody tidied up, files are built anew."""
    if here not in _known and store.is_whole(here, manifest):
        _known.add(here)
    return here in _known


def _take_in(here: Path, manifest: Manifest) -> bool:
    audits, told = fresh(Audit.objects.values_list("pk", "ticket_id"), manifest.audits, MOST)
    changes, changed = fresh(RuleChange.objects.values_list("pk"), manifest.changes, MOST)
    tickets = {ticket for _pk, ticket in told}
    if changed:
        numbers = [pk for (pk,) in changed]
        tickets |= read.touched_by_hours(numbers, manifest.audits.last - MOST_GAPS)
        for column, keys in read.merged(pk__in=numbers).items():
            tickets |= store.tickets_of(here, manifest, column, keys)
    place, happened = readings.taken(manifest.readings, MOST)
    has_more = _has_more(manifest.audits, audits, told) or _has_more(manifest.readings, place, happened)
    if not (tickets or changed or happened):
        return has_more
    taken = replace(manifest, audits=audits, changes=changes, readings=place)
    if tickets:
        part = _write(here, taken.number + 1, tickets)
        taken = replace(taken, number=part.number, parts=(*manifest.parts, part))
    if happened:
        piece = readings.write(here, taken.number + 1, happened, manifest.zone)
        taken = replace(taken, number=piece.number, pieces=(*manifest.pieces, piece))
    tidied = readings.tidy(here, store.tidy(here, taken))
    store.save(here, tidied)
    if tidied is not taken:
        store.sweep(here, tidied)
    return has_more


def _has_more(before: Place, after: Place, came: Sized) -> bool:
    return after.last - before.last >= MOST and len(came) >= MOST


def _write(here: Path, number: int, tickets: set[int]) -> Part:
    rows = (row for _ticket_id, told in read.some(tickets, read.desk()) for row in told)
    return store.write_part(here, number, sorted(tickets), rows)
