"""Where macros are kept: everybody his own, administrators those that others use."""

from collections.abc import Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import configuration, rule_rows
from sportello.desk.actions import macros as verbs
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import Macro, User
from sportello.desk.rules import macros as rules
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission
from sportello.kit.keys import keys_of
from sportello.web.agent import rule_files, rule_history
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.macro_form import MacroForm
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_lists import moved, placeholders, switch
from sportello.web.agent.rule_words import Names


@staff
@require_safe
def macros(request: HttpRequest) -> HttpResponse:
    sections = _sections(agent_of(request))
    return page(request, "agent/macros.html", {"sections": sections, "root": reverse("agent:macros")})


@staff
def new_macro(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@staff
def macro(request: HttpRequest, macro_id: int) -> HttpResponse:
    return _write(request, access.get_macro(agent_of(request), macro_id, to="edit"))


def _write(request: HttpRequest, found: Macro | None) -> HttpResponse:
    """The form, and what comes back of it."""
    agent, seen = agent_of(request), rule_rows.version(found) if found else ""
    if request.method != "POST":
        return _form(request, found, MacroForm(agent=agent, macro=found), seen)
    form, seen = MacroForm(request.POST, agent=agent, macro=found), request.POST.get("seen", "")
    if form.is_valid():
        try:
            with rule_rows.unchanged(Macro, found.pk, seen) if found else nullcontext():
                verbs.save(form.as_data(), actor=agent, macro_id=found.pk if found else None)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Stale:
            now = found and access.get_macro(agent, found.pk, to="edit")
            return _form(request, now, form, seen, is_stale=True)
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:macros")
    return _form(request, found, form, seen)


def _form(
    request: HttpRequest, found: Macro | None, form: MacroForm, seen: str, *, is_stale: bool = False
) -> HttpResponse:
    agent = agent_of(request)
    changes = _changes(agent, found) if found else []
    names = Names(agent)
    context: dict[str, Any] = {
        "here": reverse("agent:macros"),
        "macro": found,
        "form": form,
        "is_stale": is_stale,
        # Whoever was told of the others' changes saves over them.
        "seen": rule_rows.version(found) if found and is_stale else seen,
        "changes": rule_history.told(rule_history.since(changes, seen), names, _reach_changes) if is_stale else [],
        "history": rule_history.told(changes, names, _reach_changes),
        "texts": [form[name] for name in form.fields if name.startswith("comment_value.")],
        "placeholders": placeholders(without=("answer",)),
    }
    return page(request, "agent/macro.html", context, status=409 if is_stale else 422 if form.errors else 200)


def _changes(agent: User, found: Macro) -> list[Any]:
    return list(access.macro_changes(agent, found.pk).select_related("author")[: rule_history.CHANGES])


def _reach_changes(before: rule_history.Rule | None, after: rule_history.Rule | None) -> rule_history.Lines:
    """Who can use it, where that has changed."""
    if before is None or after is None or _reach(before) == _reach(after):
        return []
    return [("-", _reach(before)), ("+", _reach(after))]


def _reach(rule: Mapping[str, Any]) -> str:
    if rule["owner_id"]:
        return _("Only the owner")
    group = configuration.current().groups.get(rule["group_id"])
    name = group.name if group else rule["group_id"]
    return _("Group: %(group)s") % {"group": name} if rule["group_id"] else _("Everybody")


@staff
@require_POST
def copies(request: HttpRequest, macro_id: int) -> HttpResponse:
    agent = agent_of(request)
    copy = verbs.duplicate(access.get_macro(agent, macro_id, to="view").pk, actor=agent)
    messages.success(request, _("This is the copy; it is not in use yet."))
    return redirect("agent:macro", copy.pk)


@staff
@require_POST
def moves(request: HttpRequest, macro_id: int) -> HttpResponse:
    """One place up or down among those with the same users."""
    agent = agent_of(request)
    found = access.get_macro(agent, macro_id, to="edit")
    beside = access.kept_macros(agent).filter(owner=found.owner_id, group=found.group_id)
    keys = beside.order_by("position", "id").values_list("pk", flat=True)
    verbs.order(moved(keys, found.pk, request.POST.get("to", "")), actor=agent)
    return redirect(_place(found.pk))


@staff
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Those with the same users, in the order in which they are named."""
    agent = agent_of(request)
    kept = access.kept_macros(agent)
    if not access.may(agent, Permission.MACROS):
        kept = kept.filter(owner=agent)
    there = set(kept.values_list("pk", flat=True))
    named = keys_of(request.POST.getlist("rule"))
    verbs.order([key for key in named if key in there], actor=agent)
    return redirect("agent:macros")


@staff
@require_POST
def switching(request: HttpRequest, macro_id: int) -> HttpResponse:
    switch(request, verbs.switch, access.get_macro(agent_of(request), macro_id, to="edit").pk)
    return redirect(_place(macro_id))


@staff
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All that the agent finds where macros are kept."""
    found = access.kept_macros(agent_of(request)).order_by("position", "id")
    return rule_files.exported("macros", [verbs.export(it) for it in found])


@staff
def import_macros(request: HttpRequest) -> HttpResponse:
    return rule_files.import_page(request, verbs.import_macros, reverse("agent:macros"), _("Macros"))


def _place(macro_id: int) -> str:
    return f"{reverse('agent:macros')}#macro-{macro_id}"


@staff
@require_POST
def dropping(request: HttpRequest, macro_id: int) -> HttpResponse:
    found = access.get_macro(agent_of(request), macro_id, to="edit")
    verbs.drop(found.pk, actor=agent_of(request))
    messages.success(request, _("“%(title)s” is gone.") % {"title": found.title})
    return redirect("agent:macros")


def _sections(agent: User) -> list[SimpleNamespace]:
    """The macros by who uses them: the agent's own, each group's, everybody's."""
    found: dict[tuple[bool, str], list[Macro]] = {}
    for it in access.kept_macros(agent).select_related("group").order_by("position", "id"):
        whose = (it.owner_id is None, it.group.name if it.group else "")
        found.setdefault(whose, []).append(it)
    # Own ones first, then those of groups, then everybody's.
    order = sorted(found, key=lambda whose: (whose[0], not whose[1], whose[1]))
    keeps_all = access.may(agent, Permission.MACROS)
    return [_section(whose, found[whose], can_edit=keeps_all or not whose[0]) for whose in order]


def _section(whose: tuple[bool, str], rows: list[Macro], *, can_edit: bool) -> SimpleNamespace:
    is_others, group = whose
    title = (group or _("Everybody's")) if is_others else pgettext("macros", "Mine")
    lines = [SimpleNamespace(row=it, edit_url=reverse("agent:macro", args=[it.pk]), **_does(it)) for it in rows]
    return SimpleNamespace(title=title, rows=lines, can_edit=can_edit)


def _does(macro: Macro) -> dict[str, Any]:
    """What it says and changes, in short."""
    try:
        actions = rules.read_actions(macro.actions, configuration.current().fields)
    except Invalid as fault:
        return {"text": "", "is_note": False, "words": [], "fault": fault.sentence}
    text = for_reader(rules.text_of(actions))
    return {
        "text": Truncator(" ".join(text.split())).chars(100),
        "is_note": rules.is_public(actions) is False,
        "words": [part.words for part in verbs.parts(it for it in actions if not it.field.startswith("comment_"))],
        "fault": "",
    }
