"""The administrators' pages of triggers: the list, what one did and was, the form to write one."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access, rehearsal
from sportello.desk.actions import configuration, rules
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import Trigger, User
from sportello.desk.rules import conditions
from sportello.kit import clock
from sportello.web.agent import rule_builder
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_lists import moved, placeholders, switch
from sportello.web.agent.rule_words import Names, condition_words, differences, joined, sentence, summary
from sportello.web.ui.files import download

DAYS = 30
LATEST = 10
TRIED = 200
CHANGES = 50


@admins
@require_safe
def triggers(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    found = list(access.triggers(agent))
    fired = _fired(agent)
    names = Names(agent, map(rules.export, found))
    context = {
        "triggers": [
            SimpleNamespace(row=it, said=sentence(rules.export(it), names), fired=fired.get(it.pk, 0)) for it in found
        ],
        "mails": _protocol_mails(),
        "days": DAYS,
    }
    for it in context["triggers"]:  # type: ignore[attr-defined]
        it.summary = summary(it.said)
    return page(request, "agent/triggers.html", context)


def _fired(agent: User) -> dict[int, int]:
    """How often each trigger acted lately."""
    lately = access.firings(agent).filter(created_at__gte=clock.now() - timedelta(days=DAYS)).order_by()
    return dict(lately.values_list("trigger").annotate(times=Count("pk")))


def _protocol_mails() -> int:
    steps = configuration.current().steps_of(None)
    return sum((steps.taken_charge, steps.solved, steps.closed, steps.survey))


@admins
@require_safe
def trigger(request: HttpRequest, trigger_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_trigger(agent, trigger_id)
    changes = list(access.rule_changes(agent, rules.KIND, found.pk).select_related("author")[:CHANGES])
    firings = list(access.firings(agent).filter(trigger=found).select_related("ticket", "audit")[:LATEST])
    reasons = [_because(it.audit.events, found) for it in firings]
    former = [rule for change in changes for rule in (change.before, change.after) if rule]
    names = Names(agent, [rules.export(found), *former, *({"conditions": {"all": it}} for it in reasons)])
    context = {
        "here": reverse("agent:triggers"),
        "trigger": found,
        "said": sentence(rules.export(found), names),
        "fired": _fired(agent).get(found.pk, 0),
        "days": DAYS,
        "firings": [
            SimpleNamespace(
                ticket=it.ticket,
                at=it.created_at,
                because=joined((condition_words(one, names) for one in because), "; "),
            )
            for it, because in zip(firings, reasons, strict=True)
        ],
        "changes": [
            SimpleNamespace(row=it, lines=differences(it.before, it.after, names), author=it.author) for it in changes
        ],
    }
    return page(request, "agent/trigger.html", context)


@admins
@require_safe
def trial(request: HttpRequest, trigger_id: int) -> HttpResponse:
    """What it would have done on the latest tickets; changes nothing."""
    agent = agent_of(request)
    found = access.get_trigger(agent, trigger_id)
    try:
        acts = rehearsal.rehearse(conditions.read(found.conditions), hours=configuration.current().hours)
    except DeskError as refusal:
        messages.error(request, str(refusal))
        return redirect("agent:trigger", found.pk)
    shown = acts[:TRIED]
    names = Names(agent, [rules.export(found), *({"conditions": {"all": act.because}} for act in shown)])
    context = {
        "here": reverse("agent:triggers"),
        "trigger": found,
        "said": sentence(rules.export(found), names),
        "looked_at": rehearsal.TICKETS,
        "updates": len(acts),
        "tickets": len({act.ticket_id for act in acts}),
        "acts": [(act, joined((condition_words(one, names) for one in act.because), "; ")) for act in shown],
    }
    return page(request, "agent/trigger_trial.html", context)


def _because(events: list[dict[str, Any]], found: Trigger) -> list[dict[str, Any]]:
    """The conditions that held when the trigger acted."""
    event = next((it for it in events if it["type"] == "Rule" and it.get("id") == found.pk), {})
    return list(event.get("because", ()))


@admins
def new_trigger(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _write(request, None)
    first: list[dict[str, str]] = [{"field": "update_type", "operator": "is", "value": "Create"}]
    return _form(request, None, Draft(lists={"conditions.all": first, "conditions.any": [], "actions": [{}]}))


@admins
def edit(request: HttpRequest, trigger_id: int) -> HttpResponse:
    found = access.get_trigger(agent_of(request), trigger_id)
    if request.method == "POST":
        return _write(request, found)
    rule = rules.export(found)
    return _form(request, found, rule_builder.kept(rule, Names(agent_of(request), [rule])))


def _write(request: HttpRequest, found: Trigger | None) -> HttpResponse:
    draft = rule_builder.posted(request.POST)
    if request.POST.get("do"):
        draft.edit(request.POST["do"])
        return _form(request, found, draft)
    faults = draft.faults(agent_of(request))
    try:
        kept = rules.save_trigger(draft.data(), actor=agent_of(request), trigger_id=found.pk if found else None)
    except Invalid as refusal:
        return _form(request, found, draft, {**{at: str(it) for at, it in refusal.fields.items()}, **faults})
    messages.success(request, _("“%(title)s” is kept.") % {"title": kept.title})
    return redirect("agent:trigger", kept.pk)


def _form(
    request: HttpRequest, found: Trigger | None, draft: Draft, faults: dict[str, str] | None = None
) -> HttpResponse:
    names = Names(agent_of(request), [rules.export(found)] if found else (), everything=True)
    context = {
        "here": reverse("agent:triggers"),
        "trigger": found,
        "draft": draft,
        "rows": rule_builder.shown(draft, names, faults or {}),
        "blanks": rule_builder.blanks(names),
        "faults": faults or {},
        "conditions_fault": " ".join(
            text for at, text in (faults or {}).items() if at in ("conditions", "conditions.all", "conditions.any")
        ),
        "placeholders": placeholders(),
    }
    return page(request, "agent/trigger_form.html", context, status=422 if faults else 200)


@admins
@require_POST
def switching(request: HttpRequest, trigger_id: int) -> HttpResponse:
    switch(request, rules.switch, trigger_id)
    return _back(request, trigger_id)


@admins
@require_POST
def place(request: HttpRequest, trigger_id: int) -> HttpResponse:
    """One place up or down."""
    agent = agent_of(request)
    keys = access.triggers(agent).values_list("pk", flat=True)
    key = access.get_trigger(agent, trigger_id).pk
    rules.order(moved(keys, key, request.POST.get("to", "")), actor=agent)
    return redirect(f"{reverse('agent:triggers')}#trigger-{trigger_id}")


@admins
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """All of them in the order in which they are named."""
    named = [int(it) for it in request.POST.getlist("trigger") if it.isdecimal()]
    rules.order(named, actor=agent_of(request))
    return redirect("agent:triggers")


@admins
@require_POST
def copies(request: HttpRequest, trigger_id: int) -> HttpResponse:
    made = rules.duplicate(trigger_id, actor=agent_of(request))
    messages.success(request, _("Copied. The copy is switched off."))
    return redirect("agent:edit_trigger", made.pk)


@admins
@require_POST
def dropping(request: HttpRequest, trigger_id: int) -> HttpResponse:
    found = access.get_trigger(agent_of(request), trigger_id)
    rules.drop(found.pk, actor=agent_of(request))
    messages.success(request, _("“%(title)s” is dropped.") % {"title": found.title})
    return redirect("agent:triggers")


@admins
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    data = {"triggers": [rules.export(it) for it in access.triggers(agent_of(request))]}
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    response = download(text.encode(), "triggers.json", "application/json")
    response["Cache-Control"] = "no-store"
    return response


@admins
def import_triggers(request: HttpRequest) -> HttpResponse:
    text, faults = "", {}
    if request.method == "POST":
        try:
            text = _imported_text(request)
            kept = rules.import_triggers(_read_json(text), actor=agent_of(request))
        except Invalid as refusal:
            faults = refusal.fields
        else:
            messages.success(request, _("Imported: %(count)s.") % {"count": len(kept)})
            return redirect("agent:triggers")
    context = {"here": reverse("agent:triggers"), "text": text, "faults": list(faults.items())[:50]}
    return page(request, "agent/triggers_import.html", context, status=422 if faults else 200)


def _imported_text(request: HttpRequest) -> str:
    """What the form brings, as a file or as text."""
    file = request.FILES.get("file")
    try:
        return file.read().decode("utf-8-sig") if file else request.POST.get("text", "")
    except UnicodeDecodeError:
        raise Invalid("file", _("This is no text.")) from None


def _read_json(text: str) -> object:
    try:
        data = json.loads(text)
        # What no database keeps: half a character, and the character nought.
        if b"\\u0000" in json.dumps(data, ensure_ascii=False).encode():
            raise ValueError
    except json.JSONDecodeError as fault:
        where = {"line": fault.lineno, "column": fault.colno}
        raise Invalid("text", _("This is no JSON: line %(line)s, column %(column)s.") % where) from None
    except (ValueError, RecursionError):
        raise Invalid("text", _("This is no JSON that can be kept.")) from None
    return data


def _back(request: HttpRequest, trigger_id: int) -> HttpResponse:
    """To where the switch was: the trigger's page or the list."""
    if request.POST.get("from") == "trigger":
        return redirect("agent:trigger", trigger_id)
    return redirect(f"{reverse('agent:triggers')}#trigger-{trigger_id}")
