"""Who works here, who does what, how much at once, for administrators. Everybody: here or away."""

from types import SimpleNamespace

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import agents, people
from sportello.desk.models import User
from sportello.desk.rules import routing
from sportello.desk.words import Role
from sportello.web.agent.doors import admins, agent_of, staff
from sportello.web.agent.navigation import page


@admins
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    load, able = load_of(agent), _able(agent)
    everybody = access.everybody_here(agent).select_related("custom_role").prefetch_related("desk_groups")
    rows = [as_member(it, load.get(it.pk, {}), able.get(it.pk, [])) for it in everybody]
    context = {"team": [it for it in rows if it.row.active], "former": [it for it in rows if not it.row.active]}
    return page(request, "agent/team.html", context)


def _able(agent: User) -> dict[int, list[str]]:
    """The skills of each agent, by name."""
    able: dict[int, list[str]] = {}
    for skill in access.skills(agent):
        for it in skill.agents.all():
            able.setdefault(it.pk, []).append(skill.title)
    return able


def load_of(agent: User) -> dict[int, dict[str, int]]:
    """Open tickets at once, by agent and kind of work."""
    open_ones = access.tickets(agent).unsolved().filter(status__in=routing.COUNTED, assignee__isnull=False)
    load: dict[int, dict[str, int]] = {}
    for key, channel, count in open_ones.order_by().values_list("assignee", "channel").annotate(Count("pk")):
        work, had = routing.work_of(channel), load.setdefault(key, {})
        had[work] = had.get(work, 0) + count
    return load


def as_member(row: User, load: dict[str, int], able: list[str]) -> SimpleNamespace:
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
        is_expected=agents.is_expected(row),
        role=row.custom_role.name if row.custom_role and not row.is_admin else Role(row.role).label,
        skills=sorted(able, key=str.lower),
        groups=sorted((it.name for it in row.desk_groups.all() if it.active), key=str.lower),
    )


@require_POST
@admins
def presence(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody is away, or back."""
    found = get_object_or_404(access.team(agent_of(request)), pk=user_id)
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
    # Anything else redirect() would take for the name of a page.
    return redirect(where if is_ours and where.startswith("/") else reverse("agent:queue"))
