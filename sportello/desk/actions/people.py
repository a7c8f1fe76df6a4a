"""Verbs on people and organizations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sportello.kit import clock, rows

from ..errors import Invalid, Refused
from ..models import Group, GroupMembership, Identity, Organization, User, UserTag
from ..rules import routing
from ..words import Role
from . import configuration
from .identities import ADDRESS_LIMIT, add_address, by_address, fold_address, mark_reachable, mark_undeliverable
from .organizations import PUBLIC_DOMAINS, add_organization, owner_of_domain
from .person_rows import changing, read_tags

# Addresses and organizations have rooms of their own; whoever deals with people finds them here too.
__all__ = [
    "ADDRESS_LIMIT",
    "PUBLIC_DOMAINS",
    "add_address",
    "add_organization",
    "by_address",
    "fold_address",
    "mark_reachable",
    "mark_undeliverable",
    "owner_of_domain",
]
PHONE_LIMIT = 40


def add(
    name: str,
    address: str = "",
    *,
    role: str = Role.END_USER,
    language: str = "",
    organization: Organization | None = None,
    phone: str = "",
    password: str | None = None,
) -> User:
    """A new person. Without an organization, the one that owns the address's domain.

    Raises Invalid("email") when the address is wrong or somebody's, Invalid("name"), Invalid("password").
    """
    folded = fold_address(address) if address else ""
    name = re.sub(r"\s+", " ", name).strip()[:200] or folded.split("@")[0]
    if not name:
        raise Invalid("name", _("A person needs a name or an address."))
    now = clock.now()
    person = User(
        name=name,
        email=folded,
        role=role,
        language=language,
        organization=organization,
        phone=phone,
        created_at=now,
        updated_at=now,
    )
    if password is None:
        person.password = "!"  # No password: links by mail only. Cheaper than Django's random unusable one.
    else:
        check_password(password, person)
        person.set_password(password)
    if folded and organization is None and role == Role.END_USER:
        person.organization_id = owner_of_domain(folded)
    try:
        with transaction.atomic():
            rows.insert(person)
            if folded:
                rows.insert(Identity(user=person, address=folded, primary=True, created_at=now))
    except IntegrityError:
        if not Identity.objects.filter(address=folded).exists():
            raise
        raise Invalid("email", _("Somebody has this address already.")) from None
    if person.is_staff_member:
        configuration.forget()
    return person


def save(person_id: int, data: Mapping[str, Any], *, actor: User | None) -> User:
    """Change a person in what data says; who and what stays in the history.

    data: {"name", "phone", "language", "time_zone", "notes", "surveys", "organization": Organization or None,
    "tags": texts}. Raises Invalid by these names, Missing, Refused for somebody who works here, Stale.
    """
    with changing(person_id, actor=actor) as person:
        for name, value in read(data).items():
            if name == "tags":
                _replace_tags(person, value)
            else:
                setattr(person, name, value)
    return person


def read(data: Mapping[str, Any]) -> dict[str, Any]:
    """What data means. Raises Invalid by its names."""
    found, faults = dict(data), {}
    if "name" in data:
        found["name"] = re.sub(r"\s+", " ", str(data["name"]).replace("\x00", "")).strip()[:200]
        if not found["name"]:
            faults["name"] = _("A person needs a name.")
    if "phone" in data:
        found["phone"] = re.sub(r"\s+", " ", str(data["phone"]).replace("\x00", "")).strip()
        if len(found["phone"]) > PHONE_LIMIT or (found["phone"] and not re.search(r"\d{3}", found["phone"])):
            faults["phone"] = _("“%(phone)s” is not a phone number.") % {"phone": found["phone"][:100]}
    if data.get("language") and data["language"] not in dict(settings.LANGUAGES):
        faults["language"] = _("The desk does not speak “%(language)s”.") % {"language": str(data["language"])[:20]}
    if data.get("time_zone") and data["time_zone"] not in available_timezones():
        faults["time_zone"] = _("There is no such time zone.")
    if "notes" in data:
        found["notes"] = str(data["notes"]).replace("\x00", "").replace("\r\n", "\n").strip()
    if "tags" in data:
        found["tags"] = set().union(*map(read_tags, data["tags"]))
    if faults:
        raise Invalid(faults)
    return found


def _replace_tags(person: User, wanted: set[str]) -> None:
    had = set(person.tags.values_list("tag", flat=True))
    person.tags.filter(tag__in=had - wanted).delete()
    UserTag.objects.bulk_create(UserTag(user=person, tag=tag) for tag in sorted(wanted - had))


def check_password(password: str, person: User | None = None) -> None:
    """Raises Invalid("password") with what is wrong with it."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password", " ".join(error.messages)) from None


def set_password(person: User, password: str) -> None:
    """Raises Invalid("password")."""
    check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])


def set_language(person: User, language: str) -> None:
    """The language of this person's pages and mails."""
    person.language = language
    person.save(update_fields=["language"])


def set_away(agent: User, away: bool) -> None:
    """Whoever is away is given no ticket; those that he has stay his. Idempotent."""
    _set(agent, away=away)


def set_capacity(agent: User, capacity: Mapping[str, Any]) -> None:
    """How many open tickets he is given at once, by kind of work, {"email": 10}. Raises Invalid("capacity.email")."""
    _set(agent, capacity=routing.read_capacity(capacity))


def _set(agent: User, **values: Any) -> None:
    if not agent.is_staff_member:
        raise Refused(_("Only agents are given tickets."))
    for name, value in values.items():
        setattr(agent, name, value)
    agent.save(update_fields=list(values))
    configuration.forget()


def add_group(name: str, *, assignment: str = Group.Assignment.MANUAL, members: tuple[User, ...] = ()) -> Group:
    """Raises Invalid("name") when taken, Invalid("members") when one of them is no agent."""
    now = clock.now()
    if not name.strip() or Group.objects.filter(name=name.strip()).exists():
        raise Invalid("name", _("A group needs a name of its own."))
    with transaction.atomic():
        group = Group.objects.create(name=name.strip(), assignment=assignment, created_at=now, updated_at=now)
        for member in members:
            join(group, member)
    configuration.forget()
    return group


def join(group: Group, agent: User) -> GroupMembership:
    """Put an agent into a group. Idempotent. Raises Invalid("members")."""
    if not agent.is_staff_member:
        raise Invalid("members", _("Only agents can be in a group."))
    return GroupMembership.objects.get_or_create(user=agent, group=group)[0]


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever wrote a mail."""

    name: str
    address: str


def find_or_add(sender: Sender, *, language: str = "") -> User:
    """The person who writes from this address, made when he is new. The language is a first guess, kept once set."""
    found = by_address(sender.address)
    if found:
        return found
    try:
        return add(sender.name, sender.address, language=language)
    except Invalid:
        # Somebody may have added the same person this very moment.
        found = by_address(sender.address)
        if found is None:
            raise
        return found
