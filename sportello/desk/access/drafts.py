"""What an agent is writing: nobody else sees it, unless he works here no more and it was to be sent."""

from django.db.models import Q, QuerySet

from ..models import Draft, DraftFile, User
from ..rules.drafts import LEFT
from .gate import one, staff
from .tickets import sees_every_ticket, tickets


def drafts(person: User, ticket_id: int) -> "QuerySet[Draft]":
    """What this agent is writing on the ticket: one row, or none."""
    staff(person)
    return Draft.objects.filter(author=person.pk, ticket=ticket_id)


def drafts_and_left(person: User, ticket_id: int) -> "QuerySet[Draft]":
    """The same, and the answers of whoever works here no more that did not leave."""
    staff(person)
    left = Q(stopped_because=LEFT, author__active=False)
    return Draft.objects.filter(Q(author=person.pk) | left, ticket=ticket_id).order_by("id")


def draft_files(person: User, ticket_id: int) -> "QuerySet[DraftFile]":
    """The files of his draft on the ticket."""
    staff(person)
    return DraftFile.objects.filter(draft__author=person.pk, draft__ticket=ticket_id).order_by("id")


def left_files(person: User, ticket_id: int) -> "QuerySet[DraftFile]":
    """The files of the answers on the ticket whose authors work here no more."""
    staff(person)
    left = DraftFile.objects.filter(draft__ticket=ticket_id, draft__stopped_because=LEFT, draft__author__active=False)
    return left.order_by("id")


def get_draft_file(person: User, ticket_id: int, file_id: int) -> DraftFile:
    """A file of one's own draft, or of one that somebody left behind, on a ticket that one sees. Raises Missing."""
    either = draft_files(person, ticket_id) | left_files(person, ticket_id)
    return one(either.filter(pk=file_id, draft__ticket__in=tickets(person)))


def colleagues(person: User, ticket_id: int) -> list[User]:
    """Who of the staff may see the ticket, himself among them, by name."""
    staff(person)
    agents = User.objects.staff().select_related("custom_role").order_by("name", "id")
    return [it for it in agents if sees_every_ticket(it) or tickets(it).filter(pk=ticket_id).exists()]
