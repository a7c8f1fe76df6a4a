"""Which ticket a mail belongs to, and how that was found out.

In this order: our signed reply address; In-Reply-To and References against Message-IDs we know; a tag in the subject.
Finding a ticket proves nothing about who writes: everybody who had a mail of the conversation knows its reply address
and its Message-IDs, and a tag in the subject can be guessed by anybody, so that it counts only for a customer who takes
part in that ticket. Who may speak is decided in receive. docs/algorithms/threading.md
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sportello.channels.email.parsed import ParsedMail
from sportello.desk import threads
from sportello.desk.models import User
from sportello.kit import tokens

TAGGED = re.compile(r"\+(b?)([0-9]{1,18})\.([a-z2-7]{12})@", re.IGNORECASE)
SUBJECT_TAG = re.compile(r"\[#([0-9]{1,18})\]")
LONGEST_ID = 255  # as far as the tables keep a Message-ID


@dataclass(frozen=True, slots=True)
class Thread:
    """ticket_id: None for a new conversation. by: "reply_address", "bounce_address", "references", "subject" or ""."""

    ticket_id: int | None
    by: str = ""


def find(mail: ParsedMail, recipients: Iterable[str], sender: User | None) -> Thread:
    """The ticket this mail goes on with. recipients: the envelope's. sender: the person who wrote it, if known."""
    addresses = [*recipients, *mail.delivered_to, *(a.address for a in (*mail.to, *mail.cc))]
    by_address = _by_address(addresses)
    if by_address:
        return by_address
    known = threads.tickets_of_messages([found[:LONGEST_ID] for found in (*mail.references, *mail.in_reply_to)])
    if known:
        return Thread(_own(known, sender), "references")
    tag = SUBJECT_TAG.search(mail.subject)
    if tag and sender and not sender.is_staff_member and threads.takes_part(sender, int(tag[1])):
        return Thread(int(tag[1]), "subject")
    return Thread(None)


def _own(ticket_ids: list[int], sender: User | None) -> int:
    """The first of these tickets in which the sender takes part: whoever else answered the same mail has his own."""
    own = threads.taking_part(sender, ticket_ids) if sender and len(ticket_ids) > 1 else set()
    return next((ticket_id for ticket_id in ticket_ids if ticket_id in own), ticket_ids[0])


def bounced_mail_id(recipients: Iterable[str]) -> int | None:
    """The mail whose bounce address this was sent to."""
    for address in recipients:
        match = TAGGED.search(address)
        if match and match[1] and tokens.is_mark(match[3], "bounce", int(match[2])):
            return int(match[2])
    return None


def _by_address(addresses: Iterable[str]) -> Thread | None:
    for address in addresses:
        match = TAGGED.search(address)
        if match is None:
            continue
        number = int(match[2])
        if match[1]:  # An out-of-office goes to the envelope sender.
            mail = threads.find_mail(number) if tokens.is_mark(match[3], "bounce", number) else None
            if mail and mail.ticket_id:
                return Thread(mail.ticket_id, "bounce_address")
        elif tokens.is_mark(match[3], "reply", number) and threads.exists(number):
            return Thread(number, "reply_address")
    return None
