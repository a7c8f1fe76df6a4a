"""Secrets that must be read back (passwords of mail servers), encrypted with the desk's key."""

import base64
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Unreadable(Exception):
    """The secret was encrypted with another key: it must be entered again."""


def _box() -> "Fernet":
    from cryptography.fernet import Fernet  # Six megabytes, which a process without a mailbox to open does not need.

    key = hashlib.sha256(b"sportello.secrets." + str(settings.SECRET_KEY).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def encrypt(secret: str) -> str:
    """The secret as text for a column; empty stays empty."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def decrypt(text: str) -> str:
    """The secret again. Raises Unreadable when the desk's key has changed."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(text.encode()).decode() if text else ""
    except InvalidToken:
        raise Unreadable from None
