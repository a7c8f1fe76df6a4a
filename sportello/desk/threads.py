"""Questions about the mail that went to and fro: what a Message-ID belongs to, who takes part, who writes too much."""

from collections.abc import Sequence
from datetime import timedelta

from sportello.kit import clock

from .models import Breaker, InboundMail, OutgoingMail, Participant, Ticket, User
from .words import MailState


def ticket_of_messages(message_ids: Sequence[str]) -> int | None:
    """The ticket of the latest of these Message-IDs that the desk knows. message_ids: oldest first."""
    if not message_ids:
        return None
    known = dict(
        InboundMail.objects.filter(message_id__in=message_ids, ticket__isnull=False).values_list("message_id", "ticket")
    )
    known |= dict(
        OutgoingMail.objects.filter(message_id__in=message_ids, ticket__isnull=False).values_list(
            "message_id", "ticket"
        )
    )
    return next((known[message_id] for message_id in reversed(message_ids) if message_id in known), None)


def mail_of_message(message_id: str) -> OutgoingMail | None:
    """The desk's own mail with this Message-ID."""
    return OutgoingMail.objects.filter(message_id=message_id).first() if message_id else None


def find_mail(mail_id: int) -> OutgoingMail | None:
    return OutgoingMail.objects.filter(pk=mail_id).first()


def is_taken_in(mail: InboundMail) -> bool:
    """The same mail has been dealt with, perhaps by another door."""
    return (
        InboundMail.objects.filter(identity=mail.identity)
        .exclude(pk=mail.pk)
        .exclude(state__in=(MailState.RECEIVED, MailState.IGNORED, MailState.FAILED))
        .exists()
    )


def takes_part(person: User, ticket_id: int) -> bool:
    """Whether this customer is the requester or in copy."""
    if Ticket.objects.filter(pk=ticket_id, requester=person).exists():
        return True
    return Participant.objects.filter(ticket=ticket_id, user=person, kind=Participant.Kind.CC).exists()


def exists(ticket_id: int) -> bool:
    return Ticket.objects.filter(pk=ticket_id).exists()


def is_tripped(address: str) -> bool:
    """Whether this correspondent's breaker is tripped."""
    return Breaker.objects.filter(address=address, lifted_at=None).exists()


def mails_of_last_hour(address: str) -> int:
    """How many mails of this correspondent the desk took in during the last hour, since his breaker was last lifted."""
    since = clock.now() - timedelta(hours=1)
    lifted = Breaker.objects.filter(address=address, lifted_at__gt=since).order_by("-lifted_at").first()
    return InboundMail.objects.filter(
        sender=address,
        settled_at__gt=lifted.lifted_at if lifted else since,
        state__in=(MailState.OPENED, MailState.COMMENTED),
    ).count()
