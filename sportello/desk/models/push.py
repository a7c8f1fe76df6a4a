from django.db import models

from sportello.kit.claims import Claimable


class PushSubscription(models.Model):
    """A browser that an agent wants to be told in, also while no page of the desk is open. docs/operations/push.md"""

    user = models.ForeignKey("User", models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=1000, unique=True, help_text="Where its maker takes messages for it.")
    p256dh = models.CharField(max_length=100, help_text="The browser's public key.")
    auth = models.CharField(max_length=30)
    label = models.CharField(max_length=100, help_text="Browser and system, by which its owner knows it again.")
    created_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Empty once it was reached again.")
    failure = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.label} of {self.user_id}"


class PushMessage(Claimable):
    """A notice to be told to a browser, written with it. A worker sends it (delivery.push) and takes the row away."""

    notification = models.ForeignKey("Notification", models.CASCADE, related_name="+")
    # No constraint in the database: a browser that is removed just now must not undo the update that would tell it.
    subscription = models.ForeignKey(PushSubscription, models.CASCADE, related_name="messages", db_constraint=False)
    due_at = models.DateTimeField(help_text="Not before; moves on with each failed attempt.")
    created_at = models.DateTimeField()

    class Meta:
        # What is to be sent now.
        indexes = [models.Index(fields=["due_at", "id"], name="push_message_due")]

    def __str__(self) -> str:
        return f"notice {self.notification_id} for browser {self.subscription_id}"
