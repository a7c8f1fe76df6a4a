"""Send what the outbox holds: claim → MIME → server → report by a verb. docs/algorithms/outbox.md"""

from collections.abc import Iterable

import structlog
from django.db import transaction

from sportello.delivery import mime
from sportello.delivery.transport import Failed, Transport, connect
from sportello.desk.actions import desks, letters, outbox
from sportello.desk.models import OutgoingFile, OutgoingMail
from sportello.desk.words import SendState
from sportello.kit import claims, clock, mail_out, secrets

log = structlog.get_logger()
# Small, so that several workers share a long queue.
BATCH = 10


def way_out() -> mail_out.MailOut | None:
    """Where mails leave (desks.way_out). Raises Failed when the server cannot be read back."""
    try:
        return desks.way_out()
    except secrets.Unreadable:
        raise Failed("the desk's key has changed: enter the mail server again", whole=True) from None


def step() -> bool:
    """Send what is due, oldest first. True when there was something: call again at once."""
    queued = OutgoingMail.objects.filter(state=SendState.QUEUED)
    due = claims.claim(queued.filter(due_at__lte=clock.now()).order_by("due_at", "id"), BATCH)
    if due:
        with claims.held(due):
            _send_all(due)
    return bool(due)


def _send_all(due: list[OutgoingMail]) -> None:
    transport: Transport | None = None
    unreachable: Failed | None = None
    for mail in due:
        if not claims.extend([mail]):
            continue  # The machine slept: somebody else has it by now.
        try:
            if unreachable:
                raise unreachable
            way = way_out()
            if way is None:
                _report(mail, None)
                continue
            transport = transport or connect(way)
            answer: str | Failed = _send(transport, mail)
        except Failed as error:
            answer = error
            if error.whole and transport is None:
                unreachable = error  # No use to knock again for each mail of the batch.
            elif error.whole:
                transport = None
        _report(mail, answer)
    if transport:
        transport.close()


def _send(transport: Transport, mail: OutgoingMail) -> str:
    try:
        files = mail.comment.attachments.order_by("id") if mail.comment else _own_files(mail)
        content = mime.build(mail, files)
        name = mail.message_id.split("@")[0]
        return transport.send(letters.bounce_address(mail), mail.to, content, name)
    except Failed:
        raise
    except Exception as error:  # One row that cannot be made into a mail must not keep the others back.
        log.exception("mail not built", mail=mail.pk)
        raise Failed(type(error).__name__, permanent=True) from None


def _own_files(mail: OutgoingMail) -> Iterable[OutgoingFile]:
    """What a mail brings that belongs to no ticket."""
    return () if mail.ticket_id else OutgoingFile.objects.filter(mail=mail).order_by("id")


def _report(mail: OutgoingMail, answer: "str | Failed | None") -> None:
    """Write down how it went. Whoever lost the lease meanwhile says nothing: somebody else sends it."""
    try:
        with transaction.atomic():
            if answer is None:
                outbox.mark_kept(mail)
            elif isinstance(answer, Failed):
                log.warning("mail not sent", mail=mail.pk, attempt=mail.attempts, permanent=answer.permanent)
                outbox.mark_failed(mail, str(answer), permanent=answer.permanent, recipient=answer.recipient)
            else:
                outbox.mark_sent(mail, answer)
    except claims.LeaseLost:
        log.warning("lease lost", mail=mail.pk)
