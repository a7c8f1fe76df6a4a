"""From the tree of parts to the text, the HTML and the files of a mail."""

import mimetypes
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from sportello.channels.email import charsets
from sportello.channels.email.attachments import calendar_line, read_tnef, safe_file_name
from sportello.channels.email.mime import Part, uudecode
from sportello.channels.email.parsed import Attachment
from sportello.kit.html import clean, from_text
from sportello.kit.html_text import to_text

_BODY_TYPES = frozenset({"text/plain", "text/html", "text/markdown", "text/enriched", "text/richtext"})
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_LARGEST_HTML = 2_000_000
_MOST_FILES = 200
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_HTML_START = re.compile(r"\s*<(?:!doctype html|html[\s>])", re.IGNORECASE)
_CID = re.compile(r"""cid:([^"'\s<>)]{1,500})""", re.IGNORECASE)
_QUOTE_DEPTH = re.compile(r">*")
_UUENCODED = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[ -`]{1,61}\n)+)(?:`?\n)?end[ ]*$", re.MULTILINE)


@dataclass(slots=True)
class Bodies:
    """What a mail says. calendar_method: METHOD of its calendar part in lower case, "" without one."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]
    calendar_method: str
    has_own_text: bool


@dataclass(slots=True)
class _Segment:
    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _File:
    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(slots=True)
class _Found:
    repairs: list[str]
    segments: list[_Segment] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    nested: list[Part] = field(default_factory=list)
    calendar_lines: list[str] = field(default_factory=list)
    calendar_method: str = ""
    spare_texts: list[_Segment] = field(default_factory=list)


def read_bodies(root: Part, repairs: list[str], unwrapped: Part | None = None) -> Bodies:
    """The bodies and files of a mail. unwrapped: a message inside that stands for it (certified mail), if any.

    When the mail itself has no text, the first of these speaks for it: a message it carries, a calendar entry, a
    text file, the text outside its boundaries.
    """
    found = _Found(repairs)
    _collect(root, found, alternative=False, top=True)
    if unwrapped is not None:
        found.segments = []
        _collect(unwrapped, found, alternative=False, top=True)
    segments = found.segments
    own = _text_of(segments)
    text = (own or _spare_text(root, found)).replace("\r", "\n")
    html_parts = [segment for segment in segments if segment.html] or [
        segment for segment in found.spare_texts if segment.html and not own
    ]
    html = ""
    if html_parts:
        sources = segments if html_parts[0] in segments else html_parts
        if sum(len(segment.html) for segment in sources) > _LARGEST_HTML:
            repairs.append("html-too-big")
            found.files += [_File("", "text/html", part.html.encode()) for part in sources if part.html]
        else:
            html = "<br>".join(clean(part.html) if part.html else from_text(part.text) for part in sources)
    return Bodies(text, html, _attachments(found, html), found.calendar_method, bool(own))


def _text_of(segments: list[_Segment]) -> str:
    texts = [segment.text.strip("\n").rstrip() or to_text(segment.html) for segment in segments]
    return "\n\n".join(text for text in texts if text.strip())


def _spare_text(root: Part, found: _Found) -> str:
    for part in found.nested:
        inner = _Found(found.repairs)
        _collect(part, inner, alternative=False, top=True)
        if text := _text_of(inner.segments) or (_spare_text(part, inner) if inner.nested else ""):
            return text
    return "\n".join(found.calendar_lines) or _text_of(found.spare_texts) or _outside(root)


def _outside(part: Part) -> str:
    return part.outside or next((text for child in part.parts if (text := _outside(child))), "")


def _collect(part: Part, found: _Found, *, alternative: bool, top: bool = False) -> None:
    kind = part.content_type
    if kind == "multipart/alternative" and part.parts:
        _collect_alternative(part, found)
    elif kind.startswith("multipart/"):
        for child in part.parts:
            _collect(child, found, alternative=alternative)
    elif kind in ("message/rfc822", "message/global"):
        inner = part.parts[0] if part.parts else None
        name = part.file_name or (inner.headers.get("subject")[:150] + ".eml" if inner else "")
        content = inner.whole() if inner else part.content(found.repairs)
        found.files.append(_File(name if name != ".eml" else "", "message/rfc822", content))
        if inner:
            found.nested.append(inner)
    elif kind in _BODY_TYPES and _is_body(part, alternative, top):
        found.segments.append(_segment(part, found))
    elif kind in _TNEF_TYPES or part.file_name.lower() == "winmail.dat":
        _open_tnef(part, found)
    elif not (kind == "text/x-amp-html" and alternative):
        _keep_file(part, found)


def _is_body(part: Part, alternative: bool, top: bool) -> bool:
    if part.disposition == "attachment":
        return False
    return top or alternative or not part.file_name


def _collect_alternative(part: Part, found: _Found) -> None:
    """One segment out of all branches: the last text and the last HTML that say something."""
    before, best = found.segments, _Segment()
    for child in part.parts:
        found.segments = []
        _collect(child, found, alternative=True)
        htmls = [segment for segment in found.segments if segment.html]
        texts = [segment.text for segment in found.segments if segment.text.strip()]
        if htmls:
            best.html = "<br>".join(segment.html or from_text(segment.text) for segment in found.segments)
        elif texts:
            best.text = "\n\n".join(texts)
    found.segments = before
    if best.text or best.html:
        found.segments.append(best)


def _segment(part: Part, found: _Found) -> _Segment:
    raw = part.content(found.repairs)
    declared = part.type_parameters.get("charset", "")
    is_html = part.content_type == "text/html"
    if is_html and not declared and (meta := _META_CHARSET.search(raw[:2048])):
        declared = meta[1].decode("ascii")
    text, repair = charsets.decode(raw, declared)
    if repair:
        found.repairs.append(repair)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_html and _HTML_START.match(text):
        found.repairs.append("html-as-plain")
        is_html = True
    if is_html:
        return _Segment(html=text) if text.strip() else _Segment()
    if part.content_type in ("text/enriched", "text/richtext"):
        text = re.sub(r"<<", "<", re.sub(r"(?<!<)<(/?[A-Za-z-]{1,60})>", "", text))
    elif part.type_parameters.get("format", "").strip().lower() == "flowed":
        text = unflow(text, delsp=part.type_parameters.get("delsp", "").strip().lower() == "yes")
    return _Segment(text=_take_uuencoded(text, found))


def unflow(text: str, *, delsp: bool) -> str:
    """format=flowed text with its soft line breaks undone (RFC 3676)."""
    lines: list[str] = []
    paragraph: list[str] = []
    open_depth = -1  # depth of the paragraph that goes on in the next line, -1 when none does
    for line in text.split("\n"):
        depth = _QUOTE_DEPTH.match(line).end()  # type: ignore[union-attr]  # matches the empty string
        content = line[depth:].removeprefix(" ")
        signature = content == "-- "
        if open_depth != depth or signature:
            if open_depth >= 0:
                lines.append("".join(paragraph))
            paragraph = [">" * depth + " " if depth else ""]
        flowed = content.endswith(" ") and not signature
        paragraph.append(content[:-1] if flowed and delsp else content)
        open_depth = depth if flowed else -1
        if not flowed:
            lines.append("".join(paragraph))
    if open_depth >= 0:
        lines.append("".join(paragraph))
    return "\n".join(lines)


def _take_uuencoded(text: str, found: _Found) -> str:
    """text without the files that ancient clients wrote into it."""
    if "\nend" not in text or not _UUENCODED.search(text):
        return text

    def take(block: re.Match[str]) -> str:
        found.files.append(_File(block[1], "application/octet-stream", uudecode(block[2].encode())))
        return ""

    return _UUENCODED.sub(take, text)


def _open_tnef(part: Part, found: _Found) -> None:
    content = part.content(found.repairs)
    tnef = read_tnef(content)
    if tnef is None or not (tnef.files or tnef.text or tnef.html):
        found.repairs.append("tnef-broken")
        found.files.append(_File(part.file_name or "winmail.dat", "application/ms-tnef", content))
        return
    for name, kind, content_id, data in tnef.files:
        content_type = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
        found.files.append(_File(name, content_type, data, content_id))
    if tnef.text.strip() or tnef.html.strip():
        text = tnef.text.replace("\r\n", "\n").replace("\r", "\n")
        found.spare_texts.insert(0, _Segment(text=text, html=tnef.html))


def _keep_file(part: Part, found: _Found) -> None:
    content = part.content(found.repairs)
    if part.content_type == "text/calendar":
        text, _ = charsets.decode(content, part.type_parameters.get("charset", "") or "utf-8")
        method, line = calendar_line(text)
        found.calendar_method = found.calendar_method or method or part.type_parameters.get("method", "").lower()
        if line and line not in found.calendar_lines:
            found.calendar_lines.append(line)
    elif part.content_type in _BODY_TYPES:
        found.spare_texts.append(_segment(part, found))
    content_id = part.headers.raw("content-id").strip("<> ")
    found.files.append(_File(part.file_name, part.content_type, content, content_id))


def _attachments(found: _Found, html: str) -> tuple[Attachment, ...]:
    if len(found.files) > _MOST_FILES:  # The others stay in the original.
        found.repairs.append("files-cut")
        del found.files[_MOST_FILES:]
    shown = {unquote(cid.replace("&amp;", "&")) for cid in _CID.findall(html)}
    return tuple(
        Attachment(
            file_name=safe_file_name(file.name, file.content_type, number),
            content_type=file.content_type,
            content=file.content,
            content_id=file.content_id[:500],
            inline=bool(file.content_id) and file.content_id in shown,
        )
        for number, file in enumerate(found.files, start=1)
    )
