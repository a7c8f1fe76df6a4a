from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import TimerKind, TimerState


class Timer(Claimable):
    """Something that will happen to a ticket at a time. Run once by a worker; cancellable until then."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=20, choices=TimerKind)
    automation = models.ForeignKey(
        "Automation", models.CASCADE, null=True, blank=True, related_name="timers", db_index=False
    )
    draft = models.ForeignKey("Draft", models.CASCADE, null=True, blank=True, related_name="timers", db_index=False)
    state = models.CharField(max_length=9, choices=TimerState, default=TimerState.WAITING)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"],
                condition=Q(state="waiting", automation=None, draft=None),
                name="timer_one_waiting_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["ticket", "automation"],
                condition=Q(state="waiting", automation__isnull=False),
                name="timer_one_waiting_of_an_automation",
            ),
            models.UniqueConstraint(
                fields=["draft"], condition=Q(state="waiting", draft__isnull=False), name="timer_one_waiting_of_a_draft"
            ),
            models.CheckConstraint(
                condition=Q(kind="automation", automation__isnull=False) | (~Q(kind="automation") & Q(automation=None)),
                name="timer_of_an_automation_names_it",
            ),
        ]
        indexes = [
            # What is due now.
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="timer_due"),
            # The clocks of an automation that is dropped or changed.
            models.Index(fields=["automation"], condition=Q(automation__isnull=False), name="timer_automation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of #{self.ticket_id} at {self.due_at:%Y-%m-%d %H:%M}"
