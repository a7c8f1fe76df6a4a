from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import MailState


class InboundMail(Claimable):
    """A mail that arrived: the ledger. Each has exactly one state; all states together are all mails received."""

    class Source(models.TextChoices):
        SMTP = "smtp", "SMTP"
        LMTP = "lmtp", "LMTP"
        IMAP = "imap", "IMAP"
        COMMAND = "command", "command"
        FOLDER = "folder", "folder"

    source = models.CharField(max_length=7, choices=Source)
    mailbox = models.ForeignKey("Mailbox", models.SET_NULL, null=True, blank=True, related_name="+")
    # {"sender": str | null, "recipients": [str], "peer": str} as the transport said; IMAP: {"folder", "uid"}.
    envelope = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the raw bytes.")
    received_at = models.DateTimeField()

    state = models.CharField(max_length=9, choices=MailState, default=MailState.RECEIVED)
    reason = models.CharField(max_length=40, blank=True, help_text="Stable code: why held, ignored or failed.")
    detail = models.CharField(max_length=500, blank=True)
    threaded_by = models.CharField(max_length=20, blank=True, help_text="How the ticket was found.")
    ticket = models.ForeignKey("Ticket", models.SET_NULL, null=True, blank=True, related_name="inbound_mails")
    accepted_by = models.ForeignKey(
        "User", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Let through by hand."
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    # Read from the mail when it was parsed.
    message_id = models.CharField(max_length=255, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    preview = models.TextField(blank=True, help_text="The first words of a held mail, for whoever decides on it.")
    # Message-ID and sender, or the digest: two mails with the same one are one mail.
    identity = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            # The same mail by two doors, or two workers at once, is one mail.
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(state__in=("opened", "commented", "held")) & ~Q(identity=""),
                name="inbound_mail_one_of_an_identity",
            )
        ]
        indexes = [
            # What waits to be read, oldest first.
            models.Index(fields=["id"], condition=Q(state="received"), name="inbound_mail_waiting"),
            # Held and failed mail; the ledger's counts.
            models.Index(fields=["state", "reason", "id"], name="inbound_mail_state"),
            # The same mail again; threading by known Message-IDs; the budget of a correspondent.
            models.Index(fields=["identity"], condition=~Q(identity=""), name="inbound_mail_identity"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="inbound_mail_message_id"),
            models.Index(fields=["sender", "settled_at"], condition=~Q(sender=""), name="inbound_mail_sender"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.state})"


class RawMail(models.Model):
    """The bytes of a mail as they came, apart from its row so that changing the row does not rewrite them."""

    mail = models.OneToOneField(InboundMail, models.CASCADE, primary_key=True, related_name="raw")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"raw mail {self.mail_id}"
