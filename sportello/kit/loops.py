"""Workers as loops: each step does one piece of waiting work, and a commit anywhere wakes those that sleep."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import OperationalError, close_old_connections, connections

from sportello.kit.log import describe
from sportello.kit.wake import Bell, watch

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 30.0
TROUBLE_SECONDS = 4.0
STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Loop:
    """step does one piece of work and says whether there was any; it looks again after `every` seconds at most.

    at_pace: after `every` seconds, whatever is committed meanwhile.
    """

    name: str
    step: Callable[[], object]
    every: float
    at_pace: bool = False


def run(loops: Sequence[Loop], *, stop: threading.Event) -> None:
    """Run every loop in a thread of its own until stop is set.

    A step that raises is logged in one line and tried again after 0.5 s, doubling up to 30 s. Only a database that
    stays in trouble ends the process: SQLite remembers a read-only spell for the life of a process, and the supervisor
    starts a fresh one. A step still busy a second after stop is left behind: work rows survive that.
    """
    bell = Bell()
    threads = [threading.Thread(target=_turn, args=(loop, bell, stop), name=loop.name, daemon=True) for loop in loops]
    threads.append(threading.Thread(target=watch, args=(bell.ring, stop), name="watch", daemon=True))
    for thread in threads:
        thread.start()
    stop.wait()
    bell.ring()
    deadline = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _turn(loop: Loop, bell: Bell, stop: threading.Event) -> None:
    retry = FIRST_RETRY_SECONDS
    while not stop.is_set():
        heard = bell.rings
        try:
            close_old_connections()
            worked = loop.step()
        except Exception as error:
            connections.close_all()
            logger.error("loop=%s failed error=%s retry_seconds=%s", loop.name, describe(error), retry)
            logger.debug("loop=%s traceback", loop.name, exc_info=error)
            if isinstance(error, OperationalError) and retry >= TROUBLE_SECONDS:
                stop.set()
                return
            stop.wait(retry)
            retry = min(retry * 2, LAST_RETRY_SECONDS)
            continue
        retry = FIRST_RETRY_SECONDS
        if loop.at_pace:
            stop.wait(loop.every)
        elif not worked:
            bell.wait(heard, loop.every)
    connections.close_all()
