"""The administrators' pages of rules, the same for every kind: the list, one rule, the form, import and export.

What a kind has of its own is in its `RuleKind`: web.agent.triggers, automations and sla. `addresses` gives the URLs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import defaults, rule_rows
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import User
from sportello.desk.rules.fields import Field
from sportello.kit.keys import keys_of
from sportello.web.agent import rule_builder, rule_files, rule_history
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_acts import Acts
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_lists import moved, placeholders, switch
from sportello.web.agent.rule_words import Names, condition_words, joined, sentence, summary

CONDITIONS = ("conditions", "conditions.all", "conditions.any")
# A row of rules, whatever its kind.
Row = Any
Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """What the pages say of the rules of a kind."""

    title: str | Promise
    new: str | Promise
    lead: str | Promise
    none: str | Promise
    none_lead: str | Promise
    always: str | Promise
    then: str | Promise = ""


@dataclass(frozen=True, slots=True)
class RuleKind:
    """name: of one, in addresses ("trigger_copies") and anchors; names: of all. save: (data, actor, id). posted, kept:
    the form as it comes and as it is shown; new: an empty one. consequence: the template of its other half."""

    name: str
    names: str
    file: str
    icon: str
    model: type[Model]
    verbs: Any  # A module of desk.actions: KIND, export, switch, duplicate, drop, order.
    save: Callable[[Rule, User, int | None], Row]
    read_list: Callable[..., Sequence[Row]]
    rows: Callable[[User], QuerySet[Any]]
    get: Callable[[User, int], Row]
    fields: Callable[[], Mapping[str, Field]]
    texts: Texts
    acts: Acts
    new: Callable[[], Draft]
    posted: Callable[[QueryDict], Draft] = rule_builder.posted
    kept: Callable[[Mapping[str, Any], Names], Draft] = rule_builder.kept
    consequence: str = "agent/_rule_actions.html"
    has_actions: bool = True
    person_acts: bool = True
    more: rule_history.More = rule_history.nothing_more
    then: Callable[[Rule], Sequence[str]] | None = None
    promised: Callable[[Row], Sequence[SimpleNamespace]] | None = None
    below_list: Callable[[], dict[str, Any]] = dict
    trial: str = ""  # The name of the page on which one is tried.

    @property
    def root(self) -> str:
        return reverse(f"agent:{self.names}")

    def place(self, key: int) -> str:
        """Where it stands in the list."""
        return f"{self.root}#{self.name}-{key}"

    def said(self, rule: Rule, names: Names) -> dict[str, list[str]]:
        """The rule as a sentence."""
        return sentence(rule, names) | ({"then": list(self.then(rule))} if self.then else {})


def addresses(kind: RuleKind, root: str) -> Iterator[URLPattern]:
    """The URLs of a kind's pages: "triggers", "triggers/new", "triggers/12/edit" …"""
    one, own = f"{root}/<int:rule_id>", {"kind": kind}
    yield path(root, rules, own, name=kind.names)
    yield path(f"{root}/new", new_rule, own, name=f"new_{kind.name}")
    yield path(f"{root}/order", order, own, name=f"{kind.names}_order")
    yield path(f"{root}/export", export, own, name=f"{kind.names}_export")
    yield path(f"{root}/import", import_rules, own, name=f"{kind.names}_import")
    yield path(one, rule, own, name=kind.name)
    yield path(f"{one}/edit", edit, own, name=f"edit_{kind.name}")
    for name, handler in (("switching", switching), ("place", place), ("copies", copies), ("dropping", dropping)):
        yield path(f"{one}/{name}", handler, own, name=f"{kind.name}_{name}")


# --- the list --------------------------------------------------------------------------------------------------------


@admins
@require_safe
def rules(request: HttpRequest, kind: RuleKind) -> HttpResponse:
    agent = agent_of(request)
    found = [defaults.for_its_reader(it) for it in kind.rows(agent)]
    exported = [kind.verbs.export(it) for it in found]
    times, names = kind.acts.times(agent) if found else {}, Names(agent, exported)
    context = {
        "kind": kind,
        "rules": [
            _line(kind, row, kind.said(it, names), times.get(row.pk) or kind.acts.never())
            for row, it in zip(found, exported, strict=True)
        ],
        **kind.below_list(),
    }
    return page(request, "agent/rules.html", context)


def _line(kind: RuleKind, row: Row, said: dict[str, list[str]], acted: str) -> SimpleNamespace:
    return SimpleNamespace(
        row=row,
        said=said,
        summary=summary(said) or kind.texts.always,
        acted=acted,
        edit_url=f"{kind.root}/{row.pk}/edit",
        promised=kind.promised(row) if kind.promised else None,
    )


@admins
@require_POST
def place(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    """One place up or down."""
    agent = agent_of(request)
    key = kind.get(agent, rule_id).pk
    keys = kind.rows(agent).values_list("pk", flat=True)
    kind.verbs.order(moved(keys, key, request.POST.get("to", "")), actor=agent)
    return redirect(kind.place(rule_id))


@admins
@require_POST
def order(request: HttpRequest, kind: RuleKind) -> HttpResponse:
    """All of them in the order in which they are named."""
    named = keys_of(request.POST.getlist("rule"))
    kind.verbs.order(named, actor=agent_of(request))
    return redirect(kind.root)


@admins
@require_POST
def switching(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    switch(request, kind.verbs.switch, rule_id)
    # To where the switch was: the rule's page or the list.
    return redirect(f"{kind.root}/{rule_id}" if request.POST.get("from") == "rule" else kind.place(rule_id))


@admins
@require_POST
def copies(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    made = kind.verbs.duplicate(rule_id, actor=agent_of(request))
    messages.success(request, _("Copied. The copy is switched off."))
    return redirect(f"{kind.root}/{made.pk}/edit")


@admins
@require_POST
def dropping(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    found = kind.get(agent_of(request), rule_id)
    kind.verbs.drop(found.pk, actor=agent_of(request))
    messages.success(request, _("“%(title)s” is dropped.") % {"title": defaults.title_for_reader(found.title)})
    return redirect(kind.root)


# --- one -------------------------------------------------------------------------------------------------------------


@admins
@require_safe
def rule(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = defaults.for_its_reader(kind.get(agent, rule_id))
    exported, changes = kind.verbs.export(found), _changes(kind, agent, found)
    acts = list(kind.acts.latest(agent, found))
    reasons = [{"conditions": {"all": it.because}} for it in acts]
    names = Names(agent, [exported, *rule_history.rules_in(changes), *reasons])
    for it in acts:
        it.why = because(it.because, names)
    context = {
        "here": kind.root,
        "kind": kind,
        "rule": found,
        "said": kind.said(exported, names),
        "acted": kind.acts.times(agent).get(found.pk) or kind.acts.never(),
        "acts": acts,
        "trial_url": reverse(kind.trial, args=[found.pk]) if kind.trial else "",
        "changes": rule_history.told(changes, names, kind.more),
    }
    return page(request, "agent/rule.html", context)


def because(conditions: Sequence[Mapping[str, Any]], names: Names) -> str:
    """The conditions that held, in one line."""
    return joined((condition_words(it, names) for it in conditions), "; ")


def _changes(kind: RuleKind, agent: User, found: Row) -> list[Any]:
    changes = access.rule_changes(agent, kind.verbs.KIND, found.pk).select_related("author")
    return list(changes[: rule_history.CHANGES])


# --- the form --------------------------------------------------------------------------------------------------------


@admins
def new_rule(request: HttpRequest, kind: RuleKind) -> HttpResponse:
    return _write(request, kind, None) if request.method == "POST" else _form(request, kind, None, kind.new())


@admins
def edit(request: HttpRequest, kind: RuleKind, rule_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = kind.get(agent, rule_id)
    if request.method == "POST":
        return _write(request, kind, found)
    exported = kind.verbs.export(defaults.for_its_reader(found))
    draft = kind.kept(exported, Names(agent, [exported]))
    return _form(request, kind, found, draft, seen=rule_rows.version(found))


def _write(request: HttpRequest, kind: RuleKind, found: Row | None) -> HttpResponse:
    agent, draft, seen = agent_of(request), kind.posted(request.POST), request.POST.get("seen", "")
    if request.POST.get("do"):
        draft.edit(request.POST["do"])
        return _form(request, kind, found, draft, seen=seen)
    unclear = draft.faults(agent)
    try:
        with _unchanged(kind, found, seen):
            kept = kind.save(draft.data(), agent, found.pk if found else None)
    except Invalid as refusal:
        return _form(request, kind, found, draft, {**draft.places(refusal.fields), **unclear}, seen=seen)
    except Stale:
        return _form(request, kind, found and kind.get(agent, found.pk), draft, seen=seen, is_stale=True)
    messages.success(request, _("“%(title)s” is kept.") % {"title": defaults.title_for_reader(kept.title)})
    return redirect(f"{kind.root}/{kept.pk}")


def _unchanged(kind: RuleKind, found: Row | None, seen: str) -> AbstractContextManager[None]:
    return rule_rows.unchanged(kind.model, found.pk, seen) if found else nullcontext()


def _form(
    request: HttpRequest,
    kind: RuleKind,
    found: Row | None,
    draft: Draft,
    faults: Mapping[str, str] | None = None,
    *,
    seen: str = "",
    is_stale: bool = False,
) -> HttpResponse:
    agent, faults, fields = agent_of(request), faults or {}, kind.fields()
    meanwhile = rule_history.since(_changes(kind, agent, found), seen) if is_stale else []
    kept = [kind.verbs.export(found)] if found else []
    names = Names(agent, [*kept, *rule_history.rules_in(meanwhile)], everything=True, acts=kind.person_acts)
    context = {
        "here": kind.root,
        "kind": kind,
        "rule": found,
        "rule_url": f"{kind.root}/{found.pk}" if found else "",
        "draft": draft,
        # Whoever was told of the others' changes saves over them.
        "seen": rule_rows.version(found) if is_stale and found else seen,
        "is_stale": is_stale,
        "changes": rule_history.told(meanwhile, names, kind.more),
        "rows": rule_builder.shown(draft, names, faults, fields),
        "blanks": rule_builder.blanks(names, fields, actions=kind.has_actions),
        "faults": faults,
        "conditions_fault": " ".join(text for place, text in faults.items() if place in CONDITIONS),
        "placeholders": placeholders(),
        **draft.context(faults),
    }
    return page(request, "agent/rule_form.html", context, status=409 if is_stale else 422 if faults else 200)


# --- files -----------------------------------------------------------------------------------------------------------


@admins
@require_safe
def export(request: HttpRequest, kind: RuleKind) -> HttpResponse:
    return rule_files.exported(kind.file, [kind.verbs.export(it) for it in kind.rows(agent_of(request))])


@admins
def import_rules(request: HttpRequest, kind: RuleKind) -> HttpResponse:
    return rule_files.import_page(request, kind.read_list, kind.root, kind.texts.title)
