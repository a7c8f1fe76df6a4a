"""The administrators' pages of custom roles: what agents of one kind may do, in plain words."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import roles as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import CustomRole
from sportello.desk.words import Permission
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form

LIGHT = "light"
# What each permission lets somebody do; without it, what is left.
MEANING = {
    Permission.ANSWER: gettext_lazy("Write what customers read. Without it: internal notes only, by mail too."),
    Permission.EDIT: gettext_lazy("Status, assignee, priority, fields, tags. Without it: tickets are read."),
    Permission.OPEN: gettext_lazy("For customers whose wishes he hears. Whoever changes tickets may do it anyway."),
    Permission.BULK: gettext_lazy("One change on many tickets of a list."),
    Permission.MERGE: gettext_lazy("Bring two tickets together, or make two of one."),
    Permission.PEOPLE: gettext_lazy("Names, addresses, notes and organizations of customers."),
    Permission.MACROS: gettext_lazy("Macros and views that others use; one's own everybody writes."),
    Permission.MAIL: gettext_lazy("Accept or reject held mail, lift breakers, send again or take back."),
    Permission.REPORTS: gettext_lazy("The month's figures."),
    Permission.ARTICLES: gettext_lazy("Write, publish and archive what customers read in the help center."),
}


class RoleForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=500, required=False)


@admins
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    found = [_shown(it) for it in access.roles(agent_of(request))]
    context = {"roles": found, "light_url": f"{reverse('agent:new_role')}?preset={LIGHT}"}
    return page(request, "agent/roles.html", context)


def _shown(role: CustomRole) -> SimpleNamespace:
    return SimpleNamespace(
        row=role,
        may=[it.label for it in Permission if it in role.permissions],
        holders=sorted((it.name for it in role.agents.all()), key=str.lower),
    )


@admins
def new_role(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    initial: dict[str, Any] = {}
    chosen = {*Permission.values} - {Permission.MACROS.value}
    if request.GET.get("preset") == LIGHT:
        words = _("Reads the tickets, opens new ones and writes internal notes; answers no customer.")
        initial, chosen = {"name": _("Light agent"), "description": words}, {Permission.OPEN.value}
    return _form(request, None, RoleForm(initial=initial), chosen)


@admins
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    found = access.get_role(agent_of(request), role_id)
    if request.method == "POST":
        return _save(request, found)
    form = RoleForm(initial={"name": found.name, "description": found.description})
    return _form(request, found, form, set(found.permissions))


def _save(request: HttpRequest, found: CustomRole | None) -> HttpResponse:
    form, chosen = RoleForm(request.POST), set(request.POST.getlist("permissions"))
    if form.is_valid():
        data = {**form.cleaned_data, "permissions": chosen}
        try:
            kept = verbs.save(data, actor=agent_of(request), role_id=found.pk if found else None)
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("“%(title)s” is kept.") % {"title": kept.name})
            return redirect("agent:roles")
    return _form(request, found, form, chosen, status=422)


def _form(
    request: HttpRequest, found: CustomRole | None, form: RoleForm, chosen: set[str], *, status: int = 200
) -> HttpResponse:
    context = {
        "here": reverse("agent:roles"),
        "role": found,
        "form": form,
        "permissions": [(it.value, it.label, MEANING[it], it.value in chosen) for it in Permission],
        "holders": found.agents.order_by("name", "id") if found else (),
    }
    return page(request, "agent/role.html", context, status=status)


@require_POST
@admins
def dropping(request: HttpRequest, role_id: int) -> HttpResponse:
    found = access.get_role(agent_of(request), role_id)
    done = _("“%(title)s” is dropped.") % {"title": found.name}
    is_gone = attempt(request, lambda: verbs.drop(found.pk, actor=agent_of(request)), done)
    return redirect("agent:roles") if is_gone else redirect("agent:role", found.pk)
