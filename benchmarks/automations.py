"""Tickets a second on which an automation acts when the clocks of all of them ring at once.

python -m benchmarks.automations [--tickets 100000]
"""

import argparse
import time

from benchmarks.fresh_desk import fresh_desk

RULE = {
    "title": "Hurry up",
    "conditions": {
        "all": [
            {"field": "NEW", "operator": "greater_than", "value": 4},
            {"field": "status", "operator": "less_than", "value": "solved"},
            {"field": "current_tags", "operator": "not_includes", "value": "late"},
        ]
    },
    "actions": [{"field": "priority", "value": "high"}, {"field": "current_tags", "value": "late"}],
}


def main(tickets: int) -> None:
    with fresh_desk():
        from sportello.desk.actions import alarms, automations, desks, timers
        from sportello.desk.models import Firing, Timer

        desks.finish_set_up()
        _open(tickets)
        automations.save_automation(RULE, actor=None)
        time.sleep(alarms.SETTLED.total_seconds())

        start = time.perf_counter()
        while alarms.arm_step():
            pass
        armed = time.perf_counter() - start
        print(f"{Timer.objects.count()} clocks set: {tickets / armed:.0f} tickets/s")

        start = time.perf_counter()
        while timers.step():
            pass
        worked = time.perf_counter() - start
        print(f"{Firing.objects.count()} worked off: {tickets / worked:.0f} tickets/s")


def _open(count: int) -> None:
    """Open tickets of yesterday with their figures, past the verbs."""
    from datetime import timedelta

    from django.utils import timezone

    from sportello.desk.actions import people
    from sportello.desk.models import Tagging, Ticket, TicketMetric
    from sportello.desk.words import Role

    agent = people.add("Anna Conti", "anna@desk.example", role=Role.AGENT)
    rita = people.add("Rita Rossi", "rita@rossi.example")
    at = timezone.now() - timedelta(hours=24)
    for start in range(0, count, 2000):
        opened = Ticket.objects.bulk_create(
            Ticket(
                subject=f"n. {number}",
                status="open",
                channel="email",
                requester=rita,
                submitter=rita,
                assignee=agent,
                waiting_since=at,
                commented_at=at,
                told_at=at,
                created_at=at,
                updated_at=at,
            )
            for number in range(start, min(start + 2000, count))
        )
        TicketMetric.objects.bulk_create(
            TicketMetric(ticket=ticket, status_updated_at=at, assigned_at=at) for ticket in opened
        )
        Tagging.objects.bulk_create(Tagging(ticket=ticket, tag="room") for ticket in opened)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=100_000)
    main(parser.parse_args().tickets)
