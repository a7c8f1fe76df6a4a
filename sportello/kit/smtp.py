"""A session with a server that takes our mails, and what is wrong with it in words."""

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.utils.translation import gettext as _

from sportello.kit.checkup import Step, told, why_not_trusted, why_unreachable
from sportello.kit.mail_out import MailOut

TIMEOUT = 60.0  # seconds, for each answer of the server
Answer = TypeVar("Answer")


class CannotSend(Exception):
    """The server does not take our mails; str() is a sentence for the person who looks after it.

    step: of `examine`. reason: as it is kept with a mail, in English.
    """

    def __init__(self, step: str, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.step, self.reason = step, reason


def connect(way: MailOut, *, timeout: float = TIMEOUT) -> smtplib.SMTP:
    """A signed-in session. STARTTLS is used whenever it is offered, with its certificate checked. Raises CannotSend."""
    context = ssl.create_default_context()
    place = {"host": way.host, "port": way.port, "seconds": f"{timeout:g}"}

    def begin() -> smtplib.SMTP:
        if way.scheme == "smtps":
            return smtplib.SMTP_SSL(way.host, way.port, timeout=timeout, context=context)
        return smtplib.SMTP(way.host, way.port, timeout=timeout)

    def secure(session: smtplib.SMTP) -> None:
        session.ehlo()
        if session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()

    session = _done("connect", place, begin)
    try:
        if way.scheme != "smtps":
            _done("tls", place, lambda: secure(session))
        refuse_to_shout(way, has_tls=isinstance(session.sock, ssl.SSLSocket))
        if way.user:
            _done("sign_in", place, lambda: session.login(way.user, way.password))
    except CannotSend:
        close(session)  # A server counts the sessions that nobody ends.
        raise
    return session


def refuse_to_shout(way: MailOut, *, has_tls: bool) -> None:
    """A password travels only inside TLS, or on this machine. Raises CannotSend: STARTTLS may be hidden."""
    if way.user and not has_tls and not _is_here(way.host):
        sentence = _("%(host)s offers no TLS on port %(port)s: the password stays here.")
        place = {"host": way.host, "port": way.port}
        raise CannotSend("tls", sentence % place, "no TLS offered, the password stays here")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def close(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()


def _done(step: str, place: dict[str, object], verb: Callable[[], Answer]) -> Answer:
    """What verb returns. Whatever goes wrong on the server's side is raised as CannotSend."""
    try:
        return verb()
    except smtplib.SMTPAuthenticationError as error:
        sentence, step = _("%(host)s does not accept this user and password."), "sign_in"
        why = reason_of(error)
    except smtplib.SMTPNotSupportedError as error:
        sentence, why = _("%(host)s takes no user and password here."), str(error)
    except (smtplib.SMTPException, UnicodeError) as error:
        # A certificate or a plain answer inside TLS comes as an error of the socket, below.
        sentence, why = _("%(host)s answered: %(why)s"), reason_of(error)
    except ssl.SSLCertVerificationError as error:
        sentence = _("The certificate of %(host)s is not valid: %(why)s.")
        raise CannotSend("tls", sentence % {**place, "why": why_not_trusted(error)}, error.verify_message) from None
    except ssl.SSLError as error:
        sentence, why, step = _("%(host)s does not speak TLS on port %(port)s."), str(error), "tls"
    except socket.gaierror as error:
        sentence, why, step = _("There is no server named %(host)s."), reason_of(error), "name"
    except TimeoutError as error:
        sentence, why = _("%(host)s gave no answer within %(seconds)s seconds."), str(error)
    except OSError as error:
        sentence = _("%(host)s cannot be reached on port %(port)s: %(why)s.")
        raise CannotSend(step, sentence % {**place, "why": why_unreachable(error)}, str(error)) from None
    raise CannotSend(step, sentence % {**place, "why": why}, why) from None


def reason_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {said_by(error.smtp_error)}"
    if isinstance(error, socket.gaierror):
        return "the server's name is unknown"
    return str(error) or type(error).__name__


def said_by(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def check(way: MailOut, sender: str, recipient: str, *, timeout: float = TIMEOUT) -> str:
    """Whether a mail from sender to recipient would be taken; none is sent. How safe it is. Raises CannotSend."""
    session = connect(way, timeout=timeout)
    place: dict[str, object] = {"host": way.host, "port": way.port, "seconds": f"{timeout:g}"}
    refusals = {
        "sender": _("%(host)s does not let %(address)s send: %(why)s"),
        "recipient": _("%(host)s takes no mail for %(address)s: %(why)s"),
    }
    try:
        for step, verb, address in (("sender", session.mail, sender), ("recipient", session.rcpt, recipient)):
            code, said = _done(step, place, lambda verb=verb, address=address: verb(address))  # type: ignore[misc]
            if code >= 300:
                why = f"{code} {said_by(said)}"
                raise CannotSend(step, refusals[step] % {**place, "address": address, "why": why}, why)
        version = session.sock.version() if isinstance(session.sock, ssl.SSLSocket) else ""
        return version or ""
    finally:
        close(session)


def examine(way: MailOut, sender: str, recipient: str, *, timeout: float = TIMEOUT) -> list[Step]:
    """Each step of sending a mail from sender to recipient, up to the one that fails; none is sent."""
    labels = {
        "name": _("The server's name is known"),
        "connect": _("It answers on its port"),
        "tls": _("The connection is encrypted, with a certificate that holds"),
        "sign_in": _("User and password are accepted"),
        "sender": _("%(address)s may send") % {"address": sender},
        "recipient": _("%(address)s may receive") % {"address": recipient},
    }
    if not way.user:
        del labels["sign_in"]
    try:
        version = check(way, sender, recipient, timeout=timeout)
    except CannotSend as trouble:
        return told(labels, good={}, failed=trouble.step, found=str(trouble), todo=_todo(trouble.step, way))
    # Without a password nothing secret travels: plain is allowed, and said.
    return told(labels, good={"tls": version or _("not encrypted: this server offers no TLS")})


def _todo(step: str, way: MailOut) -> str:
    if step in ("connect", "tls") and way.scheme == "smtp" and way.port == 465:
        return _("Port 465 speaks TLS from the start: choose TLS instead of STARTTLS.")
    if step in ("connect", "tls") and way.scheme == "smtps" and way.port in (25, 587):
        return _("Port %(port)s begins without TLS: choose STARTTLS instead of TLS.") % {"port": way.port}
    return {
        "name": _("Look at how the name is written, and whether this machine can resolve names."),
        "connect": _("Usual are 587 with STARTTLS and 465 with TLS. A firewall may stand in between."),
        "tls": _("Use the name that the certificate is made for, or have it renewed."),
        "sign_in": _("Many providers want an app password here instead of the usual one."),
        "sender": _("The server must know this address as one of the account's, or be told that it may send as it."),
        "recipient": _("The server does not relay for us: sign in with a user, or allow this machine to relay."),
    }[step]
