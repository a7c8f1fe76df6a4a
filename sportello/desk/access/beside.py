"""What stands beside the conversation of a ticket: its checklist, the time spent, what third parties were asked."""

from django.db.models import Q, QuerySet

from .. import families
from ..models import Comment, SideConversation, TicketTask, TimeEntry, User
from .gate import one, staff
from .tickets import get_ticket


def tasks(person: User, ticket_id: int) -> "QuerySet[TicketTask]":
    """The checklist in its order, for the staff who may see the ticket."""
    staff(person)
    return TicketTask.objects.filter(ticket=ticket_id).order_by("position", "id")


def time_entries(person: User, ticket_id: int) -> "QuerySet[TimeEntry]":
    """The time spent, the latest day first, for the staff who may see the ticket."""
    staff(person)
    return TimeEntry.objects.filter(ticket=ticket_id).order_by("-spent_on", "-id")


def side_conversations(person: User, ticket_id: int) -> "QuerySet[SideConversation]":
    """What third parties were asked on the ticket and on what was merged into it, oldest first, for the staff."""
    staff(person)
    merged = families.is_merged_into("desk_sideconversation.ticket_id", ticket_id)
    return SideConversation.objects.filter(Q(ticket=ticket_id) | Q(merged)).order_by("id")


def side_comments(person: User, ticket_id: int) -> "QuerySet[Comment]":
    """What was said with them, oldest first, for the staff who may see the ticket."""
    staff(person)
    return Comment.objects.filter(side_conversation__ticket=ticket_id).order_by("id")


def get_side_comment(person: User, ticket_id: int, side_id: int, comment_id: int) -> Comment:
    """Raises Missing."""
    side = get_side_conversation(person, ticket_id, side_id)
    return one(side_comments(person, ticket_id).filter(side_conversation=side, pk=comment_id))


def get_side_conversation(person: User, ticket_id: int, side_id: int, *, to: str = "view") -> SideConversation:
    """For a member of the staff who may `to` "view" or "edit" the ticket. Raises Missing."""
    staff(person)
    ticket = get_ticket(person, ticket_id, to=to)
    return one(SideConversation.objects.filter(pk=side_id, ticket=ticket).select_related("ticket"))
