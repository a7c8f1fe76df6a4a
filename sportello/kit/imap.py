"""A connection to a mailbox on somebody else's IMAP server, and what is wrong with it in words."""

import imaplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

TIMEOUT = 30.0  # seconds, for each answer of the server


class CannotRead(Exception):
    """A mailbox cannot be read; str() is a sentence for the person who looks after it."""


class _NoName(Exception):
    """What was entered cannot be the name of a server."""


@dataclass(frozen=True, slots=True)
class Account:
    """security: "tls", "starttls" or "none". folders: those to be read."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    folders: tuple[str, ...] = ("INBOX",)


def check(account: Account, *, timeout: float = TIMEOUT) -> list[str]:
    """The names of the folders on the server, once all that are to be read could be opened. Raises CannotRead."""
    with connected(account, timeout=timeout) as server:
        names = sorted(folder.name for folder in server.folder.list())
        for name in account.folders:
            open_folder(server, name)
        return names


def open_folder(server: BaseMailBox, name: str) -> int:
    """Open a folder for reading only. Returns its UIDVALIDITY. Raises CannotRead."""
    try:
        server.folder.set(name, readonly=True)
    except MailboxFolderSelectError:
        raise CannotRead(_("The mailbox has no folder “%(name)s”.") % {"name": name}) from None
    return number_told(server, "UIDVALIDITY")


def number_told(server: BaseMailBox, code: str) -> int:
    """What the server said about the open folder under this code; 0 when it said nothing."""
    _name, values = server.client.response(code)
    found: Sequence[bytes | None] = values
    return int(found[0] or 0) if found else 0


@contextmanager
def connected(account: Account, *, timeout: float = TIMEOUT) -> Iterator[BaseMailBox]:
    """A signed-in connection. Whatever goes wrong inside on the server's side is raised as CannotRead."""
    host, server, well = account.host, None, False
    place = {"host": host, "port": account.port, "seconds": f"{timeout:g}"}
    try:
        server = _connect(account, timeout)
        # Without choosing a folder: choosing one for writing takes away its marks of new mail.
        sign_in = server.login if (account.user + account.password).isascii() else server.login_utf8
        sign_in(account.user, account.password, initial_folder=None)
        yield server
        well = True
    except MailboxLoginError:
        raise CannotRead(_("%(host)s does not accept this user and password.") % place) from None
    except ssl.SSLCertVerificationError as error:
        why = _("The certificate of %(host)s is not valid: %(why)s.") % {**place, "why": error.verify_message}
        raise CannotRead(why) from None
    except ssl.SSLError:
        raise CannotRead(_("%(host)s does not speak TLS on port %(port)s.") % place) from None
    except (socket.gaierror, _NoName):
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


def _connect(account: Account, timeout: float) -> BaseMailBox:
    host, port = account.host, account.port
    try:
        host.encode("idna")
    except UnicodeError:
        raise _NoName from None
    if account.security == "none":
        return MailBoxUnencrypted(host, port, timeout=timeout)
    context = ssl.create_default_context()
    if account.security == "starttls":
        if port == 993:
            raise CannotRead(_("Port 993 speaks TLS from the start: choose TLS instead of STARTTLS."))
        return MailBoxStartTls(host, port, timeout=timeout, ssl_context=context)
    return MailBox(host, port, timeout=timeout, ssl_context=context)
