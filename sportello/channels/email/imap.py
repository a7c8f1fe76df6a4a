"""Mailboxes on other people's servers, read by IMAP: each folder from its high-water mark on, oldest mail first.

Folders are opened read-only and mails are peeked at: nothing on the server changes, and nothing depends on its flags.
docs/algorithms/intake.md
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from sportello.desk.actions import configuration, inbox
from sportello.desk.actions.inbox import Delivery
from sportello.desk.models import InboundMail, Mailbox, MailFolder
from sportello.kit import secrets

log = structlog.get_logger()

TIMEOUT = 30  # seconds, for each answer of the server
# What one mailbox may read before it is the turn of the next.
TURN_MAILS = 500
BATCH_MAILS = 50
BATCH_BYTES = 16 * 1024 * 1024
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class CannotRead(Exception):
    """A mailbox cannot be read; str() is a sentence for the person who looks after it."""


def step() -> bool:
    """Record what is new in every mailbox that is fetched. True when one has more: call again at once.

    What is wrong with a mailbox is written on it and keeps no other from being read.
    """
    more = False
    with translation.override(configuration.current().desk.language):
        for mailbox in Mailbox.objects.filter(active=True).exclude(imap_host="").order_by("id"):
            try:
                more |= _read(mailbox)
                error = ""
            except CannotRead as trouble:
                error = str(trouble)
                log.warning("mailbox not read", mailbox=mailbox.pk)
            except DatabaseError:
                raise
            except Exception as surprise:  # An answer that no server should give.
                error = _("The server's answer was not understood (%(kind)s).") % {"kind": type(surprise).__name__}
                log.exception("mailbox not understood", mailbox=mailbox.pk)
            inbox.mark_checked(mailbox, error)
    return more


def check(mailbox: Mailbox) -> list[str]:
    """The names of the folders on the server, once all that are to be read could be opened. Raises CannotRead."""
    with _connected(mailbox) as server:
        names = sorted(folder.name for folder in server.folder.list())
        for name in _folders(mailbox):
            _open(server, name)
        return names


def _folders(mailbox: Mailbox) -> list[str]:
    return mailbox.imap_folders or ["INBOX"]


def _read(mailbox: Mailbox) -> bool:
    """One turn of a mailbox. Returns whether it has more."""
    left = TURN_MAILS
    with _connected(mailbox) as server:
        for name in _folders(mailbox):
            uid_validity = _open(server, name)
            folder = inbox.open_folder(mailbox, name, uid_validity)
            # "7:*" means the last mail even when it is number 3.
            found = server.uids(f"UID {folder.last_uid + 1}:*", charset=None)
            uids = sorted(uid for uid in map(int, found) if uid > folder.last_uid)
            for batch in _batches(server, uids[:left]):
                if not inbox.read_on(folder, _fetch(server, batch, folder), last_uid=batch[-1][0]):
                    return True  # Another process reads the same folder: look again where it got to.
            left -= len(uids[:left])
            if not left:
                return True
    return False


def _open(server: BaseMailBox, name: str) -> int:
    """Open a folder for reading only. Returns its UIDVALIDITY. Raises CannotRead."""
    try:
        server.folder.set(name, readonly=True)
    except MailboxFolderSelectError:
        raise CannotRead(_("The mailbox has no folder “%(name)s”.") % {"name": name}) from None
    _name, (uid_validity, *_more) = server.client.response("UIDVALIDITY")
    return int(uid_validity or 0)


def _batches(server: BaseMailBox, uids: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """(UID, size in bytes) of mails in portions that fit into memory."""
    batch: list[tuple[int, int]] = []
    total = 0
    for uid, size in _sizes(server, uids):
        taken = size if size <= settings.MAIL_MAX_BYTES else 0
        if batch and (len(batch) == BATCH_MAILS or total + taken > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append((uid, size))
        total += taken
    if batch:
        yield batch


def _sizes(server: BaseMailBox, uids: Sequence[int]) -> list[tuple[int, int]]:
    if not uids:
        return []
    sizes: dict[int, int] = {}
    for line in _command(server, uids, "(UID RFC822.SIZE)"):
        if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
            sizes[int(uid[1])] = int(size[1])
    # A mail that somebody has deleted meanwhile is not there.
    return [(uid, sizes[uid]) for uid in uids if uid in sizes]


def _fetch(server: BaseMailBox, batch: Sequence[tuple[int, int]], folder: MailFolder) -> list[Delivery]:
    """The mails of a batch, oldest first; of those that are too big only the head."""
    fits = [uid for uid, size in batch if size <= settings.MAIL_MAX_BYTES]
    contents = dict(_contents(server, fits, "BODY.PEEK[]"))
    heads = dict(_contents(server, [uid for uid, _size in batch if uid not in fits], "BODY.PEEK[HEADER]"))
    return [
        Delivery(
            contents[uid] if uid in contents else heads[uid],
            InboundMail.Source.IMAP,
            {"folder": folder.name, "uid": uid},
            mailbox_id=folder.mailbox_id,
            full_size=size if uid in heads else None,
        )
        for uid, size in batch
        if uid in contents or uid in heads
    ]


def _contents(server: BaseMailBox, uids: Sequence[int], part: str) -> Iterator[tuple[int, bytes]]:
    lines = _command(server, uids, f"(UID {part})") if uids else []
    for line, after in zip(lines, [*lines[1:], b""], strict=False):
        if isinstance(line, tuple):
            # Some servers name the UID after the content.
            uid = _UID.search(line[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
            if uid:
                yield int(uid[1]), line[1]


def _command(server: BaseMailBox, uids: Sequence[int], parts: str) -> list[Any]:
    kind, lines = server.client.uid("FETCH", ",".join(map(str, uids)), parts)
    if kind != "OK":
        raise imaplib.IMAP4.error(lines)
    return lines


@contextmanager
def _connected(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    """A signed-in connection. Whatever goes wrong inside on the server's side is raised as CannotRead."""
    host, server, well = mailbox.imap_host, None, False
    place = {"host": host, "port": mailbox.imap_port, "seconds": TIMEOUT}
    try:
        password = secrets.decrypt(mailbox.imap_secret)
        server = _connect(mailbox)
        # Without choosing a folder: choosing one for writing takes away its marks of new mail.
        sign_in = server.login if (mailbox.imap_user + password).isascii() else server.login_utf8
        sign_in(mailbox.imap_user, password, initial_folder=None)
        yield server
        well = True
    except secrets.Unreadable:
        raise CannotRead(_("The password cannot be read any more: enter it again.")) from None
    except MailboxLoginError:
        raise CannotRead(_("%(host)s does not accept this user and password.") % place) from None
    except ssl.SSLCertVerificationError as error:
        why = _("The certificate of %(host)s is not valid: %(why)s.") % {**place, "why": error.verify_message}
        raise CannotRead(why) from None
    except ssl.SSLError:
        raise CannotRead(_("%(host)s does not speak TLS on port %(port)s.") % place) from None
    except socket.gaierror:
        raise CannotRead(_("There is no server named %(host)s.") % place) from None
    except TimeoutError:
        raise CannotRead(_("%(host)s gave no answer within %(seconds)s seconds.") % place) from None
    except OSError as error:
        why = _("%(host)s cannot be reached on port %(port)s: %(why)s.")
        raise CannotRead(why % {**place, "why": error.strerror or error}) from None
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise CannotRead(_("%(host)s answered: %(why)s") % {**place, "why": str(error)[:300]}) from None
    finally:
        if server is not None:
            with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
                # A server that has stopped answering would not answer this either.
                server.logout() if well else server.client.shutdown()


def _connect(mailbox: Mailbox) -> BaseMailBox:
    host, port = mailbox.imap_host, mailbox.imap_port
    if mailbox.imap_security == Mailbox.Security.NONE:
        return MailBoxUnencrypted(host, port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    if mailbox.imap_security == Mailbox.Security.STARTTLS:
        if port == 993:
            raise CannotRead(_("Port 993 speaks TLS from the start: choose TLS instead of STARTTLS."))
        return MailBoxStartTls(host, port, timeout=TIMEOUT, ssl_context=context)
    return MailBox(host, port, timeout=TIMEOUT, ssl_context=context)
