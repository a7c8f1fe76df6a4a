"""The administrators' pages of the fields that the desk adds to its tickets, people and organizations."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import ticket_fields as verbs
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import CustomField
from sportello.desk.rules import custom_fields, patterns
from sportello.desk.rules.custom_fields import Option
from sportello.kit.keys import keys_of
from sportello.web.agent import field_draft
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.field_draft import PORTAL, Draft
from sportello.web.agent.form_history import field_words, history, unchanged
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_lists import moved
from sportello.web.ui.custom_fields import control, said_in

Kind, Of = CustomField.Kind, CustomField.Of
ICONS = {
    Kind.TEXT: "pencil",
    Kind.TEXTAREA: "file-text",
    Kind.INTEGER: "hash",
    Kind.DECIMAL: "hash",
    Kind.DATE: "calendar",
    Kind.CHECKBOX: "check",
    Kind.TAGGER: "chevron-down",
    Kind.MULTISELECT: "list-checks",
    Kind.REGEXP: "code-xml",
}
# In the order in which they are wanted.
KINDS = {
    Kind.TAGGER: gettext_lazy("One of the options that you write. The best for rules and views."),
    Kind.MULTISELECT: gettext_lazy("Any number of the options that you write."),
    Kind.CHECKBOX: gettext_lazy("Yes or no."),
    Kind.TEXT: gettext_lazy("A name, the number of a contract: whatever fits in one line."),
    Kind.TEXTAREA: gettext_lazy("An address, a description: as many lines as it takes."),
    Kind.INTEGER: gettext_lazy("How many: rooms, copies, machines."),
    Kind.DECIMAL: gettext_lazy("Amounts and measures, such as 12.5."),
    Kind.DATE: gettext_lazy("A day, chosen from a calendar."),
    Kind.REGEXP: gettext_lazy("A line that has to look as you say: a serial number, a licence plate."),
}
LEADS = {
    Of.TICKET: gettext_lazy("What shall be written on tickets?"),
    Of.USER: gettext_lazy("What shall be written about people?"),
    Of.ORGANIZATION: gettext_lazy("What shall be written about organizations?"),
}
EMPTY = {
    Of.TICKET: gettext_lazy("The device, the contract, the version: what agents otherwise have to ask every time."),
    Of.USER: gettext_lazy("The room, the role, the language of the phone: what one should know about a person."),
    Of.ORGANIZATION: gettext_lazy("The contract, the day it ends: what one should know about a customer company."),
}
# (in the list, in the form, what it means there), for none of PORTAL, the first, the first two, all three.
LEVELS = [
    ("", gettext_lazy("do not see it"), gettext_lazy("Only agents see it.")),
    (
        gettext_lazy("customers see it"),
        gettext_lazy("see it"),
        gettext_lazy("They read in their request what agents wrote."),
    ),
    (
        gettext_lazy("customers fill it in"),
        gettext_lazy("may fill it in"),
        gettext_lazy("They see it, and are asked for it in a new request."),
    ),
    (
        gettext_lazy("customers must fill it in"),
        gettext_lazy("must fill it in"),
        gettext_lazy("They see it, and cannot send a new request without it."),
    ),
]


@admins
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    agent, of = agent_of(request), _of(request)
    rows = list(access.custom_fields(agent))
    context = {
        "here": reverse("agent:custom_fields"),
        "of": of,
        "tabs": [
            SimpleNamespace(value=it.value, label=str(it.label).capitalize(), count=sum(row.of == it for row in rows))
            for it in Of
        ],
        "fields": [_shown(row) for row in rows if row.of == of],
        "empty": EMPTY[of],
        "forms": access.ticket_forms(agent).filter(active=True).exists(),
        "forms_url": reverse("agent:ticket_forms"),
    }
    return page(request, "agent/fields.html", context)


def _of(request: HttpRequest) -> CustomField.Of:
    """Whose fields the page is about."""
    said = request.GET.get("of", "")
    return Of(said) if said in Of.values else Of.TICKET


def _shown(row: CustomField) -> SimpleNamespace:
    return SimpleNamespace(
        row=row,
        title=_title(row),
        icon=ICONS[Kind(row.kind)],
        names=" · ".join(said_in(it["name"], _language()) for it in row.options),
        portal=LEVELS[sum(getattr(row, name) for name in PORTAL)][0],
    )


def _title(row: CustomField) -> str:
    return said_in(row.title, _language()) or row.key


def _language() -> str:
    return get_language() or "en"


@admins
def new_field(request: HttpRequest) -> HttpResponse:
    """First of which kind, then what."""
    of, kind = _of(request), request.GET.get("kind", "")
    if kind in Kind.values:
        if request.method == "POST":
            return _write(request, None, field_draft.posted(request.POST, of, kind))
        return _form(request, None, field_draft.new(of, kind))
    kinds = [SimpleNamespace(value=it.value, label=it.label, icon=ICONS[it], said=said) for it, said in KINDS.items()]
    context = {"here": reverse("agent:custom_fields"), "of": of, "lead": LEADS[of], "kinds": kinds}
    return page(request, "agent/field_kinds.html", context)


@admins
def field(request: HttpRequest, field_id: int) -> HttpResponse:
    found = access.get_custom_field(agent_of(request), field_id)
    if request.method == "POST":
        return _write(request, found, field_draft.posted(request.POST, found.of, found.kind))
    return _form(request, found, field_draft.kept(found))


def _write(request: HttpRequest, found: CustomField | None, draft: Draft) -> HttpResponse:
    if request.POST.get("do"):
        draft.edit(request.POST["do"])
        return _form(request, found, draft)
    try:
        with unchanged(request, found):
            kept = verbs.save_field(draft.data(), actor=agent_of(request), field_id=found.pk if found else None)
    except Invalid as refusal:
        return _form(request, found, draft, {place: str(text) for place, text in refusal.fields.items()})
    except Stale:
        assert found
        return _form(request, access.get_custom_field(agent_of(request), found.pk), draft, is_stale=True)
    messages.success(request, _("“%(title)s” is kept.") % {"title": _title(kept)})
    return redirect(_place(kept))


def _form(
    request: HttpRequest,
    found: CustomField | None,
    draft: Draft,
    faults: Mapping[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> HttpResponse:
    faults = faults or {}
    beside = ("title", "key", "pattern", "options")
    context = {
        "here": reverse("agent:custom_fields"),
        "field": found,
        "title": _title(found) if found else _("New field"),
        "kind": Kind(draft.kind).label,
        "icon_of_kind": ICONS[Kind(draft.kind)],
        "draft": draft,
        "titles": draft.title.items() or [(code, "") for code in field_draft.LANGUAGES],
        "descriptions": draft.description.items() or [(code, "") for code in field_draft.LANGUAGES],
        "options": draft.rows(faults),
        "levels": [
            SimpleNamespace(value=value, label=label, said=said, is_chosen=number == draft.portal)
            for number, (value, (_short, label, said)) in enumerate(zip(("", *PORTAL), LEVELS, strict=True))
        ],
        "trial": _trial(draft),
        "preview": _preview(draft),
        **history(request, verbs.KIND, found, field_words, is_stale=is_stale),
        "faults": faults,
        "fault": " ".join(text for place, text in faults.items() if place.partition(".")[0] not in beside),
    }
    return page(request, "agent/field.html", context, status=409 if is_stale else 422 if faults else 200)


def _trial(draft: Draft) -> str:
    """What came of trying the pattern: "fits", "differs", what is wrong with it, or nothing yet."""
    if not draft.has_pattern or not (draft.pattern and draft.trial):
        return ""
    try:
        return "fits" if patterns.follows(" ".join(draft.trial.split()), draft.pattern) else "differs"
    except patterns.Unfit as fault:
        return str(fault)


def _preview(draft: Draft) -> dict[str, Any]:
    """Both sides of the field as it would be now."""
    data: dict[str, Any] = {**draft.data(), "title": field_draft.as_text(draft.title) or _("Title")}
    named = [(it, field_draft.as_text(it.names) or it.value) for it in draft.options]
    options = tuple(Option(it.value or str(number), name) for number, (it, name) in enumerate(named) if name)
    shown = custom_fields.CustomField(id=0, **{**data, "options": options})
    return {
        "agent": control(shown, None, _language(), required=shown.required, prefix="agent-"),
        "customer": control(
            shown, None, _language(), required=shown.required_in_portal, for_customer=True, prefix="customer-"
        ),
        "example": said_in(options[0].name, _language()) if options else "",
    }


@admins
@require_POST
def switching(request: HttpRequest, field_id: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    try:
        kept = verbs.switch(field_id, on=on, actor=agent_of(request))
    except Invalid as refusal:
        messages.error(request, refusal.sentence)
        return redirect(_place(access.get_custom_field(agent_of(request), field_id)))
    said = _("“%(title)s” is switched on.") if on else _("“%(title)s” is switched off.")
    messages.success(request, said % {"title": _title(kept)})
    return redirect(_place(kept))


@admins
@require_POST
def place(request: HttpRequest, field_id: int) -> HttpResponse:
    """One place up or down among those of the same thing."""
    agent = agent_of(request)
    found = access.get_custom_field(agent, field_id)
    keys = access.custom_fields(agent).filter(of=found.of).values_list("pk", flat=True)
    verbs.order(moved(keys, found.pk, request.POST.get("to", "")), actor=agent)
    return redirect(_place(found))


@admins
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """All of them in the order in which they are named."""
    verbs.order(keys_of(request.POST.getlist("field")), actor=agent_of(request))
    return redirect("agent:custom_fields")


@admins
def dropping(request: HttpRequest, field_id: int) -> HttpResponse:
    """First what would go with it."""
    agent = agent_of(request)
    found = access.get_custom_field(agent, field_id)
    if request.method == "POST":
        try:
            verbs.drop(found.pk, actor=agent)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("agent:custom_field_dropping", found.pk)
        messages.success(request, _("“%(title)s” is dropped.") % {"title": _title(found)})
        return redirect(f"{reverse('agent:custom_fields')}?of={found.of}")
    context = {
        "here": reverse("agent:custom_fields"),
        "field": found,
        "title": _title(found),
        "count": access.count_filled(agent, found),
        "named_by": verbs.named_by(found),
    }
    return page(request, "agent/field_dropping.html", context)


def _place(row: CustomField) -> str:
    return f"{reverse('agent:custom_fields')}?of={row.of}#field-{row.pk}"
