from django.db import models


class TicketMetric(models.Model):
    """The clocks and counts of a ticket, kept with each update. Definitions: docs/metrics.md.

    All durations are whole minutes, in calendar time and in the desk's business hours. Empty until they are known.
    """

    ticket = models.OneToOneField("Ticket", models.CASCADE, primary_key=True, related_name="metric")
    replies = models.PositiveIntegerField(default=0)
    reopens = models.PositiveIntegerField(default=0)
    assignee_stations = models.PositiveIntegerField(default=0)
    group_stations = models.PositiveIntegerField(default=0)
    # Who answered publicly: for "solved at first contact" in its strict reading, and for the credit of the first reply.
    first_replier = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    repliers = models.PositiveIntegerField(default=0)
    solver = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")

    first_reply_at = models.DateTimeField(null=True, blank=True)
    initially_assigned_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_solved_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True, help_text="The latest change to solved, kept on reopening.")
    status_updated_at = models.DateTimeField(null=True, blank=True)

    reply_calendar = models.PositiveIntegerField(null=True, blank=True)
    reply_business = models.PositiveIntegerField(null=True, blank=True)
    first_resolution_calendar = models.PositiveIntegerField(null=True, blank=True)
    first_resolution_business = models.PositiveIntegerField(null=True, blank=True)
    full_resolution_calendar = models.PositiveIntegerField(null=True, blank=True)
    full_resolution_business = models.PositiveIntegerField(null=True, blank=True)
    requester_wait_calendar = models.PositiveIntegerField(null=True, blank=True)
    requester_wait_business = models.PositiveIntegerField(null=True, blank=True)
    agent_wait_calendar = models.PositiveIntegerField(null=True, blank=True)
    agent_wait_business = models.PositiveIntegerField(null=True, blank=True)
    on_hold_calendar = models.PositiveIntegerField(null=True, blank=True)
    on_hold_business = models.PositiveIntegerField(null=True, blank=True)

    # What the fold of rules.metrics carries from one audit to the next, beyond the columns (seconds, people seen).
    fold = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # The month's solved tickets and first replies.
            models.Index(fields=["solved_at"], name="metric_solved"),
            models.Index(fields=["first_reply_at"], name="metric_first_reply"),
        ]

    def __str__(self) -> str:
        return f"metric of #{self.ticket_id}"
