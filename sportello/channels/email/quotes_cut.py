"""Deciding which lines of a mail are new, quoted or signature, whether they came from text or from HTML.

Source: docs/algorithms/quotes.md
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sportello.channels.email.quotes_marks import (
    announces_answers_inside,
    attribution_start,
    header_block_end,
    is_certain,
    is_forward,
    is_original_message,
    is_rule,
    is_signature_delimiter,
    names_someone,
)
from sportello.channels.email.quotes_signature import signature_range

NEW, QUOTED, SIGNATURE = "new", "quoted", "signature"

Segment = tuple[str, int, int]
"""A kind and a half-open range of lines."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a mail in columns of equal length.

    texts: as plain() gives them, without quote signs; quoted: marked by ">" or by a quotation element; indented: in a
    blockquote that may be the writer's own; signed: in a signature element; attributed: in an attribution element;
    opens: first line below a marker after which everything is the old mail. by_element: quotations were marked by
    elements, so that a quoted line needs no attribution to be believed.
    """

    texts: list[str]
    quoted: list[bool]
    indented: list[bool]
    signed: list[bool]
    attributed: list[bool]
    opens: list[bool]
    by_element: bool


@dataclass(slots=True)
class _Findings:
    end: int
    """Where the writer's own region ends: the first unmarked quotation or forward, else the end of the mail."""
    unmarked: bool = False
    header: bool = False
    forward: bool = False


def cut(lines: Lines) -> list[Segment]:
    """Segments that cover every line exactly once, in order. Linear in the number of lines."""
    total = len(lines.texts)
    attributions: list[tuple[int, int]] = []
    found = _scan(lines, attributions)
    segments = list(_own_region(lines, found, attributions))
    if found.end < total:
        segments.append((NEW if found.forward else QUOTED, found.end, total))
    if _holds_text(lines, segments, NEW):
        return segments
    return segments if _is_only_a_quotation(lines, found, attributions) else [(NEW, 0, total)]


def _scan(lines: Lines, attributions: list[tuple[int, int]]) -> _Findings:
    texts, quoted = lines.texts, lines.quoted
    total = len(texts)
    for index, text in enumerate(texts):
        if not text:
            continue
        if quoted[index]:
            if lines.by_element and is_forward(text) and not attributions and not (index and quoted[index - 1]):
                return _Findings(_before_rule(texts, index), forward=True)
            continue
        divided = _divided(lines, index)
        if divided is not None:
            return divided
        start = _attribution(lines, index)
        if start is not None:
            below = _next_text(texts, index + 1)
            if below < total and lines.indented[below] and not quoted[below]:
                _believe_indented(lines, below)
            if below < total and quoted[below]:
                attributions.append((start, index + 1))
            elif is_certain(" ".join(texts[start : index + 1])):
                return _Findings(start, unmarked=True)
    return _Findings(total)


def _divided(lines: Lines, index: int) -> _Findings | None:
    """What begins at this line, if the writer's own text ends above it: a forward, or an old mail under a divider."""
    texts, text = lines.texts, lines.texts[index]
    if is_forward(text):
        return _Findings(index, forward=True)
    if text[0] in "-_=*" and is_original_message(text):
        return _Findings(index, unmarked=True, header=True)
    if lines.opens[index]:
        return _Findings(_before_rule(texts, index), unmarked=True, header=True)
    if ":" in text[:24] and header_block_end(texts, index) is not None:
        # "They write to me:" announces a mail that the writer wants to be read.
        if _above(texts, index).endswith(":"):
            return _Findings(index, forward=True)
        return _Findings(_before_rule(texts, index), unmarked=True, header=True)
    return None


def _attribution(lines: Lines, index: int) -> int | None:
    texts = lines.texts
    if lines.attributed[index]:
        if index + 1 < len(texts) and lines.attributed[index + 1] and texts[index + 1]:
            return None
        start = index
        while start and lines.attributed[start - 1] and index - start < 8:
            start -= 1
        return start
    if not texts[index].endswith(":"):
        return None
    found = attribution_start(texts, index)
    if found is not None:
        start = found
        # The lines above belong to it only where they are the writer's program's own, not quoted ones.
        while start < index and any(lines.quoted[start:index]):
            start += 1
        return start
    below = _next_text(texts, index + 1)
    if below < len(texts) and lines.quoted[below] and names_someone(texts[index]):
        return index
    return None


def _next_text(texts: list[str], index: int) -> int:
    while index < len(texts) and not texts[index]:
        index += 1
    return index


def _before_rule(texts: list[str], index: int) -> int:
    above = index - 1
    while above >= 0 and not texts[above]:
        above -= 1
    return above if above >= 0 and (is_rule(texts[above]) or is_original_message(texts[above])) else index


def _believe_indented(lines: Lines, index: int) -> None:
    while index < len(lines.texts) and (lines.indented[index] or not lines.texts[index]):
        lines.quoted[index] = lines.indented[index]
        index += 1


def _own_region(  # noqa: PLR0912 - the table of docs/algorithms/quotes.md, row by row
    lines: Lines, found: _Findings, attributions: list[tuple[int, int]]
) -> Iterator[Segment]:
    texts, quoted, end = lines.texts, lines.quoted, found.end
    marked = [index for index in range(end) if quoted[index] and texts[index]]
    if not marked:
        if found.unmarked and announces_answers_inside(" ".join(texts[:end])):
            found.end = len(texts)
            yield NEW, 0, found.end
            return
        yield from _written(lines, 0, end)
        return
    first_quoted, last_quoted = marked[0], marked[-1]
    while first_quoted and quoted[first_quoted - 1]:
        first_quoted -= 1
    while last_quoted + 1 < end and quoted[last_quoted + 1]:
        last_quoted += 1
    introduced = next(((start, stop) for start, stop in attributions if stop <= first_quoted), None)
    first = introduced[0] if introduced else first_quoted
    tail_end = _tail_end(lines, last_quoted + 1, end)
    introducing = {index for start, stop in attributions for index in range(start, stop)}
    head = any(texts[index] for index in range(first))
    between = [
        index for index in range(first, last_quoted) if texts[index] and not quoted[index] and index not in introducing
    ]
    tail = any(texts[index] for index in range(last_quoted + 1, tail_end))
    believed = bool(introduced) or lines.by_element or found.unmarked or bool(attributions)
    if not believed and head and (between or tail or _above(texts, first).endswith(":")):
        # A log or a citation within the writer's own text, without anybody quoted.
        yield from _written(lines, 0, end)
    elif not between and not tail:
        if head and announces_answers_inside(" ".join(texts[:first])):
            yield NEW, 0, end
            return
        yield from _written(lines, 0, first)
        yield QUOTED, first, last_quoted + 1
        yield from _written(lines, last_quoted + 1, end)
    elif not between:
        if first:
            yield NEW, 0, first
        yield QUOTED, first, last_quoted + 1
        yield from _written(lines, last_quoted + 1, end)
    else:
        if first:
            yield NEW, 0, first
        answers = introduced[1] if introduced else first
        if answers > first:
            yield QUOTED, first, answers
        if tail:
            yield from _written(lines, answers, end, after=last_quoted + 1)
        else:
            yield NEW, answers, between[-1] + 1
            yield QUOTED, between[-1] + 1, last_quoted + 1
            yield from _written(lines, last_quoted + 1, end)


def _above(texts: list[str], index: int) -> str:
    while index > 0:
        index -= 1
        if texts[index]:
            return texts[index]
    return ""


def _tail_end(lines: Lines, start: int, end: int) -> int:
    """Where the writer's lines below the quotation end and a signature begins."""
    for kind, begin, _ in _written(lines, start, end):
        if kind == SIGNATURE:
            return begin
    return end


def _written(lines: Lines, start: int, end: int, *, after: int | None = None) -> Iterator[Segment]:
    """Segments of lines that are the writer's: new, and the signature at their end, which begins not above after."""
    texts, signed = lines.texts, lines.signed
    if start >= end:
        return
    low = start if after is None else after
    last = next((index for index in range(end - 1, low - 1, -1) if signed[index] and texts[index]), -1)
    if last < 0:
        begin, stop = signature_range(texts, low, end)
    else:
        begin = last
        while begin > low and (signed[begin - 1] or not texts[begin - 1]):
            begin -= 1
        begin, stop = _next_text(texts, begin), _next_text(texts, last + 1)
        if stop < end and signature_range(texts, stop, end) == (_next_text(texts, stop), end):
            stop = end
        above = begin
        while above > low and not texts[above - 1]:
            above -= 1
        if above > low and is_signature_delimiter(texts[above - 1]):
            begin = above - 1
        elif above > low and stop == end:
            begin = min(begin, signature_range(texts, low, above)[0])
    if start < begin:
        yield NEW, start, begin
    if begin < stop:
        yield SIGNATURE, begin, stop
    if stop < end:
        yield from _written(lines, stop, end)


def _holds_text(lines: Lines, segments: list[Segment], kind: str) -> bool:
    return any(lines.texts[index] for name, start, end in segments if name == kind for index in range(start, end))


def _is_only_a_quotation(lines: Lines, found: _Findings, attributions: list[tuple[int, int]]) -> bool:
    """Whether a mail without a word of its own is a reply left empty, and not a forward or somebody's unmarked text."""
    if found.header:
        return False
    if attributions:
        return True
    quoted = [index for index in range(found.end) if lines.quoted[index] and lines.texts[index]][:5]
    texts = [lines.texts[index] for index in quoted]
    return any(attribution_start(texts, index) is not None for index in range(len(texts)))
