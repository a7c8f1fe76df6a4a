from django.db import models
from django.db.models import Q

from sportello.kit.claims import Claimable

from ..words import SendState


class BenchmarkMembership(models.Model):
    """How this desk describes itself to be compared, and whether it sends its figures: one row, once it does."""

    sector = models.CharField(max_length=30)
    size = models.CharField(max_length=10)
    audience = models.CharField(max_length=10)
    country = models.CharField(max_length=2)
    hub = models.CharField(max_length=200, blank=True, help_text="URL; empty: figures are carried as files.")
    key = models.TextField(help_text="The private key that signs, hexadecimal, encrypted (kit.secrets).")
    joined_at = models.DateTimeField(null=True, blank=True, help_text="Null: nothing is sent.")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the hub was last asked what it publishes.")
    ask_at = models.DateTimeField(null=True, blank=True, help_text="When it is asked next; null: at once.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="How often in a row asking has failed.")
    last_error = models.CharField(max_length=500, blank=True, help_text="What went wrong when asking.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="benchmark_membership_one_row")]

    def __str__(self) -> str:
        return f"{self.sector} {self.size} {self.audience} {self.country}"


class BenchmarkSending(Claimable):
    """A file with a month's figures on its way to a hub, kept as it was sent by a worker (delivery.benchmark)."""

    month = models.CharField(max_length=7, help_text="2026-10")
    hub = models.CharField(max_length=200)
    file = models.TextField(help_text="The very bytes, which are ASCII.")
    state = models.CharField(max_length=9, choices=SendState, default=SendState.QUEUED)
    answer = models.CharField(
        max_length=500, blank=True, help_text="received, replaced or same; of a failed one the code of the refusal."
    )
    due_at = models.DateTimeField(help_text="Not before; moves on with each failed attempt.")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # What is to be sent now.
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="benchmark_sending_due"),
            # Whether a month has been sent to the hub.
            models.Index(fields=["month", "hub"], name="benchmark_sending_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month} to {self.hub} ({self.state})"


class BenchmarkPublication(models.Model):
    """What a hub publishes of a month and a cohort: fetched from it, or carried here as a file."""

    hub = models.CharField(max_length=200, blank=True, help_text="URL; empty: it came as a file.")
    source = models.CharField(max_length=200, help_text="As the hub calls itself.")
    month = models.CharField(max_length=7)
    cohort = models.CharField(max_length=60, help_text="all, sector:software, …")
    said = models.JSONField(help_text="As in the file: benchmark.exchange.publication.")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "source", "month", "cohort"], name="benchmark_publication_once")
        ]
        # A month's, of whatever hub.
        indexes = [models.Index(fields=["month"], name="benchmark_publication_month")]

    def __str__(self) -> str:
        return f"{self.cohort} in {self.month}"
