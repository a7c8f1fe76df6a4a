"""Bytes kept once by their content: the name of a blob is the SHA-256 of what is in it."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def path_of(digest: str) -> Path:
    """Where the blob lies. `digest`: 64 hex digits."""
    if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
        raise ValueError("not a SHA-256")
    return Path(settings.SPORTELLO_DATA) / "blobs" / digest[:2] / digest


def store(content: bytes) -> str:
    """Keep the bytes durably and return their digest. Idempotent; done before the transaction that refers to them."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest


def read(digest: str) -> bytes:
    """The bytes. Raises FileNotFoundError."""
    return path_of(digest).read_bytes()
