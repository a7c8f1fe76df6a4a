"""How a mail of the desk looks: one table of 600 pixels, every style inlined by hand.

Outlook's Word engine knows tables, `bgcolor` and conditional comments; phones know `max-width`; dark mode is an
enhancement in the head that may be thrown away. Every argument called *_html is finished HTML, every other
is escaped here.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files

from . import colours

DEFAULT_COLOUR = "#1f5f8b"
BLACK = "#000000"
INK, MUTED, RULE, PAPER, BOX = "#1f2733", "#5b6573", "#dfe3e8", "#ffffff", "#f6f7f9"
TEXT = f"margin:0 0 16px;font-size:16px;line-height:1.55;color:{INK}"
NAME = f"margin:0;font-size:17px;line-height:1.3;font-weight:700;color:{INK}"
SMALL = f"margin:0;font-size:13px;line-height:1.5;color:{MUTED}"
# background, border, text of a button; primary takes the desk's colour.
BUTTONS = {
    "secondary": (PAPER, "#8a94a3", INK),
    "good": ("#e3f4e8", "#2f7d4b", "#14492a"),
    "bad": ("#fdeae7", "#b4412f", "#78200f"),
}
FACES = {"good": "🙂", "bad": "🙁"}


def _load(name: str) -> str:
    """A file of templates/mail as a %-format: filled a hundred times faster than a template is rendered."""
    source = files("sportello").joinpath("templates", "mail", name).read_text("utf-8")
    return re.sub(r"\$(\w+)", r"%(\1)s", re.sub(r"\n\s*", "\n", source).strip().replace("%", "%%"))


_HEAD, _CARD, _PLAIN = _load("head.html"), _load("card.html"), _load("plain.html")
# Keeps mail programs from showing the body's first words after a short preheader.
_PADDING = "&#847;&zwnj;&nbsp;" * 60
_TABLE = '<table role="presentation" cellpadding="0" cellspacing="0" border="0"'


def card(
    *, title: str, language: str, colour: str, preheader: str, heading_html: str, content_html: str, footer_html: str
) -> str:
    """The whole document of a mail that the desk sends by itself."""
    return _CARD % {
        "head": _head(title, language),
        "language": language,
        "preheader": escape(preheader),
        "padding": _PADDING,
        "colour": colour,
        "heading": heading_html,
        "content": content_html,
        "footer": footer_html,
    }


def plain(*, title: str, language: str, content_html: str, footer_html: str) -> str:
    """The whole document of a mail that a technician wrote: a letter between people, without a frame."""
    head = _head(title, language)
    return _PLAIN % {"head": head, "language": language, "content": content_html, "footer": footer_html}


def _head(title: str, language: str) -> str:
    return _HEAD % {"title": escape(title), "language": language}


def masthead(name: str, logo_url: str, kicker: str) -> str:
    """The desk's logo or name, and under it what the mail is about."""
    if logo_url:
        top = (
            f'<img class="sp-logo" src="{escape(logo_url)}" alt="{escape(name)}" height="36" '
            f'style="display:block;height:36px;max-width:240px;border:0;{NAME}">'
        )
    else:
        top = f'<p class="sp-text" style="{NAME}">{escape(name)}</p>'
    return top + (f'<p class="sp-muted" style="{SMALL};padding-top:6px">{escape(kicker)}</p>' if kicker else "")


def paragraph(inner_html: str) -> str:
    return f'<p class="sp-text" style="{TEXT}">{inner_html}</p>'


def bullets(items_html: Sequence[str]) -> str:
    items = "".join(f'<li style="margin:0 0 4px">{item}</li>' for item in items_html)
    return f'<ul class="sp-text" style="{TEXT};padding-left:22px">{items}</ul>'


def link(url: str, label: str, colour: str) -> str:
    return (
        f'<a class="sp-link" href="{escape(url)}" style="color:{on_paper(colour)};text-decoration:underline;'
        f'overflow-wrap:anywhere;word-break:break-word">{escape(label)}</a>'
    )


def said(author: str, at: str, inner_html: str, colour: str) -> str:
    """A comment inside the mail, with who said it and when."""
    return (
        f'{_TABLE} width="100%" style="margin:0 0 20px"><tr><td class="sp-box" bgcolor="{BOX}" '
        f'style="background-color:{BOX};border-left:3px solid {colour};padding:14px 16px">'
        f"{_byline(author, at)}{words(inner_html, 15, INK)}</td></tr></table>"
    )


def earlier(title: str, quotes: Sequence[tuple[str, str, str]]) -> str:
    """What was said before, (author, at, finished HTML) each, as mail programs show a quotation."""
    blocks = "".join(
        f'<blockquote class="sp-rule" style="margin:12px 0 0;padding:0 0 0 12px;border-left:2px solid {RULE}">'
        f"{_byline(author, at)}{words(inner_html, 14, MUTED)}</blockquote>"
        for author, at, inner_html in quotes
    )
    heading = f'<p class="sp-muted" style="{SMALL};padding-top:12px">{escape(title)}</p>'
    return f'{heading}{blocks}<div style="height:16px"></div>'


def words(inner_html: str, size: int, colour: str) -> str:
    """What a person wrote, finished HTML, at a size in pixels."""
    style = f"font-size:{size}px;line-height:1.55;color:{colour};overflow-wrap:anywhere"
    return f'<div class="sp-said" style="{style}">{inner_html}</div>'


def _byline(author: str, at: str) -> str:
    when = f'<span class="sp-muted" style="font-weight:400;color:{MUTED}"> · {escape(at)}</span>' if at else ""
    return (
        f'<p class="sp-text" style="margin:0 0 6px;font-size:13px;line-height:1.4;font-weight:600;color:{INK}">'
        f"{escape(author)}{when}</p>"
    )


def button_row(actions: Sequence[tuple[str, str, str]], colour: str) -> str:
    """Buttons side by side, (label, url, kind) each; one above the other on a phone."""
    cells = '<td class="sp-gap" width="12" style="width:12px;font-size:0;line-height:0">&nbsp;</td>'.join(
        _button(label, url, kind, colour) for label, url, kind in actions
    )
    return f'{_TABLE} class="sp-buttons" style="margin:4px 0 20px"><tr>{cells}</tr></table>'


def _button(label: str, url: str, kind: str, colour: str) -> str:
    ground, border, ink = BUTTONS.get(kind) or (colour, colour, ink_on(colour))
    face = f'<span aria-hidden="true">{FACES[kind]}</span>&nbsp; ' if kind in FACES else ""
    # Outlook ignores padding on a link: the two stretched spaces make the whole button clickable there.
    stretch = '<!--[if mso]><i style="mso-font-width:300%%;mso-text-raise:%s">&#8195;</i><![endif]-->'
    return (
        f'<td class="sp-button sp-{kind}" bgcolor="{ground}" style="background-color:{ground};'
        f'border:1px solid {border};border-radius:6px"><a href="{escape(url)}" '
        f'style="display:inline-block;padding:12px 22px;font-size:16px;line-height:1.3;font-weight:600;'
        f'color:{ink};text-decoration:none;border-radius:6px;mso-padding-alt:0">'
        f"{stretch % '20pt'}"
        f'<span style="mso-text-raise:10pt">{face}{escape(label)}</span>{stretch % "0"}</a></td>'
    )


def footer(lines_html: Sequence[str]) -> str:
    return "".join(f'<p class="sp-muted" style="{SMALL}">{line}</p>' for line in lines_html)


@lru_cache(maxsize=64)
def safe_colour(colour: str) -> str:
    """The colour when it is #rrggbb, else the house's."""
    return colour.lower() if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else DEFAULT_COLOUR


@lru_cache(maxsize=64)
def ink_on(colour: str) -> str:
    """White or black, whichever reads better on the colour: one of them always reaches 4.5."""
    return PAPER if colours.contrast(colour, PAPER) >= colours.contrast(colour, BLACK) else BLACK


@lru_cache(maxsize=64)
def on_paper(colour: str) -> str:
    """The colour where it can be read as text on white, else its nearest tone that can."""
    return colours.readable(colour)
