"""Signed words that travel through mail: links that expire, and short marks for addresses."""

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core import signing

# 60 bits: an address is guessed at the pace of a mail each; case is not kept by mail servers, so base 32.
MARK_LENGTH = 12


class BadToken(Exception):
    """Forged, mangled or expired; `expired` tells which."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("expired" if expired else "forged")
        self.expired = expired


def sign(purpose: str, value: object) -> str:
    """A URL-safe token that carries `value` (JSON) and the time, valid only for `purpose`."""
    return signing.dumps(value, salt=f"sportello.{purpose}")


def unsign(purpose: str, token: str, *, valid_for: timedelta) -> object:
    """The value signed for `purpose` at most `valid_for` ago. Raises BadToken."""
    try:
        return signing.loads(token, salt=f"sportello.{purpose}", max_age=valid_for)
    except signing.SignatureExpired:
        raise BadToken(expired=True) from None
    except signing.BadSignature:
        raise BadToken(expired=False) from None


@cache
def _key(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"sportello.mark.{purpose}.{secret}".encode()).digest()


def mark(purpose: str, value: object) -> str:
    """A short lower-case mark that only this desk can make for `value`; never expires. For mail addresses."""
    digest = hmac.new(_key(purpose, str(settings.SECRET_KEY)), str(value).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:MARK_LENGTH]


def is_mark(candidate: str, purpose: str, value: object) -> bool:
    """Whether `candidate` is the mark of `value`, in any case of letters."""
    return hmac.compare_digest(candidate.lower().encode(), mark(purpose, value).encode())
