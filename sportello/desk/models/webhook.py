from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import SendState


class Webhook(models.Model):
    """An address of another program that rules call. secret: signs the calls; encrypted (kit.secrets)."""

    name = models.CharField(max_length=100, unique=True)
    url = models.URLField(max_length=1000)
    secret = models.TextField()
    active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, blank=True, help_text="Why the desk itself switched it off.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WebhookCall(Claimable):
    """A call to be made, written with the change it tells of. A worker claims and makes it (delivery.webhooks)."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="calls", db_index=False)
    ticket = models.ForeignKey("Ticket", models.CASCADE, null=True, blank=True, related_name="+")
    audit = models.ForeignKey("Audit", models.SET_NULL, null=True, blank=True, related_name="+")
    body = models.TextField()
    state = models.CharField(max_length=9, choices=SendState, default=SendState.QUEUED)
    due_at = models.DateTimeField(help_text="Not before; moves on with each failed attempt.")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The HTTP status of the last answer.")
    answer = models.CharField(max_length=500, blank=True, help_text="How the last answer began, or what went wrong.")

    class Meta:
        indexes = [
            # What is to be called now.
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="webhook_call_due"),
            # The latest calls of a webhook.
            models.Index(fields=["webhook", "-id"], name="webhook_call_webhook"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk} of webhook {self.webhook_id} ({self.state})"
