"""One request to an address that somebody typed in: never to a private machine, never longer than it may take.

Python's own client, because it lets us connect to the very address that was checked: a name that is resolved twice can
be public the first time and private the second.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from . import clock

TIMEOUT = 10.0  # seconds: to connect, and for each piece of the answer
WHOLE = 20.0  # seconds for all of it, however slowly the answer drips
ANSWER_LIMIT = 64 * 1024  # bytes
LATE = "no answer in time"
DAY = 24 * 3600
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address is one that is never called."""


class Unreachable(Exception):
    """Nobody answered, or not in time, or not in HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """retry_after: seconds that the other side asks to be left in peace (RFC 9110, 10.2.3); 0: it does not say."""

    status: int
    text: str
    retry_after: int = 0


def check(url: str, *, private: bool = False) -> SplitResult:
    """The parts of an address that may be called. Raises Refused. private: http and private machines too."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise Refused("this is no address") from None
    schemes = ("https", "http") if private else ("https",)
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in schemes or not parts.hostname or not port_is_fine or not is_plain:
        raise Refused(f"an address starts with {schemes[0]}://")
    if parts.username is not None or parts.password is not None:
        raise Refused("an address carries no password")
    if not private and _literal(parts.hostname) not in (None, True):
        raise Refused(f"{parts.hostname} is a private address")
    return parts


def _literal(host: str) -> bool | None:
    """Whether a host that is written as a number is public; None: it is a name."""
    try:
        return is_public(host)
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether everybody may reach this IP address: not private, loopback, link-local, or one of those in disguise."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not getattr(ip, "is_site_local", False)


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool = False) -> Answer:
    """What the other side says; redirects are not followed. Raises Refused, Unreachable."""
    return _ask("POST", url, body, headers, ANSWER_LIMIT, private=private)


def get(url: str, *, limit: int = ANSWER_LIMIT, private: bool = False) -> Answer:
    """The same without a body. limit: bytes after which the answer is cut."""
    return _ask("GET", url, None, {}, limit, private=private)


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: int, *, private: bool) -> Answer:
    parts = check(url, private=private)
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = _Connection(_resolve(host, port, private), host, port, secure=parts.scheme == "https")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _in_time(connection):
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            text = response.read(limit)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # An AttributeError is the socket that was taken from under a read.
        raise Unreachable(_reason(error, connection)) from None
    finally:
        connection.close()
    if connection.is_late:  # What was cut off can look like an answer.
        raise Unreachable(LATE)
    return Answer(response.status, text.decode("utf-8", "replace"), _seconds(response.getheader("Retry-After", "")))


def _seconds(said: str) -> int:
    """Of a Retry-After: a number of seconds, or a date; never more than a day, which nobody means."""
    said = said.strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), DAY)
    try:
        left = parsedate_to_datetime(said).timestamp() - clock.now().timestamp()
    except (ValueError, OverflowError):
        return 0
    return int(min(max(left, 0), DAY))


def _resolve(host: str, port: int, private: bool) -> str:
    try:
        found = [str(it[4][0]) for it in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise Unreachable(f"{host}: no such host") from None
    if not private and not all(map(is_public, found)):
        raise Refused(f"{host} is a private address")
    return found[0]


class _Connection(http.client.HTTPConnection):
    """To an address that has been resolved and checked, in the name of the host."""

    def __init__(self, address: str, host: str, port: int, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.address, self.secure, self.is_late = address, secure, False
        # What stands in the Host header: the port only where it is not the usual one.
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), TIMEOUT)
        self.sock = plain
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        self.is_late = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _in_time(connection: _Connection) -> Iterator[None]:
    timer = threading.Timer(WHOLE, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _reason(error: Exception, connection: _Connection) -> str:
    if connection.is_late or isinstance(error, TimeoutError):
        return LATE
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{connection.host}: {said}"
