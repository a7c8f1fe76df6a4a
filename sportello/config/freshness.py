"""Whether the data folder was prepared by this very package, so that a start can skip it. Knows no Django."""

import hashlib
from pathlib import Path

import sportello
from sportello.config.readers import Settings

PACKAGE = Path(sportello.__file__).parent
STAMP = "prepared"


def fingerprint(settings: Settings) -> str:
    """Changes with the package's migrations and static files, and with the database file; empty when it cannot tell.

    The database is known by its inode, so that one restored from a backup counts as another. Of PostgreSQL nothing is
    known from here: it is asked at every start.
    """
    path = settings.database.path
    if path is None or not path.exists():
        return ""
    status = path.stat()
    digest = hashlib.sha256(f"{sportello.__version__} {path} {status.st_dev} {status.st_ino}\n".encode())
    for folder in ("static", "desk/migrations"):
        for file in sorted((PACKAGE / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                status = file.stat()
                digest.update(f"{file.relative_to(PACKAGE)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_fresh(settings: Settings, *, demo: bool) -> bool:
    """Whether prepare() has nothing to do."""
    stamp = settings.data / STAMP
    words = stamp.read_text(encoding="ascii").split() if stamp.exists() else []
    return bool(words) and words[0] == fingerprint(settings) and (not demo or "demo" in words)


def mark_fresh(settings: Settings, *, demo: bool) -> None:
    """Remember that prepare() has done its work, with demo or without."""
    (settings.data / STAMP).write_text(f"{fingerprint(settings)}{' demo' * demo}\n", encoding="ascii")
