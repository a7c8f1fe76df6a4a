"""People and organizations from a CSV file: sent, looked at with what would happen, then imported by a job."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import importing
from sportello.desk.actions.identities import fold_address
from sportello.desk.errors import Invalid, Missing
from sportello.desk.rules.importing import CUSTOM, ORGANIZATIONS, PEOPLE, TARGETS, Row, guess
from sportello.desk.rules.texts import in_language
from sportello.desk.words import Permission
from sportello.kit import blobs, csv_files, tokens
from sportello.kit.csv_files import Table, Unreadable
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page

SHOWN = 20
# How long a file that was sent can be looked at before it is imported.
VALID = timedelta(days=1)
LABELS = {
    "": gettext_lazy("leave out"),
    "name": gettext_lazy("Name"),
    "surname": gettext_lazy("Surname"),
    "address": gettext_lazy("Mail addresses"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "organization": gettext_lazy("Organization"),
    "tags": gettext_lazy("Tags"),
    "notes": gettext_lazy("Notes"),
    "domains": gettext_lazy("Mail domains"),
    "group": gettext_lazy("Group"),
}
OUTCOMES = {
    importing.NEW: ("positive", gettext_lazy("new")),
    importing.CHANGED: ("info", gettext_lazy("changes")),
    importing.UNCHANGED: ("", gettext_lazy("is so already")),
    importing.REFUSED: ("negative", gettext_lazy("refused")),
}


def _why(fault: Unreadable) -> str:
    return {
        "empty": _("There is nothing in this file."),
        "binary": _("This is no CSV file. In a spreadsheet: save as, CSV."),
        "columns": _("More than %(n)s columns: this is no table of people.") % {"n": csv_files.COLUMNS_LIMIT},
        "rows": _("More than %(n)s rows: send it in parts.") % {"n": csv_files.ROWS_LIMIT},
        "cell": _("A cell of this file never ends: a quotation mark is missing."),
    }[fault.why]


@permitted(Permission.PEOPLE)
def people_import(request: HttpRequest) -> HttpResponse:
    return _import(request, PEOPLE)


@permitted(Permission.PEOPLE)
def organizations_import(request: HttpRequest) -> HttpResponse:
    return _import(request, ORGANIZATIONS)


def _import(request: HttpRequest, what: str) -> HttpResponse:
    """GET: a file is asked for. POST: what would happen with it; do=import: it happens."""
    if request.method != "POST":
        return _page(request, what)
    try:
        digest = _digest(request, what)
        table = importing.table(digest)
    except Unreadable as fault:
        return _page(request, what, problem=_why(fault))
    own = importing.own_fields(what)
    columns = request.POST.getlist("column") or guess(what, table.headings, _cells(table), own)
    columns = (columns + [""] * len(table.headings))[: len(table.headings)]
    overwrite, problem = "overwrite" in request.POST, ""
    if request.POST.get("do") == "import":
        try:
            job = importing.start(what, digest, columns, overwrite=overwrite, actor=agent_of(request))
            return redirect("agent:job", job.pk)
        except Invalid as refusal:
            problem = refusal.sentence
    preview = _preview(what, table, columns, overwrite)
    return _page(request, what, {**preview, "token": tokens.sign(f"import-{what}", digest)}, problem=problem)


def _digest(request: HttpRequest, what: str) -> str:
    """The file that was sent now, or before. Raises Unreadable."""
    sent = request.FILES.get("file")
    if sent is not None:
        content = sent.read()
        csv_files.read(content)  # What is no table is not kept.
        return blobs.store(content)
    try:
        return str(tokens.unsign(f"import-{what}", request.POST.get("token", ""), valid_for=VALID))
    except tokens.BadToken:
        raise Unreadable("empty") from None


def _cells(table: Table) -> list[Sequence[str]]:
    return [cells for _number, cells in table.rows[:SHOWN]]


def _preview(what: str, table: Table, columns: list[str], overwrite: bool) -> dict[str, Any]:
    choices: list[tuple[str, object]] = [(it, LABELS[it]) for it in ("", *TARGETS[what])]
    language = get_language() or "en"
    choices += [(f"{CUSTOM}{pk}", in_language(it.title, language)) for pk, it in importing.own_fields(what).items()]
    return {
        "columns": [
            SimpleNamespace(heading=heading, chosen=chosen, choices=choices, sample=_sample(table, place))
            for place, (heading, chosen) in enumerate(zip(table.headings, columns, strict=True))
        ],
        "rows": _rows(what, table, columns, overwrite),
        "count": len(table.rows),
        "overwrite": overwrite,
    }


def _sample(table: Table, place: int) -> str:
    return ", ".join([cells[place] for cells in _cells(table) if cells[place]][:3])[:80]


def _rows(what: str, table: Table, columns: list[str], overwrite: bool) -> list[SimpleNamespace]:
    rows = []
    brought_in: dict[object, int] = {}  # Who is new, with the first line that says so.
    for number, cells in table.rows[:SHOWN]:
        planned = importing.plan(what, columns, cells, overwrite=overwrite)
        row = _row(what, number, cells, planned)
        if planned.outcome == importing.NEW:
            marks = _marks(planned.said)
            if same := next((brought_in[it] for it in marks if it in brought_in), 0):
                row.look, row.label = OUTCOMES[importing.CHANGED]
                row.why = _("The same as in line %(number)s.") % {"number": same}
            brought_in |= dict.fromkeys(marks, same or number)
        rows.append(row)
    return rows


def _marks(said: Row) -> list[object]:
    """By what the next rows will know this one again."""
    return [fold_address(it) for it in said.addresses] or [(said.name.lower(), said.phone)]


def _row(what: str, number: int, cells: Sequence[str], planned: importing.Plan) -> SimpleNamespace:
    look, label = OUTCOMES[planned.outcome]
    who = planned.said.name or " ".join(planned.said.addresses) or next((it for it in cells if it), "")
    changed = [*(planned.changes or {}).get("custom", {})]
    own = importing.own_fields(what)
    words = [str(LABELS[_label(it)]) for it in planned.changes or {} if it != "custom"]
    words += [in_language(own[pk].title, get_language() or "en") for pk in changed]
    return SimpleNamespace(number=number, look=look, label=label, who=who, words=words, why=planned.why)


def _label(name: str) -> str:
    return "address" if name == "addresses" else name


def _page(request: HttpRequest, what: str, more: dict[str, Any] | None = None, *, problem: str = "") -> HttpResponse:
    is_people = what == PEOPLE
    context = {
        "here": reverse("agent:people"),
        "is_people": is_people,
        "title": _("People") if is_people else _("Organizations"),
        "root": reverse("agent:people" if is_people else "agent:organizations"),
        "problem": problem,
        **(more or {}),
    }
    return page(request, "agent/people_import.html", context, status=422 if problem else 200)


@permitted(Permission.PEOPLE)
def refused(request: HttpRequest, job_id: int) -> HttpResponse:
    """The rows that were refused, as they were sent, with why: to be mended and sent again."""
    job = access.get_job(agent_of(request), job_id)
    if job.kind not in importing.KINDS.values():
        raise Missing
    response = HttpResponse(
        _refused(importing.table(job.arguments["digest"]), job.result.get("told", [])),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="refused.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _refused(table: Table, found: list[list[Any]]) -> Iterator[str]:
    by_number = dict(table.rows)
    yield csv_files.BOM + csv_files.line([*table.headings, _("Line"), _("Why it was refused")])
    for number, why in found:
        yield csv_files.line([*by_number.get(number, ()), str(number), why])
