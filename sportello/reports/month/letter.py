"""The report as a mail: the headlines, what needs a look, and a link to the rest; every style inlined by hand."""

from collections.abc import Iterable
from html import escape

from sportello.desk.rules import letter_layout as layout
from sportello.desk.rules.letters import SUBJECT_LIMIT, Letter, Look
from sportello.reports import mails
from sportello.reports.mails import File

from . import plain
from .phrases import PHRASES
from .sheet import Block, Grid, Row, Section, Sheet

# The long tables stay on the page.
SECTIONS = ("since", "cases", "ranking", "changes", "about")
TONES = {"better": "#126736", "worse": "#a5262b"}
_HEAD = f"margin:0 0 4px;font-size:13px;line-height:1.4;color:{layout.MUTED}"
_VALUE = "margin:0 0 6px;font-size:28px;line-height:1.15;font-weight:700;letter-spacing:-0.5px"
_SMALL = f"margin:0 0 8px;font-size:13px;line-height:1.5;color:{layout.MUTED}"
_SAID = f"margin:0 0 8px;font-size:15px;line-height:1.55;color:{layout.INK}"
_CELL = f"padding:7px 0;font-size:15px;line-height:1.4;color:{layout.INK};border-top:1px solid {layout.RULE}"
_TITLE = f"margin:24px 0 10px;font-size:17px;line-height:1.3;font-weight:700;color:{layout.INK}"
_TABLE = '<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"'


def compose(sheet: Sheet, look: Look, url: str, pictures: Iterable[File] = ()) -> Letter:
    """url: where the whole report is; "" for none. pictures: its drawings, which go with the mail."""
    phrases = PHRASES[sheet.language]
    shown = [section for section in sheet.sections if section.key in SECTIONS]
    colour = layout.safe_colour(look.colour)
    content = "".join(
        (
            *(f'<p class="sp-text" style="{_SAID};font-weight:700">{escape(words)}</p>' for words in sheet.warnings),
            *(layout.paragraph(_lines(words)) for words in sheet.opening),
            *map(_block, sheet.blocks),
            *map(mails.image, pictures),
            *map(_section, shown),
            layout.button_row(((phrases["whole"], url, "primary"),), colour) if url else "",
            *(layout.paragraph(_lines(words)) for words in sheet.closing),
        )
    )
    html = layout.card(
        title=sheet.title,
        language=sheet.language,
        colour=colour,
        preheader=sheet.opening[0] if sheet.opening else sheet.title,
        heading_html=layout.masthead(look.desk_name, look.logo_url, sheet.title),
        content_html=content,
        footer_html=layout.footer([escape(words) for words in sheet.notes]),
    )
    link = f"\n{phrases['whole']}: {url}\n" if url else ""
    return Letter(sheet.title[:SUBJECT_LIMIT], plain.text(sheet, only=SECTIONS) + link, html)


def _block(block: Block) -> str:
    """A headline: its value large, then beside what it stands, then what that means."""
    tone = f";color:{TONES[block.tone]}" if block.tone else f";color:{layout.INK}"
    lead = f'<p class="sp-muted" style="{_SMALL}">{escape(block.lead)}</p>' if block.lead else ""
    said = "".join(f'<p class="sp-text" style="{_SAID}">{escape(words)}</p>' for words in block.says)
    notes = "".join(f'<p class="sp-muted" style="{_SMALL}">{escape(words)}</p>' for words in block.notes)
    return (
        f'{_TABLE} style="margin:0 0 16px"><tr><td class="sp-box" bgcolor="{layout.BOX}" '
        f'style="background-color:{layout.BOX};padding:16px 18px 10px;border-radius:8px">'
        f'<h2 class="sp-muted" style="{_HEAD};font-weight:600">{escape(block.title)}</h2>'
        f'<p class="sp-text" style="{_VALUE}{tone}">{escape(block.value)}</p>'
        f'{lead}{_TABLE} style="margin:8px 0 10px">{"".join(map(_row, block.rows))}</table>{said}{notes}'
        "</td></tr></table>"
    )


def _row(row: Row) -> str:
    note = f'<br><span class="sp-muted" style="font-size:12px;color:{layout.MUTED}">{escape(row.note)}</span>'
    return (
        f'<tr><td class="sp-text sp-rule" style="{_CELL}">{escape(row.label)}</td>'
        f'<td class="sp-text sp-rule" align="right" style="{_CELL};text-align:right;font-weight:600">'
        f"{escape(row.value)}{note if row.note else ''}</td></tr>"
    )


def _section(section: Section) -> str:
    parts = [f'<h2 class="sp-text" style="{_TITLE}">{escape(section.title)}</h2>']
    parts += (f'<p class="sp-text" style="{_SAID}">{escape(words)}</p>' for words in section.paragraphs if words)
    for entry in section.entries:
        parts.append(f'<p class="sp-text" style="{_SAID};font-weight:600;margin-bottom:4px">{escape(entry.head)}</p>')
        if entry.comment:
            quoted = f"margin:0 0 6px;padding:0 0 0 12px;border-left:3px solid {layout.RULE}"
            said = layout.words(_lines(entry.comment), 14, layout.INK)
            parts.append(f'<blockquote class="sp-rule" style="{quoted}">{said}</blockquote>')
        parts.append(f'<p class="sp-muted" style="{_SMALL};margin-bottom:14px">{escape(" ".join(entry.found))}</p>')
    if section.items:
        parts.append(layout.bullets([escape(item) for item in section.items]))
    parts += map(_grid, section.grids)
    return "".join(parts)


def _grid(grid: Grid) -> str:
    """A real table: its first column names the row."""

    def row(cells: tuple[str, ...], tag: str) -> str:
        said = []
        for place, cell in enumerate(cells):
            scope = ' scope="col"' if tag == "th" else ' scope="row"' if not place else ""
            name = "th" if scope else "td"
            side = "left" if not place else "right"
            style = (
                f"{_CELL};font-size:13px;padding-right:6px;font-weight:{600 if tag == 'th' else 400};text-align:{side}"
            )
            said.append(
                f'<{name}{scope} class="sp-text sp-rule" align="{side}" style="{style}">{escape(cell)}</{name}>'
            )
        return f"<tr>{''.join(said)}</tr>"

    rows = "".join(row(cells, "td") for cells in grid.rows)
    return (
        '<table cellpadding="0" cellspacing="0" border="0" width="100%" style="margin:0 0 16px">'
        f"<thead>{row(grid.columns, 'th')}</thead><tbody>{rows}</tbody></table>"
    )


def _lines(words: str) -> str:
    return escape(words).replace("\n", "<br>")
