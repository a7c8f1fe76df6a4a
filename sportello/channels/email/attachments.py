"""The files of a mail: names that are safe to save, TNEF (winmail.dat) opened, calendar entries read."""

import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from sportello.channels.email import charsets

_LONGEST_NAME = 200
_LONGEST_NAME_BYTES = 240  # file systems allow 255
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_EXTENSIONS = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}


def safe_file_name(name: str, content_type: str, number: int) -> str:
    """name without path, control and direction characters, at most 200 characters; made up when nothing is left."""
    name = unicodedata.normalize("NFC", name[-1000:]).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co"))
    name = _FORBIDDEN.sub("_", " ".join(name.split())).strip(". ")
    if not name:
        name = f"attachment-{number}{_EXTENSIONS.get(content_type, '.bin')}"
    if _RESERVED.fullmatch(name):
        name = "_" + name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 20 or not stem:
        stem, extension = name, ""
    suffix = dot + extension if extension else ""
    while len(stem) + len(suffix) > _LONGEST_NAME or len((stem + suffix).encode()) > _LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return stem + suffix


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat holds. files: (name, content type or "", content id or "", content)."""

    text: str = ""
    html: str = ""
    files: list[tuple[str, str, str, bytes]] = field(default_factory=list)


_TNEF_SIGNATURE = 0x223E9F78
_RENDERING, _TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_BODY, _PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_MAPI_BODY, _MAPI_HTML, _MAPI_INTERNET_CODEPAGE = 0x1000, 0x1013, 0x3FDE
_MAPI_FILE_DATA, _MAPI_LONG_NAME, _MAPI_MIME_TYPE, _MAPI_CONTENT_ID = 0x3701, 0x3707, 0x370E, 0x3712
_MOST_VALUES = 10_000
_FIXED_SIZES = {2: 4, 3: 4, 4: 4, 10: 4, 11: 4, 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16}
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_CODEPAGES = {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 28592: "iso-8859-2", 20866: "koi8-r"}


def read_tnef(data: bytes) -> Tnef | None:
    """What a TNEF stream holds ([MS-OXTNEF]); None when it is none. A damaged stream gives what precedes the damage.

    Own reader instead of tnefparse, which copies the rest of the stream for each attribute and believes every count in
    it: a few bytes make it count to four billion.
    """
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _TNEF_SIGNATURE:
        return None
    found = Tnef()
    codepage = "cp1252"
    file: dict[str, bytes] = {}
    for attribute, value in _tnef_attributes(data):
        if attribute == _CODEPAGE and len(value) >= 4:
            codepage = _codepage(value)
        elif attribute == _BODY:
            found.text = found.text or charsets.decode(value.rstrip(b"\0"), codepage)[0]
        elif attribute == _PROPERTIES:
            _take_body(found, dict(_mapi_properties(value)), codepage)
        elif attribute == _RENDERING:
            _add_file(found, file, codepage)
            file = {}
        elif attribute == _TITLE:
            file["title"] = value
        elif attribute == _FILE_DATA:
            file["content"] = value
        elif attribute == _FILE_PROPERTIES:
            properties = dict(_mapi_properties(value))
            for number, name in _FILE_PROPERTY_NAMES.items():
                if number in properties:
                    file.setdefault(name, properties[number])
    _add_file(found, file, codepage)
    return found


_FILE_PROPERTY_NAMES = {
    _MAPI_LONG_NAME: "name",
    _MAPI_MIME_TYPE: "type",
    _MAPI_CONTENT_ID: "id",
    _MAPI_FILE_DATA: "content",
}


def _tnef_attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + 11 <= len(data):
        attribute, _kind, length = struct.unpack_from("<HHI", data, position + 1)
        yield attribute, data[position + 9 : position + 9 + length]
        position += length + 11


def _mapi_properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The first value of each property; strings in UTF-16 come as UTF-8. Stops at the first thing it cannot read."""
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MOST_VALUES)):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:  # named: a GUID, then a number or a string
                (is_string,) = struct.unpack_from("<I", data, position + 16)
                (size,) = struct.unpack_from("<I", data, position + 20)
                position += 24 + (_padded(size) if is_string else 0)
            many, kind = kind & 0x1000, kind & 0x0FFF
            values = 1
            if many or kind in _VARIABLE:
                (values,) = struct.unpack_from("<I", data, position)
                position += 4
            for index in range(min(values, _MOST_VALUES)):
                size = _FIXED_SIZES.get(kind, 0)
                if kind in _VARIABLE:
                    (size,) = struct.unpack_from("<I", data, position)
                    position += 4
                elif not size:
                    return
                value = data[position : position + size]
                position += _padded(size)
                if index == 0:
                    yield name, _utf16(value) if kind == 0x1F else value
            if position > len(data):
                return
    except struct.error:
        return


def _padded(size: int) -> int:
    return size + -size % 4


def _utf16(value: bytes) -> bytes:
    return value.decode("utf-16-le", "replace").encode("utf-8", "replace")


def _codepage(value: bytes) -> str:
    number = struct.unpack_from("<I", value)[0]
    return _CODEPAGES.get(number, f"cp{number}")


def _take_body(found: Tnef, properties: dict[int, bytes], codepage: str) -> None:
    number = properties.get(_MAPI_INTERNET_CODEPAGE, b"")
    charset = _codepage(number) if len(number) >= 4 else codepage
    if _MAPI_BODY in properties:
        found.text = charsets.decode(properties[_MAPI_BODY].rstrip(b"\0"), "")[0]
    if _MAPI_HTML in properties:
        found.html = charsets.decode(properties[_MAPI_HTML].rstrip(b"\0"), charset)[0]


def _add_file(found: Tnef, file: dict[str, bytes], codepage: str) -> None:
    if "content" not in file:
        return
    name = charsets.decode(file["name"], "utf-8" if file["name"].isascii() else "")[0] if "name" in file else ""
    title = charsets.decode(file.get("title", b"").rstrip(b"\0"), codepage)[0]
    content_type = file.get("type", b"").rstrip(b"\0").decode("ascii", "ignore").lower()
    content_id = file.get("id", b"").rstrip(b"\0").decode("ascii", "ignore").strip("<>")
    found.files.append((name.rstrip("\0") or title, content_type, content_id, file["content"]))


_CALENDAR_LINE = re.compile(
    r"^(METHOD|SUMMARY|LOCATION|DTSTART|DTEND)((?:;[^:\n]*)?):(.*)$", re.MULTILINE | re.IGNORECASE
)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?")


def calendar_line(calendar: str) -> tuple[str, str]:
    """(method in lower case, one readable line) of the first event of an iCalendar text, "" for what is not said."""
    text = re.sub(r"\r?\n[ \t]", "", calendar[:200_000].replace("\r\n", "\n"))
    first: dict[str, str] = {}
    start = text.upper().find("BEGIN:VEVENT")  # a time zone block before it has DTSTART lines of its own
    head, event = text[: max(start, 0)], text[max(start, 0) :]
    for block in (head, event):
        for name, options, value in _CALENDAR_LINE.findall(block):
            if block is head and name.upper() != "METHOD":
                continue
            plain = re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ").replace("\\N", " ")).strip()
            zone = re.search(r"TZID=([^;:]+)", options)
            first.setdefault(name.upper(), plain + (f" {zone[1]}" if zone and name.upper() == "DTSTART" else ""))
    pieces = [first.get("SUMMARY", ""), _period(first), first.get("LOCATION", "")]
    return first.get("METHOD", "").lower(), " · ".join(piece for piece in pieces if piece)


def _period(event: dict[str, str]) -> str:
    start, end = _MOMENT.match(event.get("DTSTART", "")), _MOMENT.match(event.get("DTEND", ""))
    if not start:
        return ""
    zone = event["DTSTART"].partition(" ")[2] or ("UTC" if event["DTSTART"].endswith("Z") else "")
    text = "-".join(start.group(1, 2, 3))
    if start[4]:
        text += f" {start[4]}:{start[5]}"
        if end and end[4]:
            text += f"–{end[4]}:{end[5]}"
    return f"{text} {zone}".strip()
