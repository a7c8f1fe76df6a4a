from django.db import models

from .rule import Rule


class SlaPolicy(Rule):
    """What the desk promises to the tickets that its conditions take in; the first that matches wins.

    targets: the vendor's policy_metrics (rules.sla_targets).
    """

    targets = models.JSONField(default=list)


class TicketSla(models.Model):
    """A ticket's clocks (rules.sla_clocks) and what lists show of them."""

    ticket = models.OneToOneField("Ticket", models.CASCADE, primary_key=True, related_name="sla")
    policy = models.ForeignKey(SlaPolicy, models.SET_NULL, null=True, related_name="+")
    clocks = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, help_text="The next breach, if nothing happens.")
    overdue_since = models.DateTimeField(null=True, help_text="The earliest breach among the clocks that still run.")
    breached_at = models.DateTimeField(null=True, help_text="The latest breach of all.")

    class Meta:
        indexes = [
            # What is due first, and what is overdue.
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="sla_due"),
            models.Index(fields=["overdue_since"], condition=models.Q(overdue_since__isnull=False), name="sla_overdue"),
        ]

    def __str__(self) -> str:
        return f"clocks of #{self.ticket_id}"


class SlaEvent(models.Model):
    """What a clock did: the vendor's ticket metric events. Seconds so far; policy: whose promise was in force."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+")
    metric = models.CharField(max_length=24)
    instance = models.PositiveIntegerField()
    type = models.CharField(max_length=9)
    at = models.DateTimeField()
    calendar_seconds = models.PositiveIntegerField()
    business_seconds = models.PositiveIntegerField()
    policy_id = models.BigIntegerField(null=True, help_text="No foreign key: it stays when the policy is gone.")
    target_minutes = models.PositiveIntegerField(null=True)
    business = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # The life of a ticket's clocks; a report's breaches of a month.
            models.Index(fields=["ticket", "id"], name="sla_event_ticket"),
            models.Index(fields=["type", "at"], name="sla_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.metric} of #{self.ticket_id}"
