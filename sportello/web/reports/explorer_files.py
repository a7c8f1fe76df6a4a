"""The answer of the explorer as a file."""

import re
from collections.abc import Callable
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.reports import periods
from sportello.reports.explorer import grid
from sportello.reports.explorer.grid import Grid
from sportello.reports.explorer.question import Question
from sportello.reports.exports import csv, paper, parquet, xlsx
from sportello.reports.exports.sheet import Sheet, sheet
from sportello.reports.figures import source
from sportello.reports.paper import PDF, PNG, place
from sportello.web.reports.filter_words import said as filters_said
from sportello.web.reports.named import names_of

SHEETS: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "csv": (csv.write, csv.CONTENT_TYPE),
    "xlsx": (xlsx.write, xlsx.CONTENT_TYPE),
    "parquet": (parquet.write, parquet.CONTENT_TYPE),
}
KINDS = (*SHEETS, "png", "pdf")
UNSAFE = re.compile(r"[^\w.-]+")


def answer(kind: str, asked: Question, agent: User, name: str) -> HttpResponse:
    """kind: csv, xlsx, parquet, png or pdf. name: of the file.

    Raises Invalid, Http404, Unprintable, Busy, store.Missing.
    """
    if kind not in KINDS:
        raise Http404
    title = name.strip()[:120] or _("Figures")

    def naming(pairs: list[tuple[str, object]]) -> grid.Namer:
        return names_of(agent, pairs)

    put = grid.flat if kind in SHEETS else grid.ask
    found = put(source.own(), asked, naming, actor_id=agent.pk)
    about = facts(found, agent)
    if kind in SHEETS:
        write, content_type = SHEETS[kind]
        return _file(write(sheet(found, title, about)), content_type, title, kind)
    if kind == "pdf":
        with place():
            made = paper.pdf(found, title, configuration.current().desk.name, about)
        return _file(made, PDF, title, kind)
    with place():
        shown = (_("Period"), _("Filters"))
        picture = paper.png(found, " · ".join(value for label, value in about if label in shown))
    if picture is None:
        raise Invalid("as", _("There is no chart of this: it is a table."))
    return _file(picture, PNG, title, kind)


def facts(found: Grid, agent: User) -> tuple[tuple[str, str], ...]:
    """What must be known of the whole: period, what it is compared with, filters."""
    asked = found.question
    other = asked.beside()
    said = (
        (_("Period"), periods.said(asked.span())),
        (_("Compared with"), periods.said(other) if other else ""),
        (_("Filters"), filters_said(agent, found.query.filters)),
        (_("Time zone"), found.query.time_zone),
    )
    return tuple((label, value) for label, value in said if value)


def _file(content: bytes, content_type: str, title: str, kind: str) -> HttpResponse:
    answered = HttpResponse(content, content_type=content_type)
    name = UNSAFE.sub("-", title.lower()).strip("-") or "sportello"
    answered.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{kind}"
    return answered
