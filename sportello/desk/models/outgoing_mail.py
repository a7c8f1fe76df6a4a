from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import SendState


class OutgoingMail(Claimable):
    """A mail of the desk, rendered with the change it tells of. A worker claims and sends it (delivery.outbox)."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, null=True, blank=True, related_name="outgoing_mails")
    audit = models.ForeignKey("Audit", models.SET_NULL, null=True, blank=True, related_name="outgoing_mails")
    comment = models.ForeignKey("Comment", models.SET_NULL, null=True, blank=True, related_name="+")
    protocol = models.ForeignKey("Protocol", models.SET_NULL, null=True, blank=True, related_name="+")
    recipient = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    step = models.CharField(max_length=20, help_text="A Step of the protocol, reply or sign_in.")
    # "12:closed": what may go out only once in a ticket's life (or in one solution of it); empty: no such limit.
    once = models.CharField(max_length=40, null=True, blank=True, unique=True)
    automatic = models.BooleanField(help_text="Nobody pressed send: marked Auto-Submitted.")

    sender_name = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=320, blank=True)
    to = models.CharField(max_length=254)
    message_id = models.CharField(max_length=255, unique=True)
    references = models.TextField(blank=True, help_text="Message-IDs, oldest first, the one answered last.")
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=998)
    text = models.TextField()
    html = models.TextField()

    state = models.CharField(max_length=9, choices=SendState, default=SendState.QUEUED)
    due_at = models.DateTimeField(help_text="Not before; moves on with each failed attempt.")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    server_answer = models.CharField(max_length=500, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            # What is to be sent now.
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="outgoing_mail_due"),
            # The outbox page, by state, newest first.
            models.Index(fields=["state", "-id"], name="outgoing_mail_state"),
        ]

    def __str__(self) -> str:
        return f"{self.step} mail {self.pk} ({self.state})"

    @property
    def was_accepted(self) -> bool:
        """The next server took it and it has not come back."""
        return self.state in (SendState.SENT, SendState.KEPT) and self.bounced_at is None
