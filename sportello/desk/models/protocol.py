from django.db import models
from django.db.models import Q


class Protocol(models.Model):
    """One version of the four-mail protocol, the desk's or an organization's. A change makes a new version.

    steps: the fields of rules.protocol.Steps. texts: {language: {step: {"subject", "body"}}}, only what
    differs from the default texts of rules.letter_texts.
    """

    organization = models.ForeignKey("Organization", models.CASCADE, null=True, blank=True, related_name="protocols")
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    steps = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    author = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "version"], name="protocol_version_once"),
            models.UniqueConstraint(fields=["organization"], condition=Q(current=True), name="protocol_one_current"),
            models.UniqueConstraint(
                fields=["current"], condition=Q(current=True, organization=None), name="protocol_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"protocol of {self.organization_id or 'the desk'}, version {self.version}"
