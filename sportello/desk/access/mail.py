"""The mail of the desk, in and out."""

from django.db.models import Q, QuerySet

from ..models import Breaker, Desk, InboundMail, Mailbox, OutgoingMail, RuleChange, User
from .gate import admin, one, staff
from .tickets import tickets


def inbound_mails(person: User) -> "QuerySet[InboundMail]":
    """The ledger of incoming mail, newest first; for a restricted agent without the mail of other people's tickets."""
    staff(person)
    mails = InboundMail.objects.order_by("-id")
    if person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE:
        return mails
    return mails.filter(Q(ticket=None) | Q(ticket__in=tickets(person)))


def get_inbound_mail(person: User, mail_id: int) -> InboundMail:
    return one(inbound_mails(person).filter(pk=mail_id).select_related("ticket"))


def outgoing_mails(person: User) -> "QuerySet[OutgoingMail]":
    """The outbox, newest first: all mails for administrators and unrestricted agents, else those of visible tickets."""
    staff(person)
    # A link to sign in or to come to work is a key of somebody else's.
    mails = OutgoingMail.objects.order_by("-id")
    if not person.is_admin:
        mails = mails.exclude(step__in=("sign_in", "invitation"))
        # Figures are for whom they were sent to: a saved report may be its owner's alone.
        mails = mails.exclude(~Q(recipient=person), step__in=("report", "monthly_report"))
    if person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE:
        return mails
    return mails.filter(ticket__in=tickets(person))


def get_outgoing_mail(person: User, mail_id: int) -> OutgoingMail:
    return one(outgoing_mails(person).filter(pk=mail_id).select_related("ticket", "recipient"))


def breakers(person: User) -> "QuerySet[Breaker]":
    """The breakers that are tripped now, newest first."""
    staff(person)
    return Breaker.objects.filter(lifted_at=None).order_by("-tripped_at", "-id")


def mailboxes(person: User) -> "QuerySet[Mailbox]":
    """The addresses of the desk, for administrators."""
    admin(person)
    return Mailbox.objects.select_related("group").order_by("address")


def get_mailbox(person: User, mailbox_id: int) -> Mailbox:
    return one(mailboxes(person).filter(pk=mailbox_id))


def is_logo(digest: str) -> bool:
    """Whether this is the desk's picture, or was: that everybody may see."""
    if Desk.objects.filter(logo=digest).exclude(logo="").exists():
        return True
    return bool(digest) and RuleChange.objects.filter(kind="desk", after__logo=digest).exists()
