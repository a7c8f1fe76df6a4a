"""CSV tables of people and organizations: what each column is, by its heading, and what a row says. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from sportello.kit.accents import plain

from ..errors import Invalid
from .custom_fields import CustomField

PEOPLE, ORGANIZATIONS = "people", "organizations"
# What a column of each table can be; "" is left out. A field of the desk's own: "custom:7".
TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    PEOPLE: ("name", "surname", "address", "phone", "language", "organization", "tags", "notes"),
    ORGANIZATIONS: ("name", "domains", "group", "tags", "notes"),
}
CUSTOM = "custom:"
# Headings that people write, in both languages, without accents and marks.
HEADINGS: Final[Mapping[str, str]] = {
    "name": "full name|nome e cognome|cognome e nome|nome completo|nominativo|contatto|contact|cliente|customer",
    "surname": "surname|last name|family name|cognome",
    "address": "email|e mail|mail|email address|e mail address|mail address|indirizzo email|indirizzo e mail|indirizzo "
    "mail|posta|posta elettronica|casella|pec|address|addresses|indirizzi|identities",
    "phone": "phone|phone number|telephone|telefono|tel|cellulare|cell|mobile|numero di telefono|recapito",
    "language": "language|lingua|locale|lang",
    "organization": "organization|organisation|organizzazione|company|azienda|ragione sociale|societa|ditta|struttura",
    "tags": "tags|tag|etichette|labels",
    "notes": "notes|note|details|dettagli|commenti|comments|annotazioni",
    "domains": "domains|domain|domini|dominio|mail domains|domini mail|domini di posta|domain names",
    "group": "group|gruppo|default group",
}
_COMPANY_NAMES = frozenset(
    "organization|organisation|organizzazione|company|azienda|ragione sociale|societa|ditta".split("|")
)
_LANGUAGES = {
    "it": ("it", "italian", "italiano", "italiana", "ita"),
    "en": ("en", "english", "inglese", "eng"),
}
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says; empty: nothing. custom: what stands in the desk's own fields, by id."""

    name: str = ""
    addresses: tuple[str, ...] = ()
    phone: str = ""
    language: str = ""
    organization: str = ""
    domains: tuple[str, ...] = ()
    group: str = ""
    tags: str = ""
    notes: str = ""
    custom: Mapping[int, str] = field(default_factory=dict)


def guess(
    what: str, headings: Sequence[str], rows: Iterable[Sequence[str]], own: Mapping[int, CustomField]
) -> list[str]:
    """What each column probably is, each thing once. rows: the first few; own: the desk's own fields of `what`."""
    found: list[str] = []
    known = {name: target for target in TARGETS[what] for name in _names_of(what, target)}
    for pk, it in own.items():
        titles = it.title.values() if isinstance(it.title, dict) else [it.title]
        known |= {_bare(name): f"{CUSTOM}{pk}" for name in (*titles, it.key)}
    for heading in headings:
        target = known.get(_bare(heading), "")
        found.append(target if target not in found else "")
    if what == PEOPLE and "address" not in found:
        samples = list(rows)
        for place in range(len(headings)):
            cells = [row[place] for row in samples if row[place]]
            if not found[place] and cells and all(_ADDRESS.search(it) for it in cells):
                found[place] = "address"
                break
    return found


def _names_of(what: str, target: str) -> set[str]:
    names = set(HEADINGS[target].split("|")) | {target}
    if target == "name":
        names |= {"name", "nome"} | (_COMPANY_NAMES if what == ORGANIZATIONS else set())
    return names


def _bare(heading: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(heading)).split())


def refuse_columns(what: str, columns: Sequence[str], own: Mapping[int, CustomField]) -> None:
    """Raises Invalid("columns") where the columns cannot tell who is meant, or name one thing twice."""
    used = [it for it in columns if it]
    allowed = {*TARGETS[what], *(f"{CUSTOM}{pk}" for pk in own)}
    if any(it not in allowed for it in used):
        raise Invalid("columns", _("Choose one from the list."))
    if len(set(used)) < len(used):
        raise Invalid("columns", _("Two columns are the same: choose one of them."))
    if what == ORGANIZATIONS and "name" not in used:
        raise Invalid("columns", _("Which column is the name? An organization is known by it."))
    if what == PEOPLE and "address" not in used and not {"name", "phone"} <= set(used):
        raise Invalid("columns", _("Which column is the mail address? A person is known by it, or by name and phone."))


def read(columns: Sequence[str], cells: Sequence[str]) -> Row:
    """Raises Invalid("language")."""
    said = {target: cell for target, cell in zip(columns, cells, strict=True) if target and cell}
    language = said.get("language", "")
    if language:
        language = _language(language)
    return Row(
        name=" ".join(filter(None, (said.get("name", ""), said.get("surname", "")))),
        addresses=tuple(dict.fromkeys(it for it in re.split(r"[\s;,|<>]+", said.get("address", "")) if it)),
        phone=said.get("phone", ""),
        language=language,
        organization=" ".join(said.get("organization", "").split()),
        domains=tuple(re.split(r"[\s;,|]+", said["domains"])) if "domains" in said else (),
        group=said.get("group", ""),
        tags=said.get("tags", "").replace(";", " "),
        notes=said.get("notes", ""),
        custom={int(name.removeprefix(CUSTOM)): cell for name, cell in said.items() if name.startswith(CUSTOM)},
    )


def _language(said: str) -> str:
    word = plain(said).strip()
    for code, names in _LANGUAGES.items():
        if word in names or re.fullmatch(rf"{code}[-_][a-z]{{2}}", word):
            return code
    raise Invalid("language", _("The desk does not speak “%(language)s”.") % {"language": said[:20]})
