"""The administrators' pages of SLA policies: their order, and the form in which one is written."""

from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import policies as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import SlaPolicy
from sportello.desk.rules.sla_targets import PRIORITIES
from sportello.web.agent import rule_builder, sla_grid
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_lists import moved, switch
from sportello.web.agent.rule_words import Names, differences, sentence, summary
from sportello.web.agent.sla_grid import Grid

CHANGES = 50
CONDITIONS = ("conditions", "conditions.all", "conditions.any")


@admins
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    found = list(access.policies(agent_of(request)))
    rules = [verbs.export(it) for it in found]
    names = Names(agent_of(request), rules)
    rows = []
    for row, rule in zip(found, rules, strict=True):
        said = sentence(rule, names)
        taken_in = summary(said) if said["all"] or said["any"] else _("Every ticket")
        rows.append(SimpleNamespace(row=row, taken_in=taken_in, promised=sla_grid.promised(row.targets)))
    return page(request, "agent/sla_policies.html", {"policies": rows})


@admins
def new_policy(request: HttpRequest) -> HttpResponse:
    return _write(request, None) if request.method == "POST" else _form(request, None, Draft(), sla_grid.kept([]))


@admins
def policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    found = access.get_policy(agent_of(request), policy_id)
    if request.method == "POST":
        return _write(request, found)
    rule = verbs.export(found)
    draft = rule_builder.kept({**rule, "actions": ()}, Names(agent_of(request), [rule]))
    return _form(request, found, draft, sla_grid.kept(found.targets))


def _write(request: HttpRequest, found: SlaPolicy | None) -> HttpResponse:
    agent, draft, grid = agent_of(request), rule_builder.posted(request.POST), sla_grid.posted(request.POST)
    if request.POST.get("do"):
        draft.edit(request.POST["do"])
        return _form(request, found, draft, grid)
    unclear = draft.faults(agent)
    data = {**draft.data(), "targets": grid.data()}
    try:
        kept = verbs.save_policy(data, actor=agent, policy_id=found.pk if found else None)
    except Invalid as refusal:
        faults = {place: str(text) for place, text in refusal.fields.items()}
        return _form(request, found, draft, grid, {**faults, **unclear, **grid.faults(refusal.fields)})
    messages.success(request, _("“%(title)s” is kept.") % {"title": kept.title})
    return redirect(_place(kept.pk))


def _form(
    request: HttpRequest, found: SlaPolicy | None, draft: Draft, grid: Grid, faults: dict[str, str] | None = None
) -> HttpResponse:
    faults = faults or {}
    agent = agent_of(request)
    changes = list(access.rule_changes(agent, verbs.KIND, found.pk).select_related("author")[:CHANGES]) if found else []
    former = [rule for it in changes for rule in (it.before, it.after) if rule]
    names = Names(agent, [verbs.export(found), *former] if found else (), everything=True)
    shown = rule_builder.shown(draft, names, faults)
    context = {
        "here": reverse("agent:policies"),
        "policy": found,
        "draft": draft,
        "rows": {part: [_askable(row) for row in shown[part]] for part in ("all", "any")},
        "blanks": [_askable(row) for row in rule_builder.blanks(names) if _is_askable(row)],
        "targets": grid.rows(faults),
        "priorities": [sla_grid.priority_label(it) for it in PRIORITIES],
        "changes": [
            SimpleNamespace(
                row=it,
                author=it.author,
                lines=differences(it.before, it.after, names) + sla_grid.differences(it.before, it.after),
            )
            for it in changes
        ],
        "faults": faults,
        "conditions_fault": " ".join(text for place, text in faults.items() if place in CONDITIONS),
    }
    return page(request, "agent/sla_policy.html", context, status=422 if faults else 200)


def _is_askable(row: SimpleNamespace) -> bool:
    return row.part == "condition" and row.field in verbs.FIELDS


def _askable(row: SimpleNamespace) -> SimpleNamespace:
    """A row of the builder with what a policy can ask."""
    known = verbs.FIELDS.get(row.field)
    groups = [(group, [it for it in options if it[0] in (*verbs.FIELDS, row.field)]) for group, options in row.groups]
    row.groups = [(group, options) for group, options in groups if options]
    row.operators = [it for it in row.operators if known is None or it[0] in known.kind.operators]
    return row


@admins
@require_POST
def switching(request: HttpRequest, policy_id: int) -> HttpResponse:
    switch(request, verbs.switch, policy_id)
    return redirect(_place(policy_id))


@admins
@require_POST
def place(request: HttpRequest, policy_id: int) -> HttpResponse:
    """One place up or down."""
    agent = agent_of(request)
    keys = access.policies(agent).values_list("pk", flat=True)
    key = access.get_policy(agent, policy_id).pk
    verbs.order(moved(keys, key, request.POST.get("to", "")), actor=agent)
    return redirect(_place(policy_id))


@admins
@require_POST
def copies(request: HttpRequest, policy_id: int) -> HttpResponse:
    made = verbs.duplicate(policy_id, actor=agent_of(request))
    messages.success(request, _("Copied. The copy is switched off."))
    return redirect("agent:policy", made.pk)


@admins
@require_POST
def dropping(request: HttpRequest, policy_id: int) -> HttpResponse:
    found = access.get_policy(agent_of(request), policy_id)
    verbs.drop(found.pk, actor=agent_of(request))
    messages.success(request, _("“%(title)s” is dropped.") % {"title": found.title})
    return redirect("agent:policies")


def _place(policy_id: int) -> str:
    return f"{reverse('agent:policies')}#policy-{policy_id}"
