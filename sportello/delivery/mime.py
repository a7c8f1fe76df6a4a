"""An outbox row as the bytes of a mail."""

from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sportello.desk.models import Attachment, OutgoingFile, OutgoingMail
from sportello.kit import blobs

# RFC 5322 allows long lines of References; servers like them short.
REFERENCES = 10


def build(mail: OutgoingMail, attachments: Iterable[Attachment | OutgoingFile] = ()) -> bytes:
    """The mail, the same bytes each time but for MIME boundaries. Multipart: text, HTML with its pictures, the files.

    A picture that the HTML shows (src="cid:…") goes beside it (RFC 2387), so that every mail program finds it.
    """
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
    _text, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    for attachment in attachments:
        content, name = blobs.read(attachment.digest), attachment.file_name
        main, sub = _kind(attachment.content_type)
        if attachment.inline and f'src="cid:{attachment.content_id}"' in mail.html:
            cid = f"<{attachment.content_id}>"
            html.add_related(content, maintype=main, subtype=sub, filename=name, cid=cid, disposition="inline")
        else:
            message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def _kind(content_type: str) -> tuple[str, str]:
    main, _slash, sub = content_type.partition("/")
    if main in ("", "message", "multipart"):
        return "application", "octet-stream"
    return (main, sub) if sub else ("application", "octet-stream")


def _address(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain)


def _whole_seconds(at: datetime) -> datetime:
    return at.replace(microsecond=0)
