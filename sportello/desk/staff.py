"""A question about the staff that is asked before anybody has signed in."""

from .models import User
from .words import Role


def exists() -> bool:
    """Whether anybody has been made agent or administrator, suspended ones too."""
    return User.objects.exclude(role=Role.END_USER).exists()
