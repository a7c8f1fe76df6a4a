"""A hub: takes the files of desks, closes the month, publishes it once. A SQLite file of its own; several processes may
use it at once.

What was sent is deleted when its month is published, in the same transaction; what is published stays for ever and is
never computed again. So nothing that somebody sends later can be set off against it.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sportello.kit.sqlite  # noqa: F401  first: it puts a sound SQLite in the place of Python's

# isort: split
import sqlite3

from . import exchange
from .file import end_of, read, read_month
from .publication import publish, shift
from .rate import Rate
from .refusals import Refused

# Until when files for a month are taken, and replaced: ten days after its end.
TAKEN_FOR = timedelta(days=10)
# Somewhere it is still the last day of the month.
WEST = timedelta(hours=12)
HOUR = timedelta(hours=1)
# A company may have many desks behind one address.
PER_ADDRESS, PER_DESK = 60, 12
# As many desks of a month may come from one address: nobody fills the hub alone.
NEW_PER_ADDRESS = 100
MOST_DESKS = 20_000
SECRET_BYTES = 32
# Whether a file came too early was asked when it came.
_LATER = datetime(9000, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), octets BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS month (month TEXT PRIMARY KEY, frozen_at TEXT NOT NULL, published_at TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
    month TEXT NOT NULL, desk TEXT NOT NULL, sent_at INTEGER NOT NULL, octets BLOB NOT NULL, PRIMARY KEY (month, desk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS publication (
    month TEXT NOT NULL, cohort TEXT NOT NULL, place INTEGER NOT NULL, said TEXT NOT NULL, PRIMARY KEY (month, cohort)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """state: "received" the first of its desk and month, "replaced" an older one, "same" was here already."""

    month: str
    state: str


class Hub:
    def __init__(self, folder: Path) -> None:
        """folder is made when it is missing; nobody else may read it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "hub.sqlite3"
        self._addresses, self._desks = Rate(PER_ADDRESS, HOUR), Rate(PER_DESK, HOUR)
        self._new = Rate(NEW_PER_ADDRESS, TAKEN_FOR + WEST)
        with closing(self._open()) as database:
            database.executescript(_TABLES)
            octets = secrets.token_bytes(SECRET_BYTES)
            database.execute("INSERT INTO secret VALUES (1, ?) ON CONFLICT DO NOTHING", [octets])
            (self._secret,) = database.execute("SELECT octets FROM secret").fetchone()
        self._path.chmod(0o600)
        self._sweep()  # Who ended between a publication and its sweep left the files in the log.

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=20, isolation_level=None)
        # A published month's files are overwritten with zeros, not merely forgotten.
        database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON"
        )
        return database

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    # --- files in ----------------------------------------------------------------------------------------------------

    def admit(self, address: str, now: datetime) -> None:
        """Let somebody at this address send. Raises Refused("too_many")."""
        if not self._addresses.admits(address, now):
            raise Refused("too_many")

    def receive(self, octets: bytes, now: datetime, address: str = "") -> Receipt:
        """Keep a desk's file; durable when this returns. Raises Refused.

        A newer file of the same desk and month takes the place of the older one until the month is frozen; an older one
        is refused, the very same is taken again. address: whence it came; "" from this machine.
        """
        signed = read(octets, now)
        month, sent_at = signed.file.month, int(signed.file.sent_at.timestamp())
        if not self._desks.admits(signed.desk, now):
            raise Refused("too_many")
        with self._writing() as database:
            if _is_frozen(database, month, now):
                raise Refused("month_frozen", month)
            asked = "SELECT sent_at, octets FROM file WHERE month = ? AND desk = ?"
            held = database.execute(asked, [month, signed.desk]).fetchone()
            if held is None:
                (desks,) = database.execute("SELECT count(*) FROM file WHERE month = ?", [month]).fetchone()
                if desks >= MOST_DESKS:
                    raise Refused("hub_full", month)
                if address and not self._new.admits(f"{month} {address}", now):
                    raise Refused("too_many")
            elif held[1] == signed.as_bytes():
                return Receipt(month, "same")
            elif sent_at <= held[0]:
                raise Refused("replayed", month)
            row = [month, signed.desk, sent_at, signed.as_bytes()]
            database.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", row)
        return Receipt(month, "received" if held is None else "replaced")

    # --- months ------------------------------------------------------------------------------------------------------

    def freeze(self, month: str, now: datetime) -> None:
        """Take no more files for the month. It must be over everywhere. Harmless when done twice. Raises Refused."""
        read_month(month)
        if now < end_of(month) + WEST:
            raise Refused("future_month", month)
        with self._writing() as database:
            database.execute(
                "INSERT INTO month (month, frozen_at) VALUES (?, ?) ON CONFLICT DO NOTHING", [month, now.isoformat()]
            )

    def publish(self, month: str, now: datetime) -> int:
        """Publish a frozen month, once and for all; returns with how many cohorts. Raises Refused("month_open")."""
        with closing(self._open()) as database:
            found = database.execute("SELECT published_at FROM month WHERE month = ?", [month]).fetchone()
            if found is None:
                raise Refused("month_open", month)
            rows = database.execute("SELECT desk, octets FROM file WHERE month = ?", [month]).fetchall()
        # Computed outside of the transaction: it may take seconds, and no file of a frozen month changes.
        files = {desk: read(octets, _LATER).file for desk, octets in rows} if found[0] is None else {}
        publications = publish(month, files, shift(self._secret))
        with self._writing() as database:
            said = "UPDATE month SET published_at = ? WHERE month = ? AND published_at IS NULL"
            if database.execute(said, [now.isoformat(), month]).rowcount:
                for place, each in enumerate(publications):
                    text = json.dumps(exchange.publication_as_json(each), separators=(",", ":"))
                    row = [month, each.cohort, place, text]
                    database.execute("INSERT INTO publication VALUES (?, ?, ?, ?)", row)
                database.execute("DELETE FROM file WHERE month = ?", [month])
            asked = "SELECT count(*) FROM publication WHERE month = ?"
            (cohorts,) = database.execute(asked, [month]).fetchone()
        self._sweep()
        return int(cohorts)

    def _sweep(self) -> None:
        """What was deleted leaves the write-ahead log too."""
        with closing(self._open()) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def step(self, now: datetime) -> list[str]:
        """Freeze and publish what is due; returns the months that are now published.

        A month that cannot be published keeps no other one back: the error of the first such is raised at the end.
        """
        with closing(self._open()) as database:
            rows = database.execute(
                "SELECT DISTINCT month FROM file UNION SELECT month FROM month WHERE published_at IS NULL ORDER BY 1"
            ).fetchall()
            due = [month for (month,) in rows if _is_frozen(database, month, now)]
        published, errors = [], []
        for month in due:
            try:
                self.freeze(month, now)
                self.publish(month, now)
            except Exception as error:
                error.add_note(month)
                errors.append(error)
            else:
                published.append(month)
        if errors:
            raise errors[0]
        return published

    # --- publications out --------------------------------------------------------------------------------------------

    def months(self) -> list[str]:
        """Those that are published, the newest first."""
        with closing(self._open()) as database:
            asked = "SELECT month FROM month WHERE published_at IS NOT NULL ORDER BY month DESC"
            return [month for (month,) in database.execute(asked)]

    def published(self, month: str, source: str, cohort: str = "") -> exchange.Collection:
        """What is published of the month: all cohorts, or one. Raises Refused("not_published")."""
        with closing(self._open()) as database:
            asked = "SELECT 1 FROM month WHERE month = ? AND published_at IS NOT NULL"
            is_published = database.execute(asked, [month]).fetchone()
            rows = database.execute(
                "SELECT said FROM publication WHERE month = ? AND (? = '' OR cohort = ?) ORDER BY place",
                [month, cohort, cohort],
            ).fetchall()
        if not is_published or (cohort and not rows):
            raise Refused("not_published", f"{month} {cohort}".strip())
        return exchange.Collection(source, tuple(exchange.publication(json.loads(said)) for (said,) in rows))


def _is_frozen(database: sqlite3.Connection, month: str, now: datetime) -> bool:
    if now >= end_of(month) + TAKEN_FOR:
        return True
    return database.execute("SELECT 1 FROM month WHERE month = ?", [month]).fetchone() is not None
