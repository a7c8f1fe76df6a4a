"""The ways out: an SMTP server, or a folder of .eml files."""

import os
import smtplib
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sportello.kit import smtp
from sportello.kit.mail_out import MailOut

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
    """A session with the next server."""

    def __init__(self, way: MailOut) -> None:
        try:
            self.session = smtp.connect(way)
        except smtp.CannotSend as trouble:
            raise Failed(f"{way.host}:{way.port}: {trouble.reason}", whole=True) from None

    def send(self, sender: str, recipient: str, content: bytes, name: str) -> str:
        session = self.session
        try:
            code, said = session.mail(sender)
            if code >= 300:  # About us, whatever the code: no mail of ours gets further than this one.
                raise Failed(f"{code} {smtp.said_by(said)}", whole=True)
            code, said = session.rcpt(recipient)
            if code >= 300:
                raise self._refused(code, said, recipient=True)
            assert session.sock
            session.sock.settimeout(TIMEOUT_AFTER_DATA)
            code, said = session.data(content)
            session.sock.settimeout(smtp.TIMEOUT)
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from None
        except UnicodeError:  # A server without SMTPUTF8, an address outside ASCII.
            raise self._refused(553, "this server cannot be told such an address", recipient=True) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(smtp.reason_of(error), whole=True) from None
        if code >= 300:
            raise self._refused(code, said)
        return f"{code} {smtp.said_by(said)}"

    def _refused(self, code: int, said: bytes | str, *, recipient: bool = False) -> Failed:
        text = smtp.said_by(said)
        with suppress(OSError, smtplib.SMTPException):  # The next mail finds out.
            self.session.rset()
        about_us = code in ABOUT_US or text.startswith("5.7.")
        return Failed(
            f"{code} {text}", permanent=500 <= code < 600, recipient=recipient and not about_us, whole=code == 421
        )

    def close(self) -> None:
        smtp.close(self.session)
