"""Facts as Parquet: for each table a file for so many tickets, and small parts with the tickets that changed since.

A manifest names the files that count; it is replaced in one stroke, and files that do not count any more are left for
a while, so that whoever reads never sees half a write. docs/algorithms/facts.md
"""

import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from sportello.kit import clock

from .rows import Row
from .schema import DAY, FLAG, ID, INTEGER, TABLES, TEXT, TEXT_BY_TEXT, TEXTS, TIME, VERSION, Table

if TYPE_CHECKING:
    import duckdb

# So many ticket ids are in one file.
RANGE = 50_000
# Old files stay so long: a query that has begun goes on reading them.
GRACE_SECONDS = 300.0
MANIFEST = "manifest.json"
LEFT = "left.json"
MEMORY = "512MB"
THREADS = 2
# In a part: which tickets it is about, also such of which nothing is left.
MEMBERS = ""
# So many parts are read together at most, and so many tickets stay in them.
MOST_PARTS = 16
MOST_TICKETS = 4_000


class Missing(Exception):
    """The facts have not been built yet: the worker is about to."""


@dataclass(frozen=True, slots=True)
class Part:
    """A small file with all that is known of these tickets; a later part replaces an earlier one and the ranges."""

    number: int
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What counts. cursor: the last audit that is in; gaps: numbers below it that may still come, with when they were
    first missed; changes: the last change of a person or schedule that is in; ranges: number of each file by its lowest
    ticket id."""

    version: int = VERSION
    zone: str = ""
    number: int = 0
    cursor: int = 0
    gaps: dict[int, float] = field(default_factory=dict)
    changes: int = 0
    ranges: dict[int, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

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
    for name in ("gaps", "ranges"):
        stored[name] = {int(key): value for key, value in stored[name].items()}
    stored["parts"] = tuple(Part(part["number"], tuple(part["tickets"])) for part in stored["parts"])
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
    counted = {_range_file(folder, table, low, number) for table in TABLES for low, number in manifest.ranges.items()}
    counted |= {_part_file(folder, part.number) for part in manifest.parts}
    noted = folder / LEFT
    left: dict[str, float] = json.loads(noted.read_text()) if noted.exists() else {}
    now = clock.now().timestamp()
    left = {str(it): left.get(str(it), now) for it in folder.glob("*/*.parquet") if it not in counted}
    for path in [path for path, since in left.items() if since < now - GRACE_SECONDS]:
        Path(path).unlink()
        del left[path]
    noted.write_text(json.dumps(left))


def _range_file(folder: Path, table: str, low: int, number: int) -> Path:
    return folder / table / f"{low:09d}-{number}.parquet"


def _part_file(folder: Path, number: int) -> Path:
    return folder / "parts" / f"{number}.parquet"


def low_of(ticket_id: int) -> int:
    return ticket_id - ticket_id % RANGE


# --- writing ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _engine() -> "duckdb.DuckDBPyConnection":
    import duckdb  # Twenty megabytes, which a desk where nothing happens does not need.

    quiet = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(config={"memory_limit": MEMORY, "threads": str(THREADS), **quiet})


def engine() -> "duckdb.DuckDBPyConnection":
    """A cursor of the process's own engine: within its limits, keeping nothing, asking nobody for extensions."""
    return _engine().cursor()


class Writer:
    """Takes rows one by one and writes them as a range or as a part. Until then they rest on disk, not in memory."""

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
        for table in TABLES.values():
            copy(self._select(table), _range_file(self._folder, table.name, low, number))

    def write_part(self, number: int, tickets: Iterable[int]) -> Part:
        self._close()
        part = Part(number, tuple(tickets))
        named = (f"SELECT '{it.name}' AS of_table, * FROM ({self._select(it)})" for it in TABLES.values())
        members = f"SELECT '{MEMBERS}' AS of_table, unnest({list(part.tickets)}::BIGINT[]) AS ticket_id"
        every = " UNION ALL BY NAME ".join((members, *named))
        copy(f"SELECT {number} AS part, * FROM ({every})", _part_file(self._folder, number))
        return part

    def _select(self, table: Table) -> str:
        path = Path(self._rest.name) / f"{table.name}.csv"
        if table.name not in self._files:
            return empty(table)
        types = ", ".join(f"'{column.name}': '{_AS_TEXT[column.type]}'" for column in table.columns)
        columns = ", ".join(f"{_READ[column.type].format(column.name)} AS {column.name}" for column in table.columns)
        how = f"columns={{{types}}}, header=false, auto_detect=false, nullstr='', delim=',', quote='\"', escape='\"'"
        return f"SELECT {columns} FROM read_csv('{_quoted(path)}', {how}, max_line_size=10000000)"


def copy(query: str, path: Path) -> None:
    """What a query gives, as a Parquet file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    engine().execute(f"COPY ({query}) TO '{_quoted(temporary)}' (FORMAT parquet, COMPRESSION zstd)")
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


def empty(table: Table) -> str:
    """No rows, of the right types."""
    return "SELECT " + ", ".join(f"NULL::{it.type} AS {it.name}" for it in table.columns) + " WHERE false"


# --- reading ----------------------------------------------------------------------------------------------------------


def relation(folder: Path, manifest: Manifest, table: Table, lows: Collection[int] | None = None) -> str:
    """The rows of a table as a query. lows: only of these ranges."""
    names = ", ".join(table.names)
    changed = {low_of(ticket) for part in manifest.parts for ticket in part.tickets}
    ranges = {low: it for low, it in manifest.ranges.items() if lows is None or low in lows}
    still = [_range_file(folder, table.name, low, it) for low, it in ranges.items() if low not in changed]
    moved = [_range_file(folder, table.name, low, it) for low, it in ranges.items() if low in changed]
    found = [f"SELECT {names} FROM {_files(still)}"] if still else []
    if moved:
        found.append(f"SELECT {names} FROM {_files(moved)} ANTI JOIN ({_members(folder, manifest)}) USING (ticket_id)")
    if manifest.parts:
        where = f"of_table = '{table.name}'"
        if lows is not None:
            where += f" AND ticket_id - ticket_id % {RANGE} IN ({', '.join(map(str, lows))})"
        found.append(f"SELECT {names} FROM ({_alive(folder, manifest)}) WHERE {where}")
    return " UNION ALL ".join(found) or empty(table)


def _files(paths: Iterable[Path]) -> str:
    return "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "])"


def _members(folder: Path, manifest: Manifest) -> str:
    """Which part counts for each ticket that is in one."""
    files = _files(_part_file(folder, part.number) for part in manifest.parts)
    return f"SELECT ticket_id, max(part) AS part FROM {files} WHERE of_table = '{MEMBERS}' GROUP BY ticket_id"


def _alive(folder: Path, manifest: Manifest) -> str:
    """The rows of the parts, without those that a later part replaces."""
    files = _files(_part_file(folder, part.number) for part in manifest.parts)
    if len(manifest.parts) == 1:
        return f"SELECT * FROM {files}"
    return f"SELECT * FROM {files} SEMI JOIN ({_members(folder, manifest)}) USING (ticket_id, part)"


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
        for table in TABLES.values():
            copy(relation(folder, manifest, table, [low]), _range_file(folder, table.name, low, number))
    stay = tuple(ticket for ticket in alive if low_of(ticket) not in lows)
    where = f"WHERE ticket_id - ticket_id % {RANGE} NOT IN ({', '.join(map(str, lows))})" if lows else ""
    if stay:
        rest = f"SELECT * REPLACE ({number} AS part) FROM ({_alive(folder, manifest)}) {where}"
        copy(rest, _part_file(folder, number))
    parts = (Part(number, stay),) if stay else ()
    return replace(manifest, number=number, ranges=manifest.ranges | dict.fromkeys(lows, number), parts=parts)
