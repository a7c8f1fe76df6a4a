from django.db import models


class CustomRole(models.Model):
    """What agents of one kind may do. permissions: words.Permission; an agent without a role may do all of them."""

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
