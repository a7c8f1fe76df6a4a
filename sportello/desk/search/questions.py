"""The tests of a search as questions to the database, about tickets, people or organizations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sportello.kit.keys import key_of

from ..actions import configuration
from ..models import (
    Attachment,
    Comment,
    Identity,
    OrganizationTag,
    Participant,
    Tagging,
    TicketFieldValue,
    UserTag,
)
from ..models.ticket import HAS_UNSOLVED_STATUS
from ..rules import texts
from ..rules.custom_kinds import Kept
from ..rules.kinds import Moment
from ..rules.search_terms import HEAD, ME, NONE, ORGANIZATION, TICKET, USER, Span, Test, words
from ..words import UNSOLVED
from . import index

# A name that so many have says nothing.
MOST_NAMESAKES = 1_000
TAGS: dict[str, tuple[Any, str]] = {
    TICKET: (Tagging, "ticket"),
    USER: (UserTag, "user"),
    ORGANIZATION: (OrganizationTag, "organization"),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """How rows beside (tags, files) are asked for: first all of them, or one by one for rows that are known already.

    Either is a hundred times as slow in the other's place, and SQLite does not know which it is.
    """

    one_by_one: bool

    def has(self, rows: QuerySet[Any], owner: str) -> Q:
        if self.one_by_one:
            return Q(Exists(rows.filter(**{owner: OuterRef("pk")})))
        return Q(pk__in=rows.values(owner))


def question(kind: str, group: tuple[Test, ...], moment: Moment, beside: Beside) -> Q:
    """One of these tests holds."""
    found = Q()
    for test in group:
        asked = _ASKED[test.key.reads](kind, test, moment, beside)
        found |= ~asked if test.negated else asked
    return found


def _time(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if not isinstance(test.value, Span):
        return Q(**{f"{test.key.column}__isnull": True})
    start, end = test.value.bounds(test.operator)
    found = Q(**{f"{test.key.column}__isnull": False})
    if start is not None:
        found &= Q(**{f"{test.key.column}__gte": start})
    if end is not None:
        found &= Q(**{f"{test.key.column}__lt": end})
    return found


def _choice(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    field = test.key.field
    assert field is not None
    found = field.kind.query(field.column, test.operator, test.value, moment)
    if test.key.name == "status" and test.operator == "is" and test.value in UNSOLVED:
        found &= HAS_UNSOLVED_STATUS
    return found


def _own(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    field = test.key.field
    assert field is not None
    if test.operator in ("<=", ">="):
        assert isinstance(field.kind, Kept)
        column = "number" if field.custom and field.custom.kind != "date" else "value"
        return field.kind.having(**{f"{column}__{'lte' if test.operator == '<=' else 'gte'}": test.value})
    return field.kind.query(field.column, test.operator, test.value, moment)


def _tags(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    table, owner = TAGS[kind]
    tagged = table.objects.all() if test.value == NONE else table.objects.filter(tag=test.value.lower())
    found = beside.has(tagged, owner)
    return ~found if test.value == NONE else found


def _person(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    is_none = test.value.lower() == NONE
    if is_none and test.key.column:
        return Q(**{f"{test.key.column}__isnull": True})
    people = [moment.actor_id or 0] if test.value.lower() == ME else people_named(test.value)
    if test.key.name == "commenter":
        return beside.has(Comment.objects.filter(author__in=people), "ticket")
    if test.key.name == "cc":
        copies = Participant.objects.filter(kind=Participant.Kind.CC)
        return ~beside.has(copies, "ticket") if is_none else beside.has(copies.filter(user__in=people), "ticket")
    return Q(**{f"{test.key.column}__in": people})


def people_named(said: str) -> list[int]:
    """The people whom a number, an address or a part of a name means."""
    if said.isdecimal():
        return [key_of(said)]
    if "@" in said.strip("@"):
        return list(Identity.objects.filter(address=said.lower()).values_list("user", flat=True))
    return _named(USER, said)


def _named(kind: str, said: str) -> list[int]:
    groups = tuple((it,) for word in said.split() if (it := words(word, parts=HEAD)))
    return index.find(kind, groups, MOST_NAMESAKES) if groups else []


def _group(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if test.value.lower() == NONE:
        return Q(group__isnull=True)
    groups, said = configuration.current().groups, test.value.casefold()
    same = [pk for pk, group in groups.items() if said in (str(pk), group.name.casefold())]
    return Q(group__in=same or [pk for pk, group in groups.items() if said in group.name.casefold()])


def _form(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    """By number or name, in any language. A ticket without one has the default one."""
    if test.value.lower() == NONE:
        return Q(form__isnull=True)
    said = test.value.casefold()
    forms = configuration.current().forms
    names = {pk: {str(pk), *map(str.casefold, texts.of_all(form.name))} for pk, form in forms.items()}
    same = [pk for pk, its in names.items() if said in its]
    same = same or [pk for pk, its in names.items() if any(said in name for name in its)]
    found = Q(form__in=same)
    return found | Q(form__isnull=True) if any(forms[pk].default for pk in same) else found


def _mailbox(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if test.value.lower() == NONE:
        return Q(mailbox__isnull=True)
    meant = [it.pk for it in configuration.current().mailboxes if test.value.lower() in it.address]
    return Q(mailbox__in=meant)


def _organization(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if test.value.lower() == NONE:
        return Q(organization__isnull=True)
    meant = [key_of(test.value)] if test.value.isdecimal() else _named(ORGANIZATION, test.value)
    return Q(organization__in=meant)


def _has(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    found = beside.has(Attachment.objects.filter(inline=False), "comment__ticket")
    return ~found if test.value == "false" else found


def _value(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    own = [pk for pk, it in configuration.current().custom_fields.items() if it.of == TICKET]
    return beside.has(TicketFieldValue.objects.filter(field__in=own, value=test.value), "ticket")


def _role(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    return Q(role=test.value)


_ASKED: dict[str, Callable[[str, Test, Moment, Beside], Q]] = {
    "time": _time,
    "choice": _choice,
    "own": _own,
    "tags": _tags,
    "person": _person,
    "group": _group,
    "form": _form,
    "mailbox": _mailbox,
    "organization": _organization,
    "has": _has,
    "value": _value,
    "role": _role,
}
