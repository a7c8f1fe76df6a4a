"""How long a change of many tickets takes, and undoing it; and how much memory.

python -m benchmarks.bulk [--tickets 10000]
"""

import argparse
import resource
import time

from benchmarks.automations import _open
from benchmarks.fresh_desk import fresh_desk


def main(tickets: int) -> None:
    with fresh_desk():
        from sportello.desk.actions import bulk, desks, undoing
        from sportello.desk.models import Ticket, User
        from sportello.desk.words import Role

        desks.finish_set_up()
        _open(tickets)
        agent = User.objects.filter(role=Role.AGENT).get()
        everything = list(Ticket.objects.values_list("pk", flat=True))

        job = bulk.start(everything, {"priority": 3, "status": "pending", "add_tags": ["bulk"]}, actor=agent)
        _work("changed", job)
        _work("put back", undoing.start(job.pk, actor=agent))
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def _work(what: str, job: object) -> None:
    from sportello.desk.actions import jobs

    start, pieces, longest = time.perf_counter(), 0, 0.0
    while True:
        began = time.perf_counter()
        if not jobs.step():
            break
        pieces, longest = pieces + 1, max(longest, time.perf_counter() - began)
    seconds = time.perf_counter() - start
    job.refresh_from_db()  # type: ignore[attr-defined]
    done, failed = job.done, job.failed  # type: ignore[attr-defined]
    print(
        f"{done} {what}, {failed} could not: {seconds:.1f} s, {1000 * seconds / max(1, done):.1f} ms each, "
        f"{pieces} pieces, the longest {1000 * longest:.0f} ms"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    main(parser.parse_args().tickets)
