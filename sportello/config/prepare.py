"""Before the desk opens: its tables, its static files, the demo. Skipped when freshness.py says so."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sportello.config import first_tables
from sportello.config.freshness import mark_fresh
from sportello.config.readers import read

MIGRATION_LOCK = 0x53077E110  # any number, the same in every Sportello


def prepare(*, demo: bool) -> None:
    """Bring tables and static files up to date; with demo, fill an empty desk.

    Safe to run again, also after an interruption, and from several machines at once.
    """
    migrate()
    collect_static()
    if demo:
        fill()
    mark_fresh(read(os.environ), demo=demo)


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Apply the migrations that are missing, one process at a time."""
    if is_migrated():
        return
    with _alone():
        if first_tables.are_wanted():
            first_tables.create()
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":
        # SQLite: all migrations or none. Django commits some before it notes that they ran; killed between the two, the
        # desk could never start again. Foreign keys have to be off before the transaction begins.
        with connection.constraint_checks_disabled(), transaction.atomic():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_static() -> None:
    """Copy static files with hashed names into the data folder."""
    shutil.rmtree(Path(settings.STATIC_ROOT), ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def fill() -> None:
    """Build the demo desk, if nobody has set this desk up yet."""
    from sportello.desk.models import User

    if User.objects.exists():
        return
    from sportello import demo

    # The mark comes first: not one mail of a half-built demo may leave either.
    (settings.SPORTELLO_DATA / "DEMO").touch()
    demo.build()
