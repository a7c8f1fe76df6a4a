"""How often somebody may come: a sliding window in memory."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

MOST_KNOWN = 10_000


class Rate:
    """At most `limit` times within `window` for each name."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self.limit, self.window = limit, window
        self._times: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def admits(self, name: str, now: datetime) -> bool:
        """Whether name may come now; it then has come. Whom there is no room to remember is not let in."""
        with self._lock:
            if len(self._times) >= MOST_KNOWN and name not in self._times:
                self._forget(now)
                if len(self._times) >= MOST_KNOWN:
                    return False
            times = self._times.setdefault(name, deque())
            while times and times[0] <= now - self.window:
                times.popleft()
            if len(times) >= self.limit:
                return False
            times.append(now)
            return True

    def _forget(self, now: datetime) -> None:
        self._times = {name: times for name, times in self._times.items() if times[-1] > now - self.window}
