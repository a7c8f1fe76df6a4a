from django.db import models

from ..words import About, Score


class SatisfactionRating(models.Model):
    """The vote on a ticket, from the moment it is asked for. Earlier votes stay in the ticket's audits.

    about: the voter's own word, which nobody changes; reviewed_about: what two of the desk found it to be about.

    Who is credited (assignee, group) is frozen when the vote is asked for: a later reassignment changes nothing.
    """

    ticket = models.OneToOneField("Ticket", models.CASCADE, related_name="satisfaction_rating")
    requester = models.ForeignKey("User", models.PROTECT, related_name="satisfaction_ratings")
    assignee = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey("Group", models.PROTECT, null=True, blank=True, related_name="+")
    organization = models.ForeignKey("Organization", models.SET_NULL, null=True, blank=True, related_name="+")
    score = models.CharField(max_length=7, choices=Score, default=Score.OFFERED)
    about = models.CharField(max_length=7, choices=About, blank=True)
    reviewed_about = models.CharField(max_length=7, choices=About, blank=True)
    comment = models.TextField(blank=True)
    offered_at = models.DateTimeField()
    rated_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The month's votes; how often a person was asked lately.
            models.Index(fields=["rated_at"], name="rating_rated"),
            models.Index(fields=["requester", "offered_at"], name="rating_requester"),
            # The month's surveys.
            models.Index(fields=["offered_at"], name="rating_offered"),
        ]

    def __str__(self) -> str:
        return f"{self.score} on #{self.ticket_id}"
