"""Customers and their organizations by what somebody of the staff looks for: words, a tag, a language."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from sportello.kit.prefixes import starting

from ..models import Identity, Organization, OrganizationDomain, OrganizationTag, SatisfactionRating, User, UserTag
from ..words import Role
from .gate import staff
from .people import organizations, people
from .tickets import sees_every_ticket, tickets

WORDS = 5  # More say nothing more about who it is.
DIGITS = 3


def customers(
    person: User,
    *,
    typed: str = "",
    among: Sequence[int] = (),
    tag: str = "",
    organization: int = 0,
    language: str = "",
) -> "QuerySet[User]":
    """typed: words, each of which is in the name or in that of the organization, whatever the accents, or begins an
    address; digits are of the phone. among: whom the index of searches knows by these words; without anybody all are
    looked at."""
    found = people(person).filter(role=Role.END_USER)
    if among:
        found, typed = found.filter(pk__in=among), ""
    for word in typed.lower().split()[:WORDS]:
        found = found.filter(_is_like(word))
    if tag:
        found = found.filter(Exists(UserTag.objects.filter(user=OuterRef("pk"), tag=tag.lower())))
    if organization:
        found = found.filter(organization=organization)
    return found.filter(language=language) if language else found


def _is_like(word: str) -> Q:
    of_address = Q(pk__in=Identity.objects.filter(starting("address", word)).values("user"))
    if "@" in word:
        return of_address
    digits = word.removeprefix("+")
    if digits.isdecimal() and len(digits) >= DIGITS:
        return of_address | Q(phone__contains=word)
    named = Q(organization__in=Organization.objects.filter(name__alike=word).values("pk"))
    return Q(name__alike=word) | named | of_address


def companies(person: User, *, typed: str = "", among: Sequence[int] = (), tag: str = "") -> "QuerySet[Organization]":
    """typed: words, each of which is in the name, whatever the accents, or begins a domain. among: as of
    `customers`."""
    found = organizations(person).order_by()
    if among:
        found, typed = found.filter(pk__in=among), ""
    for word in typed.lower().split()[:WORDS]:
        of_domain = OrganizationDomain.objects.filter(starting("domain", word)).values("organization")
        found = found.filter(Q(name__alike=word) | Q(pk__in=of_domain))
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
