"""A mail to a customer: from an admin's text and the values of a ticket to subject, plain text and HTML. Pure.

The text decides the shape (paragraphs, lists, links); a value never does. A ticket's title that looks like a
placeholder, a tag, a list or a link comes out as the letters it is made of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from . import letter_layout as layout
from .letter_texts import ACTION_LABELS, FRAME, TEXTS, StepText
from .placeholders import PLACEHOLDERS, check, render

__all__ = [
    "PLACEHOLDERS",
    "Action",
    "Letter",
    "Look",
    "Quoted",
    "StepText",
    "action_label",
    "check",
    "compose",
    "default_text",
]

SUBJECT_LIMIT = 200  # characters
WIDTH = 72  # columns of the text part


@dataclass(frozen=True, slots=True)
class Look:
    """What the desk's mails have in common. colour: #rrggbb. footer: plain text, one or more lines."""

    desk_name: str
    colour: str = layout.DEFAULT_COLOUR
    logo_url: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A comment to embed. at: as it shall be read. html: already cleaned; where it is empty, text stands in."""

    author: str
    at: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button. kind: "primary", "secondary", "good" or "bad"."""

    label: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject (one line), text part and HTML part, before MIME."""

    subject: str
    text: str
    html: str


def default_text(step: str, language: str) -> StepText:
    """The house's words for a step. Other languages than Italian read English. Raises KeyError for an unknown step."""
    return TEXTS[_language(language)][step]


def action_label(name: str, language: str) -> str:
    """What a button says: it_works, not_yet, good, bad, open_ticket, sign_in."""
    return ACTION_LABELS[_language(language)][name]


def compose(
    step: str,
    text: StepText,
    *,
    values: Mapping[str, Any],
    language: str,
    look: Look,
    answer: Quoted | None = None,
    actions: Sequence[Action] = (),
    history: Sequence[Quoted] = (),
) -> Letter:
    """The mail of a step, as it goes out. Never raises for what a customer or an admin wrote.

    values: the placeholders, nested (`{"ticket": {"id": 12, "url": "https://…"}}`), plain strings and numbers; only a
    value named `url` becomes a link. A text that cannot be rendered any more gives way to the house's words. history:
    newest first.
    """
    language = _language(language)
    values = _tamed(values)
    marks = values | {"answer": _ANSWER if answer else None, "buttons": _BUTTONS if actions else None}
    body = render(text.body, marks)
    if text.body.strip() and not body.strip():
        body = render(default_text(step, language).body, marks)
    subject = _subject(render(text.subject, values) or render(default_text(step, language).subject, values))
    letter = _Draft(subject, _blocks(body, answer, actions), values, language, look, answer, actions, history)
    return Letter(subject, letter.as_text(step), letter.as_html(step))


# Private-use characters, which no value keeps: they mark the places of the answer and of the buttons, and in a
# value whatever could be taken for shape.
_ANSWER, _BUTTONS, _MARK = "\n\n\ue001\n\n", "\n\n\ue002\n\n", "\ue000"
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\ue002]+")
_UNWANTED_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]+")
_URL = re.compile(r"(https?://[^\s<>\"'\ue000]*[^\s<>\"'\ue000.,;:!?)\]])")
_WEB = re.compile(r"https?://[^\s<>\"'\ue000-\ue002]+")
_REPEATED_RE = re.compile(r"^re:\s*(?:(?:re|r|rif|aw|sv|antw)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Draft:
    subject: str
    blocks: Sequence[str]
    values: Mapping[str, Any]
    language: str
    look: Look
    answer: Quoted | None
    actions: Sequence[Action]
    history: Sequence[Quoted]

    def as_text(self, step: str) -> str:
        parts: list[str] = []
        for block in self.blocks:
            if block == _ANSWER.strip() and self.answer:
                parts.append(_said_text(self.answer, signed=step != "reply"))
            elif block == _BUTTONS.strip():
                parts += ["\n".join(rows) for rows in self._action_lines()]
            else:
                parts.append("\n".join(_filled(line) for line in _unmarked(block).split("\n")))
        if self.history:
            parts.append(FRAME[self.language]["earlier"] + ":")
            parts += [_quoted_text(quote) for quote in self.history]
        # "-- " begins a signature: mail programs leave it out of the answer.
        footer = [self.look.desk_name, *self.look.footer.splitlines(), *self._request_lines()]
        return _UNWANTED_IN_TEXT.sub("", "\n\n".join(parts) + "\n\n-- \n" + "\n".join(filter(None, footer)) + "\n")

    def as_html(self, step: str) -> str:
        colour = layout.safe_colour(self.look.colour)
        content = "".join(self._block_html(block, step, colour) for block in self.blocks)
        if self.history:
            quotes = [(quote.author, quote.at, _html_of(quote)) for quote in self.history]
            content += layout.earlier(FRAME[self.language]["earlier"], quotes)
        footer = [escape(line) for line in self.look.footer.splitlines() if line.strip()]
        ticket = self._ticket()
        if step == "reply":
            note = self._request()
            if ticket.get("url"):
                note = layout.link(ticket["url"], note, colour)
            lines = [" · ".join(filter(None, [escape(self.look.desk_name), note])), *footer]
            document = layout.plain(
                title=self.subject, language=self.language, content_html=content, footer_html=layout.footer(lines)
            )
        else:
            lines = [f"<strong>{escape(self.look.desk_name)}</strong>", *footer]
            if ticket.get("url"):
                lines.append(layout.link(ticket["url"], ACTION_LABELS[self.language]["open_ticket"], colour))
            title = _unmarked(str(ticket.get("title") or ""))
            document = layout.card(
                title=self.subject,
                language=self.language,
                colour=colour,
                preheader=self._preheader(),
                heading_html=layout.masthead(
                    self.look.desk_name,
                    self.look.logo_url if _WEB.fullmatch(self.look.logo_url) else "",
                    " · ".join(filter(None, [self._request(), title])),
                ),
                content_html=content,
                footer_html=layout.footer(lines),
            )
        return _UNWANTED_IN_TEXT.sub("", document)

    def _block_html(self, block: str, step: str, colour: str) -> str:
        if block == _ANSWER.strip() and self.answer:
            inner = _html_of(self.answer)
            if step == "reply":
                return layout.words(inner, 16, layout.INK)
            return layout.said(self.answer.author, self.answer.at, inner, colour)
        if block == _BUTTONS.strip():
            rows = [[(action.label, action.url, action.kind) for action in row] for row in self._rows()]
            lead = layout.paragraph(escape(FRAME[self.language]["vote"])) if len(rows) > 1 else ""
            return lead.join(layout.button_row(row, colour) for row in rows)
        html = ""
        for is_list, lines in groupby(block.split("\n"), key=lambda line: line.startswith("- ")):
            if is_list:
                html += layout.bullets([_inline_html(line[2:], colour) for line in lines])
            else:
                html += layout.paragraph("<br>".join(_inline_html(line, colour) for line in lines))
        return html

    def _rows(self) -> list[list[Action]]:
        """The question about the request first, the two faces in a row of their own."""
        votes = [action for action in self.actions if action.kind in layout.FACES]
        others = [action for action in self.actions if action.kind not in layout.FACES]
        return [row for row in (others, votes) if row]

    def _action_lines(self) -> Iterator[list[str]]:
        for position, row in enumerate(self._rows()):
            lead = [FRAME[self.language]["vote"]] if position else []
            yield lead + [f"{action.label}: {action.url}" for action in row]

    def _ticket(self) -> Mapping[str, Any]:
        ticket = self.values.get("ticket")
        return ticket if isinstance(ticket, Mapping) else {}

    def _request(self) -> str:
        number = self._ticket().get("id")
        return FRAME[self.language]["request"].format(id=_unmarked(str(number))) if number else ""

    def _request_lines(self) -> list[str]:
        return [": ".join(filter(None, [self._request(), self._ticket().get("url") or ""]))]

    def _preheader(self) -> str:
        """The first sentence after the greeting: what a list of mails shows beside the subject."""
        sentences = (block for block in self.blocks if len(block) > 1 and not block.endswith(","))
        return _unmarked(next(sentences, "")).replace("\n", " ")[:140]


def _language(language: str) -> str:
    return "it" if language.lower().startswith("it") else "en"


def _tamed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tamed_value(name, value) for name, value in values.items()}


def _tamed_value(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        # A field that the desk calls "url" is a customer's word all the same.
        return {key: _tamed_value("" if name == "custom_fields" else key, it) for key, it in value.items()}
    line = " ".join(_UNWANTED.sub(" ", str(value)).split())
    if name == "url" and _WEB.fullmatch(line):
        return line
    if name == "phone":
        line = line.replace(" ", "\u00a0")  # It stays on one line.
    return line and _MARK + line.replace("://", f"{_MARK}://")


def _unmarked(text: str) -> str:
    return text.replace(_MARK, "")


def _subject(rendered: str) -> str:
    line = _REPEATED_RE.sub("Re: ", " ".join(_UNWANTED.sub(" ", _unmarked(rendered)).split()))
    return line if len(line) <= SUBJECT_LIMIT else line[: SUBJECT_LIMIT - 1].rstrip() + "…"


def _blocks(body: str, answer: Quoted | None, actions: Sequence[Action]) -> list[str]:
    """Paragraphs of the body; answer and buttons are blocks of one mark each, at the end where it names no place."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n")):
        block = "\n".join(filter(None, (line.strip() for line in paragraph.split("\n"))))
        if block and not (block in (_ANSWER.strip(), _BUTTONS.strip()) and block in blocks):
            blocks.append(block)
    for mark, wanted in ((_ANSWER.strip(), answer), (_BUTTONS.strip(), actions)):
        if wanted and mark not in blocks:
            blocks.append(mark)
    return blocks


def _inline_html(line: str, colour: str) -> str:
    pieces = _URL.split(line)
    return "".join(
        layout.link(piece, piece, colour) if position % 2 else escape(_unmarked(piece))
        for position, piece in enumerate(pieces)
    )


def _html_of(quote: Quoted) -> str:
    if quote.html:
        return quote.html
    paragraphs = re.split(r"\n[ \t]*\n", quote.text.strip())
    return "".join(f'<p style="margin:0 0 12px">{escape(part).replace(chr(10), "<br>")}</p>' for part in paragraphs)


def _said_text(quote: Quoted, *, signed: bool) -> str:
    """The words as they were written: a line of a technician may be a command, and is not wrapped."""
    if not signed:
        return quote.text.strip()
    byline = ", ".join(filter(None, [quote.author, quote.at]))
    return "\n".join([f"{byline}:", *(f"| {line}".rstrip() for line in quote.text.strip().splitlines())])


def _quoted_text(quote: Quoted) -> str:
    lines = [", ".join(filter(None, [quote.author, quote.at])) + ":", *quote.text.strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _filled(line: str) -> str:
    """The line in lines of at most WIDTH columns, broken at spaces only, so that a URL stays whole."""
    if len(line) <= WIDTH:
        return line
    indent = "  " if line.startswith("- ") else ""
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + 1 + len(word) > WIDTH:
            lines.append(current)
            current = indent + word
        else:
            current = f"{current} {word}" if current else word
    return "\n".join([*lines, current])
