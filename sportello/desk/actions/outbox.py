"""Verbs on outgoing mail: what the worker that sends it reports, and what a person may do to a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.kit import claims, clock

from ..errors import Stale
from ..models import OutgoingMail, User
from ..words import SendState, Step
from . import people, protocols, tickets

# Not on its way yet: one that was kept can still be sent by hand.
NOT_LEFT = (SendState.QUEUED, SendState.KEPT)
# A week, as long as the field's best keep trying: six times in the first hour, then hourly (claims.retry_at).
ATTEMPTS = 7 * 24 + 6


def mark_sent(mail: OutgoingMail, answer: str) -> None:
    """The next server took it. Raises claims.LeaseLost when the row is no longer ours."""
    claims.finish(mail, state=SendState.SENT, server_answer=answer[:500], settled_at=clock.now(), last_error="")


def mark_kept(mail: OutgoingMail) -> None:
    """The desk has no way out configured: the mail stays readable in the outbox."""
    claims.finish(mail, state=SendState.KEPT, settled_at=clock.now(), last_error="")


def mark_failed(mail: OutgoingMail, error: str, *, permanent: bool, recipient: bool = False) -> None:
    """The attempt failed: later again, for a week; then, or when the refusal is final, given up where people see it.

    recipient: the refusal was about the address, which is marked; anything else says nothing about the person.
    """
    now = clock.now()
    if not permanent and mail.attempts < ATTEMPTS:
        claims.finish(mail, due_at=claims.retry_at(mail.attempts, now), last_error=error[:500])
        return
    with transaction.atomic():
        claims.finish(mail, state=SendState.FAILED, settled_at=now, last_error=error[:500])
        if permanent and recipient:
            people.mark_undeliverable(mail.to, error)
        _tell(mail, error)


def bounced(mail_id: int, *, permanent: bool, detail: str) -> OutgoingMail:
    """A mail came back. A permanent bounce marks the address and, for a solved ticket, sends it back to its agent.

    Once: what is said again of the same mail changes nothing.
    """
    with transaction.atomic():
        mail = OutgoingMail.objects.get(pk=mail_id)
        if mail.ticket_id:
            tickets.lock(mail.ticket_id)  # Everybody locks a ticket before its mails and clocks.
        mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
        if mail.bounced_at is not None:
            return mail
        if permanent:
            people.mark_undeliverable(mail.to, detail)
            mail.bounced_at, mail.bounce = clock.now(), detail[:500]
            mail.save(update_fields=["bounced_at", "bounce"])
            _tell(mail, detail)
        elif mail.ticket_id:
            tickets.notice(mail.ticket_id, "delayed", actor=None, via="email", address=mail.to, why=detail)
    return mail


def _tell(mail: OutgoingMail, why: str) -> None:
    """Write on the ticket that the customer was not reached."""
    if mail.ticket_id is None:
        return
    ticket = tickets.lock(mail.ticket_id)
    if mail.step == Step.SOLVED and ticket.solved_at and mail.created_at >= ticket.solved_at:
        protocols.tell_not_reached(ticket, mail)
    else:
        tickets.notice(mail.ticket_id, "bounced", actor=None, via="email", address=mail.to, why=why)


def retry(mail_id: int, *, actor: User) -> None:
    """Send a mail that was given up, or kept, once more from the start. Raises Stale."""
    changed = OutgoingMail.objects.filter(pk=mail_id, state__in=(SendState.FAILED, SendState.KEPT)).update(
        state=SendState.QUEUED, due_at=clock.now(), attempts=0, settled_at=None, claimed_by="", claimed_until=None
    )
    if not changed:
        raise Stale(_("Only a mail that was kept or given up can be sent again."))


def cancel(mail_id: int, *, actor: User) -> None:
    """Take back a mail that has not left. Raises Stale when it has, or is leaving now."""
    changed = OutgoingMail.objects.filter(pk=mail_id, state=SendState.QUEUED, claimed_by="").update(
        state=SendState.CANCELLED, settled_at=clock.now()
    )
    if not changed:
        raise Stale(_("This mail is on its way, or has been sent already."))


@dataclass(frozen=True, slots=True)
class CalledBack:
    """What became of the mails of an update. mails: those called back, what each may do only once, by its id as JSON
    has it. left: how many are with the next server, or on their way there."""

    mails: Mapping[str, str | None]
    left: int


def call_back(audit_id: int, again: Iterable[str] = ()) -> CalledBack:
    """Take back what an update wanted to send and what has not left; the ticket is locked. Another may send the same.

    again: mails of an earlier update that this one had sent after all.
    """
    mails = OutgoingMail.objects.select_for_update().filter(Q(audit=audit_id) | Q(pk__in=[*again]))
    found = list(mails.order_by("id").values_list("pk", "state", "claimed_by", "once"))
    back = {str(pk): once for pk, state, claimed_by, once in found if state in NOT_LEFT and not claimed_by}
    OutgoingMail.objects.filter(pk__in=back).update(state=SendState.CANCELLED, settled_at=clock.now(), once=None)
    left = [pk for pk, state, *_more in found if str(pk) not in back and state in (SendState.QUEUED, SendState.SENT)]
    return CalledBack(back, len(left))


def send_again(mails: Mapping[str, str | None]) -> dict[str, str | None]:
    """Queue mails that were called back, unless another has said the same meanwhile. Returns those that leave."""
    said = set(OutgoingMail.objects.filter(once__in=[*filter(None, mails.values())]).values_list("once", flat=True))
    cancelled = OutgoingMail.objects.filter(pk__in=mails, state=SendState.CANCELLED).order_by("id")
    leave = {str(pk): mails[str(pk)] for pk in cancelled.values_list("pk", flat=True) if mails[str(pk)] not in said}
    for pk, once in leave.items():
        OutgoingMail.objects.filter(pk=pk).update(
            state=SendState.QUEUED, once=once, due_at=clock.now(), attempts=0, settled_at=None
        )
    return leave
