from django.db import models

from ..words import SideState


class SideConversation(models.Model):
    """What the desk asks a third party about a ticket, by mail. Its words are comments that no customer reads."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="side_conversations")
    subject = models.CharField(max_length=998)
    state = models.CharField(max_length=6, choices=SideState, default=SideState.OPEN)
    started_by = models.ForeignKey("User", models.PROTECT, related_name="+")
    people: models.ManyToManyField = models.ManyToManyField("User", related_name="side_conversations")
    answered = models.BooleanField(default=False, help_text="The latest word is the third party's.")
    thread_root = models.CharField(max_length=255, blank=True)
    thread_last = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject
