"""What customers did with articles: a log that belongs to no ticket, copied row by row. docs/algorithms/facts.md

Each row is taken in once, so nothing is ever replaced: pieces are added, and small ones become one.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sportello.helpcenter.models import ArticleReading

from .hours import Hours
from .log import Place, fresh
from .rows import micros
from .schema import TABLES
from .store import Manifest, Piece, copy, files_of, piece_file, read_rows

TABLE = TABLES["readings"]
# Number, then as the table's columns, but for the local time.
COLUMNS = ("pk", "happened_at", "article_id", "kind", "language", "visit")
Reading = tuple[Any, ...]
# So many small pieces are read together at most; one with so many rows is not small and stays as it is.
MOST_PIECES = 16
FULL = 500_000
# So many rows are in memory at once.
AT_ONCE = 5_000


def taken(place: Place, most: int) -> tuple[Place, list[Reading]]:
    """What has been read since, so many rows at most; and how far that is."""
    return fresh(ArticleReading.objects.values_list(*COLUMNS), place, most)


def write_all(folder: Path, number: int, place: Place, time_zone: str) -> tuple[Piece, ...]:
    """The log up to a place, anew. What the place has as a gap comes with a later step, though it be there by now."""
    log, pieces = _log(place), list[Piece]()
    while (first := next(log, None)) is not None:
        pieces.append(write(folder, number + len(pieces), chain((first,), islice(log, FULL - 1)), time_zone))
    return tuple(pieces)


def _log(place: Place) -> Iterator[Reading]:
    log, last = ArticleReading.objects.filter(pk__lte=place.last).order_by("pk").values_list(*COLUMNS), 0
    while rows := list(log.filter(pk__gt=last)[:AT_ONCE]):
        last = rows[-1][0]
        yield from (row for row in rows if row[0] not in place.gaps)


def write(folder: Path, number: int, rows: Iterable[Reading], time_zone: str) -> Piece:
    """A piece with these rows of the log."""
    hours, count, path = Hours({}, (), time_zone), 0, piece_file(folder, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    resting = path.with_suffix(".csv.new")
    with resting.open("w", newline="", encoding="utf-8") as file:
        row_of = csv.writer(file).writerow
        for _number, happened_at, *rest in rows:
            at = micros(happened_at)
            row_of((at, at + hours.offset(at), *rest))
            count += 1
    copy(read_rows(resting, TABLE.columns), path)
    resting.unlink()
    return Piece(number, count)


def tidy(folder: Path, manifest: Manifest) -> Manifest:
    """Many small pieces become one."""
    small = [it for it in manifest.pieces if it.rows < FULL]
    if len(small) <= MOST_PIECES:
        return manifest
    number = manifest.number + 1
    copy(f"SELECT * FROM {files_of(piece_file(folder, it.number) for it in small)}", piece_file(folder, number))
    whole = Piece(number, sum(it.rows for it in small))
    full = (it for it in manifest.pieces if it.rows >= FULL)
    return replace(manifest, number=number, pieces=(*full, whole))
