"""What the parser makes of one mail."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox. `address` is folded to lower case and always holds an "@"; `name` may be empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail.

    file_name: safe to show and to save: never empty, no path, no control characters, at most 200 characters.
    content_id: without <>, "" when absent. inline: the HTML shows it by this content id.
    """

    file_name: str
    content_type: str
    content: bytes
    content_id: str
    inline: bool


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that a mail was not delivered.

    permanent: the reporting server has given up; False while it still tries. status: RFC 3463, like "5.1.1".
    original_message_id: without <>, the Message-ID of the mail that did not arrive. Every text is "" when unknown.
    """

    recipient: str
    permanent: bool
    status: str
    diagnostic: str
    original_message_id: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as the desk understands it. No text holds NUL or lone surrogates, so every database takes it.

    message_id, in_reply_to, references: without <>, oldest first, the last 50. digest: SHA-256 of the raw bytes, hex.
    sender: From; when that is missing or broken, Sender or the return path, and `repairs` says so.
    delivered_to: addresses of Delivered-To, X-Original-To and Envelope-To, lower case.
    subject: one line, at most 998 characters. date: aware, UTC.
    text: newlines are "\\n"; made from the HTML when there is no text part. html: cleaned by `kit.html.clean`.
    automatic: why nobody wrote this mail by hand (see `automatic.why_automatic`), "" when a person did.
    spam: the header that calls it spam. authentication: values of Authentication-Results, top first.
    repairs: stable codes of what had to be repaired, in order of discovery.
    """

    message_id: str
    digest: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    automatic: str
    bounce: Bounce | None
    spam: str
    authentication: tuple[str, ...]
    repairs: tuple[str, ...]
