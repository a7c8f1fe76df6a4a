"""The time. Code of the house asks here, so that a history can be lived through the verbs (demo, import)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_lived: ContextVar[datetime | None] = ContextVar("lived", default=None)


def now() -> datetime:
    """The present, aware UTC."""
    return _lived.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, the present is `moment`."""
    token = _lived.set(moment)
    try:
        yield
    finally:
        _lived.reset(token)
