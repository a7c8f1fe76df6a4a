"""The administrators' pages of the team: who is here, who does what, how much at once. Everybody: here or away."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import groups, people, skills
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.rules import routing
from sportello.kit.keys import key_of
from sportello.web.agent.doors import admins, agent_of, staff
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput


class CapacityForm(Form):
    """A line for each kind of work: "capacity.email"."""

    def __init__(self, *args: Any, capacity: dict[str, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for work, label in routing.WORK.items():
            line = TextInput({"inputmode": "numeric", "placeholder": _("no limit"), "maxlength": 4})
            initial = (capacity or {}).get(work)
            self.fields[f"capacity.{work}"] = forms.CharField(label=label, required=False, widget=line, initial=initial)

    def capacity(self) -> dict[str, str]:
        return {work: self.cleaned_data.get(f"capacity.{work}", "") for work in routing.WORK}


@admins
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    load, able = _load(agent), _able(agent)
    found = access.team(agent).prefetch_related("desk_groups")
    rows = [_member(it, load.get(it.pk, {}), able.get(it.pk, [])) for it in found]
    return page(request, "agent/team.html", {"team": rows})


def _able(agent: User) -> dict[int, list[str]]:
    """The skills of each agent, by name."""
    able: dict[int, list[str]] = {}
    for skill in access.skills(agent):
        for it in skill.agents.all():
            able.setdefault(it.pk, []).append(skill.title)
    return able


def _load(agent: User) -> dict[int, dict[str, int]]:
    """Open tickets at once, by agent and kind of work."""
    open_ones = access.tickets(agent).unsolved().filter(status__in=routing.COUNTED, assignee__isnull=False)
    load: dict[int, dict[str, int]] = {}
    for key, channel, count in open_ones.order_by().values_list("assignee", "channel").annotate(Count("pk")):
        work, had = routing.work_of(channel), load.setdefault(key, {})
        had[work] = had.get(work, 0) + count
    return load


def _member(row: User, load: dict[str, int], able: list[str]) -> SimpleNamespace:
    work = [
        SimpleNamespace(label=label, has=load.get(name, 0), limit=row.capacity.get(name))
        for name, label in routing.WORK.items()
        if name in load or name in row.capacity
    ]
    for it in work:
        it.is_full = it.limit is not None and it.has >= it.limit
    return SimpleNamespace(
        row=row,
        work=work,
        skills=sorted(able, key=str.lower),
        groups=sorted((it.name for it in row.desk_groups.all() if it.active), key=str.lower),
    )


@admins
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_member(agent, user_id)
    if request.method == "POST":
        return _save(request, found)
    own = {"skills": {it.pk for it in access.skills(agent).filter(agents=found)}}
    own["groups"] = {it.pk for it in found.desk_groups.all()}
    return _form(request, found, CapacityForm(capacity=found.capacity), own)


def _save(request: HttpRequest, found: User) -> HttpResponse:
    agent, form = agent_of(request), CapacityForm(request.POST)
    chosen = {part: set(map(key_of, request.POST.getlist(part))) for part in ("skills", "groups")}
    if form.is_valid():
        try:
            people.set_capacity(found, form.capacity())
            skills.set_of(found, chosen["skills"], actor=agent)
            groups.set_of(found, chosen["groups"], actor=agent)
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:team")
    return _form(request, found, form, chosen, status=422)


def _form(
    request: HttpRequest, found: User, form: CapacityForm, chosen: dict[str, set[int]], *, status: int = 200
) -> HttpResponse:
    agent = agent_of(request)
    in_use = access.groups(agent).filter(active=True)
    context = {
        "here": reverse("agent:team"),
        "member": _member(found, _load(agent).get(found.pk, {}), []),
        "form": form,
        "skills": [(it.pk, it.title, it.pk in chosen["skills"]) for it in access.skills(agent)],
        "groups": [(it.pk, it.name, it.pk in chosen["groups"]) for it in in_use],
    }
    return page(request, "agent/member.html", context, status=status)


@require_POST
@admins
def presence(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody is away, or back."""
    found = access.get_member(agent_of(request), user_id)
    people.set_away(found, request.POST.get("away") == "1")
    said = _("%(name)s is away.") if found.away else _("%(name)s is back.")
    messages.success(request, said % {"name": found.name})
    return redirect(f"{reverse('agent:team')}#member-{found.pk}")


@require_POST
@staff
def own_presence(request: HttpRequest) -> HttpResponse:
    """I am away, or back."""
    agent = agent_of(request)
    people.set_away(agent, request.POST.get("away") == "1")
    away, back = _("You are away: you are given no tickets."), pgettext("after having been away", "Welcome back.")
    messages.success(request, away if agent.away else back)
    where = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(where, {request.get_host()}, require_https=request.is_secure())
    return redirect(where if is_ours else reverse("agent:queue"))
