"""New customers: a person, an organization, and who comes into an organization with its mail domains."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import jobs, newcomers, organizations, people
from sportello.desk.errors import Invalid
from sportello.desk.models import Job, Organization
from sportello.desk.words import Permission
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput


class NewPersonForm(Form):
    verb_names = {"email": "address"}
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    address = forms.EmailField(label=gettext_lazy("Mail address"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)


class NewOrganizationForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    domains = forms.CharField(
        label=gettext_lazy("Mail domains"),
        required=False,
        widget=TextInput,
        help_text=gettext_lazy("Whoever writes from one of them belongs to the organization."),
    )

    def said(self) -> dict[str, object]:
        """What was typed, as actions.organizations.save takes it."""
        return {**self.cleaned_data, "domains": _split(self.cleaned_data["domains"])}


def _split(domains: str) -> list[str]:
    return domains.replace(",", " ").split()


@permitted(Permission.PEOPLE)
def new_person(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = people.add(said["name"], said["address"], phone=said["phone"])
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            return redirect("agent:person", made.pk)
    return _page(request, form, _("People"), _("New person"), reverse("agent:people"))


@permitted(Permission.PEOPLE)
def new_organization(request: HttpRequest) -> HttpResponse:
    form = NewOrganizationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made, job = newcomers.save(form.said(), actor=agent_of(request))
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            return to_organization(request, made, job)
    return _page(request, form, _("Organizations"), _("New organization"), reverse("agent:organizations"))


def _page(request: HttpRequest, form: Form, several: str, title: str, back: str) -> HttpResponse:
    context = {"here": back, "form": form, "several": several, "title": title, "back": back}
    return page(request, "agent/new_customer.html", context, status=422 if form.is_bound else 200)


def to_organization(request: HttpRequest, found: Organization, job: Job | None) -> HttpResponse:
    """To its page, once those have come in who write from its new domains; to the job itself where they are many."""
    if job:
        job = jobs.press_on(job, seconds=jobs.WATCHED_SECONDS)
        if job.state in jobs.WAITING:
            return redirect("agent:job", job.pk)
        came = ngettext("%(n)s person with its domains came in.", "%(n)s people with its domains came in.", job.done)
        messages.success(request, came % {"n": job.done})
    return redirect("agent:organization", found.pk)


@permitted(Permission.PEOPLE)
@require_safe
def newcomers_foretold(request: HttpRequest) -> HttpResponse:
    """?domains=…&organization=3: who would come in with them, as a sentence; none where nobody would."""
    agent, asked = agent_of(request), request.GET
    own = access.organizations(agent).filter(pk=key_of(asked.get("organization", ""))).first()
    had = set(own.domains.values_list("domain", flat=True)) if own else set()
    number = newcomers.newcomers(_known(asked.get("domains", ""), own) - had).count()
    said = ngettext(
        "%(n)s person with its domains, who belongs nowhere yet, comes in.",
        "%(n)s people with its domains, who belong nowhere yet, come in.",
        number,
    )
    return HttpResponse(said % {"n": number} if number else "", content_type="text/plain; charset=utf-8")


def _known(typed: str, own: Organization | None) -> set[str]:
    """Those of the domains that it can have; what is wrong in the others is told when they are saved."""
    found: set[str] = set()
    for it in _split(typed):
        try:
            found.update(organizations.read_domains([it], own))
        except Invalid:
            continue
    return found
