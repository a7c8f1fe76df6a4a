"""The ways out: an SMTP server, or a folder of .eml files."""

import ipaddress
import os
import smtplib
import socket
import ssl
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from sportello.kit.mail_out import MailOut

TIMEOUT = 60  # seconds, for each answer of the server
# RFC 5321 4.5.3.2.6: a server may take ten minutes over the end of the data. Who hangs up sooner sends the mail twice.
TIMEOUT_AFTER_DATA = 600
# What servers say about us and not about the address: sign in first, policy (RFC 3463 X.7.X), TLS wanted.
ABOUT_US = (530, 534, 535, 538, 554)


class Failed(Exception):
    """The mail was not accepted.

    permanent: this mail never will be. recipient: because there is no such address. whole: no other mail can go out
    now either.
    """

    def __init__(self, reason: str, *, permanent: bool = False, recipient: bool = False, whole: bool = False) -> None:
        super().__init__(reason)
        self.permanent, self.recipient, self.whole = permanent, recipient, whole


class Transport(Protocol):
    def send(self, sender: str, recipient: str, content: bytes, name: str) -> str:
        """Hand over one mail. Returns the server's answer. Raises Failed. name: a stable file name for it."""
        ...

    def close(self) -> None: ...


def connect(way: MailOut) -> Transport:
    """A transport for one round of mails. Raises Failed(whole=True) when it cannot be reached."""
    return Folder(way) if way.folder else Smtp(way)


class Folder:
    """Each mail a file, whole from the moment it is seen; the same mail again replaces itself."""

    def __init__(self, way: MailOut) -> None:
        assert way.folder
        self.path: Path = way.folder
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failed(f"{self.path}: {error.strerror}", whole=True) from None

    def send(self, sender: str, recipient: str, content: bytes, name: str) -> str:
        file = self.path / f"{name}.eml"
        temporary = file.with_suffix(".part")
        try:
            with temporary.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(file)
        except OSError as error:
            raise Failed(f"{file}: {error.strerror}", whole=True) from None
        return f"written to {file.name}"

    def close(self) -> None:
        pass


class Smtp:
    """A session with the next server. STARTTLS is used whenever it is offered, with its certificate checked."""

    def __init__(self, way: MailOut) -> None:
        context = ssl.create_default_context()
        try:
            with ExitStack() as otherwise:
                if way.scheme == "smtps":
                    self.session: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=TIMEOUT, context=context)
                else:
                    self.session = smtplib.SMTP(way.host, way.port, timeout=TIMEOUT)
                otherwise.callback(self.close)  # A server counts the sessions that nobody ends.
                self._begin(way, context)
                otherwise.pop_all()
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(f"{way.host}:{way.port}: {_reason(error)}", whole=True) from None

    def _begin(self, way: MailOut, context: ssl.SSLContext) -> None:
        if way.scheme != "smtps":
            self.session.ehlo()
            if self.session.has_extn("starttls"):
                self.session.starttls(context=context)
                self.session.ehlo()
        check_password_is_safe(way, has_tls=isinstance(self.session.sock, ssl.SSLSocket))
        if way.user:
            self.session.login(way.user, way.password)

    def send(self, sender: str, recipient: str, content: bytes, name: str) -> str:
        session = self.session
        try:
            code, said = session.mail(sender)
            if code >= 300:  # About us, whatever the code: no mail of ours gets further than this one.
                raise Failed(f"{code} {_text(said)}", whole=True)
            code, said = session.rcpt(recipient)
            if code >= 300:
                raise self._refused(code, said, recipient=True)
            assert session.sock
            session.sock.settimeout(TIMEOUT_AFTER_DATA)
            code, said = session.data(content)
            session.sock.settimeout(TIMEOUT)
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from None
        except UnicodeError:  # A server without SMTPUTF8, an address outside ASCII.
            raise self._refused(553, "this server cannot be told such an address", recipient=True) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(_reason(error), whole=True) from None
        if code >= 300:
            raise self._refused(code, said)
        return f"{code} {_text(said)}"

    def _refused(self, code: int, said: bytes | str, *, recipient: bool = False) -> Failed:
        text = _text(said)
        with suppress(OSError, smtplib.SMTPException):  # The next mail finds out.
            self.session.rset()
        about_us = code in ABOUT_US or text.startswith("5.7.")
        return Failed(
            f"{code} {text}", permanent=500 <= code < 600, recipient=recipient and not about_us, whole=code == 421
        )

    def close(self) -> None:
        try:
            self.session.quit()
        except (OSError, smtplib.SMTPException):
            self.session.close()


def check_password_is_safe(way: MailOut, *, has_tls: bool) -> None:
    """A password travels only inside TLS, or on this machine. Raises Failed: somebody on the way may hide STARTTLS."""
    if way.user and not has_tls and not _is_here(way.host):
        raise Failed(f"{way.host}:{way.port}: no TLS offered, the password stays here", whole=True)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, socket.gaierror):
        return "the server's name is unknown"
    return str(error) or type(error).__name__
