"""Header fields: splitting a block into fields, decoding RFC 2047 and RFC 2231 as senders really write them."""

import binascii
import re
import string
from collections.abc import Iterator

from sportello.channels.email import charsets

_LONGEST_VALUE = 262_144
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|mime-version|content-type|content-transfer-encoding|received"
    rb"|reply-to|return-path|in-reply-to|references|sender|x-mailer)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FOLD = re.compile(r"\r?\n[ \t]")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_ENCODED_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_PARAMETER = re.compile(
    r""";\s*([^\s=;*]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*+)(?:"|$)[^;]*|([^;]*))""", re.DOTALL
)


class Headers:
    """The fields of one block, by lower-case name, in their order. Values are decoded when asked for."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: dict[str, list[bytes]] = {}

    def add(self, name: str, value: bytes) -> None:
        self._fields.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __bool__(self) -> bool:
        return bool(self._fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def raw(self, name: str) -> str:
        """First value of name unfolded, RFC 2047 left alone (structured fields are split before they are decoded)."""
        values = self._fields.get(name)
        return unfold(values[0]) if values else ""

    def all_raw(self, name: str, most: int = 100) -> list[str]:
        """Values of name unfolded, the first `most` of them."""
        return [unfold(value) for value in self._fields.get(name, ())[:most]]

    def get(self, name: str) -> str:
        """First value of name as readable text on one line, "" when absent."""
        return decode_words(self.raw(name))


def read_headers(raw: bytes, start: int, end: int, repairs: list[str]) -> tuple[Headers, int]:
    """The header block of raw[start:end] and the offset of the body after it.

    A line that is no field and no continuation is taken as a continuation when a well-known field still follows
    before the blank line (clients and list servers break subjects so), otherwise the body starts with it.
    """
    headers = Headers()
    lenient_until, blank = start, -1
    last_name, last_value = "", [b""]
    position = start
    while position < end:
        if raw.startswith((b"\n", b"\r\n"), position, end):
            position = raw.index(b"\n", position) + 1
            break
        field = _FIELD.match(raw, position, end)
        if field:
            if last_name:
                headers.add(last_name, b"".join(last_value))
            last_name, last_value = field[1].decode("ascii"), [field[2]]
            position = field.end()
            continue
        line_end = raw.find(b"\n", position, end) + 1 or end
        if position == start and raw.startswith((b"From ", b">From "), position):  # the separator of an mbox
            position = line_end
            continue
        if position >= lenient_until:
            blank = blank if blank >= 0 else _blank_line(raw, position, end)
            known = _KNOWN_FIELD.search(raw, position, blank)
            if known is None:
                repairs.append("header-end-missing" if headers or last_name else "headers-missing")
                break
            lenient_until = known.start()
            repairs.append("header-line-broken")
        last_value += [b"\n ", raw[position:line_end]]
        position = line_end
    if last_name:
        headers.add(last_name, b"".join(last_value))
    return headers, position


def _blank_line(raw: bytes, start: int, end: int) -> int:
    found = [at for at in (raw.find(b"\n\n", start, end), raw.find(b"\n\r\n", start, end)) if at >= 0]
    return min(found) + 1 if found else end


def unfold(value: bytes) -> str:
    """A raw value on one line, 8-bit bytes decoded, control characters gone."""
    text, _ = charsets.decode(value[:_LONGEST_VALUE])
    if "\n" in text:
        text = _FOLD.sub(" ", text)
    return _CONTROLS.sub("", text).strip(" \t")


def decode_words(text: str) -> str:
    """text with its RFC 2047 encoded words decoded.

    Words that stand side by side are joined as bytes first: senders cut inside a character, or inside a base64 group.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        if between.strip() or not run:
            out.append(_decode_run(run))
            run = []
            out.append(between)
        run.append((word[1].lower(), word[2].lower(), word[3]))
        position = word.end()
    out += [_decode_run(run), text[position:]]
    return _CONTROLS.sub(" ", "".join(out))


def _decode_run(run: list[tuple[str, str, str]]) -> str:
    out = []
    index = 0
    while index < len(run):
        charset, encoding, _ = run[index]
        same = index
        while same < len(run) and run[same][:2] == (charset, encoding):
            same += 1
        texts = [text for _, _, text in run[index:same]]
        joined = b"".join(_word_bytes(encoding, text) for text in texts)
        if encoding == "b" and any(len(text) % 4 and not text.endswith("=") for text in texts[:-1]):
            joined = base64_bytes("".join(texts).encode("ascii", "ignore"))
        out.append(charsets.decode(joined, charset)[0])
        index = same
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding == "b":
        return base64_bytes(text.encode("ascii", "ignore"))
    return binascii.a2b_qp(text.encode("utf-8"), header=True)


def base64_bytes(data: bytes) -> bytes:
    """What base64 data says, whatever its padding; characters outside the alphabet are skipped."""
    data = data.translate(None, _NOT_BASE64).rstrip(b"=")
    # Padding in the middle: several encoded pieces one after the other. Thousands of them are no base64 at all.
    chunks = data.split(b"=") if data.count(b"=") < 1000 else [data.replace(b"=", b"")]
    return b"".join(_unpadded(chunk) for chunk in chunks)


def _unpadded(chunk: bytes) -> bytes:
    whole = chunk[:-1] if len(chunk) % 4 == 1 else chunk
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/="))


def parameters(value: str) -> dict[str, str]:
    """The parameters of a structured value (`…; charset=utf-8; name="a.pdf"`), names in lower case.

    Reads RFC 2231 continuations and charsets, and the RFC 2047 words some clients put here against the standard.
    """
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, index, star, quoted, bare in _PARAMETER.findall(value[:65_536]):
        text = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else bare.strip()
        if index or star:
            pieces.setdefault(name.lower(), {}).setdefault(int(index or 0), (text, bool(star)))
        else:
            plain.setdefault(name.lower(), decode_words(text))
    for name, numbered in pieces.items():
        plain[name] = _join_pieces([numbered[index] for index in sorted(numbered)])
    return plain


def _join_pieces(pieces: list[tuple[str, bool]]) -> str:
    charset = ""
    out = []
    for index, (piece, encoded) in enumerate(pieces):
        raw = piece.encode("utf-8")
        if encoded and index == 0 and raw.count(b"'") >= 2:
            charset, (_, _, raw) = piece.partition("'")[0], raw.split(b"'", 2)
        if encoded:
            raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda code: bytes((int(code[1], 16),)), raw)
        out.append(raw)
    return _CONTROLS.sub("", charsets.decode(b"".join(out), charset)[0])
