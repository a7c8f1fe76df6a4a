"""From cleaned HTML to lines for quotes_cut, and from its verdict back to HTML.

A pass over the tokens of the string, without a tree: deep nesting costs nothing, and every slice of the answer is the
very text of the input. Input is what sportello/kit/html.py writes (balanced, double quotes, no comments or scripts);
other HTML is split worse but loses nothing either.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from sportello.channels.email.quotes_cut import Lines
from sportello.channels.email.quotes_marks import MAX_LINE, plain

_MAX_LINES = 20_000
_MAX_TOKENS = 150_000
_TOKEN = re.compile(r'<(?:(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>"]*+(?:"[^"]*+"[^<>"]*+)*+)|![^<>]*+)>')
_ATTRIBUTE = re.compile(r'\b(class|id|type|name)="([^"]*+)"')
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    "body", "html",
))  # fmt: skip
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip

_QUOTES = frozenset((
    "protonmail_quote", "yahoo_quoted", "yahoo-quoted-begin", "iosymail", "zmail_extra", "ik_mail_quote",
    "tutanota_quote", "sportello-mail", "olk_src_body_section", "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message", "isreplycontent", "appleoriginalcontents", "messagereplysection",
    "mail_android_quote", "missive_quote", "front-blockquote", "mimestream-quote", "libero_quote", "mail-quote",
))  # fmt: skip
_CITES = frozenset(
    ("cite", "gmail_quote", "protonmail_quote", "tutanota_quote", "yahoo_quoted", "iosymail", "mozilla-cite")
)
_ATTRIBUTIONS = frozenset(("gmail_attr", "moz-cite-prefix", "reply-intro"))
_OPENERS = frozenset(("divrplyfwdmsg", "outlookmessageheader", "zwchr", "stopspelling"))
_SIGNATURES = frozenset((
    "gmail_signature", "gmail_signature_prefix", "moz-signature", "moz-txt-sig", "ms-outlook-mobile-signature",
    "protonmail_signature_block", "protonmail_signature_block-user", "protonmail_signature_block-proton",
    "applemailsignature", "_rc_sig", "editorusersignature", "ymail_android_signature", "ymail_signature", "signature",
    "outlooksignature", "hotmail_signature", "mac_outlook_signature", "messagesignaturesection", "io-ox-signature",
    "mimestream-signature", "missive_signature", "front-signature", "sh-signature", "bloop_sign", "k9mail-signature",
    "imp-signature", "composer_signature", "mailbox_signature",
))  # fmt: skip
# What a program puts before the names of a mail that it quotes: Outlook, Hotmail, Gmail, Yahoo.
_PREFIX = re.compile(r"^(?:x_|ecx|m_-?\d+|yiv\d+)+")

_QUOTE, _CITE, _INDENT, _ATTRIBUTION, _OPENS, _SIGNATURE = 1, 2, 4, 8, 16, 32
_INHERITED = _QUOTE | _CITE | _INDENT | _ATTRIBUTION | _SIGNATURE


class _Element:
    """An open element: its start tag as written, and the elements it stands in."""

    __slots__ = ("flags", "name", "offset", "parent", "tag")

    def __init__(self, name: str, tag: str, offset: int, parent: "_Element | None", flags: int) -> None:
        self.name, self.tag, self.offset, self.parent, self.flags = name, tag, offset, parent, flags


@lru_cache(maxsize=2048)
def _marks(name: str, attributes: str) -> int:
    flags = _INDENT if name == "blockquote" else 0
    for attribute, value in _ATTRIBUTE.findall(attributes):
        if attribute == "name" and value == "quote":
            flags |= _QUOTE  # GMX and web.de
        for written in value.lower().split():
            word = _PREFIX.sub("", written)
            if word in _QUOTES or (attribute == "id" and word.startswith("yahoo_quoted")):
                flags |= _QUOTE
            elif name == "blockquote" and word in _CITES:
                flags |= _CITE
            elif word in _ATTRIBUTIONS:
                flags |= _ATTRIBUTION
            elif word in _OPENERS:
                flags |= _OPENS
            elif word in _SIGNATURES:
                flags |= _SIGNATURE
    return flags


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of an HTML mail and where each may be cut: the offset in the source and the elements open there."""

    html: str
    lines: Lines
    cuts: list[tuple[int, "_Element | None"]]
    last: "_Element | None"

    def slice(self, start: int, end: int) -> str:
        """Balanced HTML of the lines [start, end). Slices that meet hold each character of the source once."""
        begin, ancestors = self.cuts[start] if start else (0, None)
        stop, still_open = self.cuts[end] if end < len(self.cuts) else (len(self.html), self.last)
        opening: list[str] = []
        while ancestors is not None:
            opening.append(ancestors.tag)
            ancestors = ancestors.parent
        closing: list[str] = []
        while still_open is not None:
            closing.append(f"</{still_open.name}>")
            still_open = still_open.parent
        return "".join((*reversed(opening), self.html[begin:stop], *closing))


class _Reader:
    def __init__(self) -> None:
        self.top: _Element | None = None
        self.open: dict[str, int] = {}
        self.words: list[str] = []
        self.length = 0
        self.started = False
        self.flags = 0
        self.opens_next = False
        self.gap = 0
        self.rule: tuple[int, _Element | None] | None = None
        self.texts: list[str] = []
        self.marks: list[int] = []
        self.cuts: list[tuple[int, _Element | None]] = []

    def begin(self, offset: int) -> None:
        """Begin a line where something is seen; it may be cut off above the elements opened since the line before."""
        outer, node = None, self.top
        while node is not None and node.offset >= self.gap:
            outer, node = node, node.parent
        cut = (outer.offset, outer.parent) if outer else (offset, self.top)
        if self.rule and self.rule[0] < cut[0]:
            cut = self.rule
        self.cuts.append(cut)
        self.flags = (self.top.flags if self.top else 0) | (_OPENS if self.opens_next else 0)
        self.opens_next = False
        self.rule = None
        self.started = True

    def finish(self, offset: int) -> None:
        if self.started:
            text = plain("".join(self.words))
            self.texts.append(text)
            self.marks.append(self.flags)
            self.words.clear()
            self.length = 0
            self.started = False
            self.gap = offset

    def write(self, text: str, offset: int) -> None:
        if not self.started:
            self.begin(offset)
        if self.length < MAX_LINE:
            self.words.append(text[: MAX_LINE * 2])
            self.length += len(text)


def read(html: str) -> Page:
    """The lines of an HTML mail, in linear time; beyond 20,000 lines or 150,000 tags the rest is one line."""
    reader = _Reader()
    position = 0
    for count, token in enumerate(_TOKEN.finditer(html)):
        start, end = token.span()
        if start > position:
            _read_text(reader, html, position, start)
        position = end
        name = token.group(2)
        if name is None:
            continue
        name = name.lower()
        if token.group(1):
            _close(reader, name, end)
        else:
            _open(reader, name, token, start, end)
        if len(reader.texts) >= _MAX_LINES or count >= _MAX_TOKENS:
            reader.finish(end)
            # The rest stays in one piece with the elements open here: it closes them itself.
            return _page(html, reader, None)
    _read_text(reader, html, position, len(html))
    reader.finish(len(html))
    return _page(html, reader, reader.top)


def _open(reader: _Reader, name: str, token: "re.Match[str]", start: int, end: int) -> None:
    if name in _BLOCKS:
        reader.finish(start)
    elif name in ("td", "th"):
        reader.words.append(" ")
    marks = _marks(name, token.group(3)) if len(token.group(3)) < 2000 else (_INDENT if name == "blockquote" else 0)
    if marks & _OPENS:
        reader.opens_next = True
    if name in _VOID:
        if name == "hr" and reader.rule is None:
            reader.rule = (start, reader.top)
        elif name == "img":
            reader.write("\ufffc", start)
        elif name == "br" and reader.gap < end and reader.top is None:
            reader.gap = end
        return
    inherited = reader.top.flags & _INHERITED if reader.top else 0
    reader.top = _Element(name, token.group(0), start, reader.top, inherited | (marks & ~_OPENS))
    reader.open[name] = reader.open.get(name, 0) + 1


def _close(reader: _Reader, name: str, end: int) -> None:
    if name in _BLOCKS:
        reader.finish(end)
    if not reader.open.get(name):
        return
    while reader.top is not None:
        closed = reader.top
        reader.top = closed.parent
        reader.open[closed.name] -= 1
        if closed.name == name:
            break


def _read_text(reader: _Reader, html: str, start: int, end: int) -> None:
    if reader.open.get("pre"):
        offset = start
        for line in html[start:end].splitlines(keepends=True):
            if line.strip():
                reader.write(unescape(line[: MAX_LINE * 4]), offset)
            offset += len(line)
            if line[-1] in "\r\n":
                reader.finish(offset)
            if len(reader.texts) >= _MAX_LINES:
                return
        return
    text = html[start : min(end, start + MAX_LINE * 4)]
    if "&" in text:
        text = unescape(text)
    if reader.started or text.strip():
        reader.write(text, start)


def _page(html: str, reader: _Reader, last: "_Element | None") -> Page:
    marks, texts = reader.marks, reader.texts
    cuts = reader.cuts[: len(texts)]
    signs = [text[:1] == ">" for text in texts]
    quoted = [bool(mark & (_QUOTE | _CITE)) or sign for mark, sign in zip(marks, signs, strict=True)]
    lines = Lines(
        texts=[text.lstrip("> ") if sign else text for text, sign in zip(texts, signs, strict=True)],
        quoted=quoted,
        indented=[bool(mark & _INDENT) for mark in marks],
        signed=[bool(mark & _SIGNATURE) for mark in marks],
        attributed=[bool(mark & _ATTRIBUTION) for mark in marks],
        opens=[bool(mark & _OPENS) for mark in marks],
        by_element=any(mark & (_QUOTE | _CITE) for mark in marks),
    )
    return Page(html, lines, cuts, last)
