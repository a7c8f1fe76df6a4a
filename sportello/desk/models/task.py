from django.db import models


class TicketTask(models.Model):
    """A line of the checklist of a ticket."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="tasks")
    text = models.CharField(max_length=500)
    position = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class TimeEntry(models.Model):
    """Time that an agent spent on a ticket."""

    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="time_entries")
    agent = models.ForeignKey("User", models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
    note = models.CharField(max_length=500, blank=True)
    spent_on = models.DateField(help_text="The day, in the agent's time zone.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.minutes} minutes of {self.agent_id} on #{self.ticket_id}"
