"""People and organizations as one types them, as conditions on their rows: by the beginnings of the words of their
names, addresses, tags; a number by any digits of a phone. docs/algorithms/search.md

The index is asked; rows that it does not know yet are looked at one by one. All of them are where it is being written,
where the words are too common for a list of keys (then the first page is soon full), and where nobody has a word that
begins so: it may stand in the middle of one.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import F, Model, Q, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from sportello.kit import phones
from sportello.kit.prefixes import starting

from ..models import Identity, Organization, OrganizationDomain, User
from ..rules.search_terms import HEAD, ORGANIZATION, USER, Text, words
from . import index, standing

MOST = 2_000
WORDS = 5  # More say nothing more about who it is.
ABOUT_TOO = HEAD + "C"  # Of people their organization, and tags.


def people(typed: str) -> Q:
    """Everybody for nothing typed."""
    number = phones.asked(typed)
    if number:
        group = tuple(Text((it,), exact=True, prefix=True, parts=ABOUT_TOO) for it in number)
        phone = _has_phone(number)
        return _meant(USER, User, (group,), phone | _all(typed, _is_like), Q(), of_many=phone)
    return _by_words(USER, User, typed, _is_like)


def organizations(typed: str) -> Q:
    """All of them for nothing typed."""
    return _by_words(ORGANIZATION, Organization, typed, _is_company_like)


Like = Callable[[str], Q]


def _by_words(kind: str, model: type[Model], typed: str, like: Like) -> Q:
    said = typed.lower().split()[:WORDS]
    asked = [(word, words(word, exact=True, prefix=True, parts=ABOUT_TOO)) for word in said]
    # Too short to be a beginning: only looked at, in what the others find.
    groups = tuple((it,) for _word, it in asked if it and it.prefix)
    short = [word for word, it in asked if not (it and it.prefix)]
    return _meant(kind, model, groups, _all(typed, like), reduce(and_, map(like, short), Q()))


def _meant(
    kind: str, model: type[Model], groups: index.Groups, looked_at: Q, besides: Q, *, of_many: Q | None = None
) -> Q:
    """of_many: what is looked at where many have it; then, what the index does not have, nobody has."""
    until = standing.known_until(kind) if groups else None
    if until is None:
        return looked_at
    found = index.find(kind, groups, MOST + 1)
    if len(found) > MOST:
        return of_many or looked_at
    if not found and of_many is None:
        return looked_at
    since = model._default_manager.filter(looked_at, updated_at__gte=until).order_by()
    later: Sequence[int] = list(since.values_list("pk", flat=True)[:MOST])
    return (Q(pk__in=found) & besides) | Q(pk__in=later)


def _all(typed: str, like: Like) -> Q:
    return reduce(and_, map(like, typed.lower().split()[:WORDS]), Q())


def _is_like(word: str) -> Q:
    addresses = Q(pk__in=Identity.objects.filter(address__contains=word).values("user"))
    if "@" in word:
        return addresses
    named = Organization.objects.filter(name__alike=word).values("pk")
    return Q(name__alike=word) | Q(organization__in=named) | addresses


def _is_company_like(word: str) -> Q:
    of_domain = OrganizationDomain.objects.filter(starting("domain", word)).values("organization")
    return Q(name__alike=word) | Q(pk__in=of_domain)


def _has_phone(number: Sequence[str]) -> Q:
    phone: Any = F("phone")
    for sign in " -/.()":
        phone = Replace(phone, Value(sign), Value(""))
    return reduce(or_, (Q(Contains(phone, Value(it))) for it in number))
