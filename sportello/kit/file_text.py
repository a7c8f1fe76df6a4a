"""The words of a file that somebody sent: plain text, HTML, PDF, DOCX. Whatever is in it, it does no harm.

PDF and DOCX are opened in a process of their own with a limit of time and memory, which is thrown away afterwards.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sportello.kit.html_text import to_text

MOST_BYTES = 20_000_000
MOST_PLAIN_BYTES = 2_000_000
MOST_CHARACTERS = 300_000
SECONDS = 20

PLAIN = ("text/plain", "text/csv", "text/markdown", "text/calendar", "text/x-log")
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {".txt": PLAIN[0], ".log": PLAIN[0], ".md": PLAIN[0], ".csv": "text/csv", ".htm": "text/html"}
SUFFIXES |= {".html": "text/html", ".pdf": PDF, ".docx": DOCX}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)


class Unread(StrEnum):
    """Why a file has no words here."""

    OTHER = "other"  # a kind that holds none, or that is not read
    LARGE = "large"
    BROKEN = "broken"  # or hostile: it took too much time or memory
    LOCKED = "locked"  # by a password
    EMPTY = "empty"  # pictures of words
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FileText:
    text: str
    reason: str = ""


def read(path: Path, content_type: str, name: str) -> FileText:
    """The words of a file, at most MOST_CHARACTERS of them. Never raises; content_type and name are the sender's."""
    kind = _kind(content_type, name)
    if not kind:
        return FileText("", Unread.OTHER)
    try:
        size = path.stat().st_size
        if size > (MOST_BYTES if kind in (PDF, DOCX) else MOST_PLAIN_BYTES):
            return FileText("", Unread.LARGE)
        found = _in_a_process(path, kind) if kind in (PDF, DOCX) else _here(path.read_bytes(), kind)
    except OSError:
        return FileText("", Unread.GONE)
    text = found.text.replace("\x00", " ")[:MOST_CHARACTERS].strip()
    return FileText(text, found.reason or ("" if text else Unread.EMPTY))


def _kind(content_type: str, name: str) -> str:
    said = content_type.lower().partition(";")[0].strip()
    if said in (*PLAIN, "text/html", PDF, DOCX):
        return said
    return SUFFIXES.get(Path(name.lower()).suffix, "")


def _here(content: bytes, kind: str) -> FileText:
    text = _decoded(content)
    return FileText(to_text(text) if kind == "text/html" else text)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    named = _CHARSET.search(content[:2_000])
    for charset in (*([named[1].decode("ascii")] if named else []), "utf-8-sig"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


def _in_a_process(path: Path, kind: str) -> FileText:
    command = [sys.executable, "-m", "sportello.kit.file_text_child", kind]
    try:
        with path.open("rb") as file:
            done = subprocess.run(command, stdin=file, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return FileText("", Unread.BROKEN)
    # The child says by its exit code why there is nothing; killed or out of memory it says anything else.
    if done.returncode == 3:
        return FileText("", Unread.LOCKED)
    if done.returncode:
        return FileText("", Unread.BROKEN)
    return FileText(done.stdout.decode("utf-8", "replace"))
