"""An outbox row as the bytes of a mail."""

from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sportello.desk.models import Attachment, OutgoingMail
from sportello.kit import blobs

# RFC 5322 allows long lines of References; servers like them short.
REFERENCES = 10


def build(mail: OutgoingMail, attachments: Iterable[Attachment] = ()) -> bytes:
    """The mail, the same bytes each time but for MIME boundaries. Multipart: text, HTML, then the files."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender_name, mail.sender)
    message["To"] = _address("", mail.to)
    if mail.reply_to and mail.reply_to != mail.sender:
        message["Reply-To"] = _address(mail.sender_name, mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(_whole_seconds(mail.created_at))
    message["Message-ID"] = f"<{mail.message_id}>"
    references = mail.references.split()[-REFERENCES:]
    if references:
        message["In-Reply-To"] = f"<{references[-1]}>"
        message["References"] = " ".join(f"<{reference}>" for reference in references)
    if mail.automatic:
        # RFC 3834: no other machine answers this one.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for attachment in attachments:
        main, _slash, sub = attachment.content_type.partition("/")
        message.add_attachment(
            blobs.read(attachment.digest),
            maintype=main if main not in ("", "message", "multipart") else "application",
            subtype=sub if main not in ("", "message", "multipart") and sub else "octet-stream",
            filename=attachment.file_name,
        )
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain)


def _whole_seconds(at: datetime) -> datetime:
    return at.replace(microsecond=0)
