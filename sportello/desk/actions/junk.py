"""Spam that has become a ticket: closed without a word to anybody and without counting as solved."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import Stale
from ..models import Audit, Breaker, User
from ..rules import protocol
from ..words import Status
from . import inbox, tickets
from .update import Update

TAG = "spam"
# A breaker that no flood of mails has tripped: somebody has.
BY_HAND = 0


def mark(ticket_id: int, *, hold: bool, actor: User, via: str, source: Mapping[str, Any] | None = None) -> Audit | None:
    """Close the ticket with the tag "spam": no mail leaves, no rule acts, no vote is asked, nobody has solved it.

    hold: what its requester writes from now on is held (a breaker, which an agent can lift). Raises Stale on a closed
    ticket, Missing.
    """
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        if ticket.is_closed:
            raise Stale(_("Request #%(id)s is closed: write a new one that follows it up.") % {"id": ticket.pk})
        update = Update(ticket, actor=actor, via=via, source=source)
        update.verdict = protocol.Verdict(stop=protocol.MERGING)
        address = "" if ticket.requester.is_staff_member else ticket.requester.email
        held = inbox.trip(address, BY_HAND) if hold and address else None
        update.note("spam", address=held.address if held else "")
        update.tag((TAG,), ())
        update.set_status(Status.CLOSED)
        return update.commit()


def let_through(address: str, *, actor: User) -> None:
    """Whoever was held with his spam is not any more."""
    for breaker in Breaker.objects.filter(address=address, mails=BY_HAND, lifted_at=None):
        inbox.lift(breaker.pk, actor=actor)
