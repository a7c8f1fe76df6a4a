"""The desk's secret key: from the environment, or made once and kept in the data folder."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def secret_key(data: Path) -> str:
    """The key kept in data/secret.key (mode 0600), made at the first call; safe when several callers come at once."""
    path = data / "secret.key"
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(file, "w", encoding="ascii") as writing:
            writing.write(secrets.token_urlsafe(64) + "\n")
            writing.flush()
            os.fsync(writing.fileno())
        # Unlike a rename, a link never replaces a key that somebody else has made meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
