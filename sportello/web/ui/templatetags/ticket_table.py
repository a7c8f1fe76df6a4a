"""The table of tickets: `{% load ticket_table %}`. Python, because a template takes ten times as long for fifty rows.

A table has columns (name, label, look, sort_url, direction), groups of rows (label, count, rows) and says with
has_status whether the status has a column of its own, with can_pick whether rows have a box for the form "bulk", with
is_found whether they are of a search: then a passage is worth a line of its own. A row
has url, number, subject, snippet, promise, marks, status, is_unread and cells: its markup by the name of a column, for
those that are not the subject.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk.words import Priority, Status
from sportello.web.ui import marks
from sportello.web.ui.markup import NOTHING, fill, joined
from sportello.web.ui.templatetags import ui
from sportello.web.ui.templatetags.ui import avatar, elapsed, icon, relative_time

register = template.Library()

MANY = 6  # Columns; more than these share the room.
HEADING = '<th class="tickets__head ticket-row__cell--{look}" scope="col"{sorted}>{label}</th>'
GROUP = (
    '<tr class="tickets__group"><th colspan="{width}" scope="rowgroup">{label} '
    '<span class="tickets__count">{count}</span></th></tr>'
)


@register.simple_tag
def ticket_table(table: Any, caption: str) -> SafeString:
    variants = {
        "headless": all(column.look != "who" for column in table.columns),
        "stated": table.has_status,
        "many": len(table.columns) > MANY,
        "found": table.is_found,
    }
    return fill(
        '<table class="tickets{variant}"><caption class="visually-hidden">{caption}</caption>'
        "<thead><tr>{pick}{mark}{heads}</tr></thead>{groups}</table>",
        variant="".join(f" tickets--{name}" for name, holds in variants.items() if holds),
        caption=caption,
        pick=_pick_all() if table.can_pick else NOTHING,
        mark=fill(
            '<th class="tickets__head ticket-row__mark" scope="col"><span class="visually-hidden">{}</span></th>',
            _("Unread") if table.has_status else _("Status"),
        ),
        heads=joined(map(_heading, table.columns)),
        groups=joined(_group(group, table) for group in table.groups),
    )


def _pick_all() -> SafeString:
    return fill(
        '<th class="tickets__head ticket-row__pick" scope="col"><span class="visually-hidden">{}</span>'
        '<input class="script-only" type="checkbox" data-all-rows aria-label="{}" form="bulk"></th>',
        _("Selected"),
        _("All on this page"),
    )


def _heading(column: Any) -> SafeString:
    label, is_sorted = column.label, NOTHING
    if column.sort_url:
        mark = NOTHING
        if column.direction:
            is_sorted = fill(' aria-sort="{}"', column.direction)
            mark = icon("arrow-up" if column.direction == "ascending" else "arrow-down")
        label = fill('<a class="tickets__sort" href="{}">{}{}</a>', column.sort_url, label, mark)
    return fill(HEADING, look=column.look, sorted=is_sorted, label=label)


def _group(group: Any, table: Any) -> SafeString:
    head = NOTHING
    if group.label is not None:
        head = fill(GROUP, width=len(table.columns) + 1 + table.can_pick, label=group.label, count=group.count)
    return fill("<tbody>{}{}</tbody>", head, joined(_row(row, table) for row in group.rows))


# A row is written without `fill`, which would take a third longer: what is no markup yet is escaped by name.


def _row(row: Any, table: Any) -> SafeString:
    unread = dot = ""
    if row.is_unread:
        said = escape(_("unread"))
        unread, dot = " ticket-row--unread", f'<span class="dot" role="img" aria-label="{said}"></span>'
    shape = "" if table.has_status else ui.status(row.status, bare=True)
    cells = "".join(_cell(row, column) for column in table.columns)
    return SafeString(
        f'<tr class="ticket-row{unread}">{_pick(row) if table.can_pick else ""}'
        f'<td class="ticket-row__mark">{shape}{dot}</td>{cells}</tr>\n',
    )


@cache
def _select(language: str | None) -> str:
    return escape(_("Select #%(ticket)s"))


def _pick(row: Any) -> str:
    said = _select(get_language()) % {"ticket": row.number}
    box = f'<input type="checkbox" name="tickets" value="{row.number}" form="bulk" aria-label="{said}">'
    return f'<td class="ticket-row__pick"><label class="ticket-row__box">{box}</label></td>'


def _cell(row: Any, column: Any) -> str:
    inner = _subject(row) if column.name == "subject" else row.cells[column.name]
    return f'<td class="ticket-row__cell ticket-row__cell--{column.look}">{inner}</td>'


def _subject(row: Any) -> str:
    snippet = f'<span class="ticket-row__snippet">{_escaped(row.snippet)}</span>' if row.snippet else ""
    due = promise(row.promise) if row.promise else ""
    marks = f'<span class="ticket-row__marks">{row.marks}</span>' if row.marks else ""
    subject = _escaped(row.subject or _("(no subject)"))
    return (
        f'<span class="ticket-row__what"><a class="ticket-row__subject" href="{escape(row.url)}">{subject}</a>'
        f"{snippet}{due}{marks}</span>"
    )


def _escaped(words: str) -> str:
    return words if isinstance(words, SafeString) else escape(words)


# --- what stands in a cell -------------------------------------------------------------------------------------------


def text(value: object) -> SafeString:
    return fill("{}", value) if value else NOTHING


def words(said: object) -> SafeString:
    """Words beside a shape that is enough on a phone."""
    return fill('<span class="ticket-row__word">{}</span>', said)


def person(name: str | None) -> SafeString:
    return _person(name, None if name else get_language())  # Only nobody's has a word.


@lru_cache(maxsize=4096)
def _person(name: str | None, language: str | None) -> SafeString:
    return fill('<span class="ticket-row__person">{}{}</span>', avatar(name, "small"), words(name or ""))


def status(value: str) -> SafeString:
    return _status(value, get_language())


@cache
def _status(value: str, language: str | None) -> SafeString:
    found = Status(value)
    return fill(
        '<span class="ticket-row__status badge--{}">{}{}</span>',
        value,
        icon(marks.STATUS_ICON[found]),
        words(found.label),
    )


def priority(value: int | None) -> SafeString:
    return NOTHING if value is None else _priority(value, get_language())


@cache
def _priority(value: int, language: str | None) -> SafeString:
    found = Priority(value)
    return fill(
        '<span class="priority priority--{}">{}{}</span>',
        found.name.lower(),
        icon(marks.PRIORITY_ICON[found]),
        words(found.label),
    )


def tags(found: Iterable[str]) -> SafeString:
    return joined(fill('<span class="tag">{}</span>', tag) for tag in found)


def number(key: int) -> SafeString:
    return fill('<span class="ticket-row__number">#{}</span>', key)


def when(at: datetime | None) -> SafeString:
    return NOTHING if at is None else relative_time(at)


def wait(since: datetime | None, look: str) -> SafeString:
    """How long somebody has waited. look: "", "long", "breached"."""
    if since is None:
        return NOTHING
    return fill(
        '<span class="ticket-row__wait{}">{}</span>', f" ticket-row__wait--{look}" if look else "", elapsed(since)
    )


def promise(found: Any) -> SafeString:
    """When the most pressing promise is due, or since when it is not kept; with a shape and words beside the colour.

    found: None, or at, is_missed, is_soon.
    """
    if found is None:
        return NOTHING
    if found.is_missed:
        look, shape, said, time = " badge--negative", "circle-alert", _("overdue for"), elapsed(found.at)
    else:
        look, shape, said = " badge--warning" if found.is_soon else "", "clock", _("due")
        time = relative_time(found.at)
    return fill('<span class="ticket-row__promise badge{}">{}{} {}</span>', look, icon(shape), said, time)
