from django.db import models


class SearchState(models.Model):
    """How far the index of searches has come (actions.indexing). version: whoever has seen another one begins anew."""

    name = models.CharField(max_length=20, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)
    position = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} at {self.version}"


class AttachmentText(models.Model):
    """The words of a file, once for all attachments with these bytes; reason: why there are none."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest
