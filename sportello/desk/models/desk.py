from django.db import models


class Desk(models.Model):
    """The desk itself: one row, what an administrator may change at run time."""

    name = models.CharField(max_length=100, default="Sportello")
    language = models.CharField(max_length=5, default="en")
    time_zone = models.CharField(max_length=50, default="Europe/Rome")
    colour = models.CharField(max_length=7, default="#0b6b5b")
    phone = models.CharField(max_length=40, blank=True, help_text="How to reach the desk; empty when not published.")
    hourly_budget = models.PositiveIntegerField(
        default=30, help_text="Mails an hour from one address before the breaker."
    )
    mail_out_secret = models.TextField(blank=True, help_text="URL of the outgoing mail server, encrypted.")
    logo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the picture, its name in kit.blobs.")
    logo_type = models.CharField(max_length=50, blank=True)
    review_days = models.PositiveSmallIntegerField(default=2, help_text="Open days to review a bad vote in.")
    set_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="desk_one_row")]

    def __str__(self) -> str:
        return self.name
