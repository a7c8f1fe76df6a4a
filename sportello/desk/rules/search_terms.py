"""What the terms of a search mean: which keys there are, of what, and how their values are read. Pure.

Conditions are those of rules.fields wherever there is one, so that a search finds what a view with the same words
shows. docs/algorithms/search.md
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.kit import stems

from . import custom_fields, search_times
from .custom_kinds import Kept, OwnChoice, OwnDay, OwnNumber, OwnOptions
from .fields import BY_NAME, Field
from .kinds import PRESENCE, Choice, Unreadable, Vote
from .search import Fault, Term, parse
from .search_times import Span

TICKET, USER, ORGANIZATION = "ticket", "user", "organization"
KINDS = (TICKET, USER, ORGANIZATION)
KIND_NAMES = {"person": USER, "people": USER, "users": USER, "tickets": TICKET, "organizations": ORGANIZATION}
NONE, ME, ANY = "none", "me", "*"
ORDERED = (":", "<", ">", "<=", ">=")
# The parts of a document: its title, what was said, what stands around it (tags, names, addresses, file names).
HEAD, BODY, ABOUT = "A", "B", "C"
EVERYWHERE = HEAD + BODY + ABOUT
SHORTEST_PREFIX = 3
# "dell'ordine" asks for the order.
ELIDED = re.compile(
    r"\b(?:l|un|d|c|s|m|t|v|n|(?:de|a|da|ne|su|co|que|be)ll|sant|quest|dov|com)['’](?=\w)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Key:
    """reads: how the value is read: choice, time, person, group, form, mailbox, organization, tags, text, has, role,
    own or value.

    field: of rules.fields; column: where there is none. values: what can be suggested.
    """

    name: str
    reads: str
    of: frozenset[str]
    label: str | Promise
    field: Field | None = None
    column: str = ""
    values: tuple[str, ...] = ()

    @property
    def operators(self) -> tuple[str, ...]:
        kind = self.field.kind if self.field else None
        is_ordered = self.reads == "time" or getattr(kind, "ordered", False) or isinstance(kind, OwnNumber | OwnDay)
        return ORDERED if is_ordered else (":",)


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be found. exact: in a row, as they are written; else one by its stem. prefix: the last is begun."""

    words: tuple[str, ...]
    exact: bool = False
    prefix: bool = False
    parts: str = EVERYWHERE
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """value: a rules.fields value, a Span, or a text by which a row is named; "" for none."""

    key: Key
    operator: str
    value: Any
    negated: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Order:
    """column: of the rows; descending: the latest, the highest first. start, end: where it was asked for."""

    column: str
    descending: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was understood. Of each group one has to hold, and so of all groups.

    kind: which alone is asked for; "" for all. kinds: those that these keys speak of. order: None for the usual one.
    """

    kind: str
    texts: tuple[tuple[Text, ...], ...]
    tests: tuple[tuple[Test, ...], ...]
    faults: tuple[Fault, ...]
    kinds: frozenset[str]
    order: Order | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.tests or self.kind)


def _key(name: str, reads: str, of: str, label: str | Promise, **more: Any) -> Key:
    field = BY_NAME[more.pop("field")] if "field" in more else None
    values = more.pop("values", ())
    if field and isinstance(field.kind, Choice):
        values = tuple(it for it in field.kind.names if it not in ("", "-")) or tuple(filter(None, field.kind.values))
        values += (NONE,) if field.kind.nullable or "" in field.kind.values else ()
    elif field and isinstance(field.kind, Vote):
        values = field.kind.values
    return Key(name, reads, frozenset(of.split()), label, field, values=tuple(map(str, values)), **more)


_SHARED = (
    _key("created", "time", "ticket user organization", gettext_lazy("when it was created"), column="created_at"),
    _key("updated", "time", "ticket user organization", gettext_lazy("when it last changed"), column="updated_at"),
    _key("tags", "tags", "ticket user organization", gettext_lazy("a tag")),
)
KEYS = (
    _key("status", "choice", TICKET, BY_NAME["status"].label, field="status"),
    _key("priority", "choice", TICKET, BY_NAME["priority"].label, field="priority"),
    _key("ticket_type", "choice", TICKET, BY_NAME["type"].label, field="type"),
    _key("via", "choice", TICKET, BY_NAME["via_id"].label, field="via_id"),
    _key("satisfaction", "choice", TICKET, BY_NAME["satisfaction_score"].label, field="satisfaction_score"),
    _key("assignee", "person", TICKET, BY_NAME["assignee_id"].label, column="assignee", values=(ME, NONE)),
    _key("requester", "person", TICKET, BY_NAME["requester_id"].label, column="requester", values=(ME,)),
    _key("submitter", "person", TICKET, gettext_lazy("who typed it in"), column="submitter", values=(ME,)),
    _key("commenter", "person", TICKET, gettext_lazy("who wrote on it"), values=(ME,)),
    _key("cc", "person", TICKET, gettext_lazy("who is in copy"), values=(ME,)),
    _key("group", "group", TICKET, BY_NAME["group_id"].label, values=(NONE,)),
    _key("form", "form", TICKET, gettext_lazy("Form"), values=(NONE,)),
    _key("recipient", "mailbox", TICKET, BY_NAME["recipient"].label, values=(NONE,)),
    _key("organization", "organization", "ticket user", BY_NAME["organization_id"].label, values=(NONE,)),
    _key("subject", "text", TICKET, BY_NAME["subject_includes_word"].label, column=HEAD),
    _key("description", "text", TICKET, gettext_lazy("what was said"), column=BODY),
    _key("comment", "text", TICKET, gettext_lazy("what was said"), column=BODY),
    *_SHARED,
    _key("solved", "time", TICKET, gettext_lazy("when it was solved"), column="solved_at"),
    _key("due", "time", TICKET, gettext_lazy("when its next SLA target is due"), column="sla__due_at"),
    _key("has", "has", TICKET, pgettext_lazy("key of a search", "what it has"), values=("attachment",)),
    _key("has_attachment", "has", TICKET, gettext_lazy("whether it has a file"), values=("true", "false")),
    _key("fieldvalue", "value", TICKET, gettext_lazy("the value of any field")),
    _key("name", "text", "user organization", gettext_lazy("a name"), column=HEAD),
    _key("email", "text", USER, gettext_lazy("an address"), column=HEAD),
    _key("phone", "text", USER, gettext_lazy("a phone number"), column=HEAD),
    _key("notes", "text", "user organization", gettext_lazy("notes of agents"), column=BODY),
    _key("domain", "text", ORGANIZATION, gettext_lazy("a mail domain"), column=ABOUT),
    _key("role", "role", USER, gettext_lazy("customer, agent or administrator"), values=("end-user", "agent", "admin")),
)
SYNONYMS = {"tag": "tags", "comments": "comment", "type": "type", "created_at": "created", "updated_at": "updated"}
# What results are sorted by, and of what there is such a column.
ORDERS = {
    "created": ("created_at", frozenset(KINDS)),
    "updated": ("updated_at", frozenset(KINDS)),
    "status": ("status", frozenset((TICKET,))),
    "priority": ("priority", frozenset((TICKET,))),
}
ORDER_SYNONYMS = {"created_at": "created", "updated_at": "updated"}
WAYS = ("asc", "desc")
ORDERING = {"order_by": tuple(ORDERS), "sort": WAYS}
# Keys of the vendor for what no desk here has, or finds by another key.
ABSENT = {"brand": "", "brand_id": "", "external_id": "", "due_date": "due"}
# What the vendor calls a value that has another name here.
VALUE_SYNONYMS = {
    "via": {"mail": "email", "phone": "voice"},
    "satisfaction": {"goodwithcomment": "good_with_comment", "badwithcomment": "bad_with_comment"},
}


def keys_of(own: Iterable[Field] = ()) -> dict[str, Key]:
    """The keys that a search can name. own: the fields of the vocabulary that the desk has added (custom)."""
    found = {key.name: key for key in KEYS}
    for field in own:
        custom = field.custom
        if custom is None or custom.of != custom_fields.TICKET:
            continue
        values = tuple(getattr(field.kind, "values", ()))
        key = Key(f"custom_field_{custom.id}", "own", frozenset((TICKET,)), field.label, field, values=(*values, NONE))
        found[key.name] = key
        found.setdefault(custom.key.lower(), key)
    return found


def read(text: str, keys: Mapping[str, Key], now: datetime, zone: ZoneInfo) -> Asked:
    """What a search asks for. Never raises: what is wrong stands in `faults`, the rest is asked all the same.

    A key that there is not is a word as any other ("Re: invoice"), unless it is nearly one that there is.
    """
    terms, broken = parse(text)
    faults = list(broken)
    kind = ""
    kinds = frozenset(KINDS)
    texts: dict[Any, list[Text]] = {}
    tests: dict[Any, list[Test]] = {}
    ordering: dict[str, Term] = {}
    last = max((term.end for term in terms), default=0)
    for number, term in enumerate(terms):
        name = SYNONYMS.get(term.key, term.key)
        try:
            if name in (*keys, *ORDERING, "type") and not term.value.strip():
                said_key = term.key + term.operator
                raise Unreadable(_("After “%(key)s” a value is missing.") % {"key": said_key})
            if name == "type":
                kind = _kind(term)
            elif name in keys:
                key = keys[name]
                kinds &= key.of
                # Any of several of the same; each of those that are denied, or that limit from two sides.
                place: Any = key.name if term.operator == ":" and not term.negated else number
                read_one = _read(key, term, now, zone)
                if isinstance(read_one, Text):
                    texts.setdefault(place, []).append(read_one)
                else:
                    tests.setdefault(place, []).append(replace(read_one, start=term.start, end=term.end))
            elif name in ORDERING:
                _check_ordering(term)
                ordering[name] = term
            else:
                _refuse_unknown(term, keys)
                is_begun = term.end == last == len(text) and not term.quoted
                said = text[term.start + term.negated : term.end] if term.key else term.value
                if found := words(said, exact=term.quoted, prefix=is_begun, negated=term.negated):
                    texts[number] = [found]
        except Unreadable as fault:
            faults.append(Fault(term.start, term.end, str(fault)))
    if kind:
        kinds = frozenset((kind,)) & kinds
    order = None
    if ordering:
        order, sorted_kinds = _order(ordering)
        kinds &= sorted_kinds
    return Asked(kind, _insisting(texts.values()), tuple(map(tuple, tests.values())), tuple(faults), kinds, order)


def words(
    said: str, *, exact: bool = False, prefix: bool = False, parts: str = EVERYWHERE, negated: bool = False
) -> Text | None:
    """The words of a term. Several in one, as in an address, stand beside one another. None: it has no letter."""
    is_begun = said.endswith("*") or prefix
    found = tuple(stems.words(said if exact else ELIDED.sub("", said)))
    if not found:
        return None
    is_begun = is_begun and len(found[-1]) >= SHORTEST_PREFIX
    return Text(found, exact or len(found) > 1, is_begun, parts, negated)


def _insisting(texts: Iterable[list[Text]]) -> tuple[tuple[Text, ...], ...]:
    """Without the words that stand in nearly every text, where there are others."""
    groups = [tuple(group) for group in texts]
    telling = [it for it in groups if any(text.exact or text.words[0] not in stems.COMMON for text in it)]
    return tuple(telling if any(not text.negated for it in telling for text in it) else groups)


def _kind(term: Term) -> str:
    value = term.value.lower()
    value = KIND_NAMES.get(value, value)
    if value not in KINDS or term.operator != ":" or term.negated:
        raise Unreadable(_("After “type:” stands ticket, user or organization."))
    return value


def _check_ordering(term: Term) -> None:
    if term.operator != ":" or term.negated:
        raise Unreadable(_("“%(key)s” cannot be compared: write “%(key)s:”.") % {"key": term.key})
    value, known = term.value.strip().lower(), ORDERING[term.key]
    if ORDER_SYNONYMS.get(value, value) not in known:
        said = {"value": term.value[:60], "known": ", ".join(known)}
        raise Unreadable(_("“%(value)s” is not one of: %(known)s.") % said)


def _order(said: Mapping[str, Term]) -> tuple[Order, frozenset[str]]:
    """The order, and of what there is one. As the vendor's: downwards, unless it is said otherwise."""
    values = {name: term.value.strip().lower() for name, term in said.items()}
    by = values.get("order_by", "created")
    column, kinds = ORDERS[ORDER_SYNONYMS.get(by, by)]
    term = said.get("order_by") or said["sort"]
    return Order(column, values.get("sort") != "asc", term.start, term.end), kinds


def _refuse_unknown(term: Term, keys: Mapping[str, Key]) -> None:
    if term.key in ABSENT:
        if instead := ABSENT[term.key]:
            says = _("Nothing here has a “%(key)s”: “%(near)s:” asks for the next SLA target.")
            raise Unreadable(says % {"key": term.key, "near": instead})
        raise Unreadable(_("Nothing here has a “%(key)s”, so it cannot be searched for.") % {"key": term.key})
    near = get_close_matches(term.key, [*keys, *ORDERING, "type"], 1, 0.8) if len(term.key) > 3 else []
    if near:
        raise Unreadable(_("There is no key “%(key)s”. “%(near)s”, perhaps?") % {"key": term.key, "near": near[0]})


def _read(key: Key, term: Term, now: datetime, zone: ZoneInfo) -> Test | Text:
    if term.operator not in key.operators:
        raise Unreadable(_("“%(key)s” cannot be compared: write “%(key)s:”.") % {"key": term.key})
    value = term.value.strip()
    if key.reads == "text":
        found = words(value, exact=term.quoted, parts=key.column, negated=term.negated)
        if found is None:
            raise Unreadable(_("Write at least one word."))
        return found
    if key.reads == "time":
        span = "" if value.lower() == NONE else search_times.read(value, now, zone)
        return Test(key, term.operator, span, term.negated)
    if key.reads in ("choice", "has", "role"):
        value = value.lower()
        value = VALUE_SYNONYMS.get(key.name, {}).get(value, value)
        if value not in key.values and not (key.name == "priority" and value in ("1", "2", "3", "4")):
            known = ", ".join(key.values)
            raise Unreadable(_("“%(value)s” is not one of: %(known)s.") % {"value": term.value[:60], "known": known})
    if key.field is None:
        return Test(key, term.operator, value, term.negated)
    if key.reads == "own":
        return _own(key, term.operator, value, term.negated)
    held = "" if value == NONE else int(value) if value.isdecimal() else value
    return _test(key, term.operator, key.field.kind.read(held), term.negated)


_OPERATORS = {":": ("is", False), "<": ("less_than", False), ">": ("greater_than", False)}
_OPERATORS |= {"<=": ("greater_than", True), ">=": ("less_than", True)}


def _test(key: Key, operator: str, value: Any, negated: bool) -> Test:
    name, is_contrary = _OPERATORS[operator]
    return Test(key, name, value, negated != is_contrary)


def _own(key: Key, operator: str, value: str, negated: bool) -> Test:
    assert key.field is not None
    kind = key.field.kind
    if value.lower() in (NONE, ANY):
        if PRESENCE[0] not in kind.operators:
            return Test(key, "is", kind.read("false"), negated != (value == ANY))
        return Test(key, PRESENCE[value.lower() == NONE], None, negated)
    if isinstance(kind, OwnOptions):
        return Test(key, "includes", kind.read(value), negated)
    if isinstance(kind, OwnChoice) and value.lower() in kind.values:
        value = value.lower()
    assert isinstance(kind, Kept)
    # Empty is neither more nor less: "at least" must not mean "not less".
    if operator in ("<=", ">="):
        return Test(key, operator, kind.read(value), negated)
    return _test(key, operator, kind.read(value), negated)


__all__ = ["Asked", "Key", "Order", "Span", "Test", "Text", "keys_of", "read", "words"]
