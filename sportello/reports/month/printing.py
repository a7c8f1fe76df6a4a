"""A report on its way to paper: asked for on the page, made by the worker, which says how far it has come."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.text import capfirst

from sportello.desk import access
from sportello.desk.actions import agents
from sportello.desk.errors import Missing
from sportello.desk.models import MonthlyPrint, RuleChange, User
from sportello.kit import blobs, claims, clock
from sportello.reports import paper

from . import drawings, kept
from .phrases import PHRASES
from .report import write
from .sheet import Block, Section, Sheet
from .voice import PUBLIC, TEAM

log = structlog.get_logger()
GIVE_UP_AFTER = 3
KEPT = timedelta(days=1)
MOST_WAITING = 5
LEASE = timedelta(seconds=60)
# How far it is, in per cent, when the figures are there, and when the drawings are.
GATHERED, DRAWN = 30, 55


def start(year: int, month: int, audience: str, organization_id: int | None, language: str, *, asker: User) -> int:
    """Returns the number of the print, or of the one he waits for already. Old ones are forgotten.

    Of MOST_WAITING that wait he is shown the last one, instead of one more.
    """
    MonthlyPrint.objects.filter(created_at__lt=clock.now() - KEPT).delete()
    wish: dict[str, Any] = {"year": year, "month": month, "audience": audience, "language": language}
    wish["organization_id"] = organization_id
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=asker.pk)
        waiting = list(MonthlyPrint.objects.filter(asker=asker, digest="", failed=False).order_by("id"))
        same = [it for it in waiting if all(getattr(it, name) == value for name, value in wish.items())]
        if same or len(waiting) >= MOST_WAITING:
            return (same or waiting)[-1].pk
        made = MonthlyPrint.objects.create(**wish, asker=asker, created_at=clock.now())
    return made.pk


def get(print_id: int, *, asker: User) -> MonthlyPrint:
    """His own, for a day. Raises Missing, also for one that may hold names which he may not read any more."""
    found = (
        MonthlyPrint.objects.filter(pk=print_id, asker=asker, created_at__gte=clock.now() - KEPT)
        .select_related("organization")
        .first()
    )
    if found is None or (found.audience != PUBLIC and _is_restricted_since(asker, found)):
        raise Missing
    return found


def _is_restricted_since(asker: User, row: MonthlyPrint) -> bool:
    """Whether he sees not every ticket, and his rights were others when the print was asked for."""
    if access.sees_every_ticket(asker):
        return False
    changed = RuleChange.objects.filter(kind=agents.KIND, rule_id=asker.pk, created_at__gte=row.created_at)
    return row.audience != TEAM or changed.exists()


def step() -> bool:
    """Make one. True when there was one: call again at once."""
    waiting = MonthlyPrint.objects.filter(digest="", failed=False).select_related("asker").order_by("id")
    for row in claims.claim(waiting, 1, lease=LEASE):
        with claims.held([row], lease=LEASE):
            _make(row)
        return True
    return False


def _make(row: MonthlyPrint) -> None:
    try:
        digest = blobs.store(_pdf(row))
        claims.finish(row, digest=digest, done=100)
    except claims.LeaseLost:
        return
    except Exception as error:
        log.exception("report not printed", print=row.pk)
        claims.finish(row, failed=row.attempts >= GIVE_UP_AFTER, last_error=type(error).__name__)


def _pdf(row: MonthlyPrint) -> bytes:
    shown = kept.shown(row.year, row.month, row.audience, row.organization_id)
    _so_far(row, GATHERED)
    month = shown.month if access.sees_every_ticket(row.asker) else kept.without_names(shown.month)
    since = kept.since_written(shown, row.language) if row.audience == TEAM else None
    foreword = shown.report.foreword if shown.report else ""
    sheet = write(month, row.language, row.audience, foreword=foreword, since=since)
    with translation.override(row.language):
        drawn = drawings.charts(month, row.language)
        pictures = [paper.picture(it, paper.A4_HALF) for it in drawn.values()]
        _so_far(row, DRAWN)
        return paper.pdf(document(sheet, pictures))


def _so_far(row: MonthlyPrint, done: int) -> None:
    MonthlyPrint.objects.filter(pk=row.pk, claimed_by=row.claimed_by).update(done=done)


def document(sheet: Sheet, pictures: Iterable[paper.Picture]) -> paper.Document:
    """The sheet as paper wants it. pictures: of drawings.charts."""
    drawn = paper.Section(PHRASES[sheet.language]["three_months"], charts=tuple(pictures))
    return paper.Document(
        language=sheet.language,
        title=sheet.title,
        subtitle=" · ".join(filter(None, (sheet.organization, capfirst(sheet.month)))),
        desk=sheet.desk,
        summary=(*sheet.warnings, *sheet.opening),
        figures=tuple(_figure(block) for block in sheet.blocks),
        sections=(
            *((drawn,) if drawn.charts else ()),
            *map(_of_block, sheet.blocks),
            *map(_of_section, sheet.sections),
            *((paper.Section("", sheet.closing),) if sheet.closing else ()),
        ),
        footnotes=sheet.notes,
    )


def _figure(block: Block) -> paper.Figure:
    """Its value, and what it stands beside: the other months, or the month before and the benchmark."""
    rows = block.rows[:-1] if block.key == "solved" else block.rows[1:]
    return paper.Figure(block.title, block.value, tuple(paper.Note(f"{row.label}: {row.value}") for row in rows))


def _of_block(block: Block) -> paper.Section:
    rows = tuple((row.label, row.value, row.note) for row in block.rows)
    return paper.Section(
        block.title,
        tuple(filter(None, (block.lead,))),
        tables=(paper.Grid("", ("", "", ""), rows),),
        below=(*block.says, *block.notes),
    )


def _of_section(section: Section) -> paper.Section:
    said = list(section.paragraphs)
    for entry in section.entries:
        quoted = f"“{entry.comment}”" if entry.comment else ""
        said.append("\n".join(filter(None, (entry.head, quoted, " ".join(entry.found)))))
    said += (f"· {item}" for item in section.items)
    return paper.Section(
        section.title,
        tuple(filter(None, said)),
        tables=tuple(paper.Grid("", it.columns, it.rows) for it in section.grids),
    )
