"""HTML to plain text, for people: paragraphs, lists, rows, links, quotations as "> " lines.

Reads the parser's events instead of a tree, so depth does not matter and time grows with length alone.
"""

import html as entities
import re

from lxml import etree

_SKIPPED = frozenset({"script", "style", "title", "template", "noembed", "noframes", "iframe", "object", "svg", "math"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dl", "figure"})
_LINES = frozenset(
    "address article aside body caption center dd details div dt fieldset figcaption footer form header hr li main nav "
    "ol section summary table tbody tfoot thead tr ul".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<[^<>]*>")
_LONGEST_LINK = 2000
_DEEPEST_PREFIX = 20
_RULE = "_" * 32


def to_text(html: str) -> str:
    """html as plain text with "\\n" newlines. Hidden elements are left out unless nothing else is there."""
    text = _read(html, show_hidden=False)
    if not text and _HIDDEN.search(html):
        text = _read(html, show_hidden=True)
    return text or entities.unescape(_TAG.sub(" ", _without_invisible(html))).strip()


def _without_invisible(html: str) -> str:
    return re.sub(r"<(script|style|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", " ", html, flags=re.DOTALL | re.I)


def _read(html: str, *, show_hidden: bool) -> str:
    writer = _Writer(show_hidden)
    parser = etree.HTMLParser(target=writer, encoding="utf-8", huge_tree=True)  # type: ignore[call-overload]
    try:
        parser.feed(html.replace("\0", "").encode("utf-8", "replace"))
        parser.close()
    except etree.LxmlError:  # an empty document; whatever was read before stands
        pass
    return writer.text()


class _Writer:
    """Target of the parser: gathers lines, each with the depth of quotation it stands in."""

    def __init__(self, show_hidden: bool) -> None:
        self.show_hidden = show_hidden
        self.lines: list[str] = []
        self.line: list[str] = []
        self.gap = 0  # newlines owed before the next text: 1 ends the line, 2 leaves a blank one
        self.gap_quoted = 0  # the shallowest quotation since the gap began: where its blank line belongs
        self.paragraph_gap = 2
        self.quoted = 0
        self.lists: list[int] = []  # next number of each open list, 0 for bullets
        self.marker = ""
        self.links: list[tuple[str, int, int]] = []
        self.pre = 0
        self.skipping: list[str] = []  # open elements inside a skipped one
        self.in_row = False
        self.chunks: list[str] = []
        self.data = self.chunks.append  # the parser cuts text at each stray "<" or "&": joined before it is read

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.chunks:
            self._take_chunks()
        if self.skipping:
            self.skipping.append(tag)
            return
        if tag in _SKIPPED or (attributes and self._is_hidden(tag, attributes)):
            self.skipping.append(tag)
            return
        if tag == "br":
            self._newline()
        elif tag == "img":
            alt = _SPACE.sub(" ", attributes.get("alt", "")).strip()
            if alt:  # an emoji is its own text
                self._write(alt if len(alt) <= 3 else f"[{alt}]")
        elif tag == "a":
            self.links.append((attributes.get("href", "").strip(), len(self.lines), len(self.line)))
        elif tag in ("td", "th"):
            if self.in_row and self.line and not self.gap:
                self.line.append(" | ")
            self.in_row = True
        elif tag in _PARAGRAPHS or tag in _LINES:
            if tag == "p":  # Outlook's paragraphs have no margin: its authors press Enter twice for a blank line
                self.paragraph_gap = 1 if "MsoNormal" in attributes.get("class", "") else 2
            self._end_line(self._gap_of(tag))
            self._open_block(tag, attributes)

    def _is_hidden(self, tag: str, attributes: dict[str, str]) -> bool:
        style = attributes.get("style")
        return bool(style and not self.show_hidden and tag not in ("html", "body") and _HIDDEN.search(style))

    def _open_block(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "blockquote":
            self.quoted += 1
        elif tag == "pre":
            self.pre += 1
        elif tag == "tr":
            self.in_row = False
        elif tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            number = self.lists[-1] if self.lists else 0
            indent = "  " * min(len(self.lists) - 1, _DEEPEST_PREFIX)
            self.marker = indent + (f"{number}. " if number else "- ")
            if number:
                self.lists[-1] = number + 1
        elif tag == "hr":
            self._write(_RULE)
            self._end_line(1)

    def end(self, tag: str) -> None:
        if self.chunks:
            self._take_chunks()
        if self.skipping:
            if tag == self.skipping[-1]:
                self.skipping.pop()
            return
        if tag == "a":
            self._close_link()
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._end_line(self._gap_of(tag))
            if tag == "blockquote":
                self.quoted = max(0, self.quoted - 1)
                self.gap_quoted = min(self.gap_quoted, self.quoted)
            elif tag == "pre":
                self.pre = max(0, self.pre - 1)
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()

    def _take_chunks(self) -> None:
        data = "".join(self.chunks)
        self.chunks.clear()
        if self.skipping:
            return
        if self.pre:
            first, *others = data.split("\n")
            self._write(first)
            for other in others:
                self._newline()
                self._write(other)
            return
        text = _SPACE.sub(" ", data)
        if not self.line or self.gap or self.line[-1].endswith((" ", "\n")):
            text = text.lstrip(" ")
        self._write(text)

    def comment(self, _text: str) -> None:
        pass

    def close(self) -> None:
        pass

    def text(self) -> str:
        self._take_chunks()
        self._flush()
        text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(self.lines))
        return text.strip("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        if self.gap:
            self._flush()
            if self.gap > 1 and self.lines and self.lines[-1].strip("> "):
                self.lines.append(self._prefix(self.gap_quoted).rstrip())
            self.gap = 0
        if self.marker:
            self.line.append(self.marker)
            self.marker = ""
        self.line.append(text)

    def _gap_of(self, tag: str) -> int:
        if tag == "p":
            return self.paragraph_gap
        return 2 if tag in _PARAGRAPHS else 1

    def _end_line(self, gap: int) -> None:
        if self.line:
            self._flush()
            self.gap, self.gap_quoted = gap, self.quoted
        else:
            self.gap, self.gap_quoted = max(self.gap, gap), min(self.gap_quoted, self.quoted)

    def _newline(self) -> None:
        if self.gap:  # a break right after a block is a line of its own
            self._write(" ")
        self._add_line()

    def _flush(self) -> None:
        if self.line:
            self._add_line()

    def _add_line(self) -> None:
        text = "".join(self.line).replace("\xa0", " ")
        self.lines.append((self._prefix(self.quoted) + text).rstrip(" "))
        self.line = []

    def _prefix(self, quoted: int) -> str:
        return "> " * min(quoted, _DEEPEST_PREFIX)

    def _close_link(self) -> None:
        if not self.links:
            return
        href, line, index = self.links.pop()
        if not href.lower().startswith(("http://", "https://", "mailto:", "tel:")) or len(href) > _LONGEST_LINK:
            return
        shown = "".join(self.line[index:] if line == len(self.lines) else self.line).strip()
        target = href.partition(":")[2] if href.lower().startswith(("mailto:", "tel:")) else href
        if _bare(target) not in _bare(shown):
            self._write(f" <{target}>" if shown else f"<{target}>")


def _bare(url: str) -> str:
    return re.sub(r"^(?:https?://|mailto:|tel:)", "", url.casefold()).rstrip("/").replace(" ", "")
