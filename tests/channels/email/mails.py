"""Mails as bytes, and what becomes of them."""

from sportello.channels.email import receive
from sportello.desk.actions import inbox, letters, tickets
from sportello.desk.actions.inbox import Delivery
from sportello.desk.models import InboundMail, OutgoingMail, Ticket, User
from sportello.desk.words import Via


def mail(
    sender: str = "Rita Rossi <rita@rossi.example>",
    *,
    to: str = "help@desk.example",
    subject: str = "Toner",
    text: str = "Il toner è finito.",
    message_id: str | None = "",
    number: int = 0,
    **headers: str,
) -> bytes:
    """A mail as bytes. message_id: None for a mail without; by default one of its own for each subject and number."""
    lines = {"From": sender, "To": to, "Subject": subject}
    if message_id is not None:
        lines["Message-ID"] = f"<{message_id or f'{subject}.{number}'.replace(' ', '-')}@rossi.example>"
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


# What the mail server before the desk says of a colleague's mail.
VOUCHED = "mx.desk.example; dmarc=pass (p=none) header.from=desk.example"


def deliver(
    raw: bytes,
    *,
    recipients: tuple[str, ...] = ("help@desk.example",),
    sender: str = "x@y.example",
    peer: str = "127.0.0.1",
    source: str = "smtp",
) -> int:
    envelope = {"sender": sender, "recipients": list(recipients), "peer": peer}
    (mail_id,) = inbox.record([Delivery(raw, source, envelope)])
    return mail_id


def take_in(raw: bytes, **envelope) -> InboundMail:
    mail_id = deliver(raw, **envelope)
    while receive.step():
        pass
    return InboundMail.objects.get(pk=mail_id)


def outcome(found: InboundMail) -> tuple[str, str]:
    return found.state, found.reason


def answer_address(ticket: Ticket) -> str:
    return letters.reply_address(ticket.pk, ticket.mailbox)


def told(ticket: Ticket, agent: User) -> OutgoingMail:
    """The mail that told the customer who has the ticket."""
    tickets.assign(ticket.pk, agent, actor=agent, via=Via.WEB)
    return OutgoingMail.objects.filter(ticket=ticket).latest("id")
