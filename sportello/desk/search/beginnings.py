"""People and organizations as one types them: by the beginnings of the words of their names, addresses, phones."""

from ..rules.search_terms import HEAD, ORGANIZATION, USER, words
from . import index

MOST = 500
ABOUT_TOO = HEAD + "C"  # Of people their organization, and tags.


def people(typed: str) -> list[int]:
    """Who has words that begin with all of these; none where they are too many to be looked at, or nobody's."""
    return _beginning(USER, typed, ABOUT_TOO)


def organizations(typed: str) -> list[int]:
    return _beginning(ORGANIZATION, typed, ABOUT_TOO)


def _beginning(kind: str, typed: str, parts: str) -> list[int]:
    groups = tuple((it,) for word in typed.split() if (it := words(word, exact=True, prefix=True, parts=parts)))
    found = index.find(kind, groups, MOST + 1) if groups else []
    return found if len(found) <= MOST else []
