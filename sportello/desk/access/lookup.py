"""Find people by what somebody of the staff types of them."""

from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from ..models import Identity, Organization, User
from .people import people

SHORTEST = 2
WORDS = 5  # More say nothing more about who it is.


def people_like(person: User, typed: str) -> "QuerySet[User]":
    """Whose name, address or organization has each of the words, or whose phone has the number; by name.

    Nobody for less than two letters.
    """
    words = typed.lower().split()[:WORDS]
    found = people(person).select_related("organization")
    if len("".join(words)) < SHORTEST:
        return found.none()
    # "055 123" is one number, however it was written down.
    dialled = "".join(typed.split())
    if dialled.removeprefix("+").isdecimal():
        phone: Any = F("phone")
        for blank in (" ", "-", "/", "."):
            phone = Replace(phone, Value(blank), Value(""))
        return found.annotate(dialled=phone).filter(dialled__contains=dialled).order_by("name", "id")
    for word in words:
        addresses = Identity.objects.filter(address__contains=word).values("user")
        organizations = Organization.objects.filter(name__icontains=word).values("pk")
        # Not folded: looking at each of 100,000 people with every key must not take a second.
        found = found.filter(Q(name__icontains=word) | Q(pk__in=addresses) | Q(organization__in=organizations))
    return found.order_by("name", "id")
