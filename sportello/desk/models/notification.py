from django.db import models
from django.db.models import Q

from ..words import NoticeKind


class Notification(models.Model):
    """Something that an agent should know without looking for it. values: what its sentence needs."""

    user = models.ForeignKey("User", models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    ticket = models.ForeignKey("Ticket", models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    author = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    values = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # His notices, newest first; those that he has not read.
            models.Index(fields=["user", "-id"], name="notification_user"),
            models.Index(fields=["user", "ticket"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
