from typing import Self

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..words import Role


class UserQuerySet(models.QuerySet["User"]):
    def staff(self) -> Self:
        return self.filter(role__in=(Role.AGENT, Role.ADMIN), active=True)


class User(AbstractBaseUser):
    """A person: a customer, an agent or an administrator. Addresses are identities; people sign in by any of them."""

    class TicketRestriction(models.TextChoices):
        NONE = "", _("all tickets")
        GROUPS = "groups", _("tickets of own groups")
        ASSIGNED = "assigned", _("own tickets only")

    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True, help_text="The primary address, kept with the identities.")
    role = models.CharField(max_length=10, choices=Role, default=Role.END_USER)
    organization = models.ForeignKey("Organization", models.SET_NULL, null=True, blank=True, related_name="members")
    language = models.CharField(max_length=5, blank=True, help_text="Empty: the desk's language.")
    time_zone = models.CharField(max_length=50, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    ticket_restriction = models.CharField(max_length=10, choices=TicketRestriction, blank=True)
    surveys = models.BooleanField(default=True, help_text="False: this person asked not to be surveyed.")
    away = models.BooleanField(default=False, help_text="An away agent is given no ticket automatically.")
    notes = models.TextField(blank=True, help_text="What agents should know of this person.")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Who it turned out to be."
    )
    custom_role = models.ForeignKey(
        "CustomRole", models.PROTECT, null=True, blank=True, related_name="agents", help_text="Of an agent only."
    )
    capacity = models.JSONField(
        default=dict, blank=True, help_text='Open tickets at once by channel, {"email": 10}; none named: no limit.'
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = UserQuerySet.as_manager()
    # An address is the name one signs in with (actions.people.by_address); the key only satisfies Django's contract.
    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = []

    class Meta:
        indexes = [
            # The customers' list by name; lists of staff.
            models.Index(fields=["role", "name"], name="user_role_name"),
            # Who has changed since the index of searches last looked.
            models.Index(fields=["updated_at", "id"], name="user_updated"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's name for it.
        return self.active

    @property
    def is_staff_member(self) -> bool:
        return self.role in (Role.AGENT, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0] if self.name else ""


class UserTag(models.Model):
    """A tag on a person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tag"], name="user_tag_once")]

    def __str__(self) -> str:
        return self.tag
