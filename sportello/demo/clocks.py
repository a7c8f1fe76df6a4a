"""What the workers of a demo desk do while its months are lived: clocks run when due, mails are kept. No mail leaves.

Mails are written and kept in the outbox, not left out: the protocol closes only what the customer has been told, and
its mails are the first thing that somebody looks at.
"""

from datetime import datetime

from django.db.models import QuerySet

from sportello.desk.actions import outbox, timers
from sportello.desk.models import OutgoingMail, Timer
from sportello.desk.words import SendState, TimerKind
from sportello.kit import clock
from sportello.kit.prepared import prepared


def run(until: datetime) -> None:
    """What is due up to then, each at its own minute. Nobody else works on this desk yet: no need to claim."""
    while due := [timer for timer in _next() if timer.due_at <= until]:
        if any(timer.kind == TimerKind.CLOSE for timer in due):
            keep_mails()
        for timer in due:
            with clock.at(timer.due_at):
                timers.run(timer)


def keep_mails() -> None:
    """The desk has no way out: each mail is kept at the time it would have left."""
    for mail in OutgoingMail.objects.filter(state=SendState.QUEUED).order_by("id"):
        with clock.at(mail.due_at):
            outbox.mark_kept(mail)


@prepared
def _next() -> "QuerySet[Timer]":
    # Few: hardly more are due between two acts, and the others are read in vain.
    return Timer.objects.filter(timers.WAITING).order_by("due_at", "id")[:4]
