"""The ways out: an SMTP server, or a folder of .eml files."""

import os
import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sportello.kit.mail_out import MailOut

TIMEOUT = 30  # seconds, for each answer of the server


class Failed(Exception):
    """The mail was not accepted. permanent: this one never will be. whole: no other mail can go out now either."""

    def __init__(self, reason: str, *, permanent: bool = False, whole: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.whole = whole


class Transport(Protocol):
    def send(self, sender: str, recipients: Sequence[str], content: bytes, name: str) -> str:
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

    def send(self, sender: str, recipients: Sequence[str], content: bytes, name: str) -> str:
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
            if way.scheme == "smtps":
                self.session: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=TIMEOUT, context=context)
            else:
                self.session = smtplib.SMTP(way.host, way.port, timeout=TIMEOUT)
                self.session.ehlo()
                if self.session.has_extn("starttls"):
                    self.session.starttls(context=context)
                    self.session.ehlo()
            if way.user:
                self.session.login(way.user, way.password)
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(f"{way.host}:{way.port}: {_reason(error)}", whole=True) from None

    def send(self, sender: str, recipients: Sequence[str], content: bytes, name: str) -> str:
        session = self.session
        try:
            self._expect(*session.mail(sender))
            accepted = 0
            for recipient in recipients:
                code, text = session.rcpt(recipient)
                if recipient == recipients[0]:
                    self._expect(code, text)
                accepted += code < 300
            code, answer = session.data(content)
            self._expect(code, answer)
        except smtplib.SMTPDataError as error:
            self._reset()
            raise _refused(error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(_reason(error), whole=True) from None
        missed = len(recipients) - accepted
        return f"{code} {answer.decode(errors='replace')}" + (f" ({missed} in copy refused)" if missed else "")

    def _expect(self, code: int, text: bytes) -> None:
        if code == 421:
            raise Failed(f"421 {text.decode(errors='replace')}", whole=True)
        if code >= 300:
            self._reset()
            raise _refused(code, text)

    def _reset(self) -> None:
        with suppress(OSError, smtplib.SMTPException):  # The next mail finds out.
            self.session.rset()

    def close(self) -> None:
        try:
            self.session.quit()
        except (OSError, smtplib.SMTPException):
            self.session.close()


def _refused(code: int, text: bytes | str) -> Failed:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return Failed(f"{code} {said}", permanent=500 <= code < 600)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    if isinstance(error, socket.gaierror):
        return "the server's name is unknown"
    return str(error) or type(error).__name__
