"""Who is let in at all, and what is said to whoever is not."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from ..errors import Missing
from ..models import User

Row = TypeVar("Row", bound=Model)

# All that decides, beside who it is, what a member of the staff may see: role, ticket restriction, active.
Rights = tuple[str, str, bool]


def rights_of(agent: User) -> Rights:
    return agent.role, agent.ticket_restriction, agent.active


def stand_in(rights: Rights, key: int) -> User:
    """Somebody with these rights, of whom nothing else is known: a rule that asks for more fails (DoesNotExist)."""
    return User.from_db("default", ("id", "role", "ticket_restriction", "active"), (key, *rights))


def one(found: "QuerySet[Row]") -> Row:
    """Missing and forbidden look the same. Raises Missing."""
    row = found.first()
    if row is None:
        raise Missing
    return row


def staff(person: User) -> None:
    if not person.is_authenticated or not person.active or not person.is_staff_member:
        raise Missing


def admin(person: User) -> None:
    if not person.is_authenticated or not person.active or not person.is_admin:
        raise Missing
