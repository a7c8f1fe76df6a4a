"""Facts as Parquet: for each table a file for so many tickets, and small parts with the tickets that changed since.
What belongs to no ticket (folding.readings) stands in pieces of its own.

A manifest names the files that count; it is replaced in one stroke, and files that do not count any more are left for
a while, so that whoever reads never sees half a write. docs/algorithms/facts.md
"""

import csv
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from django.conf import settings

from sportello.kit import clock

from .log import Place
from .rows import Row
from .schema import DAY, FLAG, ID, INTEGER, OF_TICKETS, TABLES, TEXT, TEXT_BY_TEXT, TEXTS, TIME, VERSION, Column, Table

if TYPE_CHECKING:
    import duckdb

# So many ticket ids are in one file.
RANGE = 50_000
# Old files stay so long: a query that has begun goes on reading them.
GRACE_SECONDS = 300.0
MANIFEST = "manifest.json"
LEFT = "left.json"
MEMORY, SPILL = "512MB", "8GB"
# Times and ids as differences: smaller than compressed without it, and read twice as fast.
HOW = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed"
THREADS = 2
# In a part: which tickets it is about, also such of which nothing is left.
MEMBERS = "members"
# So many parts are read together at most, and so many tickets stay in them.
MOST_PARTS = 16
MOST_TICKETS = 4_000


def folder() -> Path:
    """Where the facts of this desk are: they can be thrown away at any time."""
    return Path(settings.SPORTELLO_DATA) / "facts"


class Missing(Exception):
    """The facts have not been built yet: the worker is about to."""


@dataclass(frozen=True, slots=True)
class Part:
    """A small file with all that is known of these tickets; a later part replaces an earlier one and the ranges."""

    number: int
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A file with so many rows of the log of readings."""

    number: int
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What counts. audits, changes, readings: how far these logs are in; ranges: number of each file by its lowest
    ticket id; pieces: the files of the readings."""

    version: int = VERSION
    zone: str = ""
    number: int = 0
    audits: Place = field(default_factory=Place)
    changes: Place = field(default_factory=Place)
    readings: Place = field(default_factory=Place)
    ranges: dict[int, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def alive(self) -> dict[int, int]:
        """The tickets that changed since their range was written, each with the part that counts."""
        return {ticket: part.number for part in self.parts for ticket in part.tickets}


def load(folder: Path) -> Manifest | None:
    """None: there is nothing, or of another version; everything has to be built."""
    try:
        stored = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    if stored["version"] != VERSION:
        return None
    for name in ("audits", "changes", "readings"):
        stored[name] = Place(stored[name]["last"], {int(pk): at for pk, at in stored[name]["gaps"].items()})
    stored["ranges"] = {int(low): number for low, number in stored["ranges"].items()}
    stored["parts"] = tuple(Part(part["number"], tuple(part["tickets"])) for part in stored["parts"])
    stored["pieces"] = tuple(Piece(**piece) for piece in stored["pieces"])
    return Manifest(**stored)


def save(folder: Path, manifest: Manifest) -> None:
    """From now on this counts, also after a crash."""
    temporary = folder / f"{MANIFEST}.new"
    with temporary.open("w") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what has not counted for a while: it is noted when it ceases to, and goes with a later call."""
    counted = set(_counted(folder, manifest))
    noted = folder / LEFT
    left: dict[str, float] = json.loads(noted.read_text()) if noted.exists() else {}
    now = clock.now().timestamp()
    left = {str(it): left.get(str(it), now) for it in folder.glob("*/*.parquet") if it not in counted}
    for path in [path for path, since in left.items() if since < now - GRACE_SECONDS]:
        Path(path).unlink()
        del left[path]
    noted.write_text(json.dumps(left))


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Every file that counts is there and ends as a Parquet file does. Without DuckDB: an idle worker has none."""
    return all(map(_ends_well, _counted(folder, manifest)))


def _ends_well(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return file.read() == b"PAR1"
    except OSError:
        return False


def clear(folder: Path) -> None:
    """Remove what a process that was killed had begun to write. Whoever calls holds the lock."""
    for path in (*folder.glob("writing-*"), *folder.glob("*/*.new"), *folder.glob("*.new")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _counted(folder: Path, manifest: Manifest) -> Iterator[Path]:
    for table in OF_TICKETS:
        for low, number in manifest.ranges.items():
            yield _range_file(folder, table, low, number)
    for part in manifest.parts:
        yield _part_file(folder, part.number)
    for piece in manifest.pieces:
        yield piece_file(folder, piece.number)


def _range_file(folder: Path, table: str, low: int, number: int) -> Path:
    return folder / table / f"{low:09d}-{number}.parquet"


def _part_file(folder: Path, number: int) -> Path:
    return folder / "parts" / f"{number}.parquet"


def piece_file(folder: Path, number: int) -> Path:
    return folder / "readings" / f"{number}.parquet"


def low_of(ticket_id: int) -> int:
    return ticket_id - ticket_id % RANGE


# --- writing ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _engine(folder: Path) -> "duckdb.DuckDBPyConnection":
    return _made(folder, [folder])


def _made(folder: Path, reached: Iterable[Path]) -> "duckdb.DuckDBPyConnection":
    import duckdb  # Twenty megabytes, which a desk where nothing happens does not need.

    quiet = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    limits = {"memory_limit": MEMORY, "threads": str(THREADS), "max_temp_directory_size": SPILL}
    limits |= {"temp_directory": str(folder / "spill"), "preserve_insertion_order": "false"}
    made = duckdb.connect(config={**limits, **quiet})
    made.execute("SET parquet_metadata_cache = true")  # A file never changes under its name.
    # Whatever a query says: no other file is read or written, no database opened, and none of this changed.
    within = ", ".join(f"'{_quoted(it.absolute())}'" for it in reached)
    made.execute(f"SET allowed_directories = [{within}]")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def engine(also: Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A cursor of the process's own engine: within its limits, keeping nothing, asking nobody for extensions.

    It reaches no file but the facts. also: a folder that an engine of its own reaches too.
    """
    if also is None:
        return _engine(folder()).cursor()
    return _made(folder(), [folder(), also])


class Writer:
    """Takes rows one by one and writes them as a range. Until then they rest on disk, not in memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._rest = tempfile.TemporaryDirectory(dir=folder, prefix="writing-")
        self._files: dict[str, tuple[TextIO, Any]] = {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()
        self._rest.cleanup()

    def _close(self) -> None:
        for file, _write in self._files.values():
            file.close()

    def add(self, rows: Iterable[tuple[str, Row]]) -> None:
        files = self._files
        for table, row in rows:
            if table not in files:
                file = (Path(self._rest.name) / f"{table}.csv").open("w", newline="", encoding="utf-8")
                files[table] = file, csv.writer(file).writerow
            files[table][1](row)

    def write_range(self, low: int, number: int) -> None:
        self._close()
        for table in OF_TICKETS.values():
            copy(self._select(table), _range_file(self._folder, table.name, low, number))

    def _select(self, table: Table) -> str:
        path = Path(self._rest.name) / f"{table.name}.csv"
        return read_rows(path, table.columns) if table.name in self._files else empty(table)


def write_part(folder: Path, number: int, tickets: Collection[int], rows: Iterable[tuple[str, Row]]) -> Part:
    """The rows of these tickets, of all tables, in one file: to plan eleven takes DuckDB longer than to write them."""
    path = _part_file(folder, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    resting = path.with_suffix(".csv.new")
    with resting.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        for ticket in tickets:
            write((MEMBERS, ticket, *_NOTHING))
        for table, row in rows:
            wide: list[Any] = [table, *_ALL_EMPTY]
            for place, value in zip(_PLACES[table], row, strict=True):
                wide[place] = value
            write(wide)
    copy(f"SELECT {number} AS part, * FROM ({read_rows(resting, _WIDE)})", path)
    resting.unlink()
    return Part(number, tuple(tickets))


def read_rows(path: Path, columns: Iterable[Column]) -> str:
    """Rows that rest as CSV, as a query: times in microseconds, lists as JSON."""
    types = ", ".join(f"'{column.name}': '{_AS_TEXT[column.type]}'" for column in columns)
    named = ", ".join(f"{_READ[column.type].format(column.name)} AS {column.name}" for column in columns)
    how = f"columns={{{types}}}, header=false, auto_detect=false, nullstr='', delim=',', quote='\"', escape='\"'"
    return f"SELECT {named} FROM read_csv('{_quoted(path)}', {how}, max_line_size=10000000)"


def copy(query: str, path: Path) -> None:
    """What a query gives, as a Parquet file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    also = None if path.is_relative_to(folder()) else path.parent
    engine(also).execute(f"COPY ({query}) TO '{_quoted(temporary)}' ({HOW})")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


_AS_TEXT = {ID: ID, TIME: ID, TEXT: TEXT, INTEGER: INTEGER, FLAG: FLAG, DAY: DAY, TEXTS: TEXT, TEXT_BY_TEXT: TEXT}
_READ = {
    **dict.fromkeys((ID, INTEGER, FLAG, DAY), "{}"),
    TIME: "make_timestamp({})",
    TEXT: "coalesce({}, '')",
    TEXTS: "{}::JSON::VARCHAR[]",
    TEXT_BY_TEXT: "{}::JSON::MAP(VARCHAR, VARCHAR)",
}


# The columns of a part: its table, and those of all tables of tickets, each name once.
_NAMED = {column.name: column for table in OF_TICKETS.values() for column in table.columns}
_WIDE = (Column("of_table", TEXT, ""), *_NAMED.values())
_PLACES = {it.name: [1 + list(_NAMED).index(name) for name in it.names] for it in OF_TICKETS.values()}
_ALL_EMPTY = (None,) * len(_NAMED)
_NOTHING = _ALL_EMPTY[1:]


def empty(table: Table) -> str:
    """No rows, of the right types."""
    return "SELECT " + ", ".join(f"NULL::{it.type} AS {it.name}" for it in table.columns) + " WHERE false"


# --- reading ----------------------------------------------------------------------------------------------------------


def relation(folder: Path, manifest: Manifest, table: Table, lows: Collection[int] | None = None) -> str:
    """The rows of a table as a query. lows: only of these ranges."""
    names = ", ".join(table.names)
    if not table.of_tickets:
        files = [piece_file(folder, piece.number) for piece in manifest.pieces]
        return f"SELECT {names} FROM {files_of(files)}" if files else empty(table)
    changed = {low_of(ticket) for part in manifest.parts for ticket in part.tickets}
    ranges = {low: it for low, it in manifest.ranges.items() if lows is None or low in lows}
    still = [_range_file(folder, table.name, low, it) for low, it in ranges.items() if low not in changed]
    moved = [_range_file(folder, table.name, low, it) for low, it in ranges.items() if low in changed]
    found = [f"SELECT {names} FROM {files_of(still)}"] if still else []
    if moved:
        found.append(
            f"SELECT {names} FROM {files_of(moved)} ANTI JOIN ({_members(folder, manifest)}) USING (ticket_id)"
        )
    if manifest.parts:
        where = f"of_table = '{table.name}'"
        if lows is not None:
            where += f" AND ticket_id - ticket_id % {RANGE} IN ({', '.join(map(str, lows))})"
        found.append(f"SELECT {names} FROM ({_alive(folder, manifest)}) WHERE {where}")
    return " UNION ALL ".join(found) or empty(table)


def files_of(paths: Iterable[Path]) -> str:
    """What may stand after FROM: the rows of these files."""
    return "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "])"


def _members(folder: Path, manifest: Manifest) -> str:
    """Which part counts for each ticket that is in one."""
    files = files_of(_part_file(folder, part.number) for part in manifest.parts)
    return f"SELECT ticket_id, max(part) AS part FROM {files} WHERE of_table = '{MEMBERS}' GROUP BY ticket_id"


def _alive(folder: Path, manifest: Manifest) -> str:
    """The rows of the parts, without those that a later part replaces."""
    files = files_of(_part_file(folder, part.number) for part in manifest.parts)
    if len(manifest.parts) == 1:
        return f"SELECT * FROM {files}"
    return f"SELECT * FROM {files} SEMI JOIN ({_members(folder, manifest)}) USING (ticket_id, part)"


def tickets_of(folder: Path, manifest: Manifest, column: str, keys: Iterable[int]) -> set[int]:
    """The tickets whose facts name one of these in requester_id or organization_id, whoever that is by now."""
    asked = ", ".join(map(str, keys))
    told = (relation(folder, manifest, TABLES[name]) for name in ("created", "spells"))
    found = " UNION ALL ".join(f"SELECT ticket_id FROM ({it}) AS t WHERE {column} IN ({asked})" for it in told)
    return {ticket for (ticket,) in engine().execute(f"SELECT DISTINCT ticket_id FROM ({found})").fetchall()}


# --- keeping it small -------------------------------------------------------------------------------------------------


def tidy(folder: Path, manifest: Manifest) -> Manifest:
    """Many small parts become one, and what is too much for one goes into the ranges, the fullest first."""
    if len(manifest.parts) <= MOST_PARTS:
        return manifest
    number, alive = manifest.number + 1, manifest.alive()
    lows: list[int] = []
    if len(alive) > MOST_TICKETS:
        left = len(alive)
        for low, tickets in Counter(map(low_of, alive)).most_common():
            if left <= MOST_TICKETS // 2:
                break
            lows.append(low)
            left -= tickets
    for low in lows:
        for table in OF_TICKETS.values():
            copy(relation(folder, manifest, table, [low]), _range_file(folder, table.name, low, number))
    stay = tuple(ticket for ticket in alive if low_of(ticket) not in lows)
    where = f"WHERE ticket_id - ticket_id % {RANGE} NOT IN ({', '.join(map(str, lows))})" if lows else ""
    if stay:
        rest = f"SELECT * REPLACE ({number} AS part) FROM ({_alive(folder, manifest)}) {where}"
        copy(rest, _part_file(folder, number))
    parts = (Part(number, stay),) if stay else ()
    return replace(manifest, number=number, ranges=manifest.ranges | dict.fromkeys(lows, number), parts=parts)
