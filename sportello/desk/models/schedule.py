from django.db import models


class Schedule(models.Model):
    """When the desk is open. Intervals are minutes from Sunday 00:00 local time, as in the vendor's API."""

    name = models.CharField(max_length=100, unique=True)
    time_zone = models.CharField(max_length=50)
    intervals = models.JSONField(default=list)
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays close the desk.")
    subdivision = models.CharField(max_length=10, blank=True)
    default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["default"], condition=models.Q(default=True), name="schedule_one_default")
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """Days on which a schedule is closed, first and last included; beside the public ones of its country."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="holidays")
    name = models.CharField(max_length=100)
    start_on = models.DateField()
    end_on = models.DateField()

    class Meta:
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_on__gte=models.F("start_on")), name="holiday_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.name
