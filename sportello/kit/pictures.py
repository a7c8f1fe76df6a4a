"""What kind of picture bytes are, and how large: read from the bytes themselves, whatever they are called."""

import struct
from dataclasses import dataclass


class BadPicture(ValueError):
    """No PNG, JPEG or WebP, or one that is cut off."""


@dataclass(frozen=True, slots=True)
class Picture:
    """type: a media type. width, height: pixels."""

    type: str
    width: int
    height: int


def read(content: bytes) -> Picture:
    """Raises BadPicture. SVG is none here: it is a program in disguise."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and content[-8:-4] == b"IEND":
            return Picture("image/png", *struct.unpack(">II", content[16:24]))
        if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9"):
            return Picture("image/jpeg", *_jpeg(content))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            if struct.unpack("<I", content[4:8])[0] > len(content) - 8:
                raise BadPicture
            return Picture("image/webp", *_webp(content))
    except (struct.error, IndexError):
        pass
    raise BadPicture


def _jpeg(content: bytes) -> tuple[int, int]:
    """From the frame header (SOF); other segments are skipped by their length."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # Padding.
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    raise BadPicture


def _webp(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise BadPicture
