"""Raw mails of the demo desk, as a mail program or a server would write them."""

from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from sportello.desk.models import OutgoingMail


def write(
    *,
    name: str,
    address: str,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    message_id: str,
    cc: Iterable[str] = (),
    answers: OutgoingMail | None = None,
    references: str = "",
    files: Iterable[tuple[str, str, bytes]] = (),
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """A mail with a text. answers: our mail that it replies to. files: (name, content type, bytes)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((name, address))
    mail["To"] = answers.reply_to if answers else to
    if cc:
        mail["Cc"] = ", ".join(cc)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}>"
    if answers:
        mail["In-Reply-To"] = f"<{answers.message_id}>"
        references = f"{answers.references} {answers.message_id}".strip()
    if references:
        mail["References"] = " ".join(f"<{known}>" for known in references.split())
    for header, value in headers:
        mail[header] = value
    mail.set_content(text)
    for file_name, content_type, content in files:
        main, _slash, sub = content_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=file_name)
    return mail.as_bytes()


def bounce(mail: OutgoingMail, *, to: str, at: datetime, message_id: str) -> bytes:
    """What the customer's server answers when the mailbox does not exist (RFC 3464)."""
    server = mail.to.rpartition("@")[2]
    diagnostic = f"550 5.1.1 <{mail.to}>: Recipient address rejected: User unknown in virtual mailbox table"
    lines = (
        f"From: Mail Delivery System <MAILER-DAEMON@{server}>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{message_id}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"Your message could not be delivered to {mail.to}.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; mx.{server}",
        "",
        f"Final-Recipient: rfc822; {mail.to}",
        "Action: failed",
        "Status: 5.1.1",
        f"Diagnostic-Code: smtp; {diagnostic}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: <{mail.message_id}>",
        "",
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode()
