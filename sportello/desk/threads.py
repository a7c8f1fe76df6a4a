"""Questions about the mail that went to and fro: what a Message-ID belongs to, who takes part, who writes too much."""

from collections.abc import Sequence
from datetime import timedelta

from sportello.kit import clock

from .models import Breaker, InboundMail, OutgoingMail, Participant, Ticket, User
from .words import MailState, Status


def tickets_of_messages(message_ids: Sequence[str]) -> list[int]:
    """The tickets of those of these Message-IDs that the desk knows, latest first. message_ids: oldest first."""
    if not message_ids:
        return []
    known: dict[str, list[int]] = {}
    for model in (OutgoingMail, InboundMail):
        rows = model.objects.filter(message_id__in=message_ids, ticket__isnull=False).order_by("id")
        for message_id, ticket_id in rows.values_list("message_id", "ticket"):
            known.setdefault(message_id, []).append(ticket_id)
    return list(dict.fromkeys(ticket for message_id in reversed(message_ids) for ticket in known.get(message_id, ())))


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
        .exclude(state__in=(MailState.RECEIVED, MailState.FAILED))
        .exclude(reason="duplicate")
        .exists()
    )


def takes_part(person: User, ticket_id: int) -> bool:
    """Whether this customer is the requester or in copy."""
    return bool(taking_part(person, [ticket_id]))


def taking_part(person: User, ticket_ids: Sequence[int]) -> set[int]:
    """In which of these tickets this customer is the requester or in copy."""
    requested = Ticket.objects.filter(pk__in=ticket_ids, requester=person).values_list("pk", flat=True)
    copied = Participant.objects.filter(ticket__in=ticket_ids, user=person, kind=Participant.Kind.CC)
    return {*requested, *copied.values_list("ticket", flat=True)}


def exists(ticket_id: int) -> bool:
    return Ticket.objects.filter(pk=ticket_id).exists()


def is_closed(ticket_id: int) -> bool:
    return Ticket.objects.filter(pk=ticket_id, status=Status.CLOSED).exists()


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
