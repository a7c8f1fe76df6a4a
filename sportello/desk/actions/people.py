"""Verbs on people and organizations."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import clock, rows
from sportello.kit.prepared import prepared

from ..errors import Invalid, Refused
from ..models import Group, GroupMembership, Identity, Organization, OrganizationDomain, User
from ..rules import routing
from ..words import Role
from . import configuration

# Whoever writes from here may be anybody: these domains belong to no organization.
PUBLIC_DOMAINS = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.it hotmail.com hotmail.it live.com live.it msn.com yahoo.com yahoo.it
    icloud.com me.com libero.it virgilio.it tiscali.it alice.it tin.it fastwebnet.it aruba.it pec.it proton.me gmx.de
    gmx.net web.de orange.fr free.fr
    """.split()
)


ADDRESS_LIMIT = 254  # RFC 5321 leaves no room for more.


def fold_address(address: str) -> str:
    """The address as it is stored and compared. Raises Invalid("email")."""
    folded = _fold(address)
    try:
        # Servers without SMTPUTF8 are many: a name before the @ that is not ASCII cannot be written to.
        if len(folded) > ADDRESS_LIMIT or not folded.isascii():
            raise ValidationError("too long")
        validate_email(folded)
    except ValidationError:
        raise Invalid("email", _("“%(address)s” is not a mail address.") % {"address": address[:100]}) from None
    return folded


def _fold(address: str) -> str:
    """Lower case; the domain in the letters that mail servers use (IDNA)."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode()
    return f"{local}{at}{domain}"


def by_address(address: str) -> User | None:
    """The person who has this address, in any case of letters."""
    identity = Identity.objects.filter(address=_fold(address)).select_related("user").first()
    return identity.user if identity else None


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


def owner_of_domain(address: str) -> int | None:
    """The id of the organization whose people write from this address's domain."""
    domain = address.rpartition("@")[2]
    if domain in PUBLIC_DOMAINS:
        return None
    return next(iter(_owners(domain)), None)


@prepared
def _owners(domain: str) -> "QuerySet[Any, int]":
    return OrganizationDomain.objects.filter(domain=domain).values_list("organization", flat=True)


def add_address(person: User, address: str, *, verified: bool = False) -> Identity:
    """One more address of a person. Idempotent for his own. Raises Invalid("email") when it is somebody else's."""
    folded = fold_address(address)
    now = clock.now()
    with transaction.atomic():
        found = Identity.objects.filter(address=folded).first()
        if found is None:
            first = not Identity.objects.filter(user=person).exists()
            if first:
                person.email = folded
                person.save(update_fields=["email"])
            return Identity.objects.create(
                user=person, address=folded, primary=first, created_at=now, verified_at=now if verified else None
            )
    if found.user_id != person.pk:
        raise Invalid("email", _("Somebody has this address already."))
    return found


def mark_undeliverable(address: str, reason: str) -> Identity | None:
    """A mail to this address came back for good."""
    identity = Identity.objects.filter(address=_fold(address)).first()
    if identity:
        identity.undeliverable_at = clock.now()
        identity.undeliverable_reason = reason[:500]
        identity.save(update_fields=["undeliverable_at", "undeliverable_reason"])
    return identity


def mark_reachable(address: str) -> None:
    """Somebody wrote from this address: it works again."""
    Identity.objects.filter(address=_fold(address), undeliverable_at__isnull=False).update(
        undeliverable_at=None, undeliverable_reason=""
    )


def add_organization(name: str, *, domains: tuple[str, ...] = (), shared_tickets: bool = False) -> Organization:
    """Raises Invalid("name") or Invalid("domains") when taken."""
    name = name.strip()
    now = clock.now()
    if not name or Organization.objects.filter(name=name).exists():
        raise Invalid("name", _("An organization needs a name of its own."))
    folded = [domain.strip().lower().lstrip("@") for domain in domains]
    taken = OrganizationDomain.objects.filter(domain__in=folded).values_list("domain", flat=True).first()
    if taken:
        raise Invalid("domains", _("“%(domain)s” belongs to another organization.") % {"domain": taken})
    with transaction.atomic():
        organization = Organization.objects.create(
            name=name, shared_tickets=shared_tickets, created_at=now, updated_at=now
        )
        OrganizationDomain.objects.bulk_create(
            OrganizationDomain(organization=organization, domain=domain) for domain in folded
        )
    return organization


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
