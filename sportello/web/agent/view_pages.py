"""Where views are kept: everybody his own, administrators those that others use. How one is shown: web.agent.queue."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import defaults, rule_rows
from sportello.desk.actions import views as verbs
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import User, View
from sportello.desk.rules.views import MOST_COLUMNS
from sportello.desk.words import Permission
from sportello.kit.keys import key_of, keys_of
from sportello.web.agent import lists, rule_builder, rule_files, rule_history, view_draft, view_words
from sportello.web.agent.doors import admins, agent_of, staff
from sportello.web.agent.navigation import address, page
from sportello.web.agent.rule_lists import moved, switch
from sportello.web.agent.rule_words import sentence, summary
from sportello.web.agent.view_draft import ViewDraft, ViewNames
from sportello.web.agent.view_preview import preview_of

CONDITIONS = ("conditions", "conditions.all", "conditions.any")
IMPORT_TITLE = gettext_lazy("Views")


@require_safe
@staff
def views(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    listed = lists.views_of(agent)
    counts, _held = lists.counts(agent, listed)
    found = [defaults.for_its_reader(it) for it in access.kept_views(agent).select_related("group")]
    names = ViewNames(agent, map(verbs.export, found))
    context = {
        "root": address("agent:views"),
        "sections": _sections(agent, [_line(row, names, counts) for row in found]),
        "listed": listed,
    }
    return page(request, "agent/views.html", context)


def _line(row: View, names: ViewNames, counts: Mapping[int, str]) -> SimpleNamespace:
    return SimpleNamespace(
        row=row,
        summary=summary(sentence(verbs.export(row), names)) or _("All tickets"),
        is_shown=row.pk in counts,
        count=counts.get(row.pk, ""),
        edit_url=address("agent:edit_view", row.pk),
        reach=_reach(row),
    )


def _reach(row: View) -> str:
    if row.owner_id:
        return _("My views")
    return _("Group: %(group)s") % {"group": row.group.name} if row.group else _("Everybody's")


def _sections(agent: User, lines: list[SimpleNamespace]) -> list[SimpleNamespace]:
    """The views by who sees them: everybody's, each group's, the agent's own."""
    found: dict[tuple[bool, bool, str], list[SimpleNamespace]] = {}
    for it in lines:
        found.setdefault((it.row.owner_id is not None, it.row.group_id is not None, it.reach), []).append(it)
    return [
        SimpleNamespace(title=whose[2], lines=found[whose], can_edit=access.may(agent, Permission.MACROS) or whose[0])
        for whose in sorted(found)
    ]


@staff
def new_view(request: HttpRequest) -> HttpResponse:
    """like: the view that it begins as."""
    agent, like = agent_of(request), request.GET.get("like", "")
    if request.method == "POST":
        return _write(request, None)
    if not like.isdecimal():
        return _form(request, None, view_draft.new())
    rule = verbs.export(defaults.for_its_reader(access.get_view(agent, key_of(like), to="view")))
    mine = rule | {"owner_id": agent.pk, "group_id": None, "active": True}
    return _form(request, None, view_draft.kept(mine, ViewNames(agent, [rule])))


@staff
def edit_view(request: HttpRequest, view_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_view(agent, view_id, to="edit")
    if request.method == "POST":
        return _write(request, found)
    rule = verbs.export(defaults.for_its_reader(found))
    return _form(request, found, view_draft.kept(rule, ViewNames(agent, [rule])), seen=rule_rows.version(found))


def _write(request: HttpRequest, found: View | None) -> HttpResponse:
    agent, draft, seen = agent_of(request), view_draft.posted(request.POST), request.POST.get("seen", "")
    gesture = request.POST.get("do", "")
    if gesture and gesture != "preview":
        draft.edit(gesture)
        return _form(request, found, draft, seen=seen)
    unclear = draft.faults(agent)
    try:
        if gesture:
            shown = preview_of(draft, agent)
            return _form(request, found, draft, unclear, seen=seen, preview=None if unclear else shown)
        with _unchanged(found, seen):
            kept = verbs.save(draft.data(agent), actor=agent, view_id=found.pk if found else None)
    except Invalid as refusal:
        faults = {place: str(text) for place, text in refusal.fields.items()} | unclear
        return _form(request, found, draft, faults, seen=seen)
    except Refused as refusal:
        return _form(request, found, draft, {"general": str(refusal)}, seen=seen)
    except Stale:
        assert found is not None
        return _form(request, access.get_view(agent, found.pk, to="edit"), draft, seen=seen, is_stale=True)
    messages.success(request, _("“%(title)s” is kept.") % {"title": kept.title})
    return redirect("agent:view", kept.pk) if kept.active else redirect("agent:views")


def _unchanged(found: View | None, seen: str) -> AbstractContextManager[None]:
    return rule_rows.unchanged(View, found.pk, seen) if found else nullcontext()


def _form(
    request: HttpRequest,
    found: View | None,
    draft: ViewDraft,
    faults: Mapping[str, str] | None = None,
    *,
    seen: str = "",
    is_stale: bool = False,
    preview: SimpleNamespace | None = None,
) -> HttpResponse:
    agent, faults, fields = agent_of(request), faults or {}, view_draft.fields()
    changes, kept = _changes(agent, found), [verbs.export(found)] if found else []
    names = ViewNames(agent, [*rule_history.rules_in(changes), *kept], everything=True)
    context = {
        "here": address("agent:view", found.pk) if found and found.active else address("agent:views"),
        "root": address("agent:views"),
        "view": found,
        "draft": draft,
        "kind": {"person_acts": False},
        # Whoever was told of the others' changes saves over them.
        "seen": rule_rows.version(found) if found and is_stale else seen,
        "is_stale": is_stale,
        "reaches": view_draft.reaches(agent),
        "columns": view_draft.columns(draft),
        "most_columns": MOST_COLUMNS,
        "orders": view_draft.orders(draft),
        "rows": rule_builder.shown(draft.rule, names, faults, fields),
        "blanks": rule_builder.blanks(names, fields, actions=False),
        "faults": faults,
        "conditions_fault": " ".join(text for place, text in faults.items() if place in CONDITIONS),
        "preview": preview,
        "changes": rule_history.told(changes, names, view_words.more),
        "meanwhile": rule_history.told(rule_history.since(changes, seen), names, view_words.more) if is_stale else [],
    }
    return page(request, "agent/view.html", context, status=409 if is_stale else 422 if faults else 200)


def _changes(agent: User, found: View | None) -> list[Any]:
    """Who changed a view that several use, for administrators."""
    if found is None or found.owner_id or not agent.is_admin:
        return []
    return list(access.rule_changes(agent, verbs.KIND, found.pk).select_related("author")[: rule_history.CHANGES])


# --- what can be done to one in the list -----------------------------------------------------------------------------


@require_POST
@staff
def switching(request: HttpRequest, view_id: int) -> HttpResponse:
    switch(request, verbs.switch, access.get_view(agent_of(request), view_id, to="edit").pk)
    return _back(view_id)


@require_POST
@staff
def copies(request: HttpRequest, view_id: int) -> HttpResponse:
    agent = agent_of(request)
    made = verbs.duplicate(access.get_view(agent, view_id, to="view").pk, actor=agent)
    messages.success(request, _("Copied. The copy is switched off."))
    return redirect("agent:edit_view", made.pk)


@require_POST
@staff
def dropping(request: HttpRequest, view_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_view(agent, view_id, to="edit")
    verbs.drop(found.pk, actor=agent)
    messages.success(request, _("“%(title)s” is dropped.") % {"title": defaults.title_for_reader(found.title)})
    return redirect("agent:views")


@require_POST
@staff
def place(request: HttpRequest, view_id: int) -> HttpResponse:
    """One place up or down among those that the same people see."""
    agent = agent_of(request)
    found = access.get_view(agent, view_id, to="edit")
    beside = access.kept_views(agent).filter(owner=found.owner_id, group=found.group_id)
    keys = beside.values_list("pk", flat=True)
    verbs.order(moved(keys, found.pk, request.POST.get("to", "")), actor=agent)
    return _back(view_id)


@require_POST
@staff
def order(request: HttpRequest) -> HttpResponse:
    """Those of one section in the order in which they are named."""
    agent = agent_of(request)
    named = keys_of(request.POST.getlist("view"))
    for view_id in named:
        access.get_view(agent, view_id, to="edit")
    verbs.order(named, actor=agent)
    return redirect("agent:views")


def _back(view_id: int) -> HttpResponse:
    return redirect(f"{address('agent:views')}#view-{view_id}")


# --- files -----------------------------------------------------------------------------------------------------------


@admins
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    return rule_files.exported("views", [verbs.export(it) for it in access.kept_views(agent_of(request))])


@admins
def import_views(request: HttpRequest) -> HttpResponse:
    return rule_files.import_page(request, verbs.import_views, address("agent:views"), IMPORT_TITLE)
