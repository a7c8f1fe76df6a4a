"""What is new in a mail, apart from the quoted conversation and the signature.

Nothing is lost: every line of the mail is in exactly one of the three parts. Pure and linear in the size of the mail,
also for hostile ones. Rules, formats and their reasons: docs/algorithms/quotes.md
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sportello.channels.email import quotes_html
from sportello.channels.email.quotes_cut import NEW, QUOTED, SIGNATURE, Lines, Segment, cut
from sportello.channels.email.quotes_marks import plain

_MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Split:
    """A mail's body in three: what its writer wrote now, the older mails, the signature with its legal notices."""

    new: str
    quoted: str
    signature: str


def split_text(text: str) -> Split:
    """Split a plain text body.

    A forwarded message is new. Quoted lines between answers stay in new, so that the answers can be understood. Of a
    mail longer than 20,000 lines the rest goes where its line 20,000 went. Where nothing new would remain, all of it
    is new, unless it plainly is a reply left empty.
    """
    source = text.splitlines(keepends=True)
    texts: list[str] = []
    quoted: list[bool] = []
    for line in source[:_MAX_LINES]:
        bare = plain(line)
        is_quoted = bare[:1] == ">"
        quoted.append(is_quoted)
        texts.append(bare.lstrip("> ") if is_quoted else bare)
    nothing = [False] * len(texts)
    lines = Lines(texts, quoted, nothing, nothing, nothing, nothing, by_element=False)
    return _assemble(cut(lines), lambda start, end: "".join(source[start : end if end < len(texts) else None]))


def split_html(html: str) -> Split:
    """Split an HTML body that sportello.kit.html has cleaned. Each part is balanced HTML with the text of the
    original, in its order.

    The same rules as for split_text, helped by the elements by which mail programs mark quotations and signatures.
    """
    page = quotes_html.read(html)
    if not page.lines.texts:
        return Split(html, "", "")
    return _assemble(cut(page.lines), page.slice)


def _assemble(segments: Iterable[Segment], piece: Callable[[int, int], str]) -> Split:
    parts: dict[str, list[str]] = {NEW: [], QUOTED: [], SIGNATURE: []}
    merged: list[Segment] = []
    for kind, start, end in segments:
        if merged and merged[-1][0] == kind:
            merged[-1] = (kind, merged[-1][1], end)
        else:
            merged.append((kind, start, end))
    for kind, start, end in merged:
        parts[kind].append(piece(start, end).strip("\r\n"))
    return Split(*("\n".join(part for part in parts[kind] if part) for kind in (NEW, QUOTED, SIGNATURE)))
