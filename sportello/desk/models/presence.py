from django.db import models


class WebProcess(models.Model):
    """A web process that is alive: whoever is connected to one that has not beaten for a while is gone with it."""

    key = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Presence(models.Model):
    """An agent has a ticket before his eyes, in one tab. typing: "", "answer" or "note"."""

    process = models.ForeignKey(WebProcess, models.CASCADE, related_name="presences")
    connection = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey("User", models.CASCADE, related_name="+")
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="presences")
    typing = models.CharField(max_length=6, blank=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} at #{self.ticket_id}"
