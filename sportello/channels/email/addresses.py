"""Mailboxes, message ids and dates in header values, read as leniently as a person would."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sportello.channels.email.headers import Headers, decode_words
from sportello.channels.email.parsed import Address

_MOST_ADDRESSES = 1000
_MOST_IDS = 50
_LONGEST_ADDRESS = 254
_LONGEST_NAME = 200
_LONGEST_ID = 500
_YEARS_OF_MAIL = range(1970, 2200)
_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*+)(?:"|$)'
    r"|<(?P<angle>[^<>]*)(?:>|$)"
    r"|\((?P<comment>[^()]*)\)"
    r"|(?P<end>[,;])"
    r"|(?P<space>\s+)"
    r"|(?P<encoded>=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)"
    r'|(?P<word>[^\s",;()<>]+)'
    r"|(?P<stray>.)",
    re.DOTALL,
)
_BARE = re.compile(r"(?<![^\s@,;:<>()\[\]\"'])[^\s@,;:<>()\[\]\"']{1,64}@[^\s@,;<>()\"']{1,250}")
_ID = re.compile(r"<([^<>]+)>")


def addresses(value: str) -> list[Address]:
    """The mailboxes of an address list (unfolded, RFC 2047 still encoded), at most 1,000.

    Tolerates names with bare commas, groups, missing brackets, comments, and lists encoded as a whole.
    """
    found = _addresses(value)
    if not found and "=?" in value:
        found = _addresses(decode_words(value))
    return found


def _addresses(value: str) -> list[Address]:
    reader = _ListReader()
    for token in _TOKEN.finditer(value):
        kind, text = token.lastgroup, token[0]
        if kind == "end":
            reader.end(text)
            if len(reader.found) >= _MOST_ADDRESSES:
                break
        elif kind == "angle":
            reader.angle = reader.angle if "@" in reader.angle else token["angle"]
        elif kind == "comment":
            reader.comment = reader.comment or token["comment"]
        elif kind == "quoted" and value.startswith("@", token.end()):
            reader.bare = text
        elif kind == "quoted":
            reader.name += re.sub(r"\\(.)", r"\1", token["quoted"])
        elif kind == "word":
            reader.word(text)
        else:
            reader.name += text
    reader.finish()
    return reader.found


class _ListReader:
    """The pieces of the mailbox being read, and the mailboxes found so far."""

    def __init__(self) -> None:
        self.found: list[Address] = []
        self.forget()

    def forget(self) -> None:
        self.name = self.comment = self.bare = self.angle = ""

    def word(self, text: str) -> None:
        if self.bare.endswith('"') and text.startswith("@"):
            self.bare += text
        elif "@" in text and not self.bare:
            self.bare = text
        elif text.endswith(":") and not self.angle:
            self.name = ""  # the name of a group
        else:
            self.name += text

    def end(self, separator: str) -> None:
        # "Rossi, Mario <m@x>" without quotes: the piece before the comma belongs to the name that follows.
        if self.finish() or separator == ";" or not self.name or len(self.name) > _LONGEST_NAME:
            self.forget()
        else:
            self.name += ", "

    def finish(self) -> bool:
        address = _mailbox(self.angle if "@" in self.angle else self.bare)
        if address:
            self.found.append(Address(_name(self.name) or _name(self.comment), address))
        return bool(address)


def _mailbox(text: str) -> str:
    text = re.sub(r"\s+", "", text)
    if text.startswith("@") and ":" in text:  # a source route of RFC 822
        text = text.partition(":")[2]
    text = text.removeprefix("mailto:").strip("'.,;:[]<>").lower()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > _LONGEST_ADDRESS:
        return ""
    return text


def _name(text: str) -> str:
    name = " ".join(decode_words(text).split()).strip("\"', ")
    return name[:_LONGEST_NAME].rstrip()


def header_addresses(headers: Headers, *names: str) -> tuple[Address, ...]:
    """The mailboxes of all fields of these names, each address once."""
    once: dict[str, Address] = {}
    for name in names:
        for value in headers.all_raw(name):
            for address in addresses(value):
                once.setdefault(address.address, address)
    return tuple(once.values())[:_MOST_ADDRESSES]


def bare_addresses(text: str) -> list[str]:
    """Whatever looks like an address in running text, lower case, in order, each once."""
    return list(dict.fromkeys(address for found in _BARE.findall(text) if (address := _mailbox(found))))


def message_ids(headers: Headers, name: str) -> tuple[str, ...]:
    """The message ids of all fields of this name without <>, oldest first, the last 50."""
    text = " ".join(headers.all_raw(name))
    if "=?" in text:
        text = decode_words(text)
    ids = _ID.findall(text) or [word for word in text.split() if "@" in word and "<" not in word]
    cleaned = ("".join(found.split())[:_LONGEST_ID] for found in ids)
    once = dict.fromkeys(reversed([found for found in cleaned if found]))
    return tuple(reversed(list(once)[:_MOST_IDS]))


def message_id(headers: Headers) -> str:
    """The mail's own Message-ID without <>, "" when it has none."""
    text = decode_words(headers.raw("message-id"))
    found = _ID.search(text)
    return "".join((found[1] if found else text.strip("<>")).split())[:_LONGEST_ID]


def sent_at(value: str) -> datetime | None:
    """The moment a Date field names, in UTC; None when it names none. Without a zone it is taken as UTC."""
    text = value.strip()[:200]
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        return moment if moment.year in _YEARS_OF_MAIL else None
    return None
