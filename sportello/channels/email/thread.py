"""Which ticket a mail belongs to, and how that was found out.

In this order: our signed reply addresses, those of side conversations first; In-Reply-To and References against
Message-IDs we know; a tag in the subject. Finding a ticket proves nothing about who writes: everybody who had a mail of
the conversation knows its reply address and its Message-IDs, and a tag in the subject can be guessed by anybody, so
that it counts only for a customer who takes part in that ticket. Who may speak is decided in receive.
docs/algorithms/threading.md
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sportello.channels.email.parsed import ParsedMail
from sportello.desk import threads
from sportello.desk.models import User
from sportello.kit import tokens

TAGGED = re.compile(r"\+([bs]?)([0-9]{1,18})\.([a-z2-7]{12})@", re.IGNORECASE)
SUBJECT_TAG = re.compile(r"\[#([0-9]{1,18})\]")
LONGEST_ID = 255  # as far as the tables keep a Message-ID


@dataclass(frozen=True, slots=True)
class Thread:
    """ticket_id: None for a new conversation. side_id: the side conversation of that ticket, where it is one.

    by: "side_address", "reply_address", "bounce_address", "references", "subject" or "".
    """

    ticket_id: int | None
    by: str = ""
    side_id: int | None = None


def find(mail: ParsedMail, recipients: Iterable[str], sender: User | None) -> Thread:
    """The ticket this mail goes on with. recipients: the envelope's. sender: the person who wrote it, if known."""
    addresses = [*recipients, *mail.delivered_to, *(a.address for a in (*mail.to, *mail.cc))]
    by_address = _by_address(addresses)
    if by_address:
        return by_address
    known = threads.tickets_of_messages([found[:LONGEST_ID] for found in (*mail.references, *mail.in_reply_to)])
    if known:
        ticket_id, side_id = _own(known, sender)
        return Thread(ticket_id, "references", side_id)
    tag = SUBJECT_TAG.search(mail.subject)
    if tag and sender and not sender.is_staff_member and threads.takes_part(sender, int(tag[1])):
        return Thread(int(tag[1]), "subject")
    return Thread(None)


def _own(places: list[tuple[int, int | None]], sender: User | None) -> tuple[int, int | None]:
    """The first of these places in which the sender takes part: whoever else answered the same mail has his own."""
    if sender is None or len(places) == 1:
        return places[0]
    tickets = threads.taking_part(sender, [ticket_id for ticket_id, side_id in places if side_id is None])
    sides = threads.asked(sender, [side_id for _ticket_id, side_id in places if side_id is not None])
    own = (place for place in places if (place[0] in tickets if place[1] is None else place[1] in sides))
    return next(own, places[0])


def bounced_mail_id(recipients: Iterable[str]) -> int | None:
    """The mail whose bounce address this was sent to."""
    for address in recipients:
        match = TAGGED.search(address)
        if match and match[1].lower() == "b" and tokens.is_mark(match[3], "bounce", int(match[2])):
            return int(match[2])
    return None


def _by_address(addresses: Iterable[str]) -> Thread | None:
    """What was said aside stays there, also in a mail that goes to the ticket's own address as well."""
    found = [thread for address in addresses if (thread := _read_address(address))]
    return next((thread for thread in found if thread.side_id), next(iter(found), None))


def _read_address(address: str) -> Thread | None:
    match = TAGGED.search(address)
    if match is None:
        return None
    kind, number, mark = match[1].lower(), int(match[2]), match[3]
    if kind == "b":  # An out-of-office goes to the envelope sender.
        mail = threads.find_mail(number) if tokens.is_mark(mark, "bounce", number) else None
        found = Thread(mail.ticket_id, "bounce_address", threads.side_of(mail)) if mail else None
        return found if found and found.ticket_id else None
    if kind == "s":
        ticket_id = threads.ticket_of_side(number) if tokens.is_mark(mark, "side", number) else None
        return Thread(ticket_id, "side_address", number) if ticket_id else None
    return Thread(number, "reply_address") if tokens.is_mark(mark, "reply", number) and threads.exists(number) else None
