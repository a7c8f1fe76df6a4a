"""Patterns that an administrator writes and a customer's text must follow: regular expressions that end soon. Pure.

Python's engine tries every way in which a text can be cut to a pattern; some patterns have more ways than there is
time. So the ways are counted when the pattern is written, and those with too many are refused.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from math import prod
from typing import Any

from django.utils.translation import gettext as _

# The grammar's own names have no other home.
from re import _constants as codes  # type: ignore[attr-defined]  # isort: skip
from re import _parser  # type: ignore[attr-defined]  # isort: skip

LONGEST_TEXT = 255  # characters that are ever held against a pattern
LONGEST_PATTERN = 300
MOST_WAYS = 1_000_000  # some hundredths of a second
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
PLAIN = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN, codes.AT)


class Unfit(ValueError):
    """A pattern that is wrong or may take for ever; the text is for the person who wrote it."""


@lru_cache(maxsize=500)
def compiled(pattern: str) -> "re.Pattern[str]":
    """The pattern, ready to be held against whole texts of at most LONGEST_TEXT characters. Raises Unfit."""
    if not pattern or len(pattern) > LONGEST_PATTERN:
        raise Unfit(_("Write a pattern of at most %(limit)s characters.") % {"limit": LONGEST_PATTERN})
    try:
        found = re.compile(pattern)
        ways = _ways(_parser.parse(pattern))
    except (re.error, OverflowError, RecursionError) as fault:
        raise Unfit(_("This is no regular expression: %(fault)s") % {"fault": fault}) from None
    if ways > MOST_WAYS:
        raise Unfit(_("This pattern may take too long: say how often things repeat, as in [A-Z]{1,5}."))
    return found


def follows(text: str, pattern: str) -> bool:
    """Whether all of the text is as the pattern says. Raises Unfit."""
    return len(text) <= LONGEST_TEXT and compiled(pattern).fullmatch(text) is not None


def _ways(parts: Iterable[Any]) -> int:
    """In how many ways a text could be cut to this, at most."""
    return min(prod(_ways_of(code, value) for code, value in parts), MOST_WAYS + 1)


def _ways_of(code: Any, value: Any) -> int:
    if code in PLAIN:
        return 1
    if code in REPEATS:
        least, most, body = value
        # What takes up no room is tried as often as the pattern says, however short the text.
        times = int(most) if body.getwidth()[0] == 0 else 1
        ways, most = _ways(body), min(most, LONGEST_TEXT)
        least = min(least, most)
        return times * (most - least + 1) * ways ** (most if ways > 1 else 0)
    if code == codes.SUBPATTERN:
        return _ways(value[-1])
    if code == codes.BRANCH:
        return sum(_ways(branch) for branch in value[1])
    raise Unfit(_("This pattern looks around or back: only what stands in the text itself can be asked."))
