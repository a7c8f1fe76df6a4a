"""The administrators' pages of groups: who shares work, and how their tickets are given out."""

from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import groups as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Group, User
from sportello.kit.keys import keys_of
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.agent.skills import agent_names
from sportello.web.ui.forms import Form

# One line for each way in which a group's tickets are given out.
WAYS = {
    Group.Assignment.MANUAL: gettext_lazy("Nobody is given a ticket: whoever has time takes it, or presses “Next”."),
    Group.Assignment.ROUND_ROBIN: gettext_lazy("Each ticket goes to whoever has waited longest for one."),
    Group.Assignment.LOAD: gettext_lazy("Each ticket goes to whoever has fewest open ones."),
    Group.Assignment.SKILL: gettext_lazy(
        "Each ticket goes to whoever has fewest open ones, among those who have all the skills that it needs."
    ),
}


class GroupForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


@admins
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    found = list(access.groups(agent))
    unsolved = access.tickets(agent).unsolved().order_by().values_list("group").annotate(Count("pk"))
    count = dict(unsolved)
    waiting = dict(unsolved.filter(assignee=None))
    context = {
        "groups": [
            SimpleNamespace(
                row=it,
                members=sorted((member.name for member in it.members.all()), key=str.lower),
                count=count.get(it.pk, 0),
                waiting=waiting.get(it.pk, 0),
            )
            for it in found
        ]
    }
    return page(request, "agent/groups.html", context)


@admins
def new_group(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    return _form(request, None, GroupForm(), Group.Assignment.MANUAL, set())


@admins
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    found = access.get_group(agent_of(request), group_id)
    if request.method == "POST":
        return _save(request, found)
    members = {member.pk for member in found.members.all()}
    return _form(request, found, GroupForm(initial={"name": found.name}), found.assignment, members)


def _save(request: HttpRequest, found: Group | None) -> HttpResponse:
    form, assignment = GroupForm(request.POST), request.POST.get("assignment", "")
    members = set(keys_of(request.POST.getlist("members")))
    if form.is_valid():
        data = {"name": form.cleaned_data["name"], "assignment": assignment, "members": members}
        try:
            kept = verbs.save(data, actor=agent_of(request), group_id=found.pk if found else None)
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("“%(title)s” is kept.") % {"title": kept.name})
            return redirect("agent:groups")
    return _form(request, found, form, assignment, members, status=422)


def _form(
    request: HttpRequest, found: Group | None, form: GroupForm, assignment: str, members: set[int], *, status: int = 200
) -> HttpResponse:
    agent = agent_of(request)
    context = {
        "here": reverse("agent:groups"),
        "group": found,
        "form": form,
        "ways": [(it.value, it.label, words, it.value == assignment) for it, words in WAYS.items()],
        "members": _ticks(found, members),
        "unsolved": access.tickets(agent).unsolved().filter(group=found).count() if found else 0,
        "changes": access.rule_changes(agent, verbs.KIND, found.pk).select_related("author")[:10] if found else [],
    }
    return page(request, "agent/group.html", context, status=status)


def _ticks(found: Group | None, members: set[int]) -> list[tuple[int, str, bool]]:
    """Everybody who works here; and who is in it and does not (any more)."""
    names = agent_names()
    former: list[User] = [it for it in found.members.all() if it.pk not in names] if found else []
    return [(pk, name, pk in members) for pk, name in (names | {it.pk: it.name for it in former}).items()]


@require_POST
@admins
def retirement(request: HttpRequest, group_id: int) -> HttpResponse:
    """Take it out of use, or use it again."""
    found = access.get_group(agent_of(request), group_id)
    if request.POST.get("on") == "1":
        done = _("“%(title)s” is in use again.") % {"title": found.name}
        attempt(request, lambda: verbs.revive(found.pk, actor=agent_of(request)), done)
    else:
        done = _("“%(title)s” is not in use any more.") % {"title": found.name}
        attempt(request, lambda: verbs.retire(found.pk, actor=agent_of(request)), done)
    return redirect("agent:group", found.pk)
