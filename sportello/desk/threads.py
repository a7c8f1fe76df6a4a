"""Questions about the mail that went to and fro: what a Message-ID belongs to, who takes part, who writes too much."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from sportello.kit import clock

from .models import Breaker, Identity, InboundMail, OutgoingMail, Participant, SideConversation, Ticket, User
from .words import MailState, Status

REPORTS = ("bounce", "delay")
TAKEN_IN = Q(state__in=(MailState.OPENED, MailState.COMMENTED)) | Q(state=MailState.IGNORED, reason__in=REPORTS)


def tickets_of_messages(message_ids: Sequence[str]) -> list[tuple[int, int | None]]:
    """Where those of these Message-IDs that the desk knows belong, latest first: (ticket, its side conversation).

    message_ids: oldest first.
    """
    if not message_ids:
        return []
    known: dict[str, list[tuple[int, int | None]]] = {}
    for model in (OutgoingMail, InboundMail):
        rows = model.objects.filter(message_id__in=message_ids, ticket__isnull=False).order_by("id")
        for message_id, ticket_id, side_id in rows.values_list("message_id", "ticket", "comment__side_conversation"):
            known.setdefault(message_id, []).append((ticket_id, side_id))
    return list(dict.fromkeys(place for message_id in reversed(message_ids) for place in known.get(message_id, ())))


def mail_of_message(message_id: str) -> OutgoingMail | None:
    """The desk's own mail with this Message-ID."""
    return OutgoingMail.objects.filter(message_id=message_id).first() if message_id else None


def find_mail(mail_id: int) -> OutgoingMail | None:
    return OutgoingMail.objects.filter(pk=mail_id).first()


def is_reported(mail: OutgoingMail, identity: str) -> bool:
    """Whether a delivery report with this identity was taken in for the mail, or for another of its ticket."""
    reports = InboundMail.objects.filter(ticket=mail.ticket_id, state=MailState.IGNORED, reason__in=REPORTS)
    return mail.ticket_id is not None and reports.filter(identity=identity).exists()


def side_of(mail: OutgoingMail) -> int | None:
    """The side conversation to which a mail of the desk belongs."""
    return mail.comment.side_conversation_id if mail.comment_id and mail.comment else None


def ticket_of_side(side_id: int) -> int | None:
    """The ticket of a side conversation; None: there is no such."""
    return SideConversation.objects.filter(pk=side_id).values_list("ticket", flat=True).first()


def takes_part(person: User, ticket_id: int) -> bool:
    """Whether this customer is the requester or in copy."""
    return bool(taking_part(person, [ticket_id]))


def taking_part(person: User, ticket_ids: Sequence[int]) -> set[int]:
    """In which of these tickets this customer is the requester or in copy."""
    requested = Ticket.objects.filter(pk__in=ticket_ids, requester=person).values_list("pk", flat=True)
    copied = Participant.objects.filter(ticket__in=ticket_ids, user=person, kind=Participant.Kind.CC)
    return {*requested, *copied.values_list("ticket", flat=True)}


def asked(person: User, side_ids: Sequence[int]) -> set[int]:
    """In which of these side conversations this person is a third party."""
    if not side_ids:
        return set()
    through = SideConversation.people.through.objects.filter(sideconversation__in=side_ids, user=person)
    return set(through.values_list("sideconversation", flat=True))


def exists(ticket_id: int) -> bool:
    return Ticket.objects.filter(pk=ticket_id).exists()


def is_closed(ticket_id: int) -> bool:
    return status_of(ticket_id) == Status.CLOSED


def status_of(ticket_id: int) -> str:
    """Empty for a ticket that is not there."""
    return Ticket.objects.filter(pk=ticket_id).values_list("status", flat=True).first() or ""


class Known:
    """What the tables say about mails that are taken in together: asked once for all of them, kept as they go on.

    taken: the identities of mails that were dealt with, perhaps by another door. own: Message-IDs of the desk's own
    mails. people: by address. unreachable: addresses from which mail came back. tripped: correspondents whose breaker
    is tripped. recent: how many mails and delivery reports of each the desk took in during the last hour, since his
    breaker was last lifted.
    """

    def __init__(self, mails: Sequence[InboundMail]) -> None:
        self.mails = mails
        self.refresh()

    def refresh(self) -> None:
        """Ask again: what was learnt of a mail that was rolled back is not so."""
        senders = {mail.sender for mail in self.mails if mail.sender}
        handled = InboundMail.objects.filter(identity__in={mail.identity for mail in self.mails})
        handled = handled.exclude(state__in=(MailState.RECEIVED, MailState.FAILED)).exclude(reason="duplicate")
        self.taken = set(handled.values_list("identity", flat=True))
        message_ids = {mail.message_id for mail in self.mails if mail.message_id}
        sent = OutgoingMail.objects.filter(message_id__in=message_ids)
        self.own = set(sent.values_list("message_id", flat=True))
        identities = Identity.objects.filter(address__in=senders).select_related("user__organization")
        self.people = {identity.address: identity.user for identity in identities}
        self.unreachable = {identity.address for identity in identities if identity.undeliverable_at}
        breakers = Breaker.objects.filter(address__in=senders)
        self.tripped = set(breakers.filter(lifted_at=None).values_list("address", flat=True))
        self.recent = self._recent(senders)

    def _recent(self, senders: set[str]) -> Counter[str]:
        since = clock.now() - timedelta(hours=1)
        lifted = Breaker.objects.filter(address__in=senders, lifted_at__gt=since).order_by("lifted_at")
        since_when = dict(lifted.values_list("address", "lifted_at"))
        taken_in = InboundMail.objects.filter(TAKEN_IN, sender__in=senders, settled_at__gt=since)
        return Counter(
            sender
            for sender, settled_at in taken_in.values_list("sender", "settled_at")
            if settled_at and settled_at > (since_when.get(sender) or since)
        )

    def learn(self, mail: InboundMail) -> None:
        """This one has been settled."""
        if mail.state not in (MailState.RECEIVED, MailState.FAILED):
            self.taken.add(mail.identity)
        if mail.state in (MailState.OPENED, MailState.COMMENTED) or mail.reason in REPORTS:
            self.recent[mail.sender] += 1
