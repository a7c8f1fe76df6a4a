from django.db import models


class Mailbox(models.Model):
    """An address of the desk: mail comes in to it and goes out from it; with an IMAP server it is fetched there."""

    address = models.CharField(max_length=254, unique=True, help_text="Folded to lower case.")
    name = models.CharField(max_length=100, blank=True)
    group = models.ForeignKey("Group", models.SET_NULL, null=True, blank=True, related_name="mailboxes")
    default = models.BooleanField(default=False, help_text="The sender of what has no mailbox of its own.")
    plus_addressing = models.BooleanField(
        default=True, help_text="Its server delivers name+anything@ to name@: replies carry a signed address."
    )
    active = models.BooleanField(default=True)

    class Security(models.TextChoices):
        TLS = "tls", "TLS"
        STARTTLS = "starttls", "STARTTLS"
        NONE = "none", "-"

    imap_host = models.CharField(max_length=253, blank=True, help_text="Empty: mail comes by the listener.")
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    imap_user = models.CharField(max_length=254, blank=True)
    imap_secret = models.TextField(blank=True, help_text="The password, encrypted (kit.secrets).")
    imap_folders = models.JSONField(default=list, help_text="Folder names; empty: INBOX.")
    imap_from_now_on = models.BooleanField(
        default=False, help_text="What is in a folder when it is opened for the first time is not read."
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["default"], condition=models.Q(default=True), name="mailbox_one_default")
        ]

    def __str__(self) -> str:
        return self.address


class MailFolder(models.Model):
    """How far a folder of an IMAP mailbox has been read: all UIDs up to last_uid are recorded."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="folders")
    name = models.CharField(max_length=255)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="How often in a row reading has ended at the mail after last_uid."
    )
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mail_folder_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.mailbox_id}"
