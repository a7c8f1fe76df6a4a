"""MIME structure: bytes to a bounded tree of parts, without copying and without raising.

Own code instead of the standard library's parser because that one needs one Python frame for each nesting level, tests
every line against every open boundary, and loses the parts of a mail whose boundary is declared wrongly. Here a level
costs one search for its delimiter, and depth and number of parts are bounded.
"""

import binascii
import re
from dataclasses import dataclass, field

from sportello.channels.email import charsets
from sportello.channels.email.headers import Headers, base64_bytes, parameters, read_headers

MOST_PARTS = 1000
DEEPEST = 20

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_DELIMITER_LINE = re.compile(rb"^--(\S{1,200})[ \t]*\r?\nContent-[A-Za-z-]{1,40}:", re.IGNORECASE | re.MULTILINE)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\r\n]")
_BROKEN_QP = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_QP_TRAILING_SPACE = re.compile(rb"=[ \t]+(\r?\n)")


@dataclass(slots=True)
class Part:
    """One entity: raw[start:end] is its body as transferred, whole_start where its headers begin."""

    raw: bytes
    whole_start: int
    start: int
    end: int
    headers: Headers
    content_type: str
    type_parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    parts: list["Part"] = field(default_factory=list)
    outside: str = ""  # text before the first and after the last boundary

    @property
    def file_name(self) -> str:
        return self.disposition_parameters.get("filename") or self.type_parameters.get("name", "")

    def whole(self) -> bytes:
        """Headers and body as they came."""
        return self.raw[self.whole_start : self.end]

    def content(self, repairs: list[str]) -> bytes:
        """The body with its transfer encoding undone."""
        body = self.raw[self.start : self.end]
        words = self.headers.raw("content-transfer-encoding").lower().replace(";", " ").split()
        encoding = words[0] if words else ""
        if encoding == "base64":
            return _base64(body, self.content_type.startswith("text/"), repairs)
        if encoding == "quoted-printable":
            if _BROKEN_QP.search(body):
                repairs.append("quoted-printable-broken")
            return binascii.a2b_qp(_QP_TRAILING_SPACE.sub(rb"=\1", body))
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return uudecode(body)
        return body


def _base64(body: bytes, is_text: bool, repairs: list[str]) -> bytes:
    stray = _NO_BASE64.search(body)
    if stray is None:
        return base64_bytes(body)
    repairs.append("base64-broken")
    line = body.rfind(b"\n", 0, stray.start()) + 1
    tail = body[line:]
    if is_text and len(_NO_BASE64.findall(tail)) * 10 > len(tail):  # plain text, or a footer that a list server added
        return base64_bytes(body[:line]) + (b"\n" if line else b"") + tail
    return base64_bytes(body)


def uudecode(body: bytes) -> bytes:
    """The content of uuencoded lines; lines that are none are skipped."""
    out = []
    for line in body.splitlines():
        if line.startswith(b"begin ") or line in (b"end", b"`", b""):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(out)


def read(raw: bytes, repairs: list[str]) -> Part:
    """The tree of a whole mail. What had to be repaired is added to repairs."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
        repairs.append("newlines-broken")
    elif b"\r\r\n" in raw[:65_536]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
        repairs.append("newlines-broken")
    return _Reader(repairs).part(raw, 0, len(raw), 0, "text/plain")


class _Reader:
    def __init__(self, repairs: list[str]) -> None:
        self.repairs = repairs
        self.left = MOST_PARTS

    def part(self, raw: bytes, start: int, end: int, depth: int, default: str) -> Part:
        self.left -= 1
        headers, body = read_headers(raw, start, end, self.repairs)
        value = headers.raw("content-type")
        type_parameters = parameters(value) if ";" in value else {}
        disposition = headers.raw("content-disposition")
        part = Part(
            raw=raw,
            whole_start=start,
            start=body,
            end=end,
            headers=headers,
            content_type=self._content_type(value, type_parameters, default),
            type_parameters=type_parameters,
            disposition=disposition.partition(";")[0].strip().lower(),
            disposition_parameters=parameters(disposition) if ";" in disposition else {},
        )
        looks_multipart = depth == 0 and not value and _DELIMITER_LINE.search(raw, body, min(end, body + 65_536))
        if part.content_type.startswith("multipart/") or looks_multipart:
            self._split(part, depth)
        elif part.content_type in ("message/rfc822", "message/global") and self._may_descend(depth):
            inner, inner_start, inner_end = self._decoded(part)
            part.parts = [self.part(inner, inner_start, inner_end, depth + 1, "text/plain")]
        return part

    def _content_type(self, value: str, type_parameters: dict[str, str], default: str) -> str:
        if not value:
            return default
        name = "".join(value.partition(";")[0].split()).strip("\"'").lower()
        if _TYPE.fullmatch(name):
            return name
        self.repairs.append("content-type-broken")
        if "boundary" in type_parameters or name.startswith("multipart"):
            return "multipart/mixed"
        return "text/html" if "html" in name else "text/plain"

    def _may_descend(self, depth: int) -> bool:
        if depth < DEEPEST and self.left > 0:
            return True
        self.repairs.append("parts-cut")
        return False

    def _decoded(self, part: Part) -> tuple[bytes, int, int]:
        encoding = part.headers.raw("content-transfer-encoding").strip().lower()
        if encoding in ("base64", "quoted-printable"):  # forbidden for composite types (RFC 2045, 6.4), but sent
            content = part.content(self.repairs)
            return content, 0, len(content)
        return part.raw, part.start, part.end

    def _split(self, part: Part, depth: int) -> None:
        if not self._may_descend(depth):
            part.content_type = "text/plain"
            return
        raw, start, end = part.raw, part.start, part.end
        boundary = part.type_parameters.get("boundary", "").encode("utf-8", "surrogateescape")
        spans, before, after, closed = _spans(raw, start, end, boundary) if boundary else ([], end, end, False)
        if not spans:
            raw, start, end = self._decoded(part)
            guess = _DELIMITER_LINE.search(raw, start, end)
            if guess is None:
                self.repairs.append("boundary-missing")
                part.content_type = "text/html" if b"<html" in raw[start : start + 500].lower() else "text/plain"
                return
            if guess[1] != boundary:
                self.repairs.append("boundary-missing")
            spans, before, after, closed = _spans(raw, start, end, guess[1])
        if not part.content_type.startswith("multipart/"):
            part.content_type = "multipart/mixed"
        if not closed:
            self.repairs.append("boundary-unclosed")
        part.outside = charsets.decode(raw[start:before] + b"\n" + raw[after:end])[0].strip().replace("\r", "")
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for span_start, span_end in spans:
            if self.left <= 0:
                self.repairs.append("parts-cut")
                break
            part.parts.append(self.part(raw, span_start, span_end, depth + 1, default))


def _spans(raw: bytes, start: int, end: int, boundary: bytes) -> tuple[list[tuple[int, int]], int, int, bool]:
    """Where the parts lie, where the preamble ends, where the epilogue begins, and whether the last one was closed."""
    delimiter = b"--" + boundary
    spans: list[tuple[int, int]] = []
    before = end
    opened = -1
    position = start
    while (at := raw.find(delimiter, position, end)) >= 0:
        position = at + len(delimiter)
        if at > start and raw[at - 1] != 0x0A:
            continue
        line_end = raw.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end + 1
        tail = raw[position:line_end].strip()
        if tail not in (b"", b"--"):
            continue
        if opened < 0:
            before = at
        else:
            spans.append((opened, max(opened, _before_newline(raw, at))))
        if tail == b"--" and opened >= 0:
            return spans, before, line_end, True
        opened = position = line_end
    if opened >= 0 and opened < end:
        spans.append((opened, end))
    return spans, before, end, False


def _before_newline(raw: bytes, at: int) -> int:
    if raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1
