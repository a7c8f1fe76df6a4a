"""What an agent is writing: nobody else sees it."""

from django.db.models import QuerySet

from ..models import Draft, DraftFile, User
from .gate import one, staff
from .tickets import sees_every_ticket, tickets


def drafts(person: User, ticket_id: int) -> "QuerySet[Draft]":
    """What this agent is writing on the ticket: one row, or none."""
    staff(person)
    return Draft.objects.filter(author=person.pk, ticket=ticket_id)


def draft_files(person: User, ticket_id: int) -> "QuerySet[DraftFile]":
    """The files of his draft on the ticket."""
    staff(person)
    return DraftFile.objects.filter(draft__author=person.pk, draft__ticket=ticket_id).order_by("id")


def get_draft_file(person: User, ticket_id: int, file_id: int) -> DraftFile:
    """A file of one's own draft on a ticket that one still sees. Raises Missing."""
    return one(draft_files(person, ticket_id).filter(pk=file_id, draft__ticket__in=tickets(person)))


def colleagues(person: User, ticket_id: int) -> list[User]:
    """Who of the staff may see the ticket, himself among them, by name."""
    staff(person)
    agents = User.objects.staff().select_related("custom_role").order_by("name", "id")
    return [it for it in agents if sees_every_ticket(it) or tickets(it).filter(pk=ticket_id).exists()]
