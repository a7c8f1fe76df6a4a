"""The language of searches, as the vendor's: `type:ticket status<solved "frase esatta" -tags:vip`. Pure, never raises.

A term is a word, a phrase in quotation marks, or a key with an operator and a value; a minus before it asks for the
contrary. What a term means: search_terms. docs/algorithms/search.md
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LONGEST = 1_000  # Characters of a search.
MOST_TERMS = 50
QUOTES = '"“”„«»'
HEAD = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9_.]{0,99})(?P<operator><=|>=|[:<>])")
BARE = re.compile(rf"[^\s{QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Term:
    """key, operator: "" of words alone. value: without its quotation marks. start, end: where it stands."""

    value: str
    key: str = ""
    operator: str = ""
    quoted: bool = False
    negated: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where it stands: text[start:end]."""

    start: int
    end: int
    says: str


def parse(text: str) -> tuple[tuple[Term, ...], tuple[Fault, ...]]:
    """The terms of a search, and what cannot be one. Keys and values are not looked at."""
    terms: list[Term] = []
    faults: list[Fault] = []
    if len(text) > LONGEST:
        faults.append(Fault(LONGEST, len(text), _("A search has at most %(limit)s characters.") % {"limit": LONGEST}))
    text = text[:LONGEST].replace("\x00", " ")  # PostgreSQL takes none.
    place = 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        if place == len(text):
            break
        term, fault = _term(text, place)
        if len(terms) == MOST_TERMS:
            faults.append(Fault(place, len(text), _("A search has at most %(limit)s terms.") % {"limit": MOST_TERMS}))
            break
        if term.key or term.value.strip():
            terms.append(term)
        if fault:
            faults.append(fault)
        place = term.end
    return tuple(terms), tuple(faults)


def _term(text: str, start: int) -> tuple[Term, Fault | None]:
    place = start
    negated = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
    place += negated
    head = HEAD.match(text, place)
    key, operator = (head["key"].lower(), head["operator"]) if head else ("", "")
    place = head.end() if head else place
    value, end, quoted, fault = _value(text, place)
    return Term(value, key, operator, quoted, negated, start, end), fault


def _value(text: str, place: int) -> tuple[str, int, bool, Fault | None]:
    """The value that begins here, where it ends, whether it stood in quotation marks."""
    if place < len(text) and text[place] in QUOTES:
        end = next((at for at in range(place + 1, len(text)) if text[at] in QUOTES), None)
        if end is None:
            return (
                text[place + 1 :],
                len(text),
                True,
                Fault(place, len(text), _("This quotation mark is never closed.")),
            )
        return text[place + 1 : end], end + 1, True, None
    found = BARE.match(text, place)
    return (found.group(), found.end(), False, None) if found else ("", place, False, None)


def write(terms: Iterable[Term]) -> str:
    """The search of these terms: read again it gives the same."""
    return " ".join(map(_written, terms))


def _written(term: Term) -> str:
    value = f'"{term.value}"' if term.quoted else term.value
    return f"{'-' if term.negated else ''}{term.key}{term.operator}{value}"
