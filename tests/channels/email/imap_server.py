"""The customer's side of a mailbox on a real IMAP server."""

from imap_tools import MailBoxUnencrypted

from sportello.channels.email import imap
from sportello.desk.models import RawMail
from tests import services


def raw(number: int, size: int = 0) -> bytes:
    head = f"From: rita@rossi.example\r\nSubject: Toner {number}\r\nMessage-ID: <{number}@rossi.example>\r\n\r\n"
    return head.encode() + b"x" * (size - len(head)) + b"\r\n"


class Server:
    """What arrives in a mailbox, and what it looks like afterwards."""

    def __init__(self, dovecot: services.Dovecot, user: str) -> None:
        self.box = MailBoxUnencrypted(dovecot.host, dovecot.port, timeout=10)
        self.box.login(user, dovecot.password)

    def deliver(self, *mails: bytes, folder: str = "INBOX", flags: str = "") -> None:
        for mail in mails:
            self.box.append(mail, folder, flag_set=[flags] if flags else None)

    def state(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(mail.uid or "", tuple(mail.flags)) for mail in self.box.fetch(mark_seen=False)]


def contents() -> list[bytes]:
    """All mails recorded, in order."""
    return [bytes(mail.content) for mail in RawMail.objects.order_by("mail_id")]


def read_all() -> bool:
    """Read every mailbox once. Returns whether one has more."""
    return any([imap.read(mailbox) for mailbox in imap.mailboxes()])  # noqa: C419 - each of them
