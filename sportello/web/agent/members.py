"""The administrators' pages of one of the team: invite, give rights and work, let go, take back."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import agents, configuration, jobs, people, sending
from sportello.desk.actions.agents import Rights, Work
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.rules import routing
from sportello.desk.words import Role
from sportello.kit.keys import key_of, keys_of
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.agent.team import as_member, load_of
from sportello.web.ui.forms import Form, Select, TextInput, offer


class RightsForm(Form):
    """What somebody may see and do. role: "agent", "admin", or "role:3" for an agent with a role of the desk."""

    verb_names = {"custom_role": "role"}
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=Select)
    ticket_restriction = forms.ChoiceField(
        label=gettext_lazy("Sees"),
        choices=User.TicketRestriction.choices,
        required=False,
        widget=Select,
    )

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(f"role:{it.pk}", it.name) for it in access.roles(agent)]
        usual = [(it.value, str(it.label).capitalize()) for it in (Role.AGENT, Role.ADMIN)]
        offer(self, "role", [usual[0], *own, usual[1]])

    def rights(self) -> Rights:
        said = self.cleaned_data
        name, _colon, key = said["role"].partition(":")
        custom = key_of(key) if name == "role" else None
        return Rights(Role.ADMIN if name == Role.ADMIN else Role.AGENT, custom, said["ticket_restriction"])


class InvitationForm(RightsForm):
    verb_names = {**RightsForm.verb_names, "customer": "email"}
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.CharField(label=gettext_lazy("Mail address"), max_length=254, widget=forms.EmailInput)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        widget=Select,
        help_text=gettext_lazy("Of the invitation, and of the pages."),
    )
    field_order = ("name", "email", "language", "role", "ticket_restriction")


class MemberForm(RightsForm):
    """A line for each kind of work: "capacity.email". sure: asked when somebody would take rights from himself."""

    sure = forms.BooleanField(label=gettext_lazy("Yes, I mean it"), required=False)

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        custom = f"role:{member.custom_role_id}" if member.custom_role_id and not member.is_admin else member.role
        initial = {"role": custom, "ticket_restriction": member.ticket_restriction}
        super().__init__(*args, initial=initial, **kwargs)
        for work, label in routing.WORK.items():
            line = TextInput({"inputmode": "numeric", "placeholder": _("no limit"), "maxlength": 4})
            had = member.capacity.get(work)
            self.fields[f"capacity.{work}"] = forms.CharField(label=label, required=False, widget=line, initial=had)

    def capacity(self) -> dict[str, str]:
        return {work: self.cleaned_data.get(f"capacity.{work}", "") for work in routing.WORK}

    def limits(self) -> list[forms.BoundField]:
        return [self[f"capacity.{work}"] for work in routing.WORK]


@admins
def invitation(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    first = {"language": configuration.current().desk.language, "role": Role.AGENT.value}
    form = InvitationForm(request.POST, agent=agent) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return _invitation(request, form or InvitationForm(agent=agent, initial=first))
    name, address, language = (form.cleaned_data[it] for it in ("name", "email", "language"))
    customer = key_of(request.POST.get("customer")) or None
    try:
        made = agents.invite(name, address, language=language, rights=form.rights(), actor=agent, customer=customer)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        asked = people.by_address(people.fold_address(address)) if "customer" in refusal.fields else None
        return _invitation(request, form, asked)
    messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": made.email})
    return redirect("agent:team")


def _invitation(request: HttpRequest, form: InvitationForm, customer: User | None = None) -> HttpResponse:
    """customer: who is to be made an agent, if that is meant."""
    context = {"here": reverse("agent:team"), "form": form, "customer": customer}
    return page(request, "agent/invitation.html", context, status=422 if form.is_bound else 200)


@require_POST
@admins
def invitation_again(request: HttpRequest, user_id: int) -> HttpResponse:
    found = access.get_member(agent_of(request), user_id)
    done = _("The invitation is on its way to %(address)s.") % {"address": found.email}
    attempt(request, lambda: agents.send_invitation(found), done)
    return redirect("agent:member", found.pk)


@admins
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_member(agent, user_id)
    if request.method != "POST":
        own = {"skills": {it.pk for it in access.skills(agent).filter(agents=found)}}
        own["groups"] = {it.pk for it in found.desk_groups.all()}
        return _form(request, found, MemberForm(agent=agent, member=found), own)
    form = MemberForm(request.POST, agent=agent, member=found)
    chosen = {part: set(keys_of(request.POST.getlist(part))) for part in ("skills", "groups")}
    if form.is_valid():
        work = Work(form.capacity(), frozenset(chosen["skills"]), frozenset(chosen["groups"]))
        try:
            agents.change(found.pk, form.rights(), work, actor=agent, sure=form.cleaned_data["sure"])
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:team")
    return _form(request, found, form, chosen, status=422)


def _form(
    request: HttpRequest, found: User, form: MemberForm, chosen: dict[str, set[int]], *, status: int = 200
) -> HttpResponse:
    agent = agent_of(request)
    in_use = access.groups(agent).filter(active=True)
    context = {
        "here": reverse("agent:team"),
        "member": as_member(found, load_of(agent).get(found.pk, {}), []),
        "form": form,
        "skills": [(it.pk, it.title, it.pk in chosen["skills"]) for it in access.skills(agent)],
        "groups": [(it.pk, it.name, it.pk in chosen["groups"]) for it in in_use],
    }
    return page(request, "agent/member.html", context, status=status)


class LeavingForm(Form):
    """to: who gets the unsolved tickets; "": they stay with their group, and nobody has them."""

    to = forms.ChoiceField(label=gettext_lazy("The unsolved tickets go"), required=False, widget=Select)
    sure = forms.BooleanField(label=gettext_lazy("Yes, I mean it"), required=False)

    def __init__(self, *args: Any, agent: User, member: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answerers = configuration.current().answerers
        others = [(str(it.pk), it.name) for it in access.team(agent) if it.pk in answerers and it.pk != member.pk]
        offer(self, "to", [("", _("back to their group, where somebody takes them")), *others])


@admins
def leaving(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody works here no more: what he leaves is shown, and who gets it is chosen."""
    agent = agent_of(request)
    found = access.get_member(agent, user_id)
    form = LeavingForm(request.POST if request.method == "POST" else None, agent=agent, member=found)
    if form.is_bound and form.is_valid():
        to = key_of(form.cleaned_data["to"]) if form.cleaned_data["to"] else None
        try:
            job = agents.let_go(found.pk, to=to, actor=agent, sure=form.cleaned_data["sure"])
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("%(name)s works here no more.") % {"name": found.name})
            # A few are given away at once; the worker goes on with many.
            is_done = job is None or jobs.press_on(job, seconds=1).ended_at
            return redirect("agent:team") if is_done or job is None else redirect("agent:job", job.pk)
    left = access.tickets(agent).unsolved().filter(assignee=found).order_by("-id")
    context = {
        "here": reverse("agent:team"),
        "member": found,
        "form": form,
        "asks": bool(form.errors.get("sure")) or found == agent,
        "count": left.count(),
        "answers": sending.unsent(found).count(),
        "tickets": left.select_related("group", "requester")[:20],
    }
    return page(request, "agent/leaving.html", context, status=422 if form.is_bound else 200)


@require_POST
@admins
def return_(request: HttpRequest, user_id: int) -> HttpResponse:
    found = access.get_member(agent_of(request), user_id)
    done = _("%(name)s works here again.") % {"name": found.name}
    attempt(request, lambda: agents.take_back(found.pk, actor=agent_of(request)), done)
    return redirect("agent:member", found.pk)
