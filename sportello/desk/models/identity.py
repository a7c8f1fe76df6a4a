from django.db import models
from django.db.models import Q


class Identity(models.Model):
    """A mail address of a person. Folded to lower case; belongs to one person only."""

    user = models.ForeignKey("User", models.CASCADE, related_name="identities")
    address = models.CharField(max_length=254, unique=True)
    primary = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True, help_text="The person proved to read this address.")
    undeliverable_at = models.DateTimeField(null=True, blank=True, help_text="The last permanent bounce.")
    undeliverable_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(primary=True), name="identity_one_primary"),
            models.CheckConstraint(condition=~Q(address=""), name="identity_address_not_empty"),
        ]

    def __str__(self) -> str:
        return self.address
