"""How often somebody may come: a sliding window in memory."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

MOST_KNOWN = 10_000


class Rate:
    """At most `limit` times within `window` for each name."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self.limit, self.window = limit, window
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def admits(self, name: str, now: datetime) -> bool:
        """Whether name may come now; it then has come. Of too many names the one that came longest ago is forgotten.

        So nobody can shut others out by coming under many names; under many names one can come often anyway.
        """
        with self._lock:
            times = self._times.setdefault(name, deque())
            while times and times[0] <= now - self.window:
                times.popleft()
            if len(times) >= self.limit:
                return False
            times.append(now)
            self._times.move_to_end(name)
            if len(self._times) > MOST_KNOWN:
                self._times.popitem(last=False)
            return True
