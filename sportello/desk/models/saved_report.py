from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sportello.kit.claims import Claimable

from .user import User


class SavedReport(models.Model):
    """A question to the figures that somebody named. asked: reports.saved reads it; periods stay words in it.

    shared: everybody who may see figures finds it. pinned: it stands on the overview of whoever finds it.
    """

    owner = models.ForeignKey("User", models.CASCADE, related_name="saved_reports")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    asked = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Rhythm(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every month")


class FileKind(models.TextChoices):
    NONE = "", _("no file")
    XLSX = "xlsx", "Excel (.xlsx)"
    CSV = "csv", "CSV"


class ReportMailing(Claimable):
    """A saved report that goes to people of the desk by mail, at an hour of the desk's wall clock.

    day: of a week 1 (Monday) to 7, of a month 1 to 28, of a day 0. stopped: it rests, because the owner left.
    """

    report = models.OneToOneField(SavedReport, models.CASCADE, related_name="mailing")
    rhythm = models.CharField(max_length=7, choices=Rhythm)
    day = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=4, choices=FileKind, blank=True)
    recipients: models.ManyToManyField = models.ManyToManyField(User, related_name="+")
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm="daily", day=0)
                | Q(rhythm="weekly", day__gte=1, day__lte=7)
                | Q(rhythm="monthly", day__gte=1, day__lte=28),
                name="report_mailing_day",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="report_mailing_hour"),
        ]
        indexes = [
            # What is to be sent now.
            models.Index(fields=["next_at", "id"], condition=Q(stopped=False), name="report_mailing_due"),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} mail of report {self.report_id}"


class OutgoingFile(models.Model):
    """A file of a mail that belongs to no comment. As models.Attachment; the bytes are in kit.blobs."""

    mail = models.ForeignKey("OutgoingMail", models.CASCADE, related_name="files")
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64)
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.file_name
