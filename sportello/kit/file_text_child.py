"""The process that opens one PDF or DOCX: reads it from its input and writes its words. Run by kit.file_text.

Exit code 0: read, 3: locked by a password, anything else: not readable.
"""

import io
import sys
import zipfile
from typing import Any

from sportello.kit.file_text import MOST_CHARACTERS, PDF, SECONDS

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's patience has an end there too
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 768 * 1024 * 1024
MOST_PAGES = 300
MOST_PART = 50_000_000  # Bytes of the text of a DOCX, unpacked.
LOCKED = 3
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def main() -> int:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # It writes nothing but to its parent.
    content = sys.stdin.buffer.read()
    text = _pdf(content) if sys.argv[1] == PDF else _docx(content)
    if text is None:
        return LOCKED
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()
    return 0


def _pdf(content: bytes) -> str | None:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(content))
    # Many are locked against changes only, with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        return None
    parts: list[str] = []
    left = MOST_CHARACTERS
    for number in range(min(len(reader.pages), MOST_PAGES)):
        try:
            parts.append(reader.pages[number].extract_text())
        except MemoryError:
            raise
        except Exception:  # One broken page does not take the others with it.
            continue
        left -= len(parts[-1])
        if left < 0:
            break
    return "\n".join(parts)


def _docx(content: bytes) -> str | None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # A locked one is no archive but an old container.
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [it for it in archive.namelist() if it.startswith("word/") and it.endswith(".xml")]
        wanted = [it for it in names if it == "word/document.xml" or it.startswith(("word/header", "word/footnotes"))]
        return "\n".join(_part(archive.open(name)) for name in sorted(wanted)[:20])[:MOST_CHARACTERS]


def _part(file: Any) -> str:
    from lxml import etree

    content = file.read(MOST_PART + 1)
    if len(content) > MOST_PART:
        raise ValueError("unpacks to too much")
    parts: list[str] = []
    # No entity is looked up: neither one that multiplies nor one that names a file.
    for _event, element in etree.iterparse(io.BytesIO(content), resolve_entities=False, no_network=True):
        if element.tag == f"{_WORDS}t":
            parts.append(element.text or "")
        elif element.tag in (f"{_WORDS}p", f"{_WORDS}tr"):
            parts.append("\n")
        elif element.tag in (f"{_WORDS}tab", f"{_WORDS}br", f"{_WORDS}tc"):
            parts.append(" ")
        element.clear()
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
