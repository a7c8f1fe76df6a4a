"""People, organizations, and who works at the desk."""

from django.db.models import QuerySet

from ..models import Group, Organization, Skill, User
from .gate import admin, one, staff


def people(person: User) -> "QuerySet[User]":
    """Everybody, for the staff."""
    staff(person)
    return User.objects.filter(active=True)


def get_person(person: User, user_id: int) -> User:
    return one(people(person).filter(pk=user_id))


def organizations(person: User) -> "QuerySet[Organization]":
    staff(person)
    return Organization.objects.order_by("name")


def groups(person: User) -> "QuerySet[Group]":
    """The groups with their members, those in use first, for administrators."""
    admin(person)
    return Group.objects.prefetch_related("members").order_by("-active", "name", "id")


def get_group(person: User, group_id: int) -> Group:
    return one(groups(person).filter(pk=group_id))


def skills(person: User) -> "QuerySet[Skill]":
    """The skills with the agents who have them, for administrators."""
    admin(person)
    return Skill.objects.prefetch_related("agents").order_by("position", "id")


def get_skill(person: User, skill_id: int) -> Skill:
    return one(skills(person).filter(pk=skill_id))


def team(person: User) -> "QuerySet[User]":
    """The agents and administrators, by name, for administrators."""
    admin(person)
    return User.objects.staff().order_by("name", "id")


def get_member(person: User, user_id: int) -> User:
    return one(team(person).filter(pk=user_id))
