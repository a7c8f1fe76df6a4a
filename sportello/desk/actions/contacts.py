"""Direct contacts: what a customer told an agent past the desk, written down. His clocks count from when he did."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import clock
from sportello.kit.prepared import prepared

from .. import access
from ..errors import Invalid, Refused
from ..models import Audit, Group, Ticket, User
from ..words import Contact, Permission, Via
from . import configuration, tickets
from .update import Update

LONGEST_AGO = timedelta(days=30)
# Two clocks are never the same.
A_MOMENT = timedelta(minutes=1)
# Where the request came from, in the words of every other ticket.
CHANNEL = {
    Contact.CALL: Via.VOICE,
    Contact.IN_PERSON: Via.WEB,
    Contact.MESSAGE: Via.CHAT,
    Contact.MAIL: Via.EMAIL,
}


def log(
    requester: User,
    text: str,
    contact: str,
    *,
    actor: User,
    at: datetime | None = None,
    assignee: User | None = None,
    group: Group | None = None,
    solved: bool = False,
) -> Ticket:
    """Open a ticket for what the customer told the agent. at: when he did; None: now. solved: while they spoke.

    Raises Invalid("at" | "contact" | "comment" | "assignee"), and for solved by the fields that its form requires
    ("custom_fields_7"); Refused where the actor's role does not go so far.
    """
    _refuse_beyond_role(actor, takes=solved or assignee is not None)
    return tickets.open_ticket(
        requester=requester,
        subject="",
        words=_words(requester, text),
        actor=actor,
        via=Via.WEB,
        channel=CHANNEL[_known(contact)],
        group=group,
        assignee=assignee,
        at=_read_time(at),
        contact=contact,
        solved=solved,
    )


@configuration.afresh
def add(
    ticket_id: int, text: str, contact: str, *, requester: User, actor: User, at: datetime | None = None
) -> Audit | None:
    """What a customer told the agent about a request of his that is open. Raises as `log`, Stale when it is closed."""
    _refuse_beyond_role(actor)
    happened_at = _read_time(at)
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        tickets.refuse_closed(ticket)
        if ticket.requester_id != requester.pk:
            raise Invalid("about", _("This request is somebody else's."))
        # The history goes forward: what was written before stays before.
        latest = _latest(ticket_id)
        if happened_at and latest:
            happened_at = max(happened_at, *latest)
        update = Update(ticket, actor=actor, via=Via.WEB, at=happened_at)
        update.reached(_known(contact))
        update.say(_words(requester, text))
        return update.commit()


def _refuse_beyond_role(actor: User, *, takes: bool = False) -> None:
    if not access.may(actor, Permission.OPEN) or (takes and not access.may(actor, Permission.EDIT)):
        raise Refused(_("Your role does not change tickets."))


@prepared
def _latest(ticket_id: int) -> "QuerySet[Audit, datetime]":
    return Audit.objects.filter(ticket=ticket_id).order_by("-id").values_list("created_at", flat=True)[:1]


def _words(requester: User, text: str) -> tickets.Words:
    return tickets.Words(text.replace("\r\n", "\n").strip(), author=requester)


def _known(contact: str) -> Contact:
    if contact not in Contact.values:
        raise Invalid("contact", _("Say how he reached you."))
    return Contact(contact)


def _read_time(at: datetime | None) -> datetime | None:
    now = clock.now()
    if at is None:
        return None
    if at > now + A_MOMENT:
        raise Invalid("at", _("This lies in the future."))
    if at < now - LONGEST_AGO:
        raise Invalid("at", _("More than %(days)s days ago: open a new ticket.") % {"days": LONGEST_AGO.days})
    return min(at, now)
