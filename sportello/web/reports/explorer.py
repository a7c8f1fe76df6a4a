"""The explorer: any measure, split and filtered as one likes, as chart, table or pivot. docs/explorer.md"""

import json
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.errors import Invalid
from sportello.desk.models import SavedReport, User
from sportello.desk.words import Permission
from sportello.reports import charts, periods
from sportello.reports.charts.words import number
from sportello.reports.explorer import drawing, grid, question
from sportello.reports.explorer.grid import Grid, Placed
from sportello.reports.explorer.question import Question
from sportello.reports.figures import source, words
from sportello.reports.figures.figure import JUDGED
from sportello.reports.figures.source import Source
from sportello.reports.paper import Unprintable
from sportello.web.agent import rule_builder
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import address
from sportello.web.agent.rule_words import Names
from sportello.web.reports import asked as addresses
from sportello.web.reports import explorer_files, explorer_form
from sportello.web.reports.doors import with_facts
from sportello.web.reports.explorer_form import Form
from sportello.web.reports.filter_words import said as filters_said
from sportello.web.reports.frame import page
from sportello.web.reports.named import names_of


@require_safe
@permitted(Permission.REPORTS)
@with_facts
def explore(request: HttpRequest) -> HttpResponse:
    return shown(request, None, explorer_form.read(request.GET, agent_of(request)))


@require_safe
@permitted(Permission.REPORTS)
@with_facts
def export(request: HttpRequest) -> HttpResponse:
    """?as=csv|xlsx|parquet|png|pdf and the question."""
    agent = agent_of(request)
    form = explorer_form.read(request.GET, agent)
    if not explorer_form.allowed(agent, form.asked):
        raise Invalid("dimensions", refused())
    try:
        return explorer_files.answer(request.GET.get("as", ""), form.asked, agent, request.GET.get("name", ""))
    except Unprintable:
        raise Invalid("as", _("This could not be put on paper: try it with fewer lines.")) from None


def shown(request: HttpRequest, report: SavedReport | None, form: Form) -> HttpResponse:
    """The page: its form and below the answer, or why there is none."""
    agent = agent_of(request)
    fields = explorer_form.fields(agent)
    answered, faults = _answer(agent, form)
    rule = {"conditions": form.draft.data()["conditions"], "actions": []}
    names = Names(agent, [rule], everything=access.sees_every_ticket(agent), acts=False)
    context = {
        "here": address("reports:reports"),
        "report": report,
        "can_edit": report is None or access.may_change_report(agent, report),
        "asked": form.asked,
        "kept_json": json.dumps(form.asked.kept(), ensure_ascii=False),
        "files": [*((kind, kind.upper()) for kind in explorer_files.KINDS)],
        "sections": explorer_form.measures(form.asked),
        "splits": explorer_form.splits(form.asked, agent),
        "choices": explorer_form.choices(form.asked),
        "kind": {"person_acts": False},
        "rows": rule_builder.shown(form.draft, names, faults, fields),
        "blanks": rule_builder.blanks(names, fields, actions=False),
        "conditions": len(form.draft.lists["conditions.all"]) + len(form.draft.lists["conditions.any"]),
        "faults": faults,
        "faults_said": explorer_form.said(faults, agent, form.draft),
        "answer": answered,
        "link": f"{address('reports:explore')}?{explorer_form.parameters(form.asked)}",
        "export": f"{address('reports:export')}?{explorer_form.parameters(form.asked)}",
    }
    return page(request, "reports/explorer.html", context, current="explore")


def _answer(agent: User, form: Form) -> tuple[SimpleNamespace | None, dict[str, str]]:
    """What is shown, or the faults by the names of the form's controls."""
    if form.unclear:
        return None, form.unclear
    if not explorer_form.allowed(agent, form.asked):
        return None, {"dimensions": refused()}
    try:
        return answer(source.own(), agent, form.asked), {}
    except Invalid as refusal:
        return None, explorer_form.faults(refusal)


def answer(facts: Source, agent: User, asked: Question, key: str = "explored") -> SimpleNamespace:
    """Charts, figures and table of a question. Raises Invalid."""
    found = grid.ask(facts, asked, lambda pairs: names_of(agent, pairs), actor_id=agent.pk)
    drawn = drawing.drawn(found, key, _link)
    # What one number says needs no table.
    is_alone = not found.query.dimensions
    period, other = asked.span(), asked.beside()
    return SimpleNamespace(
        period=periods.said(period),
        before=periods.said(other) if other else "",
        is_running=period.is_running(periods.today(found.query.time_zone)),
        filters=filters_said(agent, found.query.filters),
        tiles=[_tile(it) for it in found.total.placed if it] if is_alone else [],
        charts=[charts.figure(it) for it in drawn],
        table=None if is_alone or found.is_empty else _table(found),
        is_empty=found.is_empty,
        cut=_cut(found),
        note=_of_nobody(found),
        can_draw=bool(drawn),
    )


def _link(placed: Placed) -> str:
    return addresses.behind(placed.query, placed.measure.key, placed.cell)


def _tile(placed: Placed) -> SimpleNamespace:
    return SimpleNamespace(
        label=placed.measure.full_label,
        definition=words.meaning(placed.measure),
        basis=_basis(placed),
        cell=_cell(placed),
    )


def _basis(placed: Placed) -> str:
    parts = [words.n(placed.figure), words.interval(placed.figure)]
    if placed.figure.is_small:
        parts.append(_("too few to judge"))
    return " · ".join(filter(None, parts)) if placed.measure.unit in JUDGED else ""


def _cell(placed: Placed | None) -> SimpleNamespace:
    """A figure in the table: value, what it stands on, the change, and where its tickets are."""
    if placed is None:
        return SimpleNamespace(text="–", href="", title="", change="", trend="", is_small=False)
    change = words.change(placed.measure, placed.figure, placed.before) if placed.before else ""
    return SimpleNamespace(
        text=words.words(placed.figure),
        href=_link(placed) if placed.figure.n else "",
        title=_basis(placed),
        change="" if change.startswith("±") else change,
        trend=words.direction(placed.measure, placed.figure, placed.before) if placed.before else "",
        is_small=placed.figure.is_small,
    )


def _table(found: Grid) -> SimpleNamespace:
    groups: list[SimpleNamespace] = []
    for head in found.heads:
        if groups and groups[-1].title == head.across:
            groups[-1].span += 1
        else:
            groups.append(SimpleNamespace(title=head.across, span=1))
    many = len(found.measures) > 1
    heads = [SimpleNamespace(label=it.measure.full_label, definition=words.meaning(it.measure)) for it in found.heads]
    return SimpleNamespace(
        down=[question.label_of(it) for it in found.down],
        across=question.label_of(found.across) if found.across else "",
        groups=groups if found.across else [],
        # Of one measure its name stands above the table.
        heads=heads if many or not found.across else [],
        caption=", ".join(str(it.full_label) for it in found.measures),
        lines=[SimpleNamespace(names=it.names, cells=list(map(_cell, it.placed))) for it in found.lines if found.down],
        total=list(map(_cell, found.total.placed)),
    )


def _cut(found: Grid) -> str:
    """Of how many lines and columns these are the first; "": all."""
    across = len({it.across for it in found.heads} - {""})
    counted = (
        (len(found.lines), found.lines_in_all, _("The first %(n)s of %(all)s lines.")),
        (across, found.across_in_all, _("The first %(n)s of %(all)s columns.")),
    )
    said = [text % {"n": number(n), "all": number(in_all)} for n, in_all, text in counted if found.down and in_all > n]
    if found.more:
        said.append(_("Of the smallest %(n)s combinations nothing is shown.") % {"n": number(found.more)})
    return " ".join(said)


def _of_nobody(found: Grid) -> str:
    """Why agents have created nothing, where that is asked."""
    asks_agent = "agent" in found.query.dimensions or any(it.field.name == "assignee_id" for it in found.query.filters)
    if not asks_agent or all(it.table != "created" for it in found.query.counted()):
        return ""
    return _(
        "What an agent did counts as his. A request that comes in is nobody's yet: under one agent it is not among "
        "those created."
    )


def refused() -> str:
    """What is said to whoever asks who customers are without seeing every ticket."""
    return _("Only whoever sees every ticket reads who the customers are.")
