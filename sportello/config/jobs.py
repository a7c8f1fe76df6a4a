"""The whole timetable: which loops run in which process, and how often each looks by itself.

Every commit wakes every loop (kit.wake), so the intervals only matter for what no commit announces: the clock, and on
PostgreSQL the tables that have no trigger for it.
"""

import socket
import threading
from functools import partial
from importlib import import_module

from sportello.kit.loops import Loop

# The modules of desk.actions that enter their kinds of jobs into actions.jobs.KINDS.
JOBS = ("agents", "bulk", "importing", "incidents", "newcomers", "tags", "undoing")


def worker_loops() -> list[Loop]:
    """The worker process: mail that has come in, timers that are due, mail, webhooks and push messages to send."""
    from sportello.channels.email import receive
    from sportello.delivery import benchmark, outbox, push, webhooks
    from sportello.desk.actions import (
        alarms,
        alerts,
        attachment_texts,
        fair_queue,
        indexing,
        jobs,
        members,
        merging_organizations,
        merging_people,
        rules,
        timers,
    )
    from sportello.reports import saved_mail
    from sportello.reports.folding import sync
    from sportello.reports.month import printing, writing
    from sportello.web.reports import filter_words, named

    for kind in JOBS:
        import_module(f"sportello.desk.actions.{kind}")
    return [
        Loop("receive", receive.step, every=1.0),
        Loop("timers", timers.step, every=1.0),
        Loop("outbox", outbox.step, every=1.0),
        Loop("webhooks", webhooks.step, every=1.0),
        Loop("push", push.step, every=1.0),
        Loop("routing", fair_queue.step, every=1.0),
        Loop("automations", alarms.arm_step, every=1.0),
        Loop("views", members.step, every=1.0),
        Loop("jobs", jobs.step, every=1.0),
        Loop("search", indexing.step, every=1.0),
        Loop("attachments", attachment_texts.step, every=1.0),
        Loop("prints", printing.step, every=1.0),
        Loop("month", writing.step, every=60.0, at_pace=True),
        Loop("facts", sync.step, every=10.0, at_pace=True),
        Loop("reports", partial(saved_mail.step, named.names_of, filter_words.said), every=20.0, at_pace=True),
        Loop("merged people", merging_people.sweep, every=60.0, at_pace=True),
        Loop("merged organizations", merging_organizations.sweep, every=60.0, at_pace=True),
        Loop("benchmark", benchmark.step, every=60.0, at_pace=True),
        Loop("old jobs", jobs.purge, every=600.0, at_pace=True),
        Loop("alerts", alerts.step, every=600.0, at_pace=True),
        Loop("rules", rules.switch_off_broken, every=60.0, at_pace=True),
    ]


def mail_loops(listener: socket.socket, stop: threading.Event) -> list[Loop]:
    """The mail process: the built-in SMTP/LMTP listener on a bound socket, and the mailboxes fetched by IMAP."""
    from sportello.channels.email import listen
    from sportello.channels.email.fetch import Fetcher

    return [
        Loop("listen", partial(listen.serve, listener, stop), every=1.0),
        Loop("imap", Fetcher().step, every=0.0),  # waits by itself: for other people's mail servers
    ]
