"""How long the facts take: folded from zero, and kept up to date.

python -m benchmarks.folding [--tickets 100000] [--desk FOLDER]

tickets: of a desk of its own, with six audits each. desk: an existing SQLite desk instead, which is only read; its
facts are folded into a folder that is thrown away, and no update is measured.
"""

import argparse
import os
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.fresh_desk import fresh_desk


def main(tickets: int, desk: Path | None) -> None:
    if desk is None:
        with fresh_desk():
            _live(tickets)
            _rebuild()
            _keep_up()
        return
    with tempfile.TemporaryDirectory(prefix="sportello-benchmark-") as folder:
        os.environ["SPORTELLO_DATA"] = folder
        os.environ["SPORTELLO_DATABASE_URL"] = f"sqlite:///{desk.resolve()}/desk.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "sportello.config.settings"
        import django

        django.setup()
        _rebuild()


def _rebuild() -> None:
    """On the wall, and by the processors: on a machine that is shared the second says more."""
    from sportello.reports.folding import build, store, sync

    for processes in (1, build._processes()):
        build._processes = lambda number=processes: number
        began, worked = time.perf_counter(), _worked()
        tickets = sync.rebuild()
        seconds, worked = time.perf_counter() - began, _worked() - worked
        each = f"{1e6 * seconds / tickets:.0f} µs each, {1e6 * worked / tickets:.0f} µs of a processor"
        print(f"{tickets} folded anew by {processes} process(es): {seconds:.1f} s, {each}, {_memory():.0f} MB at most")
    folder, manifest = sync.folder(), store.load(sync.folder())
    assert manifest
    print(f"{sum(it.stat().st_size for it in store._counted(folder, manifest)) / 1e6:.0f} MB of facts")


def _keep_up() -> None:
    """What a step pays for one update, and for several that have come since the last: it runs every ten seconds."""
    from sportello.desk.actions import people
    from sportello.desk.actions import tickets as verbs
    from sportello.desk.models import Ticket
    from sportello.desk.words import Role, Via
    from sportello.reports.folding import sync

    agent = people.add("Anna", "anna@desk.example", role=Role.AGENT, language="en")
    chosen = list(Ticket.objects.order_by("pk").values_list("pk", flat=True)[:1000])
    for together in (1, 10, 100):
        spent, worked = [], []
        for number in range(9):
            for pk in Random(number).sample(chosen, together):
                verbs.update(pk, verbs.Change(words=verbs.Words("Note.", public=False)), actor=agent, via=Via.WEB)
            began, at_work = time.perf_counter(), _worked()
            sync.step()
            spent.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (_worked() - at_work))
        each = f"{median(spent) / together:.2f} ms each, {median(worked) / together:.2f} ms of a processor"
        print(f"{together:>3} in a step: {median(spent):.1f} ms, {each}; at worst {max(spent):.1f} ms")


def _live(tickets: int) -> None:
    """Tickets with six audits each, written in bulk."""
    from benchmarks.seed import seed
    from sportello.desk.models import Audit, Ticket

    seed(tickets, messages=1)
    Audit.objects.all().delete()
    dice, agent = Random(1), None
    for low in range(0, tickets, 2_000):
        audits = []
        for ticket in Ticket.objects.order_by("pk")[low : low + 2_000]:
            agent, at = ticket.assignee_id or agent, ticket.created_at
            told: list[tuple[int | None, list[dict[str, Any]]]] = [
                (ticket.requester_id, [_set("requester_id", ticket.requester_id, "Create"),
                 _set("status", "new", "Create"), _said("end-user")]),
                (agent, [_set("assignee_id", agent), _set("status", "open")]),
                (agent, [_set("status", "pending"), _said("agent")]),
                (ticket.requester_id, [_set("status", "open"), _said("end-user")]),
                (agent, [_set("status", "solved"), _said("agent")]),
                (None, [_set("status", "closed")]),
            ]  # fmt: skip
            for author, events in told:
                audits.append(
                    Audit(ticket=ticket, author_id=author, via={"channel": "web"}, events=events, created_at=at)
                )
                at += timedelta(minutes=dice.randint(1, 2_000))
        Audit.objects.bulk_create(audits, batch_size=2_000)
    Ticket.objects.update(status="open", solved_at=None)


def _set(name: str, value: object, kind: str = "Change") -> dict[str, Any]:
    return {"type": kind, "field_name": name, "value": value}


def _said(by: str) -> dict[str, Any]:
    return {"type": "Comment", "public": True, "automatic": False, "by": by}


def _worked() -> float:
    """Seconds of processors that this process and those it has started have used."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(it.ru_utime + it.ru_stime for it in used)


def _memory() -> float:
    """MB of this process or of one that it started, whichever took more."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(it).ru_maxrss for it in whose) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--desk", type=Path)
    arguments = parser.parse_args()
    main(arguments.tickets, arguments.desk)
