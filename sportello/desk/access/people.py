"""People, organizations, and who works at the desk."""

from typing import TypeVar

from django.db.models import QuerySet

from ..models import CustomRole, Group, Identity, Organization, OutgoingMail, RuleChange, Skill, User
from ..words import Role
from .gate import admin, one, staff

One = TypeVar("One", User, Organization)


def people(person: User) -> "QuerySet[User]":
    """Everybody, for the staff."""
    staff(person)
    return User.objects.filter(active=True)


def get_person(person: User, user_id: int) -> User:
    return one(people(person).filter(pk=user_id))


def known_people(person: User) -> "QuerySet[User]":
    """Those who have left, or turned out to be somebody else, among them, for the staff."""
    staff(person)
    return User.objects.all()


def get_known_person(person: User, user_id: int) -> User:
    return one(one_known_person(person, user_id))


def one_known_person(person: User, user_id: int) -> "QuerySet[User]":
    """With all that belongs to him once."""
    return known_people(person).filter(pk=user_id).select_related("organization", "merged_into")


def person_changes(person: User, user_id: int) -> "QuerySet[RuleChange]":
    """Who changed what of a person, his own fields too, newest first, for the staff."""
    staff(person)
    return RuleChange.objects.filter(kind__in=("user", "person"), rule_id=user_id).order_by("-id")


def organization_changes(person: User, organization_id: int) -> "QuerySet[RuleChange]":
    staff(person)
    return RuleChange.objects.filter(kind="organization", rule_id=organization_id).order_by("-id")


def holder(user_id: int) -> User | None:
    """Whoever this person is now: he himself, or whom he turned out to be. None: nobody who is still here."""
    found = _end(User, user_id)
    return found if found is not None and found.active else None


def organization_holder(organization_id: int) -> Organization | None:
    """Whichever organization this is now: it itself, or the one that it turned out to be. None: there is none."""
    return _end(Organization, organization_id)


def _end(model: type[One], key: int) -> One | None:
    seen: set[int] = set()
    found = model._default_manager.filter(pk=key).first()
    while found is not None and found.merged_into_id and found.pk not in seen:
        seen.add(found.pk)
        found = model._default_manager.filter(pk=found.merged_into_id).first()
    return found


def is_withdrawn(person: User, ticket_id: int, token: str) -> bool:
    """Whether a link was mailed to an address that is not his any more: whoever reads it there is somebody else."""
    own = Identity.objects.filter(user=person).values("address")
    return OutgoingMail.objects.filter(ticket=ticket_id, text__contains=token).exclude(to__in=own).exists()


def organizations(person: User) -> "QuerySet[Organization]":
    """By name, without those that turned out to be another one, for the staff."""
    return known_organizations(person).filter(merged_into=None).order_by("name")


def known_organizations(person: User) -> "QuerySet[Organization]":
    """Those that turned out to be another one among them, for the staff."""
    staff(person)
    return Organization.objects.all()


def get_known_organization(person: User, organization_id: int) -> Organization:
    return one(known_organizations(person).filter(pk=organization_id).select_related("group"))


def get_organization(person: User, organization_id: int) -> Organization:
    return one(organizations(person).filter(pk=organization_id).select_related("group"))


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


def agents(person: User) -> "QuerySet[User]":
    """The agents and administrators who are here, by name, for the staff."""
    staff(person)
    return User.objects.staff().order_by("name", "id")


def team(person: User) -> "QuerySet[User]":
    """The agents and administrators, by name, for administrators."""
    admin(person)
    return User.objects.staff().order_by("name", "id")


def everybody_here(person: User) -> "QuerySet[User]":
    """The agents and administrators, by name, those who have left too, for administrators."""
    admin(person)
    return User.objects.exclude(role=Role.END_USER).order_by("name", "id")


def get_member(person: User, user_id: int) -> User:
    """Somebody who works here, or did."""
    return one(everybody_here(person).filter(pk=user_id).select_related("custom_role"))


def roles(person: User) -> "QuerySet[CustomRole]":
    """The custom roles by name, with those who have them, for administrators."""
    admin(person)
    return CustomRole.objects.prefetch_related("agents").order_by("name", "id")


def get_role(person: User, role_id: int) -> CustomRole:
    return one(roles(person).filter(pk=role_id))
