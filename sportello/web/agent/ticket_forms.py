"""The administrators' pages of ticket forms: which fields are asked for a kind of request, in which order, and when."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import ticket_forms as verbs
from sportello.desk.actions import vocabulary
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import CustomField, TicketForm, User
from sportello.desk.rules import custom_fields
from sportello.desk.rules.forms import AGENT, END_USER, PARENTS, WHO
from sportello.kit.keys import keys_of
from sportello.web.agent import field_draft, form_draft
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.form_draft import Draft, Row
from sportello.web.agent.form_history import form_words, history, unchanged
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_lists import moved
from sportello.web.agent.ticket_fields import ICONS, Kind
from sportello.web.ui.custom_fields import controls, said_in, value_words

Fields = Mapping[int, custom_fields.CustomField]
# What a checkbox can be.
YES_OR_NO = ("true", "false")


@admins
@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    known = _fields(agent)
    context = {
        "here": reverse("agent:ticket_forms"),
        "forms": [
            SimpleNamespace(
                row=row,
                name=_name(row),
                fields=[_title(known[key]) for key in row.fields if key in known],
                conditions=len(row.conditions),
            )
            for row in access.ticket_forms(agent)
        ],
        "asked": [_title(it) for it in known.values() if it.active],
    }
    return page(request, "agent/forms.html", context)


def _fields(agent: User) -> Fields:
    """All fields of tickets, in order."""
    rows = access.custom_fields(agent).filter(of=CustomField.Of.TICKET)
    return {row.pk: vocabulary.field_of(row) for row in rows}


def _title(field: custom_fields.CustomField) -> str:
    return said_in(field.title, _language()) or field.key


def _name(row: TicketForm) -> str:
    return said_in(row.name, _language())


def _language() -> str:
    return get_language() or "en"


@admins
def new_form(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _write(request, None)
    return _form(request, None, Draft())


@admins
def form(request: HttpRequest, form_id: int) -> HttpResponse:
    found = access.get_ticket_form(agent_of(request), form_id)
    if request.method == "POST":
        return _write(request, found)
    return _form(request, found, form_draft.kept(found))


def _write(request: HttpRequest, found: TicketForm | None) -> HttpResponse:
    draft = form_draft.posted(request.POST)
    if request.POST.get("do"):
        draft.edit(request.POST["do"], request.POST.get("chosen", ""))
        return _form(request, found, draft)
    try:
        with unchanged(request, found):
            kept = verbs.save_form(draft.data(), actor=agent_of(request), form_id=found.pk if found else None)
    except Invalid as refusal:
        return _form(request, found, draft, {place: str(text) for place, text in refusal.fields.items()})
    except Refused as refusal:
        return _form(request, found, draft, {"active": str(refusal)})
    except Stale:
        assert found
        return _form(request, access.get_ticket_form(agent_of(request), found.pk), draft, is_stale=True)
    messages.success(request, _("“%(title)s” is kept.") % {"title": _name(kept)})
    return redirect(_place(kept.pk))


def _form(
    request: HttpRequest,
    found: TicketForm | None,
    draft: Draft,
    faults: Mapping[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> HttpResponse:
    faults = faults or {}
    known = _fields(agent_of(request))
    chosen = {key: known[key] for key in draft.fields if key in known}
    beside = ("name", "fields", "conditions")
    context = {
        "here": reverse("agent:ticket_forms"),
        "form": found,
        "title": _name(found) if found else _("New form"),
        "draft": draft,
        "names": draft.name.items() or [(code, "") for code in field_draft.LANGUAGES],
        "lines": [
            SimpleNamespace(place=f"fields.{number}", field=it, title=_title(it), icon=ICONS[Kind(it.kind)])
            for number, it in enumerate(chosen.values())
        ],
        "others": [(key, _title(it)) for key, it in known.items() if key not in chosen],
        "sides": [_side(draft, who, chosen, faults) for who in WHO],
        "fields_fault": " ".join(text for place, text in faults.items() if place.partition(".")[0] == "fields"),
        **history(request, verbs.KIND, found, lambda it: form_words(it, known, _language()), is_stale=is_stale),
        "faults": faults,
        "fault": faults.get("conditions", "")
        or " ".join(text for place, text in faults.items() if place.partition(".")[0] not in beside),
        "preview": {who: controls(known, {}, _language(), form=draft.form(), who=who, prefix=f"{who}-") for who in WHO},
    }
    return page(request, "agent/form.html", context, status=409 if is_stale else 422 if faults else 200)


def _side(draft: Draft, who: str, chosen: Fields, faults: Mapping[str, str]) -> SimpleNamespace:
    """The conditions for agents or for customers."""
    has_children = len(chosen) > 1
    return SimpleNamespace(
        place=f"conditions.{who}",
        who=who,
        is_agent=who == AGENT,
        rows=[_row(draft, f"conditions.{who}.{at}", row, chosen, faults) for at, row in enumerate(draft.rows[who])],
        can_add=has_children and any(it.kind in PARENTS for it in chosen.values()),
        can_copy=who == AGENT and bool(draft.rows[AGENT]) and draft.end_user_visible,
        is_unseen=who == END_USER and not draft.end_user_visible,
    )


def _row(draft: Draft, place: str, row: Row, chosen: Fields, faults: Mapping[str, str]) -> SimpleNamespace:
    parent = chosen.get(row.parent)
    values: list[tuple[str, str]] = []
    if parent:
        said = YES_OR_NO if parent.kind == "checkbox" else tuple(it.value for it in parent.options)
        values = [(value, value_words(parent, value, _language())) for value in said]
    return SimpleNamespace(
        place=place,
        row=row,
        children=[(key, _title(it), key == row.child) for key, it in chosen.items()],
        parents=[(key, _title(it), key == row.parent) for key, it in chosen.items() if it.kind in PARENTS],
        values=[(value, words, value == row.value) for value, words in values],
        faults=draft.faults_of(row, faults),
    )


@admins
@require_POST
def switching(request: HttpRequest, form_id: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    said = _("“%(title)s” is switched on.") if on else _("“%(title)s” is switched off.")
    return _do(request, form_id, lambda: verbs.switch(form_id, on=on, actor=agent_of(request)), said)


@admins
@require_POST
def default(request: HttpRequest, form_id: int) -> HttpResponse:
    said = _("“%(title)s” is what a new ticket begins with.")
    return _do(request, form_id, lambda: verbs.make_default(form_id, actor=agent_of(request)), said)


@admins
@require_POST
def dropping(request: HttpRequest, form_id: int) -> HttpResponse:
    return _do(request, form_id, lambda: verbs.drop(form_id, actor=agent_of(request)), _("“%(title)s” is dropped."))


def _do(request: HttpRequest, form_id: int, verb: Any, said: str) -> HttpResponse:
    """Call the verb on the form: say that it is done, or why it was not."""
    found = access.get_ticket_form(agent_of(request), form_id)
    try:
        verb()
    except (Invalid, Refused) as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said % {"title": _name(found)})
    return redirect(_place(form_id))


@admins
@require_POST
def place(request: HttpRequest, form_id: int) -> HttpResponse:
    """One place up or down."""
    agent = agent_of(request)
    key = access.get_ticket_form(agent, form_id).pk
    keys = access.ticket_forms(agent).values_list("pk", flat=True)
    verbs.order(moved(keys, key, request.POST.get("to", "")), actor=agent)
    return redirect(_place(form_id))


@admins
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """All of them in the order in which they are named."""
    verbs.order(keys_of(request.POST.getlist("form")), actor=agent_of(request))
    return redirect("agent:ticket_forms")


def _place(form_id: int) -> str:
    return f"{reverse('agent:ticket_forms')}#form-{form_id}"
