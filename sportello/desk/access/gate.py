"""Who is let in at all, and what is said to whoever is not."""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, QuerySet

from ..errors import Missing
from ..models import CustomRole, User
from ..words import Permission, Role

Row = TypeVar("Row", bound=Model)

# All that decides, beside who it is, what a member of the staff may see or do: role, ticket restriction, active, and
# the permissions of his custom role; None: he has none.
Rights = tuple[str, str, bool, tuple[str, ...] | None]

# What an agent without a custom role may do. What several use stays the administrators', unless a role says otherwise.
USUAL = frozenset(Permission) - {Permission.MACROS}


def rights_of(agent: User) -> Rights:
    granted = tuple(sorted(agent.custom_role.permissions)) if agent.custom_role_id and agent.custom_role else None
    return agent.role, agent.ticket_restriction, agent.active, granted


def stand_in(rights: Rights, key: int) -> User:
    """Somebody with these rights, of whom nothing else is known: a rule that asks for more fails (DoesNotExist)."""
    role, restriction, active, granted = rights
    # In the order of the table: Django reads the values so.
    columns = ("id", "role", "ticket_restriction", "custom_role_id", "active")
    person = User.from_db("default", columns, (key, role, restriction, None, active))
    if granted is not None:
        person.custom_role = CustomRole(pk=0, permissions=list(granted))
    return person


def may(person: User, permission: Permission) -> bool:
    """Whether this member of the staff may do this: administrators everything, an agent what his role says."""
    if not person.is_authenticated or not person.active or not person.is_staff_member:
        return False
    role = person.custom_role if not person.is_admin and person.custom_role_id is not None else None
    return grants(person.role, None if role is None else role.permissions, permission)


def grants(role: str, permissions: Collection[str] | None, permission: Permission) -> bool:
    """What `may` says of an active member of the staff. permissions: of his custom role; None: he has none."""
    if role == Role.ADMIN:
        return True
    granted = USUAL if permissions is None else permissions
    return permission in granted or (permission == Permission.OPEN and Permission.EDIT in granted)


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
