"""Pictures made by hand, a few bytes each; and what only calls itself one."""

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit import pictures
from sportello.kit.pictures import BadPicture, Picture


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x0b\x6b\x5b" * width for _row in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width, height):
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


def webp(kind, data):
    chunk = kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 120, 40))
LOSSLESS = webp(b"VP8L", b"\x2f" + (119 | 39 << 14).to_bytes(4, "little"))
EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (119).to_bytes(3, "little") + (39).to_bytes(3, "little"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(120, 40), "image/png"),
        (jpeg(120, 40), "image/jpeg"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
    ],
)
def test_read_tells_kind_and_size_from_the_bytes(content, kind):
    assert pictures.read(content) == Picture(kind, 120, 40)
    with pytest.raises(BadPicture):
        pictures.read(content[: len(content) // 2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n<script>",
        b"GIF89a" + bytes(40),
        b"\xff\xd8\xff\xd9",
    ],
)
def test_read_of_anything_else_is_refused(content):
    with pytest.raises(BadPicture):
        pictures.read(content)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", LOSSY[:16]]))
def test_read_of_any_bytes_tells_or_refuses(rest, start):
    with contextlib.suppress(BadPicture):
        assert pictures.read(start + rest).type.startswith("image/")
