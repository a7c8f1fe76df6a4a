"""Fold ranges of tickets in a process of its own: reads where each begins and ends, tells how many more are done.

python -m sportello.reports.folding.child NUMBER, started by `build`; ends with it.
"""

import os
import sys
import threading
from queue import SimpleQueue


def main(number: int) -> None:
    import django

    django.setup()
    from . import build, store

    asked: SimpleQueue[range] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        build.write_range(store.folder(), asked.get(), number, lambda count: print(count, flush=True))
        print("done", flush=True)


def _listen(asked: "SimpleQueue[range]") -> None:
    for line in sys.stdin:
        asked.put(range(*map(int, line.split())))
    os._exit(0)  # Whoever asks has gone, at the end or halfway: nobody wants the rest.


if __name__ == "__main__":
    main(int(sys.argv[1]))
