"""The keys of rows, as people, forms and files write them."""

from collections.abc import Iterable

DIGITS = 18  # What both databases hold, and what is read at once.


def key_of(said: object) -> int:
    """The key that is meant; 0, which no row has, for what can be none."""
    text = str(said)
    return int(text) if text.isdecimal() and len(text) <= DIGITS else 0


def keys_of(said: Iterable[str]) -> list[int]:
    """The keys that are meant, in their order, as a list that was put in order posts them."""
    return [key_of(it) for it in said if it.isdecimal()]
