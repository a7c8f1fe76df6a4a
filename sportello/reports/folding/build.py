"""Fold everything anew. A large desk is folded by several processes, range by range. docs/algorithms/facts.md

What was there is read until all is done: a build that breaks off has changed nothing.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import IO

from sportello.desk.models import Audit, RuleChange
from sportello.helpcenter.models import ArticleReading
from sportello.kit import clock

from . import log, read, readings, store
from .store import Manifest, Writer

Progress = Callable[[int, int], None]
# From so many tickets on the start of more processes pays.
LARGE = 50_000
MOST_PROCESSES = 4
PROGRESS = "progress"
# Whoever builds tells how far he is much oftener than that.
STALE_SECONDS = 120.0


class Failed(RuntimeError):
    """A process that folded has died."""


def nobody(_done: int, _total: int) -> None:
    """Nobody looks how far it is."""


def everything(here: Path, progress: Progress) -> int:
    """How many tickets there were. Whoever calls holds the lock."""
    before = store.load(here)
    number = max(before.number if before else 0, int(clock.now().timestamp())) + 1
    # What is written from now on is taken in by the next step.
    audits, changes, told = (log.end(it.objects.all()) for it in (Audit, RuleChange, ArticleReading))
    (first, last), total, zone = read.bounds(), read.how_many(), read.time_zone()
    lows = list(range(store.low_of(first), last + 1, store.RANGE))
    store.clear(here)
    done = _Done(here / PROGRESS, total, progress)
    try:
        if total < LARGE or len(lows) < 2 or _processes() < 2:
            for low in lows:
                write_range(here, range(low, low + store.RANGE), number, done.more)
        else:
            _in_processes(lows, number, done.more)
        pieces = readings.write_all(here, number, told, zone)
    finally:
        done.end()
    ranges = dict.fromkeys(lows, number)
    # Numbers rise, whatever is written next.
    number = max([number, *(piece.number for piece in pieces)])
    manifest = Manifest(
        zone=zone, number=number, audits=audits, changes=changes, readings=told, ranges=ranges, pieces=pieces
    )
    store.save(here, manifest)
    store.sweep(here, manifest)
    progress(total, total)
    return done.count


def progress() -> tuple[int, int] | None:
    """How many tickets of how many are folded by a build that goes on, in whatever process; None: none does."""
    path = store.folder() / PROGRESS
    with suppress(OSError, ValueError):
        done, total, told = map(int, path.read_text().split())
        if told > clock.now().timestamp() - STALE_SECONDS:
            return done, total
    return None


def write_range(here: Path, tickets: range, number: int, more: Callable[[int], None]) -> None:
    """Fold the tickets of a range into its files. more: so many more are done."""
    by, count = read.desk(), 0
    with Writer(here) as writer:
        for _ticket_id, rows in read.span(tickets.start, tickets.stop, by):
            writer.add(rows)
            count += 1
            if count % read.PIECE == 0:
                more(read.PIECE)
        writer.write_range(tickets.start, number)
    more(count % read.PIECE)


class _Done:
    """Counts, tells who has asked, and leaves word for other processes."""

    def __init__(self, path: Path, total: int, progress: Progress) -> None:
        self._path, self._total, self._progress = path, total, progress
        self._lock, self.count = Lock(), 0
        self.more(0)

    def more(self, count: int) -> None:
        with self._lock:
            self.count += count
            temporary = self._path.with_suffix(".new")
            temporary.write_text(f"{self.count} {self._total} {clock.now().timestamp():.0f}")
            temporary.replace(self._path)
            self._progress(self.count, self._total)

    def end(self) -> None:
        self._path.unlink(missing_ok=True)


# --- several processes ------------------------------------------------------------------------------------------------


def _processes() -> int:
    return min(MOST_PROCESSES, os.cpu_count() or 1)


def _in_processes(lows: list[int], number: int, more: Callable[[int], None]) -> None:
    left: SimpleQueue[int] = SimpleQueue()
    for low in lows:
        left.put(low)
    with ThreadPoolExecutor(_processes()) as threads:
        for one in [threads.submit(_feed, left, number, more) for _number in range(_processes())]:
            one.result()


def _feed(left: "SimpleQueue[int]", number: int, more: Callable[[int], None]) -> None:
    """Give range after range to a process of one's own, and hear how far it is. Raises Failed."""
    command = [sys.executable, "-m", "sportello.reports.folding.child", str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin and child.stdout
        try:
            while True:
                try:
                    low = left.get_nowait()
                except Empty:
                    return
                _ask(child.stdin, child.stdout, low, more)
        except BaseException:
            while not left.empty():  # The others need not go on.
                left.get()
            child.kill()
            raise


def _ask(to: IO[str], of: IO[str], low: int, more: Callable[[int], None]) -> None:
    to.write(f"{low} {low + store.RANGE}\n")
    to.flush()
    for line in of:
        if line == "done\n":
            return
        more(int(line))
    raise Failed(f"the process that folded the tickets from {low} on has died")
