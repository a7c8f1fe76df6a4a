"""Two people, or two organizations, that turn out to be one: which, what comes together, and then it is done."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from sportello.desk.errors import DeskError
from sportello.desk.models import Organization, User
from sportello.kit.keys import key_of

One = TypeVar("One", User, Organization)


def decide(
    request: HttpRequest,
    source: One,
    *,
    find: Callable[[int], One],
    refuse: Callable[[One, One], None],
    merge: Callable[[int, int], One],
) -> tuple[One | None, str, bool]:
    """Who was chosen (None: nobody, or it cannot be), why it cannot be, and whether they are one now."""
    chosen = (request.POST if request.method == "POST" else request.GET).get("into", "")
    into = find(key_of(chosen)) if chosen.isdecimal() else None
    if into is None:
        return None, "", False
    try:
        if request.method == "POST":
            return merge(source.pk, into.pk), "", True
        refuse(source, into)
    except DeskError as refusal:
        return None, refusal.sentence, False
    return into, "", False
