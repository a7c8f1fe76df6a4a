from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import JobState


class Job(Claimable):
    """Work on many rows that an agent started: done in pieces by the worker, with progress. kind: actions.jobs."""

    kind = models.CharField(max_length=20)
    actor = models.ForeignKey("User", models.CASCADE, related_name="jobs")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # What is to be done.
            models.Index(fields=["id"], condition=Q(state__in=("queued", "running")), name="job_waiting"),
            # An agent's jobs, newest first.
            models.Index(fields=["actor", "-id"], name="job_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} job {self.pk} ({self.state})"


class JobItem(models.Model):
    """What a job did to one ticket: its audit (none: nothing changed), or why it could not."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+")
    audit = models.ForeignKey("Audit", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "ticket"], name="job_item_once")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} in job {self.job_id}"
