"""Verbs on incoming mail: record it before anything looks at it, then settle what became of it, once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from sportello.kit import claims, clock

from ..errors import Stale
from ..models import Breaker, InboundMail, Mailbox, MailFolder, RawMail, Ticket, User
from ..words import MailState

# Reasons of a failed mail that is known by its place on a server only: it will be asked for once more, or no more.
FETCH_AGAIN, UNFETCHED = "fetch_again", "unfetched"
REPLAYABLE = (MailState.HELD, MailState.FAILED, MailState.IGNORED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail as a door hands it over.

    source: InboundMail.Source. envelope: {"sender", "recipients", "peer"} or {"folder", "uid"}. refused: what the
    server said when it did not hand the mail out; then raw is empty, and the envelope has "uid_validity" too.
    """

    raw: bytes
    source: str
    envelope: Mapping[str, Any] = field(default_factory=dict)
    mailbox_id: int | None = None
    full_size: int | None = None
    refused: str = ""


def record(deliveries: Sequence[Delivery]) -> list[int]:
    """Store the bytes, durably, in one transaction. Only then may a sender be told yes. Returns the ids, in order."""
    now = clock.now()
    with transaction.atomic():
        mails = InboundMail.objects.bulk_create(
            InboundMail(
                source=delivery.source,
                mailbox_id=delivery.mailbox_id,
                envelope=dict(delivery.envelope),
                size=delivery.full_size or len(delivery.raw),
                digest=hashlib.sha256(delivery.raw).hexdigest(),
                received_at=now,
                **(_refused(delivery.refused, 1) if delivery.refused else {}),
            )
            for delivery in deliveries
        )
        RawMail.objects.bulk_create(
            RawMail(mail=mail, content=delivery.raw) for mail, delivery in zip(mails, deliveries, strict=True)
        )
    return [mail.pk for mail in mails]


def open_folder(mailbox: Mailbox, name: str, uid_validity: int, *, begin: Callable[[bool], int]) -> MailFolder:
    """How far a folder of an IMAP mailbox has been read.

    begin says where to start when it is new (True), or when its UIDs are not those of last time (False).
    """
    folder = MailFolder.objects.filter(mailbox=mailbox, name=name).first()
    if folder is None or folder.uid_validity != uid_validity:
        values = {"uid_validity": uid_validity, "last_uid": begin(folder is None), "tries": 0}
        folder, _made = MailFolder.objects.update_or_create(mailbox=mailbox, name=name, defaults=values)
    return folder


def read_on(folder: MailFolder, deliveries: Sequence[Delivery], *, last_uid: int) -> bool:
    """Record what was fetched and move the folder's mark, together. False: somebody else has moved it meanwhile."""
    with transaction.atomic():
        moved = MailFolder.objects.filter(
            pk=folder.pk, uid_validity=folder.uid_validity, last_uid=folder.last_uid
        ).update(last_uid=last_uid, tries=0, read_at=clock.now())
        if moved:
            record(deliveries)
            folder.last_uid, folder.tries = last_uid, 0
    return bool(moved)


def count_try(folder: MailFolder) -> None:
    """Reading ended at the mail after the mark."""
    MailFolder.objects.filter(pk=folder.pk, last_uid=folder.last_uid).update(tries=F("tries") + 1)


def complete(mail: InboundMail, delivery: Delivery) -> None:
    """A mail that was asked for again has come: it will be read like any other. mail: claimed. Raises LeaseLost."""
    with transaction.atomic():
        claims.finish(
            mail,
            state=MailState.RECEIVED,
            reason="",
            detail="",
            settled_at=None,
            attempts=0,
            size=delivery.full_size or len(delivery.raw),
            digest=hashlib.sha256(delivery.raw).hexdigest(),
        )
        RawMail.objects.filter(mail=mail).update(content=delivery.raw)


def ask_later(mail: InboundMail, why: str) -> None:
    """The server refused a claimed mail once more: try again a little later."""
    InboundMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by).update(
        claimed_by="", **_refused(why, mail.attempts)
    )


def leave_unfetched(mail: InboundMail, why: str) -> None:
    """Ask for a claimed mail no more, unless somebody has it read again. Raises LeaseLost."""
    claims.finish(mail, reason=UNFETCHED, detail=why[:500], settled_at=clock.now())


def _refused(why: str, attempts: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "state": MailState.FAILED,
        "reason": FETCH_AGAIN,
        "detail": why[:500],
        "settled_at": now,
        "claimed_until": claims.retry_at(attempts, now),
    }


def mark_checked(mailbox: Mailbox, error: str) -> None:
    """Write how reading the mailbox went: "" is well, else a sentence for the person who looks after it."""
    Mailbox.objects.filter(pk=mailbox.pk).update(checked_at=clock.now(), last_error=error[:500])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail. reason: a stable code, worded by rules.history; detail: for a person."""

    state: str
    reason: str = ""
    detail: str = ""
    threaded_by: str = ""
    ticket: Ticket | None = None


def settle(mail: InboundMail, outcome: Outcome) -> None:
    """Write the final state of a claimed mail. Raises claims.LeaseLost, IntegrityError for a mail already taken in."""
    claims.finish(
        mail,
        state=outcome.state,
        reason=outcome.reason,
        detail=outcome.detail[:500],
        threaded_by=outcome.threaded_by,
        ticket_id=outcome.ticket.pk if outcome.ticket else None,
        settled_at=clock.now(),
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        identity=mail.identity,
        preview=mail.preview if outcome.state == MailState.HELD else "",
        last_error="",
    )


def put_back(mail: InboundMail, error: str) -> None:
    """The attempt failed: try again a little later."""
    InboundMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by).update(
        claimed_by="", claimed_until=claims.retry_at(mail.attempts, clock.now()), last_error=error[:500]
    )


def give_back(mails: Sequence[InboundMail]) -> None:
    """Let others have mails that were claimed and not looked at; the attempt does not count."""
    if mails:
        InboundMail.objects.filter(pk__in=[mail.pk for mail in mails], claimed_by=mails[0].claimed_by).update(
            claimed_by="", claimed_until=None, attempts=F("attempts") - 1
        )


def replay(mail_id: int, *, actor: User | None = None) -> None:
    """Read a held, failed or ignored mail again from its bytes, with today's rules. Raises Stale for a settled one.

    One that its server did not hand out is asked for again.
    """
    unfetched = InboundMail.objects.filter(
        pk=mail_id, state=MailState.FAILED, reason__in=(FETCH_AGAIN, UNFETCHED), claimed_by=""
    )
    if unfetched.update(reason=FETCH_AGAIN, attempts=0, claimed_until=None):
        return
    _read_again(mail_id, REPLAYABLE, accepted_by=None)


def accept(mail_id: int, *, actor: User) -> None:
    """Let a held mail through: whoever wrote it takes part in the ticket from now on. Raises Stale."""
    _read_again(mail_id, (MailState.HELD,), accepted_by=actor)


def _read_again(mail_id: int, states: tuple[MailState, ...], *, accepted_by: User | None) -> None:
    changed = InboundMail.objects.filter(pk=mail_id, state__in=states).update(
        state=MailState.RECEIVED,
        reason="",
        detail="",
        settled_at=None,
        attempts=0,
        claimed_by="",
        claimed_until=None,
        accepted_by=accepted_by,
    )
    if not changed:
        raise Stale(_("This mail has been dealt with already."))


def reject(mail_id: int, *, actor: User) -> None:
    """A held mail is not for the desk. It stays in the ledger, and can be replayed. Raises Stale."""
    changed = InboundMail.objects.filter(pk=mail_id, state=MailState.HELD).update(
        state=MailState.IGNORED, reason="rejected", detail=actor.name, settled_at=clock.now()
    )
    if not changed:
        raise Stale(_("This mail has been dealt with already."))


def trip(address: str, mails: int) -> Breaker | None:
    """Hold what this correspondent sends from now on. None when he is held already."""
    try:
        with transaction.atomic():
            return Breaker.objects.create(address=address, mails=mails, tripped_at=clock.now())
    except IntegrityError:
        return None


def lift(breaker_id: int, *, actor: User) -> None:
    """Let the correspondent through again; what is held stays held until somebody accepts it. Raises Stale."""
    changed = Breaker.objects.filter(pk=breaker_id, lifted_at=None).update(lifted_at=clock.now(), lifted_by=actor)
    if not changed:
        raise Stale(_("This breaker has been lifted already."))


def ledger() -> dict[str, Any]:
    """Counts of all mails received: {"received", "states": {state: n}, "reasons": {state: {reason: n}}, "waiting"}.

    "received" counts every mail; the states' counts add up to it.
    """
    states = dict.fromkeys(MailState.values, 0)
    reasons: dict[str, dict[str, int]] = {}
    for state, reason, n in InboundMail.objects.values_list("state", "reason").annotate(n=Count("id")):
        states[state] += n
        if reason:
            reasons.setdefault(state, {})[reason] = n
    return {"received": sum(states.values()), "states": states, "reasons": reasons}
