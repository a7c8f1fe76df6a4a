"""HTML from patterns and values, several times faster than django.utils.html.format_html."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString

NOTHING = SafeString("")


def fill(pattern: str, *values: object, **named: object) -> SafeString:
    """The pattern with its {} filled in; every value is escaped, unless it is markup (SafeString) already."""
    for name, value in named.items():
        named[name] = _escaped(value)
    return SafeString(pattern.format(*map(_escaped, values), **named))


def joined(parts: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(map(_escaped, parts)))


def _escaped(value: object) -> str:
    return value if type(value) is SafeString else escape(str(value))
