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

from sportello.kit.checkup import Step, told, why_not_trusted, why_unreachable

TIMEOUT = 30.0  # seconds, for each answer of the server


class CannotRead(Exception):
    """A mailbox cannot be read; str() is a sentence for the person who looks after it. step: of `examine`."""

    def __init__(self, sentence: str, step: str = "folders") -> None:
        super().__init__(sentence)
        self.step = step


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


def examine(account: Account, *, timeout: float = TIMEOUT) -> list[Step]:
    """Each step of reading a mailbox, up to the one that fails; nothing is changed there."""
    labels = {
        "name": _("The server's name is known"),
        "connect": _("It answers on its port"),
        "tls": _("The connection is encrypted, with a certificate that holds"),
        "sign_in": _("User and password are accepted"),
        "folders": _("Every folder can be read: %(names)s") % {"names": ", ".join(account.folders)},
        "idle": _("New mail is noticed at once"),
    }
    if account.security == "none":
        del labels["tls"]
    names: list[str] = []
    try:
        with connected(account, timeout=timeout) as server:
            names += sorted(folder.name for folder in server.folder.list())
            for name in account.folders:
                open_folder(server, name)
            knows_idle = "IDLE" in server.client.capabilities
    except CannotRead as trouble:
        return told(labels, good={}, failed=trouble.step, found=str(trouble), todo=_todo(trouble.step, account, names))
    late = _("This server does not say when mail comes (IDLE): it is looked at twice a minute.")
    return told(labels, good={"idle": "" if knows_idle else late})


def _todo(step: str, account: Account, names: Sequence[str]) -> str:
    if step == "folders" and names:
        return _("On the server are: %(names)s") % {"names": ", ".join(names[:30])}
    return {
        "name": _("Look at how the name is written, and whether this machine can resolve names."),
        "connect": _("Usual are 993 with TLS and 143 with STARTTLS. A firewall may stand in between."),
        "tls": _("Use the name that the certificate is made for, or have it renewed."),
        "sign_in": _("Many providers want an app password here, or IMAP to be allowed in the account's settings."),
        "folders": _("Look at the names of the folders, upper and lower case too."),
    }[step]


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
    host, server, well, at = account.host, None, False, "connect"
    place = {"host": host, "port": account.port, "seconds": f"{timeout:g}"}
    try:
        server = _connect(account, timeout)
        at = "sign_in"
        # Without choosing a folder: choosing one for writing takes away its marks of new mail.
        sign_in = server.login if (account.user + account.password).isascii() else server.login_utf8
        sign_in(account.user, account.password, initial_folder=None)
        at = "folders"
        yield server
        well = True
    except MailboxLoginError:
        raise CannotRead(_("%(host)s does not accept this user and password.") % place, "sign_in") from None
    except ssl.SSLCertVerificationError as error:
        why = _("The certificate of %(host)s is not valid: %(why)s.") % {**place, "why": why_not_trusted(error)}
        raise CannotRead(why, "tls") from None
    except ssl.SSLError:
        raise CannotRead(_("%(host)s does not speak TLS on port %(port)s.") % place, "tls") from None
    except (socket.gaierror, _NoName):
        raise CannotRead(_("There is no server named %(host)s.") % place, "name") from None
    except TimeoutError:
        raise CannotRead(_("%(host)s gave no answer within %(seconds)s seconds.") % place, at) from None
    except OSError as error:
        why = _("%(host)s cannot be reached on port %(port)s: %(why)s.")
        raise CannotRead(why % {**place, "why": why_unreachable(error)}, at) from None
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        if at == "connect" and account.security == "starttls":
            at = "tls"
        raise CannotRead(_("%(host)s answered: %(why)s") % {**place, "why": str(error)[:300]}, at) from None
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
            raise CannotRead(_("Port 993 speaks TLS from the start: choose TLS instead of STARTTLS."), "tls")
        return MailBoxStartTls(host, port, timeout=timeout, ssl_context=context)
    return MailBox(host, port, timeout=timeout, ssl_context=context)
