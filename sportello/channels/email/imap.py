"""Mailboxes on other people's servers, read by IMAP: each folder from its high-water mark on, oldest mail first.

Folders are opened read-only and mails are peeked at: nothing on the server changes, and nothing depends on its flags.
docs/algorithms/intake.md
"""

import imaplib
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from sportello.desk.actions import configuration, inbox
from sportello.desk.actions.inbox import Delivery
from sportello.desk.models import InboundMail, Mailbox, MailFolder
from sportello.desk.words import MailState
from sportello.kit import claims, imap, secrets
from sportello.kit.imap import Account, CannotRead

log = structlog.get_logger()

# What one mailbox may read before it is the turn of the next.
TURN_MAILS = 500
BATCH_MAILS = 50
BATCH_BYTES = 16 * 1024 * 1024
# How often a mail is asked for that the server does not hand out, and that breaks the connection when it is asked for.
TRIES = 3
_IMAP = InboundMail.Source.IMAP
# In English whatever the language: RFC 3501.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


def mailboxes() -> list[Mailbox]:
    """The mailboxes that are fetched."""
    return list(Mailbox.objects.filter(active=True).exclude(imap_host="").order_by("id"))


def read(mailbox: Mailbox) -> bool:
    """Record what is new in a mailbox. True when it has more: call again at once.

    What is wrong is written on the mailbox (last_error), and keeps no other from being read.
    """
    more = False
    with translation.override(configuration.current().desk.language):
        try:
            more = _read(mailbox)
            mailbox.last_error = ""
        except CannotRead as trouble:
            mailbox.last_error = str(trouble)
            log.warning("mailbox not read", mailbox=mailbox.pk)
        except DatabaseError:
            raise
        except Exception as surprise:  # An answer that no server should give.
            kind = type(surprise).__name__
            mailbox.last_error = _("The server's answer was not understood (%(kind)s).") % {"kind": kind}
            log.exception("mailbox not understood", mailbox=mailbox.pk)
        inbox.mark_checked(mailbox, mailbox.last_error)
    return more


def account(mailbox: Mailbox) -> Account:
    """Where and how the mailbox is read. Raises CannotRead."""
    try:
        password = secrets.decrypt(mailbox.imap_secret)
    except secrets.Unreadable:
        raise CannotRead(_("The password cannot be read any more: enter it again.")) from None
    return Account(
        host=mailbox.imap_host,
        port=mailbox.imap_port,
        security=mailbox.imap_security,
        user=mailbox.imap_user,
        password=password,
        folders=tuple(mailbox.imap_folders) or ("INBOX",),
    )


def check(mailbox: Mailbox) -> list[str]:
    """The names of the folders on the server, once all that are to be read could be opened. Raises CannotRead."""
    return imap.check(account(mailbox))


def _read(mailbox: Mailbox) -> bool:
    """One turn of a mailbox. Returns whether it has more."""
    left = TURN_MAILS
    found = account(mailbox)
    with imap.connected(found) as server:
        for name in found.folders:
            uid_validity = imap.open_folder(server, name)
            folder = inbox.open_folder(mailbox, name, uid_validity, begin=partial(_begin, server, mailbox))
            uids = _uids(server, folder.last_uid)[:left]
            if not _read_on(server, folder, uids):
                return True  # Another process reads the same folder: look again where it got to.
            left -= len(uids)
            if not left:
                return True
        # Last, because a mail that is not handed out may break the connection.
        _ask_again(server, mailbox)
    return False


def _begin(server: BaseMailBox, mailbox: Mailbox, is_new: bool) -> int:
    """The mark of a folder that is opened for the first time, or whose UIDs are not those of last time."""
    if not mailbox.imap_from_now_on:
        return 0
    if is_new:
        following = imap.number_told(server, "UIDNEXT")
        return following - 1 if following else max(_uids(server, 0), default=0)
    # The mailbox has moved, and what was there before the desk is in it again. A day more: servers' days are their own.
    since = mailbox.created_at - timedelta(days=1)
    wanted = _uids(server, 0, f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    return min(wanted) - 1 if wanted else max(_uids(server, 0), default=0)


def _uids(server: BaseMailBox, after: int, only: str = "") -> list[int]:
    # "7:*" means the last mail even when it is number 3.
    found = map(int, server.uids(f"UID {after + 1}:* {only}".strip(), charset=None))
    return sorted(uid for uid in found if uid > after)


def _read_on(server: BaseMailBox, folder: MailFolder, uids: list[int]) -> bool:
    """Record these mails and move the mark. False: somebody else has moved it meanwhile.

    A mail that the server refuses is recorded as failed, and the others go on. Where it refuses all, or the connection
    breaks, the trouble may be the server's: the folder is tried again, mail by mail, and the third time the first is
    left behind as failed.
    """
    if uids and folder.tries >= TRIES:
        first = _refused(folder, uids.pop(0), 0, _("The server was asked for it again and again, without an answer."))
        if not inbox.read_on(folder, [first], last_uid=first.envelope["uid"]):
            return False
    most = 1 if folder.tries else BATCH_MAILS
    for batch in _batches(_sizes(server, uids), most):
        try:
            deliveries = _fetch(server, batch, folder)
            refusals = [delivery.refused for delivery in deliveries if delivery.refused]
            if refusals and len(refusals) == len(deliveries):
                raise CannotRead(_("The server does not hand out mails: %(why)s") % {"why": refusals[0]})
        except (CannotRead, OSError, imaplib.IMAP4.error, ImapToolsError):
            inbox.count_try(folder)
            raise
        if not inbox.read_on(folder, deliveries, last_uid=batch[-1][0]):
            return False
    return True


def _ask_again(server: BaseMailBox, mailbox: Mailbox) -> None:
    """Fetch what was not handed out before, each mail alone."""
    waiting = InboundMail.objects.filter(state=MailState.FAILED, reason=inbox.FETCH_AGAIN, mailbox=mailbox)
    while mails := claims.claim(waiting.order_by("id"), 1):
        mail, place = mails[0], mails[0].envelope
        if mail.attempts > TRIES:  # Whoever asked before did not come back.
            inbox.leave_unfetched(mail, _("The server was asked for it again and again, without an answer."))
            continue
        try:
            uid_validity = imap.open_folder(server, place["folder"])
        except CannotRead as trouble:
            inbox.leave_unfetched(mail, str(trouble))
            continue
        folder = MailFolder(mailbox=mailbox, name=place["folder"], uid_validity=uid_validity)
        found = uid_validity == place["uid_validity"] and _fetch(server, _sizes(server, [place["uid"]]), folder)
        if not found:
            inbox.leave_unfetched(mail, _("It is no longer in the mailbox."))
        elif found[0].refused and mail.attempts < TRIES:
            inbox.ask_later(mail, found[0].refused)
        elif found[0].refused:
            inbox.leave_unfetched(mail, found[0].refused)
        else:
            inbox.complete(mail, found[0])


def _batches(sizes: Sequence[tuple[int, int]], most: int) -> Iterator[list[tuple[int, int]]]:
    """(UID, size in bytes) of mails in portions that fit into memory."""
    batch: list[tuple[int, int]] = []
    total = 0
    for uid, size in sizes:
        taken = size if size <= settings.MAIL_MAX_BYTES else 0
        if batch and (len(batch) == most or total + taken > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append((uid, size))
        total += taken
    if batch:
        yield batch


def _sizes(server: BaseMailBox, uids: Sequence[int]) -> list[tuple[int, int]]:
    """(UID, size in bytes) of these mails; 0 where the server does not know it."""
    lines, refused = _answers(server, uids, "(UID RFC822.SIZE)")
    sizes: dict[int, int] = {}
    for line in lines:
        if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
            sizes[int(uid[1])] = int(size[1])
    # A mail that somebody has deleted meanwhile is not there.
    return [(uid, sizes.get(uid, 0)) for uid in uids if uid in sizes or refused]


def _fetch(server: BaseMailBox, batch: Sequence[tuple[int, int]], folder: MailFolder) -> list[Delivery]:
    """The mails of a batch, oldest first; of those that are too big only the head. Refused ones say so."""
    too_big = [uid for uid, size in batch if size > settings.MAIL_MAX_BYTES]
    contents, why = _contents(server, [uid for uid, _size in batch if uid not in too_big], "BODY.PEEK[]")
    heads, why_heads = _contents(server, too_big, "BODY.PEEK[HEADER]")
    found, why = contents | heads, why or why_heads
    deliveries = []
    for uid, size in batch:
        if found.get(uid):
            place = {"folder": folder.name, "uid": uid}
            full_size = size if uid in too_big else None
            deliveries.append(Delivery(found[uid], _IMAP, place, mailbox_id=folder.mailbox_id, full_size=full_size))
        elif _is_there(server, uid):
            deliveries.append(_refused(folder, uid, size, why or _("The server answered with nothing.")))
    return deliveries


def _refused(folder: MailFolder, uid: int, size: int, why: str) -> Delivery:
    place = {"folder": folder.name, "uid": uid, "uid_validity": folder.uid_validity}
    return Delivery(b"", _IMAP, place, mailbox_id=folder.mailbox_id, full_size=size, refused=why)


def _is_there(server: BaseMailBox, uid: int) -> bool:
    server.client.noop()  # Now the server says what has been deleted.
    return bool(server.uids(f"UID {uid}", charset=None))


def _contents(server: BaseMailBox, uids: Sequence[int], part: str) -> tuple[dict[int, bytes], str]:
    """The mails by UID, and what the server said if it refused any.

    None is asked for twice in a session: Dovecot would hang up.
    """
    contents: dict[int, bytes] = {}
    why = ""
    while uids:
        lines, refused = _answers(server, uids, f"(UID {part})")
        named: set[int] = set()
        for line, after in zip(lines, [*lines[1:], b""], strict=False):
            head = line[0] if isinstance(line, tuple) else line
            # Some servers name the UID after the content.
            uid = _UID.search(head) or (
                _UID.search(after) if isinstance(line, tuple) and isinstance(after, bytes) else None
            )
            if uid:
                named.add(int(uid[1]))
                if isinstance(line, tuple):
                    contents[int(uid[1])] = line[1]
        if not refused:
            break
        why = refused
        # Some name what they refuse and go on, some stop there: then those behind it are still to be asked for.
        uids = [uid for uid in uids if uid not in named][0 if named - contents.keys() else 1 :]
    return contents, why


def _answers(server: BaseMailBox, uids: Sequence[int], parts: str) -> tuple[list[Any], str]:
    """The lines of a FETCH, and the server's words when it refused all or some of it."""
    if not uids:
        return [], ""
    try:
        kind, lines = server.client.uid("FETCH", ",".join(map(str, uids)), parts)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as bad:
        kind, lines = "BAD", [str(bad).encode()]
    if kind == "OK":
        return lines, ""
    # What it did hand out before it refused.
    _name, handed_out = server.client.response("FETCH")
    words = " ".join(line.decode(errors="replace") for line in lines if isinstance(line, bytes))
    return [line for line in handed_out if line], words or kind
