"""A list of tickets as the tag `ticket_table` wants it: its columns, its groups, and what stands in each cell."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType, SimpleNamespace
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.desk import links
from sportello.desk.actions import configuration
from sportello.desk.rules.views import GROUPS, Layout, columns_of
from sportello.desk.words import Priority, Status, TicketType, Via
from sportello.web.agent.promises import promise_of
from sportello.web.ui.markup import NOTHING
from sportello.web.ui.templatetags import ticket_table as cells
from sportello.web.ui.templatetags.ui import priority

NO_TAGS: Mapping[int, Sequence[str]] = MappingProxyType({})
NO_FIELDS: Mapping[int, Mapping[str, str]] = MappingProxyType({})
LONG_WAIT = timedelta(days=1)
SUBJECT = 140  # characters
SHOWN_TAGS = 3
# How a column looks: its width, and its place in the short lines of a phone.
LOOKS = {
    "subject": "subject",
    "requester": "who",
    "assignee": "person",
    "status": "status",
    "priority": "short",
    "type": "short",
    "channel": "short",
    "tags": "tags",
    "created": "when",
    "updated": "when",
    "waiting": "when",
    "solved": "when",
    "sla_due": "promise",
}
# By what a click on a column's name sorts, and whether the greatest comes first then.
SORTED_BY = {
    "created": ("created_at", True),
    "updated": ("updated_at", True),
    "waiting": ("waiting_since", False),
    "solved": ("solved_at", True),
    "priority": ("priority", True),
    "sla_due": ("sla_due", False),
}
CELLS: Mapping[str, Callable[[Any], Any]] = {
    "requester": lambda row: cells.text(row.requester__name),
    "organization": lambda row: cells.text(row.organization__name),
    "assignee": lambda row: cells.person(row.assignee__name),
    "group": lambda row: cells.text(row.group__name),
    "status": lambda row: cells.status(row.status),
    "priority": lambda row: cells.priority(row.priority),
    "type": lambda row: cells.text(row.type and TicketType(row.type).label),
    "channel": lambda row: cells.text(Via(row.channel).label),
    "created": lambda row: cells.when(row.created_at),
    "updated": lambda row: cells.when(row.updated_at),
    "solved": lambda row: cells.when(row.solved_at),
}


def table(
    layout: Layout,
    found: Sequence[Any],
    *,
    now: datetime,
    home: str,
    tags: Mapping[int, Sequence[str]] = NO_TAGS,
    own: Mapping[int, Mapping[str, str]] = NO_FIELDS,
    texts: Mapping[int, tuple[SafeString, SafeString]] | None = None,
    can_sort: bool = True,
    can_pick: bool = False,
) -> SimpleNamespace:
    """found: the rows of one page, in order. home: the address below which tickets are. own: what stands in the columns
    of the desk's own fields, by the ticket (lists.own_of). texts: of a search, by the ticket its subject and a passage
    with what was found marked; then rows have their numbers. can_sort: by a click on the name of a column. can_pick:
    rows have a box."""
    shown = layout.columns if "subject" in layout.columns else ("subject", *layout.columns)
    rows = [(row, _row(row, shown, tags.get(row.pk, ()), own.get(row.pk, {}), now, home)) for row in found]
    for row, made in rows if texts is not None else ():
        subject, passage = texts.get(row.pk, ("", ""))  # type: ignore[union-attr]
        made.subject, made.snippet = subject or made.subject, passage or made.snippet
        made.marks = cells.number(row.pk) + made.marks
    return SimpleNamespace(
        columns=_columns(shown, layout, can_sort),
        groups=list(_grouped(rows, layout.group_by)),
        has_status="status" in shown,
        can_pick=can_pick,
        is_found=texts is not None,
    )


def _columns(shown: Sequence[str], layout: Layout, can_sort: bool) -> list[SimpleNamespace]:
    labels = columns_of(configuration.current().fields)
    columns = [_column(name, labels[name], layout, can_sort) for name in shown]
    # A phone has room for one time: that which sorts, or else the first.
    times = [it for it in columns if it.look == "when"]
    for it in [it for it in times if it.direction] or times[:1]:
        it.look += " ticket-row__cell--by"
    return columns


def _column(name: str, label: str | Promise, layout: Layout, can_sort: bool) -> SimpleNamespace:
    look, (sort, greatest_first) = LOOKS.get(name, "text"), SORTED_BY.get(name, ("", False))
    is_sorted = bool(sort) and sort == layout.sort_by
    goes_down = not layout.sort_descending if is_sorted else greatest_first
    return SimpleNamespace(
        name=name,
        label=label,
        look=look,
        sort_url=f"?sort_by={sort}&sort_order={'desc' if goes_down else 'asc'}" if sort and can_sort else "",
        direction=("descending" if layout.sort_descending else "ascending") if is_sorted else "",
    )


def _grouped(rows: Iterable[tuple[Any, SimpleNamespace]], group_by: str) -> Iterator[SimpleNamespace]:
    """The rows under their headings; under one without words where nothing groups them."""
    if not group_by:
        yield SimpleNamespace(label=None, rows=[shown for _found, shown in rows], count="")
        return
    column = GROUPS[group_by]
    for value, members in groupby(rows, key=lambda pair: getattr(pair[0], column)):
        shown = [row for _found, row in members]
        yield SimpleNamespace(label=_group_words(group_by, value), rows=shown, count=len(shown))


def _group_words(group_by: str, value: Any) -> str:
    if group_by == "status":
        return str(Status(value).label)
    if group_by == "priority":
        return _("No priority") if value is None else str(Priority(value).label)
    if group_by == "type":
        return str(TicketType(value).label) if value else _("No type")
    if value:
        return str(value)
    missing = {"assignee": _("Nobody's"), "group": _("No group"), "organization": _("No organization")}
    return missing.get(group_by, pgettext("no name", "Nameless"))


def _row(
    row: Any, shown: Sequence[str], tags: Sequence[str], own: Mapping[str, str], now: datetime, home: str
) -> SimpleNamespace:
    promise = promise_of(row.sla__due_at, row.sla__overdue_since, now)
    marks = NOTHING if "priority" in shown else priority(row.priority, bare=True)
    if "tags" not in shown:
        marks = cells.tags(tags[:SHOWN_TAGS]) + marks
    made = {name: CELLS[name](row) if name in CELLS else cells.text(own.get(name)) for name in shown}
    if "tags" in shown:
        made["tags"] = cells.tags(tags[:SHOWN_TAGS])
    if "waiting" in shown:
        waits = row.waiting_since
        is_missed = promise is not None and promise.is_missed
        look = "breached" if is_missed else "long" if waits and now - waits > LONG_WAIT else ""
        made["waiting"] = cells.wait(waits, look)
    if "sla_due" in shown:
        made["sla_due"], promise = cells.promise(promise), None
    return SimpleNamespace(
        url=f"{home}/{row.pk}",
        number=row.pk,
        subject=row.subject if len(row.subject) <= SUBJECT else Truncator(row.subject).chars(SUBJECT),
        snippet=links.without_tokens(row.preview),
        status=row.status,
        is_unread=row.solved_at is None and (row.read_at is None or row.commented_at > row.read_at),
        promise=promise,
        marks=marks,
        cells=made,
    )
