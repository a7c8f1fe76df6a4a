"""The built-in mail listener: SMTP, and LMTP for whoever says LHLO. A mail is stored before "250" is said.

It takes mail for every recipient: the desk stands behind a mail server that decides, or receives a domain of its own.
docs/algorithms/intake.md
"""

import asyncio
import logging
import re
import socket
import threading
from asyncio import LimitOverrunError
from collections import defaultdict
from email.utils import format_datetime
from urllib.parse import urlsplit

import structlog
from aiosmtpd.smtp import SMTP, Envelope, syntax
from aiosmtpd.smtp import Session as Peer
from django.conf import settings

from sportello.channels.email.spool import Spool, is_full
from sportello.desk.actions.inbox import Delivery
from sportello.desk.models import InboundMail
from sportello.kit import clock

log = structlog.get_logger()

CONNECTIONS = 200
# One sender shuts out no other; a mail server in front opens a few dozen at most.
CONNECTIONS_OF_A_PEER = 50
RECIPIENTS = 1000
IDLE_SECONDS = 300.0  # RFC 5321 asks a server for five minutes.
PIECE_BYTES = 64 * 1024
# All connections together: what they may hold in memory of mails not yet stored.
HELD_BYTES = 256 * 1024 * 1024
# The process has a second to end (kit.loops).
DRAIN_SECONDS = 0.6
LEAVE_SECONDS = 0.2

_END = b"\r\n.\r\n"
_PATH = re.compile(r"\s*<(?:@[^<>:]*:)?([^<>\x00-\x1f\x7f]*)>(.*)|\s*([^\s<>\x00-\x1f\x7f]+)(.*)", re.DOTALL)
_UNSAFE = re.compile(r"[^!-'*-~]+")


def serve(listener: socket.socket, stop: threading.Event) -> None:
    """Take mail on a bound socket until stop is set. Whoever was told 250 is stored; the others are told 421."""
    # Its lines quote addresses.
    logging.getLogger("mail").setLevel(logging.CRITICAL)
    asyncio.run(Listener().run(listener.dup(), stop))


class Listener:
    """What the connections share."""

    def __init__(self) -> None:
        self.spool = Spool()
        self.sessions: set[Session] = set()
        self.held = 0
        self.stopping = False
        self.host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"

    async def run(self, listener: socket.socket, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connect, sock=listener, backlog=1024)
        await loop.run_in_executor(None, stop.wait)
        self.stopping = True
        server.close()
        await self.spool.drain(DRAIN_SECONDS)
        self.spool.close()
        await asyncio.sleep(0)  # Those whose mail is stored say so first.
        closing = [asyncio.create_task(session.leave("421 4.3.2 The desk is stopping")) for session in self.sessions]
        if closing:
            await asyncio.wait(closing, timeout=LEAVE_SECONDS)

    def _connect(self) -> asyncio.Protocol:
        return Session(self) if len(self.sessions) < CONNECTIONS else Crowded()

    # --- hooks of aiosmtpd --------------------------------------------------------------------------------------------

    async def handle_EHLO(
        self, server: SMTP, session: Peer, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(
        self, server: SMTP, session: Peer, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == "<>":
            return "553 5.1.3 A recipient needs an address"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        log.error("smtp session failed", error=type(error).__name__)
        return "451 4.3.0 Something went wrong here, try again later"


class Crowded(asyncio.Protocol):
    """Turns a connection away while there are too many, in all or from one peer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
        transport.close()


class Session(SMTP):
    """A conversation with one mail server.

    Reads mails in its own way: aiosmtpd refuses lines longer than a limit, real mail has lines of any length; and LMTP
    wants one answer for each recipient.
    """

    line_length_limit = PIECE_BYTES
    command_size_limit = 2048
    # aiosmtpd's own is one dictionary for all sessions, emptied by each new one.
    command_size_limits = defaultdict(lambda: Session.command_size_limit)

    def __init__(self, listener: Listener) -> None:
        super().__init__(
            listener,
            data_size_limit=settings.MAIL_MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=listener.host,
            ident="Sportello",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self.listener = listener
        self.peer = "local"
        self.lmtp = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        name = transport.get_extra_info("peername")
        self.peer = str(name[0]) if isinstance(name, tuple) and name else "local"
        if sum(session.peer == self.peer for session in self.listener.sessions) >= CONNECTIONS_OF_A_PEER:
            crowded = Crowded()
            transport.set_protocol(crowded)
            crowded.connection_made(transport)
            return
        super().connection_made(transport)
        self.listener.sessions.add(self)
        # asyncio does so only for sockets whose maker named the protocol; without it each EHLO waits 40 ms.
        if (connection := transport.get_extra_info("socket")) and connection.family in (
            socket.AF_INET,
            socket.AF_INET6,
        ):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.listener.sessions.discard(self)

    async def leave(self, why: str) -> None:
        """Say why and hang up."""
        if self.transport is not None:
            self._writer.write(why.encode() + b"\r\n")
            self.transport.close()
            await self._writer.wait_closed()

    def _timeout_cb(self) -> None:
        if self.transport is not None:
            self._writer.write(b"421 4.4.2 Nothing was said for too long\r\n")
            self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address and what follows it; leniently, and ten times faster than the standard library's parser."""
        found = _PATH.fullmatch(arg)
        if found is None:
            return None, None
        address = (found[1] if found[1] is not None else found[3]).strip()
        # Bytes that are no UTF-8 arrive as surrogates, which no database takes.
        readable = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return (readable or "<>", found[2] or found[4] or "") if len(readable) <= 320 else (None, None)

    async def smtp_EHLO(self, hostname: str) -> None:
        self.lmtp = False
        await super().smtp_EHLO(hostname)

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        """The greeting of LMTP (RFC 2033): from here on each recipient gets an answer of its own."""
        await super().smtp_EHLO(hostname)
        self.lmtp = True

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        answers = len(self.envelope.rcpt_tos) if self.lmtp else 1
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        answer = await self._receive()
        self._set_post_data_state()
        for _answer in range(answers):
            await self.push(answer)

    async def _receive(self) -> str:
        """Read the mail to its end and store it. Returns the answer to give."""
        listener = self.listener
        mail = bytearray()
        held, refusal, ended = 0, "", False
        # As if a line had ended before: then a dot right after DATA is the end like any other.
        self._reader._buffer[:0] = _END[:2]  # type: ignore[attr-defined]
        try:
            while not ended:
                try:
                    piece = await self._reader.readuntil(_END)
                    ended = True
                except LimitOverrunError as far:  # It keeps what may be the start of the end.
                    piece = await self._reader.readexactly(far.consumed)
                self._reset_timeout()
                if refusal:
                    continue
                mail += piece
                listener.held += len(mail) - held
                held = len(mail)
                if held > settings.MAIL_MAX_BYTES + len(_END):
                    refusal = f"552 5.3.4 This mail is too big: {settings.MAIL_MAX_BYTES} bytes at most"
                elif listener.held > HELD_BYTES:
                    refusal = "452 4.3.1 Too much mail at once, try again later"
                if refusal:
                    listener.held -= held
                    mail, held = bytearray(), 0
            del piece
            if refusal:
                return refusal
            del mail[-len(_END) + 2 :]
            mail = mail.replace(_END[:3], _END[:2])  # The dots put before dots: RFC 5321, section 4.5.2.
            return await self._keep(mail)
        finally:
            listener.held -= held

    async def _keep(self, mail: bytearray) -> str:
        """Store the mail, which has an empty line's end in front of it. Returns the answer to give."""
        if self.listener.stopping:
            return "421 4.3.2 The desk is stopping"
        assert self.envelope is not None
        assert self.session is not None
        sender = self.envelope.mail_from
        peer = self.peer
        mail[:2] = self._received(peer)
        raw = bytes(mail)
        mail.clear()
        delivery = Delivery(
            raw,
            InboundMail.Source.LMTP if self.lmtp else InboundMail.Source.SMTP,
            {"sender": "" if sender == "<>" else sender, "recipients": list(self.envelope.rcpt_tos), "peer": peer},
        )
        try:
            await self.listener.spool.keep(delivery)
        except Exception as error:
            log.error("mail not stored", error=type(error).__name__, full=is_full(error))
            if is_full(error):
                return "452 4.3.1 The disk is full, try again later"
            return "451 4.3.0 The mail could not be stored, try again later"
        return "250 2.0.0 OK"

    def _received(self, peer: str) -> bytes:
        """The trace header of RFC 5321, section 4.4."""
        assert self.session is not None
        protocol = "LMTP" if self.lmtp else "ESMTP" if self.session.extended_smtp else "SMTP"
        if self.envelope and self.envelope.smtp_utf8:
            protocol = f"UTF8{protocol.removeprefix('E')}"
        name = _UNSAFE.sub("?", self.session.host_name or "")[:255]
        at = format_datetime(clock.now())
        host = self.listener.host
        return f"Received: from {name} ([{peer}])\r\n\tby {host} (Sportello) with {protocol};\r\n\t{at}\r\n".encode()
