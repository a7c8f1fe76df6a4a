"""A custom field as somebody is writing it: as posted, as kept, and as its verb takes it.

A row's controls are named by its place, "options.2.value", which is how `Invalid` names a fault.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict

from sportello.desk.models import CustomField
from sportello.desk.rules.custom_fields import LISTS
from sportello.desk.rules.texts import LANGUAGES

PLACE = re.compile(r"options\.(\d{1,4})\.(value|kept|it|en)")
# What customers do with a field in the portal, each with all that stands before it.
PORTAL = ("visible_in_portal", "editable_in_portal", "required_in_portal")
FIRST_OPTIONS = 3
Texts = dict[str, str]


@dataclass
class Option:
    """is_kept: its value stands in tickets, and is not changed any more."""

    value: str = ""
    names: Texts = field(default_factory=dict)
    is_kept: bool = False


@dataclass
class Draft:
    """portal: how many of PORTAL hold. trial: a text to try the pattern on. focus: the control to go on with."""

    of: str
    kind: str
    key: str = ""
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    pattern: str = ""
    required: bool = False
    portal: int = 0
    active: bool = True
    trial: str = ""
    focus: str = ""

    @property
    def has_options(self) -> bool:
        return self.kind in LISTS

    @property
    def has_pattern(self) -> bool:
        return self.kind == "regexp"

    def edit(self, gesture: str) -> None:
        """ "add.options", "remove.options.1", "up.options.1", "down.options.1"; anything else changes nothing."""
        verb, _dot, place = gesture.partition(".")
        if verb == "add" and place == "options":
            self.options.append(Option())
            self.focus = f"options.{len(self.options) - 1}"
        elif place.startswith("options."):
            self.focus = rearrange(self.options, verb, place)

    def data(self) -> dict[str, Any]:
        """As `actions.ticket_fields` takes it."""
        return {
            "of": self.of,
            "kind": self.kind,
            "key": self.key,
            "title": as_text(self.title),
            "description": as_text(self.description),
            "options": [{"value": it.value, "name": as_text(it.names)} for it in self.options],
            "pattern": self.pattern,
            "required": self.required,
            **{name: self.portal > number for number, name in enumerate(PORTAL)},
            "active": self.active,
        }

    def rows(self, faults: Mapping[str, str]) -> list[SimpleNamespace]:
        """The options as they are shown."""
        return [
            SimpleNamespace(
                place=f"options.{number}",
                option=it,
                title=next((name for name in it.names.values() if name), number + 1),
                names=[(code, it.names.get(code, "")) for code in LANGUAGES],
                faults=[text for place, text in faults.items() if f"{place}.".startswith(f"options.{number}.")],
            )
            for number, it in enumerate(self.options)
        ]


def rearrange(rows: list[Any], verb: str, place: str) -> str:
    """Take away or move the row of this place ("options.1"); returns the control to go on with, "up.options.0"."""
    name, _dot, said = place.rpartition(".")
    at = int(said) if said.isdecimal() and len(said) < 5 else len(rows)
    other = at + {"up": -1, "down": 1}.get(verb, 0)
    if at >= len(rows) or not 0 <= other < len(rows):
        return ""
    if verb == "remove":
        del rows[at]
        return f"{name}.{min(at, len(rows) - 1)}"
    rows[at], rows[other] = rows[other], rows[at]
    return f"{verb}.{name}.{other}"


def new(of: str, kind: str) -> Draft:
    return Draft(of, kind, options=[Option() for _ in range(FIRST_OPTIONS)] if kind in LISTS else [])


def kept(row: CustomField) -> Draft:
    return Draft(
        of=row.of,
        kind=row.kind,
        key=row.key,
        title=texts_of(row.title),
        description=texts_of(row.description),
        options=[Option(it["value"], texts_of(it["name"]), is_kept=True) for it in row.options],
        pattern=row.pattern,
        required=row.required,
        portal=sum(getattr(row, name) for name in PORTAL),
        active=row.active,
    )


def posted(post: QueryDict, of: str, kind: str) -> Draft:
    """The form as it came; its options without gaps, and those that say nothing only while it is being written."""
    portal = post.get("portal", "")
    draft = Draft(
        of=of,
        kind=kind,
        key=clean(post.get("key", "")),
        title=posted_texts(post, "title"),
        description=posted_texts(post, "description"),
        pattern=post.get("pattern", "").replace("\0", ""),
        required="required" in post,
        portal=PORTAL.index(portal) + 1 if portal in PORTAL else 0,
        active="active" in post,
        trial=post.get("trial", ""),
    )
    rows: dict[int, Option] = {}
    for name in post:
        found = PLACE.fullmatch(name)
        if found:
            number, part = found.groups()
            option = rows.setdefault(int(number), Option())
            said = clean(post.get(name, ""))
            if part == "value":
                option.value = said
            elif part == "kept":
                option.is_kept = True
            else:
                option.names[part] = said
    draft.options = [it for _number, it in sorted(rows.items(), key=lambda row: row[0])]
    if not post.get("do"):
        draft.options = [it for it in draft.options if it.value or any(it.names.values())]
    return draft


def posted_texts(post: QueryDict, name: str) -> Texts:
    return {code: clean(post.get(f"{name}.{code}", "")) for code in LANGUAGES}


def clean(text: str) -> str:
    """Without what no database keeps, and as lines end here."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()


def texts_of(text: Any) -> Texts:
    """A Text in each language, to be edited."""
    return dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else {code: text.get(code, "") for code in LANGUAGES}


def as_text(texts: Mapping[str, str]) -> str | Texts:
    """A Text as it is kept: the same in every language is one for all."""
    said = {code: text for code, text in texts.items() if text}
    one = len(set(said.values())) == 1 and len(said) == len(LANGUAGES)
    return next(iter(said.values())) if one else (said or "")
