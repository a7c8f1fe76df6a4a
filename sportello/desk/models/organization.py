from django.db import models


class Organization(models.Model):
    name = models.CharField(max_length=200, unique=True)
    notes = models.TextField(blank=True)
    # The default group of its tickets.
    group = models.ForeignKey("Group", models.SET_NULL, null=True, blank=True)
    shared_tickets = models.BooleanField(default=False, help_text="Its people see each other's requests.")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Which one it turned out to be."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        # What has changed since the index of searches last looked.
        indexes = [models.Index(fields=["updated_at", "id"], name="organization_updated")]

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(models.Model):
    """A mail domain that an organization owns: whoever writes from it belongs to the organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.domain


class OrganizationTag(models.Model):
    """A tag on an organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "tag"], name="organization_tag_once")]

    def __str__(self) -> str:
        return self.tag
