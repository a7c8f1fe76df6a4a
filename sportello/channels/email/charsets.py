"""Bytes to text when the declared charset may be unknown, absent or a lie. Never raises, never drops a byte."""

import codecs
from functools import lru_cache

import charset_normalizer

# Codecs that are no charsets of mail: they execute escapes or need quadratic time.
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})

# What senders say → what they mean. Browsers read the left ones as the right ones too (WHATWG Encoding).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
}
_SPELLED = {
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "x-windows-1252": "cp1252",
    "ansi": "cp1252",
}
# Codecs in which bytes below 0x80 are not simply ASCII.
_NOT_ASCII_BASED = ("utf-7", "utf-16", "utf-32", "iso2022", "hz", "cp037", "cp500", "cp1140", "cp273")
# Single-byte charsets whose every byte string is valid: UTF-8 under their name is a lie told by accident.
_WESTERN = frozenset({"cp1252", "iso8859-15", "cp1250", "cp1254", "mac-roman", "cp850", "cp437"})
# What charset-normalizer may choose from: without this list short texts come out as cp1006 or cp1258. No other Latin
# one than cp1252: it takes Italian for Czech (cp1250) when only a few letters have accents.
_LIKELY = ["cp1252", "cp1251", "koi8_r", "cp1253", "cp932", "gb18030", "big5", "cp949", "euc_jp"]
_ENOUGH_TO_GUESS = 64
_SAMPLE = 4096


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "sportello.latin1"), error.end


codecs.register_error("sportello.latin1", _as_latin1)
codecs.register_error("sportello.cp1252", _as_cp1252)


def decode(raw: bytes, declared: str = "") -> tuple[str, str]:
    """The text of raw and the repair it needed.

    Tried in order: the declared charset, UTF-8, a guess (from 64 bytes on), cp1252.
    Repairs: "" (none), "charset-unknown" (no such charset), "charset-lied" (the bytes are of another one),
    "charset-mixed" (UTF-8 with bytes of cp1252 in between), "charset-missing" (8-bit text without a declaration).
    """
    text, repair = _decode(raw, declared)
    return tidy(text), repair


def tidy(text: str) -> str:
    """text without NUL and lone surrogates, which databases refuse."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _decode(raw: bytes, declared: str) -> tuple[str, str]:
    codec = _codec(declared)
    unknown = bool(declared) and not codec
    ascii_based = not codec.startswith(_NOT_ASCII_BASED)
    if raw.isascii() and ascii_based:
        return raw.decode("ascii"), "charset-unknown" if unknown else ""
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:].decode("utf-8", "sportello.cp1252"), ""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and ascii_based and len(raw) % 2 == 0:
        codec = "utf-16"
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in raw and raw.isascii():
        return raw.decode("ascii"), "charset-lied"
    if codec and codec not in _WESTERN:
        try:
            return raw.decode(codec).removeprefix("\ufeff"), ""
        except (UnicodeError, ValueError):
            pass
    try:
        return raw.decode("utf-8"), _blame(codec, unknown)
    except UnicodeDecodeError:
        pass
    if codec in _WESTERN:
        return raw.decode(codec, "sportello.latin1"), "" if declared.lower() != "us-ascii" else "charset-lied"
    return _guess(raw, codec, unknown)


def _guess(raw: bytes, codec: str, unknown: bool) -> tuple[str, str]:
    kept = raw.decode("utf-8", "ignore")
    if len(kept.encode()) - len(kept) > 2 * (len(raw) - len(kept.encode())):
        return raw.decode("utf-8", "sportello.cp1252"), "charset-mixed"
    if len(raw) >= _ENOUGH_TO_GUESS:
        first = next(index for index, byte in enumerate(raw) if byte > 127)
        sample = raw[max(0, first - _SAMPLE // 2) : first + _SAMPLE // 2]
        best = charset_normalizer.from_bytes(sample, cp_isolation=_LIKELY).best()
        if best is not None:
            return raw.decode(best.encoding, "sportello.latin1"), _blame(codec, unknown)
    return raw.decode("cp1252", "sportello.latin1"), _blame(codec, unknown)


def _blame(codec: str, unknown: bool) -> str:
    if unknown:
        return "charset-unknown"
    return "charset-lied" if codec else "charset-missing"


@lru_cache(maxsize=256)
def _codec(declared: str) -> str:
    name = declared.strip(" \t\"'<>;,").lower()
    if not name or len(name) > 40 or not name.isascii():
        return ""
    try:
        found = codecs.lookup(_SPELLED.get(name, name))
    except (LookupError, ValueError, ImportError):
        return ""
    if found.name in _REFUSED or not found._is_text_encoding:  # no public way to ask
        return ""
    return _MEANT.get(found.name, found.name)
