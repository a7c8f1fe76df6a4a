"""The tests of a search as questions to the database, about tickets, people or organizations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.kit.keys import key_of

from .. import access
from ..actions import configuration
from ..models import (
    Attachment,
    Comment,
    Identity,
    OrganizationTag,
    Participant,
    Tagging,
    TicketFieldValue,
    User,
    UserTag,
)
from ..models.ticket import HAS_UNSOLVED_STATUS
from ..rules import texts
from ..rules.custom_kinds import Kept
from ..rules.kinds import Moment
from ..rules.search import Fault
from ..rules.search_terms import HEAD, ME, NONE, ORGANIZATION, TICKET, USER, Asked, Span, Test, words
from ..words import UNSOLVED
from . import index, standing

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
    return Q(group__in=_groups_named(test.value))


def _groups_named(value: str) -> list[int]:
    groups, said = configuration.current().groups, value.casefold()
    same = [pk for pk, group in groups.items() if said in (str(pk), group.name.casefold())]
    return same or [pk for pk, group in groups.items() if said in group.name.casefold()]


def _form(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    """A ticket without one has the default one."""
    if test.value.lower() == NONE:
        return Q(form__isnull=True)
    meant, forms = _forms_named(test.value), configuration.current().forms
    found = Q(form__in=meant)
    return found | Q(form__isnull=True) if any(forms[pk].default for pk in meant) else found


def _forms_named(value: str) -> list[int]:
    """By number or name, in any language."""
    said = value.casefold()
    forms = configuration.current().forms
    names = {pk: {str(pk), *map(str.casefold, texts.of_all(form.name))} for pk, form in forms.items()}
    same = [pk for pk, its in names.items() if said in its]
    return same or [pk for pk, its in names.items() if any(said in name for name in its)]


def _mailbox(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if test.value.lower() == NONE:
        return Q(mailbox__isnull=True)
    return Q(mailbox__in=_mailboxes_named(test.value))


def _mailboxes_named(value: str) -> list[int]:
    return [it.pk for it in configuration.current().mailboxes if value.lower() in it.address]


def _organization(kind: str, test: Test, moment: Moment, beside: Beside) -> Q:
    if test.value.lower() == NONE:
        return Q(organization__isnull=True)
    return Q(organization__in=_organizations_named(test.value))


def _organizations_named(value: str) -> list[int]:
    return [key_of(value)] if value.isdecimal() else _named(ORGANIZATION, value)


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


# --- names that nobody has --------------------------------------------------------------------------------------------

NOBODY: dict[str, str | Promise] = {
    "person": _("Nobody here is called “%(name)s”."),
    "group": _("There is no group “%(name)s”."),
    "form": _("There is no form “%(name)s”."),
    "mailbox": _("The desk has no address “%(name)s”."),
    "organization": _("There is no organization “%(name)s”."),
}


def unknown_names(agent: User, asked: Asked) -> list[Fault]:
    """The names in a search that nobody and nothing here has, with their places."""
    tests = (test for group in asked.tests for test in group if test.key.reads in NOBODY)
    return [
        Fault(test.start, test.end, str(NOBODY[test.key.reads]) % {"name": test.value[:100]})
        for test in tests
        if test.value.lower() not in (ME, NONE) and not _is_known(agent, test.key.reads, test.value)
    ]


def _is_known(agent: User, reads: str, value: str) -> bool:
    if reads in _OF_CONFIGURATION:
        return bool(_OF_CONFIGURATION[reads](value))
    if standing.known_until(USER if reads == "person" else ORGANIZATION) is None:
        return True  # Perhaps: the index is being written.
    rows: QuerySet[Any]
    if reads == "person":
        rows, meant = access.known_people(agent), people_named(value)
    else:
        rows, meant = access.organizations(agent), _organizations_named(value)
    return rows.filter(pk__in=meant).exists()


_OF_CONFIGURATION: dict[str, Callable[[str], Iterable[int]]] = {
    "group": _groups_named,
    "form": _forms_named,
    "mailbox": _mailboxes_named,
}
