"""How often a stranger may try something. Counted in this web process alone: enough against guessing and flooding."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest

from sportello.kit import clock

MOST_KEYS = 20_000


@dataclass(slots=True)
class Limit:
    """At most `times` in each period of `per`, for each key."""

    times: int
    per: timedelta
    _spent: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, key: str) -> bool:
        """Count one try of `key`; False when it was one too many."""
        now = clock.now()
        with self._lock:
            if len(self._spent) >= MOST_KEYS:
                self._spent = {k: (start, n) for k, (start, n) in self._spent.items() if now - start < self.per}
            start, tries = self._spent.get(key, (now, 0))
            if now - start >= self.per:
                start, tries = now, 0
            self._spent[key] = (start, tries + 1)
            return tries < self.times

    def forget(self, key: str | None = None) -> None:
        """Begin again, for one key or for all."""
        with self._lock:
            if key is None:
                self._spent.clear()
            else:
                self._spent.pop(key, None)


def client_of(request: HttpRequest) -> str:
    """Who knocks: the address, or the network of 64 bits that one IPv6 subscriber has."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:  # a desk behind https has a proxy in front, which appends whom it saw
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address
    except ValueError:
        return address
