"""Customers and their organizations by what somebody of the staff looks for: words, a tag, a language."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..models import Identity, Organization, OrganizationDomain, OrganizationTag, SatisfactionRating, User, UserTag
from ..words import Role
from .gate import staff
from .people import organizations, people
from .tickets import sees_every_ticket, tickets

NOTHING_ASKED = Q()


def customers(
    person: User, *, named: Q = NOTHING_ASKED, tag: str = "", organization: int = 0, language: str = ""
) -> "QuerySet[User]":
    """named: what search.beginnings makes of what was typed."""
    found = people(person).filter(named, role=Role.END_USER)
    if tag:
        found = found.filter(Exists(UserTag.objects.filter(user=OuterRef("pk"), tag=tag.lower())))
    if organization:
        found = found.filter(organization=organization)
    return found.filter(language=language) if language else found


def companies(person: User, *, named: Q = NOTHING_ASKED, tag: str = "") -> "QuerySet[Organization]":
    """named: as of `customers`."""
    found = organizations(person).filter(named).order_by()
    if tag:
        found = found.filter(Exists(OrganizationTag.objects.filter(organization=OuterRef("pk"), tag=tag.lower())))
    return found


def votes_of(person: User, *, user_id: int = 0, organization_id: int = 0) -> "QuerySet[SatisfactionRating]":
    """The votes that a customer, or the people of an organization, gave on tickets that this agent may see; newest
    first."""
    given = SatisfactionRating.objects.exclude(rated_at=None).order_by("-rated_at", "-id")
    given = given.filter(requester=user_id) if user_id else given.filter(ticket__organization=organization_id)
    return given if sees_every_ticket(person) else given.filter(ticket__in=tickets(person))


Pairs = Iterable[tuple[int, str]]


def tags_of_people(person: User, keys: Sequence[int]) -> Pairs:
    """(person, tag), by tag. keys: those whom `customers` found."""
    staff(person)
    return UserTag.objects.filter(user__in=keys).order_by("tag").values_list("user", "tag")


def addresses_of_people(person: User, keys: Sequence[int]) -> Pairs:
    """(person, address), the primary one first."""
    staff(person)
    return Identity.objects.filter(user__in=keys).order_by("-primary", "id").values_list("user", "address")


def words_of_organizations(person: User, keys: Sequence[int]) -> tuple[Pairs, Pairs]:
    """(organization, domain) and (organization, tag)."""
    staff(person)
    domains = OrganizationDomain.objects.filter(organization__in=keys).order_by("domain")
    tags = OrganizationTag.objects.filter(organization__in=keys).order_by("tag")
    return domains.values_list("organization", "domain"), tags.values_list("organization", "tag")
