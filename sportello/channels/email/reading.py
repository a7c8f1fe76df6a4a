"""What takes time about a mail, before the transaction in which nobody else may write: parsing, quotes, files."""

import hashlib
from dataclasses import dataclass

from sportello.channels.email import quotes, thread
from sportello.channels.email.parse import parse
from sportello.channels.email.parsed import Attachment, ParsedMail
from sportello.desk import links
from sportello.desk.actions import tickets
from sportello.desk.models import InboundMail
from sportello.kit import blobs

LONGEST_PREVIEW = 2000


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail as read: its parts, and what it would say on a ticket."""

    content: ParsedMail
    words: tickets.Words


def read(mail: InboundMail) -> Reading:
    """Read the recorded bytes, fill in what the ledger shows of them, and keep the files. Raises OSError."""
    content = parse(bytes(mail.raw.content), envelope_sender=mail.envelope.get("sender"))
    mail.message_id = content.message_id[: thread.LONGEST_ID]
    mail.sender = content.sender.address[:254] if content.sender else ""
    mail.subject = content.subject[:998]
    mail.identity = _identity(mail, content)
    words = _words(mail, content)
    mail.preview = words.text[:LONGEST_PREVIEW]
    if mail.accepted_by_id or not (content.bounce or content.spam):
        for file in content.attachments:
            blobs.store(file.content)
    return Reading(content, words)


def _identity(mail: InboundMail, content: ParsedMail) -> str:
    """What makes two mails one: Message-ID and sender, so that nobody can suppress another's mail by its Message-ID.

    A mail without one is told apart by what it says, not by its bytes: each way here adds trace headers of its own. One
    without a date either says so in the hour in which it came: a device may say the same thing every day.
    """
    facts = [content.message_id, content.sender.address if content.sender else ""]
    if not content.message_id:
        at = content.date or mail.received_at.replace(minute=0, second=0, microsecond=0)
        files = [hashlib.sha256(file.content).hexdigest() for file in content.attachments]
        facts += [at.isoformat(), content.subject, content.text, content.html, *files]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def _words(mail: InboundMail, content: ParsedMail) -> tickets.Words:
    """What the mail says, the quoted conversation and the signature folded away, without our keys. Never empty."""
    text = quotes.split_text(content.text)
    html = quotes.split_html(content.html) if content.html else None
    return tickets.Words(
        text=links.without_tokens(text.new) or content.subject or "-",
        html=links.without_tokens(html.new) if html else "",
        quoted_text=links.without_tokens("\n\n".join(filter(None, (text.signature, text.quoted)))),
        quoted_html=links.without_tokens("".join(filter(None, (html.signature, html.quoted)))) if html else "",
        files=tuple(map(_file, content.attachments)),
        message_id=mail.message_id,
        mail_id=mail.pk,
    )


def _file(attachment: Attachment) -> tickets.NewFile:
    return tickets.NewFile(
        file_name=attachment.file_name,
        content_type=attachment.content_type,
        content=attachment.content,
        content_id=attachment.content_id,
        inline=attachment.inline,
    )
