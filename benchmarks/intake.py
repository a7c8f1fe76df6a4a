"""Mails a second that become assigned tickets with their first mail queued: recorded, parsed, threaded, opened.

python -m benchmarks.intake [MAILS] [EXISTING TICKETS] [profile]
"""

import cProfile
import pstats
import statistics
import sys
import time

from benchmarks.fresh_desk import fresh_desk

MAIL = """Received: from mx.customers.example by mx.desk.example with ESMTPS; Wed, 04 Mar 2026 12:00:00 +0100
From: Customer {n} <customer{n}@customers.example>
To: Help <help@desk.example>
Subject: The printer of room {n} does not print
Message-ID: <{n}@customers.example>
Date: Wed, 04 Mar 2026 12:00:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Good morning,

since this morning nothing comes out of the printer of room {n}, and the guests want their bills.
Could somebody have a look?

Kind regards
Customer {n}
""".replace("\n", "\r\n")


def main(mails: int = 2000, existing: int = 0, profile: bool = False) -> None:
    with fresh_desk():
        if existing:
            from benchmarks.seed import seed

            seed(existing)
        measure(mails, profile)


def measure(mails: int, profile: bool) -> None:
    from sportello.channels.email import receive
    from sportello.desk.actions import configuration, desks, inbox, people
    from sportello.desk.models import Mailbox, OutgoingMail, Ticket
    from sportello.desk.words import Role

    agents = tuple(people.add(f"Agent {n}", f"intake{n}@desk.example", role=Role.AGENT) for n in range(4))
    group = people.add_group("Intake", assignment="round_robin", members=agents)
    if not Mailbox.objects.exists():
        desks.add_mailbox("help@desk.example")
    Mailbox.objects.update(group=group)
    desks.finish_set_up()  # With the rules and views that every desk has.
    configuration.forget()
    tickets, queued = Ticket.objects.count(), OutgoingMail.objects.count()
    for first in range(0, mails, 200):
        inbox.record(
            [
                inbox.Delivery(
                    MAIL.format(n=n).encode(),
                    "smtp",
                    {"sender": "c@customers.example", "recipients": ["help@desk.example"]},
                )
                for n in range(first, min(first + 200, mails))
            ]
        )
    profiler = cProfile.Profile()
    steps = []
    if profile:
        profiler.enable()
    processor = time.process_time()
    start = last = time.perf_counter()
    while receive.step():
        now = time.perf_counter()
        steps.append(now - last)
        last = now
    seconds = last - start
    processor = time.process_time() - processor
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)
        pstats.Stats(profiler).sort_stats("cumtime").print_stats("sportello", 60)
    assigned = Ticket.objects.filter(pk__gt=tickets, assignee__isnull=False).count()
    print(f"{mails} mails on {tickets} tickets: {mails / seconds:.0f} mails/s")
    print(f"processor: {processor / mails * 1000:.1f} ms a mail")
    print(f"batch of {receive.BATCH}: median {statistics.median(steps) * 1000:.0f} ms")
    print(f"assigned tickets: {assigned}, first mails queued: {OutgoingMail.objects.count() - queued}")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    main(*numbers, profile="profile" in sys.argv)
