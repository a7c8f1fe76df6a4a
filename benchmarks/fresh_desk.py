"""A throw-away desk for a benchmark: its own data folder and database, gone at the end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_desk(**settings: str) -> Iterator[Path]:
    """Django set up on an empty, migrated SQLite desk. settings: SPORTELLO_* by their last part, as MAIL_OUT="…"."""
    with tempfile.TemporaryDirectory(prefix="sportello-benchmark-") as folder:
        os.environ["SPORTELLO_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "sportello.config.settings"
        for name, value in settings.items():
            os.environ[f"SPORTELLO_{name}"] = value
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)
