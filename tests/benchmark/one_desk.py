"""A whole desk as a process of its own, with its data folder: python -m tests.benchmark.one_desk NOW live|look …"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

MONTH = (2026, 10)
TICKETS = 14
KEYS = ("first_reply_time_in_minutes_median", "first_reply_time_in_minutes_mean", "one_touch_percentage")


def live(hub: str, minutes: str) -> dict[str, Any]:
    """October: each ticket answered after so many minutes; an administrator joins, and the worker takes its turn."""
    from sportello.config import prepare
    from sportello.desk.actions import benchmark, desks, people, tickets
    from sportello.desk.actions.tickets import Words
    from sportello.desk.words import Status, Via
    from sportello.kit import clock
    from sportello.reports.folding import sync

    prepare.migrate()
    with clock.at(datetime(2026, 9, 30, tzinfo=UTC)):
        desks.add_mailbox("help@desk.example", name="Help")
        desks.configure(name="Desk", time_zone="Europe/Rome", language="it")
        ada = people.add("Ada Admin", "ada@desk.example", role="admin", language="en")
        carla = people.add("Carla Costa", "carla@cliente.example")
    for number in range(TICKETS):
        asked_at = datetime(2026, 10, 1 + 2 * number, 9, tzinfo=UTC)
        with clock.at(asked_at):
            ticket = tickets.open_ticket(
                requester=carla, subject="Aiuto", words=Words("Non va."), actor=carla, via=Via.WEB
            )
        with clock.at(asked_at + timedelta(minutes=int(minutes))):
            tickets.answer(ticket.pk, Words("Provi ora."), status=Status.SOLVED, actor=ada, via=Via.WEB)
    sync.step()
    profile = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT", "hub": hub}
    benchmark.describe(profile, actor=ada, private=True)
    before = turn()
    benchmark.join(actor=ada)
    return {"before": before, "sent": turn()}


def look() -> dict[str, Any]:
    """The worker's turn once more, and the month beside the others."""
    from sportello.reports import benchmark_file, peers
    from sportello.reports.beside import beside

    turn()
    calendar, _days = exact = benchmark_file.exact("2026-10")
    found = {}
    for key in KEYS:
        value, _n = calendar[key]
        it = beside(key, value, *MONTH)
        found[key] = {"own": value, "median": it.value, "desks": it.desks, "label": it.label, "period": it.period,
                      "how": it.standing.how, "low": it.standing.low, "high": it.standing.high}  # fmt: skip
    from sportello.desk.actions import benchmark

    cohorts = [it.name for it in peers.cohorts("2026-10", benchmark.membership(), exact)]
    return {"beside": found, "cohorts": cohorts}


def turn() -> list[dict[str, Any]]:
    """As the worker takes it; returns every sending."""
    from sportello.delivery import benchmark as delivery
    from sportello.desk.models import BenchmarkSending

    while delivery.step():
        pass
    return list(BenchmarkSending.objects.values("month", "state", "answer", "file"))


def main() -> None:
    import django
    from django.utils import translation

    os.environ["DJANGO_SETTINGS_MODULE"] = "sportello.config.settings"
    django.setup()
    translation.activate("en")
    print(json.dumps({"live": live, "look": look}[sys.argv[2]](*sys.argv[3:])))


if __name__ == "__main__":
    with time_machine.travel(sys.argv[1], tick=True):
        main()
