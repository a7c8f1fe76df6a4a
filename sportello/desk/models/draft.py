from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """What an agent is writing on a ticket, kept as it is typed; or an answer that waits for its time to be sent.

    While a timer of kind "send" waits for it, it is on its way and is not written on. changes: what a macro would
    change with it, lines of rules.macros. fields: the desk's own fields by id, as somebody says them; and, as "beside",
    the note that its author writes while the answer waits (actions.drafts).
    """

    author = models.ForeignKey("User", models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="drafts")
    public = models.BooleanField(default=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True, help_text="The same, cleaned; empty when only text was written.")
    status = models.CharField(max_length=7, blank=True, help_text="Set when it is sent; empty: stays.")
    macro_id = models.BigIntegerField(null=True, blank=True)
    changes = models.JSONField(default=list, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    mentions = models.JSONField(default=list, blank=True, help_text="Ids of the colleagues whom it names.")
    seen = models.BigIntegerField(default=0, help_text="The latest comment that the writer had before him.")
    version = models.PositiveIntegerField(default=0, help_text="Counts its changes: two devices do not overwrite it.")
    # Why it was not sent when its time came: "customer" or "colleague" wrote first, "refused", its author has "left".
    stopped_because = models.CharField(max_length=10, blank=True)
    stopped_by = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    stopped_detail = models.CharField(max_length=500, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "ticket"], name="draft_once")]
        indexes = [
            # What of his was not sent.
            models.Index(fields=["author"], condition=~Q(stopped_because=""), name="draft_stopped"),
            # Who else is writing on a ticket.
            models.Index(fields=["ticket"], name="draft_ticket"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.author_id} on #{self.ticket_id}"


class DraftFile(models.Model):
    """A file that will be attached; a picture inside the text is named by its content_id."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes, their name in kit.blobs.")
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name
