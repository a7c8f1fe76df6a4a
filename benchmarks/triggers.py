"""Milliseconds that triggers add to one update: none, and a thousand of them whose conditions are read each time.

python -m benchmarks.triggers [TRIGGERS] [UPDATES]
"""

import statistics
import sys
import time

from benchmarks.fresh_desk import fresh_desk

ASKED = (
    [{"field": "status", "operator": "is", "value": "solved"}],
    [{"field": "current_tags", "operator": "includes", "value": "vip gold"}],
    [
        {"field": "update_type", "operator": "is", "value": "Change"},
        {"field": "subject_includes_word", "operator": "includes", "value": "scanner plotter"},
    ],
    [
        {"field": "comment_is_public", "operator": "is", "value": "none"},
        {"field": "priority", "operator": "greater_than", "value": "high"},
        {"field": "role", "operator": "is", "value": "agent"},
    ],
)


def main(count: int = 1000, updates: int = 60) -> None:
    with fresh_desk():
        from sportello.desk.actions import people, rules, tickets
        from sportello.desk.actions.tickets import Words
        from sportello.desk.words import Role

        agent = people.add("Anna Conti", "anna@desk.example", role=Role.AGENT)
        rita = people.add("Rita Rossi", "rita@rossi.example")
        ticket = tickets.open_ticket(
            requester=rita, subject="The printer", words=Words("Help"), actor=rita, via="email", tags=("room", "floor")
        )
        bare = _median(ticket.pk, agent, updates)
        for number in range(count):
            conditions = {"all": ASKED[number % len(ASKED)], "any": []}
            actions = [{"field": "current_tags", "value": "seen"}]
            rules.save_trigger({"title": f"n. {number}", "conditions": conditions, "actions": actions}, actor=None)
        loaded = _median(ticket.pk, agent, updates)
        print(f"one update, no trigger: {bare:.1f} ms; {count} triggers: {loaded:.1f} ms, {loaded - bare:.1f} ms more")


def _median(ticket_id: int, agent: object, updates: int) -> float:
    from sportello.desk.actions import tickets
    from sportello.desk.actions.tickets import Change

    times = []
    for number in range(updates):
        start = time.perf_counter()
        tickets.update(ticket_id, Change(priority=1 + number % 2), actor=agent, via="web")  # type: ignore[arg-type]
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
