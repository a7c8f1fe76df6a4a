from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import TimerKind, TimerState


class Timer(Claimable):
    """Something that will happen to a ticket at a time. Run once by a worker; cancellable until then."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=20, choices=TimerKind)
    state = models.CharField(max_length=9, choices=TimerState, default=TimerState.WAITING)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(state="waiting"), name="timer_one_waiting_of_a_kind"
            )
        ]
        indexes = [
            # What is due now.
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="timer_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of #{self.ticket_id} at {self.due_at:%Y-%m-%d %H:%M}"
