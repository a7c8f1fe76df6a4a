from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.Model):
    """Agents who share work."""

    class Assignment(models.TextChoices):
        MANUAL = "manual", _("by hand")
        ROUND_ROBIN = "round_robin", _("in turn")
        LOAD = "load", _("to whoever has least to do")
        SKILL = "skill", _("by skill, then to whoever has least to do")

    name = models.CharField(max_length=100, unique=True)
    assignment = models.CharField(max_length=12, choices=Assignment, default=Assignment.MANUAL)
    members: models.ManyToManyField = models.ManyToManyField(
        "User", through="GroupMembership", related_name="desk_groups"
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class GroupMembership(models.Model):
    user = models.ForeignKey("User", models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    last_assigned_at = models.DateTimeField(null=True, blank=True, help_text="Whose turn it is: the oldest first.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"
