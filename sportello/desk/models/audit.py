from django.db import models


class Audit(models.Model):
    """All the events of one update of a ticket, in order. Metrics, timeline and the API read it; never changed.

    events: list of objects, each with "type", named after the vendor's events (reference: audits of the API):
      Create {field_name, value} · Change {field_name, value, previous_value}; "routed" {by, skills}: its group gave the
      ticket to this assignee (actions.routing) · Comment {public, automatic} ·
      Notification {step, recipients: [user id]} ·
      SatisfactionRating {score, previous_score, about, comment, assignee_id} · Note {code, values}: something the desk
      noticed (rules.history words it).
    via: {"channel": Via} and, for rules, "source": {"rel": "protocol", "id", "title"}.
    """

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="audits")
    author = models.ForeignKey("User", models.PROTECT, null=True, related_name="+", help_text="Empty: a rule acted.")
    via = models.JSONField()
    events = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The history of a ticket.
            models.Index(fields=["ticket", "id"], name="audit_ticket")
        ]

    def __str__(self) -> str:
        return f"audit {self.pk} of #{self.ticket_id}"
