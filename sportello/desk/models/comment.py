from django.db import models

from ..words import Via


class Comment(models.Model):
    """A public answer or an internal note. Never changed once written."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="comments")
    # The words of an update come first, then the notes of the rules that it set off.
    audit = models.ForeignKey("Audit", models.CASCADE, related_name="comments")
    author = models.ForeignKey("User", models.PROTECT, null=True, related_name="+", help_text="Empty: the desk itself.")
    side_conversation = models.ForeignKey(
        "SideConversation", models.CASCADE, null=True, blank=True, related_name="comments", db_index=False
    )
    split_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Whose words it repeats."
    )
    mail = models.OneToOneField("InboundMail", models.SET_NULL, null=True, blank=True, related_name="comment")
    public = models.BooleanField()
    via = models.CharField(max_length=5, choices=Via)
    automatic = models.BooleanField(
        default=False, help_text="Written by a machine: an out-of-office, a delivery notice."
    )
    text = models.TextField(blank=True, help_text="The new words.")
    html = models.TextField(blank=True, help_text="The same, cleaned HTML; empty when only text was written.")
    quoted_text = models.TextField(blank=True, help_text="The quoted conversation and the signature, folded away.")
    quoted_html = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        # The conversation of a ticket, in order.
        indexes = [
            models.Index(fields=["ticket", "id"], name="comment_ticket"),
            # What was said with third parties.
            models.Index(
                fields=["side_conversation", "id"],
                condition=models.Q(side_conversation__isnull=False),
                name="comment_side_conversation",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} of #{self.ticket_id}"
