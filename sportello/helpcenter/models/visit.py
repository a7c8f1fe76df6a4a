from django.db import models
from django.db.models import Q


class Visit(models.Model):
    """A visit that has answered or sent something: who holds its row decides what of it counts once. word: see
    ArticleReading.visit; sent_at: when it first sent a request."""

    word = models.CharField(max_length=32, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(word=""), name="visit_has_word")]

    def __str__(self) -> str:
        return f"visit {self.pk}"
