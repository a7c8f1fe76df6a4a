"""The lists of a ticket within an update: its tags, those in copy, its followers. Written once, at the end."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from sportello.kit import rows
from sportello.kit.prepared import prepared

from ..models import Participant, Tagging, Ticket, User

TAGS, CC, FOLLOWER = "tags", Participant.Kind.CC.value, Participant.Kind.FOLLOWER.value


class Lists:
    def __init__(self, ticket: Ticket, *, opening: bool) -> None:
        self.ticket, self.opening = ticket, opening
        self._had: dict[str, set[Any]] = {}
        self._has: dict[str, set[Any]] = {}
        self._known: dict[int, User] = {}

    def has(self, kind: str) -> set[Any]:
        """Tags, or ids of people, as they are now in the update."""
        if kind not in self._has:
            for found, members in self._stored(kind).items():
                self._had[found] = self._has[found] = members
        return self._has[kind]

    def _stored(self, kind: str) -> dict[str, set[Any]]:
        """People of both kinds at once: who asks for one mostly asks for the other."""
        if kind == TAGS:
            return {TAGS: set() if self.opening else set(_tags(self.ticket.pk))}
        members: dict[str, set[Any]] = {CC: set(), FOLLOWER: set()}
        for found, user_id in () if self.opening else _people(self.ticket.pk):
            members[found].add(user_id)
        return members

    def stays(self, kind: str) -> set[Any]:
        """What was there before this update and is there still."""
        return self.has(kind) & self._had[kind]

    def change(self, kind: str, has: set[Any], people: Iterable[User] = ()) -> None:
        """people: those who are new, so that nobody has to look them up."""
        self._has[kind] = has
        self._known |= {person.pk: person for person in people}

    def people(self, kind: str) -> list[User]:
        """Those in copy or following now, active ones."""
        has = self.has(kind)
        if has - self._known.keys():
            self._known |= {row.user_id: row.user for row in _participants(self.ticket.pk, kind)}
        return [self._known[pk] for pk in sorted(has) if pk in self._known and self._known[pk].active]

    def write(self) -> None:
        for kind, has in self._has.items():
            had = self._had[kind]
            if kind == TAGS:
                if had - has:
                    self.ticket.taggings.filter(tag__in=had - has).delete()
                for tag in sorted(has - had):
                    rows.insert(Tagging(ticket=self.ticket, tag=tag))
            else:
                if had - has:
                    self.ticket.participants.filter(kind=kind, user__in=had - has).delete()
                for user_id in sorted(has - had):
                    rows.insert(Participant(ticket=self.ticket, user_id=user_id, kind=kind))


@prepared
def _tags(ticket_id: int) -> "QuerySet[Any, str]":
    return Tagging.objects.filter(ticket=ticket_id).values_list("tag", flat=True)


@prepared
def _people(ticket_id: int) -> "QuerySet[Any, tuple[str, int]]":
    return Participant.objects.filter(ticket=ticket_id).values_list("kind", "user")


@prepared
def _participants(ticket_id: int, kind: str) -> "QuerySet[Participant]":
    return Participant.objects.filter(ticket=ticket_id, kind=kind).select_related("user")
