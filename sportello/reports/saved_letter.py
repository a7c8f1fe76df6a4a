"""A saved report as a mail: its chart as a picture, its figures as a table and as plain text, the file beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk import links
from sportello.desk.actions import configuration, letters
from sportello.desk.models import FileKind, ReportMailing, Rhythm, User
from sportello.desk.rules import letter_layout as layout
from sportello.desk.rules.conditions import Conditions
from sportello.desk.rules.letters import Letter, Look
from sportello.reports import mails, paper, periods
from sportello.reports.charts.words import number
from sportello.reports.exports import csv, xlsx
from sportello.reports.exports import paper as on_paper
from sportello.reports.exports.sheet import sheet

from .explorer import grid
from .explorer.grid import Grid, Namer
from .explorer.question import Question
from .figures.source import Source
from .mails import File, Mail

MOST_LINES, MOST_COLUMNS, MOST_PICTURES = 25, 5, 3
UNSAFE = re.compile(r"[^\w.-]+")
WRITERS = {FileKind.XLSX: (xlsx.write, xlsx.CONTENT_TYPE), FileKind.CSV: (csv.write, csv.CONTENT_TYPE)}


@dataclass(frozen=True, slots=True)
class _Report:
    """What the mail says, in the active language."""

    name: str
    description: str
    facts: tuple[str, ...]
    grid: paper.Grid
    cut: str
    pictures: tuple[File, ...]
    url: str
    stop_url: str
    why: str


def write(
    mailing: ReportMailing,
    asked: Question,
    source: Source,
    person: User,
    names: Callable[[User, list[tuple[str, object]]], Namer],
    filters: Callable[[User, Conditions], str],
) -> Mail:
    """The mail that this person gets, in the active language. Raises Invalid, store.Missing."""

    def naming(pairs: list[tuple[str, object]]) -> Namer:
        return names(person, pairs)

    found = grid.ask(source, asked, naming, actor_id=person.pk)
    report, other = mailing.report, asked.beside()
    about = [(_("Period"), periods.said(asked.span()))]
    if other:
        about.append((_("Compared with"), periods.said(other)))
    if said := filters(person, found.query.filters):
        about.append((_("Filters"), said))
    told = _Report(
        report.name,
        report.description,
        tuple(f"{label}: {value}" for label, value in about),
        _table(found),
        _cut(found),
        tuple(mails.pictures(on_paper.pictures(found)[:MOST_PICTURES])),
        links.public_url(f"/reports/saved/{report.pk}"),
        links.public_url(f"/reports/saved/{report.pk}/mailing/stop"),
        _why(mailing),
    )
    files = [*told.pictures]
    if mailing.file in WRITERS:
        writer, content_type = WRITERS[FileKind(mailing.file)]
        flat = grid.flat(source, asked, naming, actor_id=person.pk)
        name = f"{UNSAFE.sub('-', report.name.lower()).strip('-') or 'report'}.{mailing.file}"
        content = writer(sheet(flat, report.name, tuple(about)))
        files.append(mails.stored(name, content_type.partition(";")[0], content))
    subject = " ".join(f"{report.name} · {about[0][1]}".split())
    look = letters.look_of(configuration.current())
    letter = Letter(subject, _text(told, look), _html(told, subject, look))
    return Mail(get_language() or "en", letter, tuple(files))


def _table(found: Grid) -> paper.Grid:
    """What a mail has room for; of figures that nothing splits a line each."""
    if not found.query.dimensions:
        rows = tuple((str(it.measure.full_label), on_paper.said(it)) for it in found.total.placed if it)
        return paper.Grid("", (_("Measure"), _("Value")), rows)
    whole, wide = on_paper.table(found, "", MOST_LINES), len(found.down) + MOST_COLUMNS
    return paper.Grid("", whole.columns[:wide], tuple(row[:wide] for row in whole.rows))


def _cut(found: Grid) -> str:
    shown = min(len(found.lines), MOST_LINES)
    if not found.down or found.lines_in_all <= shown:
        return ""
    return _("The first %(n)s of %(all)s lines.") % {"n": number(shown), "all": number(found.lines_in_all)}


def _why(mailing: ReportMailing) -> str:
    """“Every Monday at 8:00, from Ada Admin.”"""
    said = {"hour": f"{mailing.hour}:00", "name": mailing.report.owner.name, "day": mailing.day}
    if mailing.rhythm == Rhythm.DAILY:
        return _("Every day at %(hour)s, from %(name)s.") % said
    if mailing.rhythm == Rhythm.WEEKLY:
        weekday = str(WEEKDAYS[mailing.day - 1])
        said["day"] = weekday if (get_language() or "en").startswith("en") else weekday.lower()
        return _("Every %(day)s at %(hour)s, from %(name)s.") % said
    return _("On day %(day)s of every month at %(hour)s, from %(name)s.") % said


# --- as text and as HTML ----------------------------------------------------------------------------------------------


def _text(told: _Report, look: Look) -> str:
    open_it, stop = _("Open the report"), _("No longer by mail")
    parts = [told.name, *filter(None, [told.description]), "\n".join(told.facts), _lines(told.grid), told.cut]
    parts += [f"{open_it}: {told.url}"]
    foot = [look.desk_name, told.why, f"{stop}: {told.stop_url}"]
    return "\n\n".join(filter(None, parts)) + "\n\n-- \n" + "\n".join(foot) + "\n"


def _lines(table: paper.Grid) -> str:
    """In columns where they fit on a line; else each line under its name."""
    if not table.rows:
        return _("Nothing to show")
    rows = [table.columns, *table.rows]
    wide = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
    if sum(wide) + 2 * len(wide) <= 76:
        return "\n".join(
            "  ".join(cell.ljust(wide[at]) if not at else cell.rjust(wide[at]) for at, cell in enumerate(row)).rstrip()
            for row in rows
        )
    return "\n".join(
        f"{row[0]}\n" + "\n".join(f"  {name}: {cell}" for name, cell in zip(table.columns[1:], row[1:], strict=True))
        for row in table.rows
    )


def _html(told: _Report, subject: str, look: Look) -> str:
    colour = layout.safe_colour(look.colour)
    content = layout.paragraph(f"<strong>{escape(told.name)}</strong>")
    if told.description:
        content += layout.paragraph(escape(told.description))
    content += layout.paragraph("<br>".join(map(escape, told.facts)))
    content += "".join(map(mails.image, told.pictures))
    content += _html_table(told.grid) if told.grid.rows else layout.paragraph(escape(_("Nothing to show")))
    if told.cut:
        content += layout.paragraph(escape(told.cut))
    content += layout.button_row([(_("Open the report"), told.url, "primary")], colour)
    stop = layout.link(told.stop_url, _("No longer by mail"), colour)
    footer = [f"<strong>{escape(look.desk_name)}</strong>", escape(told.why), stop]
    return layout.card(
        title=subject,
        language=(get_language() or "en").partition("-")[0],
        colour=colour,
        preheader=" · ".join(told.facts),
        heading_html=layout.masthead(look.desk_name, look.logo_url, _("Report")),
        content_html=content,
        footer_html=layout.footer(footer),
    )


def _html_table(table: paper.Grid) -> str:
    rows = "".join(f"<tr>{_html_cells(row, 'td')}</tr>" for row in table.rows)
    style = "border-collapse:collapse;margin:0 0 20px"
    return (
        f'<table cellpadding="0" cellspacing="0" border="0" width="100%" style="{style}">'
        f"<tr>{_html_cells(table.columns, 'th')}</tr>{rows}</table>"
    )


def _html_cells(row: Sequence[str], tag: str) -> str:
    style = f"padding:6px 8px 6px 0;font-size:14px;line-height:1.4;border-bottom:1px solid {layout.RULE};"
    style += f"color:{layout.MUTED};font-weight:600" if tag == "th" else f"color:{layout.INK};font-weight:400"
    return "".join(
        f'<{tag} class="sp-text sp-rule" align="{"right" if at else "left"}" style="{style}">{escape(it)}</{tag}>'
        for at, it in enumerate(row)
    )
