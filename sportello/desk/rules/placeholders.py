"""Placeholders: the small language in which an admin writes texts with blanks, `{{ ticket.title }}`.

Liquid, reduced to what a text needs: output, conditions, assignment and comments. There is no loop, no include and no
filter that makes a value longer, so the work is bounded by the length of the source; a text reaches plain values only.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.static_analysis import Segments

SOURCE_LIMIT = 10_000  # characters
VALUE_LIMIT = 2_000  # characters of one value

PLACEHOLDERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ticket.id": {"it": "Numero della richiesta", "en": "Number of the request"},
        "ticket.title": {"it": "Oggetto della richiesta", "en": "Subject of the request"},
        "ticket.url": {"it": "Indirizzo della pagina della richiesta", "en": "Address of the request's page"},
        "requester.name": {"it": "Nome e cognome di chi ha scritto", "en": "Full name of the person who wrote"},
        "requester.first_name": {"it": "Nome di chi ha scritto", "en": "First name of the person who wrote"},
        "agent.name": {
            "it": "Nome e cognome del tecnico; vuoto se nessuno l'ha ancora in carico",
            "en": "Full name of the technician; empty while nobody has taken the request",
        },
        "agent.first_name": {"it": "Nome del tecnico", "en": "First name of the technician"},
        "agent.phone": {"it": "Telefono del tecnico, se pubblico", "en": "The technician's phone, where it is public"},
        "desk.name": {"it": "Nome dello sportello", "en": "Name of the desk"},
        "desk.address": {"it": "Indirizzo di posta dello sportello", "en": "Mail address of the desk"},
        "desk.phone": {"it": "Telefono dello sportello, se pubblico", "en": "Phone of the desk, where it is public"},
        "desk.url": {"it": "Indirizzo del portale", "en": "Address of the portal"},
        "organization.name": {"it": "Organizzazione di chi ha scritto", "en": "Organization of the person who wrote"},
        "close_hours": {
            "it": "Ore dopo le quali una richiesta risolta si chiude da sola",
            "en": "Hours after which a solved request closes by itself",
        },
        "survey_hours": {
            "it": "Ore fra la chiusura e la richiesta di un giudizio",
            "en": "Hours between the closing and the question how it went",
        },
        "link_minutes": {
            "it": "Minuti di validità del link per entrare",
            "en": "Minutes for which the sign-in link is valid",
        },
        "answer": {
            "it": "Il punto in cui compare la risposta del tecnico; senza, compare in fondo",
            "en": "Where the technician's answer appears; at the end where the text does not say",
        },
        "buttons": {
            "it": "Il punto in cui compaiono i pulsanti; senza, compaiono in fondo",
            "en": "Where the buttons appear; at the end where the text does not say",
        },
        "today": {"it": "Data di oggi, per esteso", "en": "Today's date, in full"},
    }
)


# The engine's lexer takes seconds over ten thousand of these; no honest text has a hundred.
_STRANGE = re.compile(r"\s{100}|\{{5}")
_BLOCK = re.compile(
    r"\{%-?\s*(?:(?P<open>if|unless|case|comment)|end(?:if|unless|case|comment))\b|(?P<empty>\{\{\s*\}\})"
)


# The engine has its own `now` and `today`, which read the machine's clock.
_NO_CLOCK = {"now": None, "today": None}


def render(source: str, values: Mapping[str, Any], *, escape: bool = False) -> str:
    """The text with its blanks filled. Never raises: what is missing, unknown or wrong comes out empty.

    values: nested dicts of plain strings and numbers; an empty string counts as missing, so that `{% if agent.name %}`
    reads as it should. A value is never read as a template, and only its first VALUE_LIMIT characters are used. With
    escape, values (not the source) are escaped for HTML.
    """
    from .placeholder_language import LiquidError

    try:
        return _parse(source, escape).render(_NO_CLOCK | _plain(values))
    except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError):
        return ""


def check(source: str, own: Collection[str] = ()) -> list[str]:
    """Why a text cannot be accepted, each complaint with its place and in the active language; [] when it can.

    own: the placeholders of this desk's fields.
    """
    if len(source) > SOURCE_LIMIT:
        return [_("The text is longer than %(limit)d characters.") % {"limit": SOURCE_LIMIT}]
    if strange := _STRANGE.search(source):
        return [_at(source, strange.start(), _("too many spaces or braces in a row"))]
    from .placeholder_language import STRICT, LiquidError

    try:
        template = STRICT.from_string(source)
    except LiquidError as error:
        index = error.token.start_index if error.token else -1
        if index < 0:  # the parser met the end and no longer knows where it began
            index = _unclosed(source)
        return [_at(source, index, _("this cannot be read: %(excerpt)s") % {"excerpt": _line(source, index)})]
    return [_at(source, index, complaint) for index, complaint in sorted(_complaints(template, own))]


def _complaints(template: "BoundTemplate", own: Collection[str]) -> Iterator[tuple[int, str]]:
    from .placeholder_language import FILTERS

    analysis = template.analyze()
    for uses in analysis.globals.values():
        for use in uses:
            name = _dotted(use.segments)
            if name not in PLACEHOLDERS and name not in own:
                close = get_close_matches(name, [*PLACEHOLDERS, *own], n=1)
                yield (
                    use.span.index,
                    _("“%(name)s” is not a placeholder; did you mean “%(close)s”?") % {"name": name, "close": close[0]}
                    if close
                    else _("“%(name)s” is not a placeholder.") % {"name": name},
                )
    for name, spans in analysis.filters.items():
        if name not in FILTERS:
            for span in spans:
                yield span.index, _("“%(name)s” is not a filter that texts can use.") % {"name": name}


def _dotted(segments: "Segments") -> str:
    return ".".join(segment if isinstance(segment, str) else f"[{segment}]" for segment in segments)


def _at(source: str, index: int, complaint: str) -> str:
    before = source[:index]
    place = {"line": before.count("\n") + 1, "column": index - before.rfind("\n"), "complaint": complaint}
    return _("Line %(line)d, column %(column)d: %(complaint)s") % place


def _unclosed(source: str) -> int:
    opened = []
    for found in _BLOCK.finditer(source):
        if found["empty"]:
            return found.start()
        if found["open"]:
            opened.append(found.start())
        elif opened:
            opened.pop()
    return opened[-1] if opened else 0


def _line(source: str, index: int) -> str:
    start = source.rfind("\n", 0, index) + 1
    return source[start:].split("\n", 1)[0].strip()[:80]


@lru_cache(maxsize=512)
def _parse(source: str, escape: bool) -> "BoundTemplate":
    if len(source) > SOURCE_LIMIT or _STRANGE.search(source):
        raise ValueError("not a text that `check` accepts")
    from .placeholder_language import LAX

    return LAX[escape].from_string(source)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return _plain(value)
    # An exact str, never a subclass: a "safe" string would pass unescaped.
    return str.__str__(str(value))[:VALUE_LIMIT] or None
