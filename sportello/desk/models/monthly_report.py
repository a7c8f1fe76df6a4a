from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.kit.claims import Claimable


class ReportAudience(models.TextChoices):
    """Who a report of the month is for: that decides what may stand in it."""

    TEAM = "team", pgettext_lazy("report for", "the team")
    PUBLIC = "public", _("publication to customers")
    ORGANIZATION = "organization", _("one organization")


class MonthlyReport(models.Model):
    """The figures of a month as they were written down, for one audience; never changed once somebody has it.

    figures: reports.month.figures as JSON. language, foreword: in which language a person sends or publishes it, and
    his own words before the figures. key: makes the public address, which ends with the key.
    """

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=12, choices=ReportAudience)
    organization = models.ForeignKey(
        "Organization", models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=5)
    foreword = models.TextField(blank=True)
    figures = models.JSONField()
    written_at = models.DateTimeField()
    key = models.CharField(max_length=40, blank=True, help_text="Of the public address; empty: not published.")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="monthly_report_month"),
            models.CheckConstraint(
                condition=Q(audience="organization", organization__isnull=False)
                | (~Q(audience="organization") & Q(organization=None)),
                name="monthly_report_of_an_organization",
            ),
            # Once, also with two workers.
            models.UniqueConstraint(
                fields=["year", "month", "audience"], condition=Q(organization=None), name="monthly_report_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "year", "month"],
                condition=Q(organization__isnull=False),
                name="monthly_report_once_for_each",
            ),
        ]

    def __str__(self) -> str:
        return f"report of {self.year}-{self.month:02} ({self.audience})"


class MonthlyReader(models.Model):
    """Who is told by mail that the month's report is written; without rows the administrators are."""

    person = models.OneToOneField("User", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"reader {self.person_id}"


class MonthlySending(models.Model):
    """An organization's report that a person sent to one of its people."""

    report = models.ForeignKey(MonthlyReport, models.CASCADE, related_name="sendings")
    recipient = models.ForeignKey("User", models.CASCADE, related_name="+", db_index=False)
    sender = models.ForeignKey("User", models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "recipient"], name="monthly_sending_once")]

    def __str__(self) -> str:
        return f"report {self.report_id} to {self.recipient_id}"


class MonthlyPrint(Claimable):
    """A report on its way to paper, which the worker makes. done: per cent. digest: of the PDF in kit.blobs."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=12, choices=ReportAudience)
    organization = models.ForeignKey(
        "Organization", models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=5)
    asker = models.ForeignKey("User", models.CASCADE, related_name="+")
    done = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    failed = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # What is to be printed.
            models.Index(fields=["id"], condition=Q(digest="", failed=False), name="monthly_print_waiting")
        ]

    def __str__(self) -> str:
        return f"print {self.pk} of {self.year}-{self.month:02} ({self.done} %)"
