from django.db import models
from django.db.models import Q


class Breaker(models.Model):
    """A correspondent who wrote more than the budget allows: his mail is held until somebody lifts the breaker."""

    address = models.CharField(max_length=254)
    mails = models.PositiveIntegerField()
    tripped_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=Q(lifted_at=None), name="breaker_one_tripped")
        ]

    def __str__(self) -> str:
        return f"breaker of {self.address}"
