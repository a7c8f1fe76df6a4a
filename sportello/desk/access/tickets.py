"""Which tickets somebody sees, and what belongs to them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from .. import families
from ..errors import Missing
from ..models import (
    Attachment,
    Automated,
    Comment,
    GroupMembership,
    Participant,
    SatisfactionRating,
    Ticket,
    Timer,
    User,
)
from ..models.ticket import TicketQuerySet
from ..words import Permission, Role, TimerKind, TimerState
from .gate import may, one, staff

# What a member of the staff needs for what he wants to do to a ticket that he sees.
NEEDED = {"answer": Permission.ANSWER, "edit": Permission.EDIT, "merge": Permission.MERGE, "log": Permission.OPEN}

# A promise is kept or broken, and a review has its deadline: nobody stops these clocks.
NOT_STOPPED = (TimerKind.SLA, TimerKind.REVIEW)


def tickets(person: User) -> TicketQuerySet:
    """The tickets that this person may see."""
    if not person.is_authenticated or not person.active:
        return Ticket.objects.none()
    if not person.is_staff_member:
        return own_requests(person)
    if sees_every_ticket(person):
        return Ticket.objects.all()
    if person.ticket_restriction == User.TicketRestriction.GROUPS:
        own_groups = GroupMembership.objects.filter(user=person).values("group")
        return Ticket.objects.filter(Q(group__in=own_groups) | Q(assignee=person) | Q(requester=person))
    return Ticket.objects.filter(Q(assignee=person) | Q(requester=person))


def sees_every_ticket(person: User) -> bool:
    """Whether this member of the staff sees all tickets."""
    return person.active and (person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE)


def who_sees(ticket: Ticket) -> "QuerySet[User]":
    """The members of the staff who see this ticket as it is now: `tickets`, read the other way."""
    his = [key for key in (ticket.assignee_id, ticket.requester_id) if key]
    inside = GroupMembership.objects.filter(group=ticket.group_id).values("user")
    everybody = Q(role=Role.ADMIN) | Q(ticket_restriction=User.TicketRestriction.NONE)
    theirs = Q(ticket_restriction=User.TicketRestriction.GROUPS, pk__in=inside)
    return User.objects.staff().filter(everybody | theirs | Q(pk__in=his))


def own_requests(person: User) -> TicketQuerySet:
    """What a customer sees: own requests, those with him in copy, colleagues' where the organization shares them."""
    copied = Participant.objects.filter(user=person, kind=Participant.Kind.CC).values("ticket")
    visible = Q(requester=person) | Q(pk__in=copied)
    if person.organization_id:
        visible |= Q(organization_id=person.organization_id, organization__shared_tickets=True)
    return Ticket.objects.filter(visible)


def one_ticket(person: User, ticket_id: int) -> TicketQuerySet:
    """The ticket if this person may see it, with all that belongs to it once."""
    related = ("requester", "assignee", "group", "organization", "mailbox", "satisfaction_rating")
    return tickets(person).filter(pk=ticket_id).select_related(*related)


def get_ticket(person: User, ticket_id: int, *, to: str = "view") -> Ticket:
    """The ticket, for a person who may `to` "view", "comment" on, "answer", "edit" or "merge" it, or "log" a
    contact about it. Raises Missing.

    "comment": an agent who may not answer writes internal notes only.
    """
    ticket = one_ticket(person, ticket_id).first()
    if ticket is None or (to in NEEDED and not may(person, NEEDED[to])):
        raise Missing
    return ticket


def comments(person: User, ticket: Ticket) -> "QuerySet[Comment]":
    """The conversation that this person may read, oldest first: customers see no internal note."""
    return _readable(person, ticket.comments.order_by("id"))


def attachments(person: User, ticket: Ticket) -> "QuerySet[Attachment]":
    """The files of the conversation that this person may read."""
    visible = Attachment.objects.filter(comment__ticket=ticket).order_by("id")
    return visible if person.is_staff_member else visible.filter(comment__public=True)


def conversation(person: User, ticket: Ticket) -> "QuerySet[Comment]":
    """The same with what was merged into the ticket, in the order of time.

    Of that a customer reads what he may read anyway: being let into one ticket opens no other.
    """
    merged = families.merged_into(ticket.pk)
    if not merged:
        return comments(person, ticket)
    others = Ticket.objects.all() if person.is_staff_member else own_requests(person)
    tickets_read = [ticket.pk, *others.filter(pk__in=merged).values_list("pk", flat=True)]
    visible = _readable(person, Comment.objects.filter(ticket__in=tickets_read))
    # A message that became a ticket of its own and came back stands there once.
    first = Q(pk=OuterRef("split_from")) | Q(split_from=OuterRef("split_from"), pk__lt=OuterRef("pk"))
    return visible.exclude(Exists(visible.filter(first))).order_by("created_at", "id")


def _readable(person: User, found: "QuerySet[Comment]") -> "QuerySet[Comment]":
    # What third parties say has a place of its own (access.beside).
    found = found.filter(side_conversation=None)
    return found if person.is_staff_member else found.filter(public=True)


def get_comment(person: User, ticket_id: int, comment_id: int) -> Comment:
    """Of the ticket, or of what was merged into it."""
    ticket = get_ticket(person, ticket_id)
    found = comments(person, ticket).filter(pk=comment_id).first()
    return found or one(conversation(person, ticket).filter(pk=comment_id))


def get_attachment(person: User, attachment_id: int) -> Attachment:
    found = one(Attachment.objects.filter(pk=attachment_id).select_related("comment"))
    ticket_id = found.comment.ticket_id
    if found.comment.side_conversation_id:
        staff(person)
        get_ticket(person, ticket_id)
        return found
    if person.is_staff_member and not tickets(person).filter(pk=ticket_id).exists():
        # He may have before him the ticket into which this one went.
        seen = tickets(person).filter(pk__in=families.chain(ticket_id)).first()
        ticket_id = seen.pk if seen else ticket_id
    get_comment(person, ticket_id, found.comment_id)
    return found


def timers(person: User, ticket_id: int) -> "QuerySet[Timer]":
    """What will happen to a ticket by itself, for the staff who may see it, next first; promises, and the deadline of
    a review, are told elsewhere."""
    staff(person)
    waiting = Timer.objects.filter(ticket=ticket_id, state=TimerState.WAITING).exclude(kind__in=NOT_STOPPED)
    # The clock of an automation that has acted rings for nobody: it only looks whether it may act again.
    acted = Automated.objects.filter(ticket=ticket_id, automation=OuterRef("automation"))
    return waiting.exclude(Exists(acted)).order_by("due_at", "id")


def get_timer(person: User, timer_id: int) -> Timer:
    found = one(Timer.objects.filter(pk=timer_id).exclude(kind__in=NOT_STOPPED).select_related("ticket"))
    get_ticket(person, found.ticket_id, to="edit")
    return found


def get_rating(person: User, ticket_id: int) -> SatisfactionRating:
    """The vote asked of this very person on this ticket. Raises Missing."""
    own = SatisfactionRating.objects.filter(ticket_id=ticket_id, requester=person)
    return one(own.select_related("ticket", "assignee", "requester"))
