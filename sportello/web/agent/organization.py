"""The page of an organization: its people, its domains, its tickets and votes, and every change of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import configuration, field_values, newcomers
from sportello.desk.errors import Invalid
from sportello.desk.models import Organization
from sportello.desk.rules.custom_fields import ORGANIZATION
from sportello.desk.words import Permission
from sportello.web.agent import person_history, person_tickets, person_votes
from sportello.web.agent.customer import Owned, begun, fields_of, notes_field, tags_field
from sportello.web.agent.doors import agent_of, permitted, staff
from sportello.web.agent.names import find_group
from sportello.web.agent.navigation import page
from sportello.web.agent.new_customers import NewOrganizationForm, to_organization
from sportello.web.ui.forms import Select, offer

PEOPLE = 30


class OrganizationForm(NewOrganizationForm):
    group = forms.ChoiceField(
        label=gettext_lazy("Group of its tickets"), choices=[("", "–")], required=False, widget=Select
    )
    tags, notes = tags_field(), notes_field()
    shared_tickets = forms.BooleanField(label=gettext_lazy("Its people see each other's requests"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = configuration.current().groups.values()
        offer(self, "group", [("", "–"), *((str(it.pk), it.name) for it in groups)])

    def said(self) -> dict[str, object]:
        said = self.cleaned_data
        return {**super().said(), "tags": [said["tags"]], "group": find_group(said["group"])}


def _initial(found: Organization, domains: list[str], tags: list[str]) -> dict[str, Any]:
    return {
        "name": found.name,
        "domains": " ".join(domains),
        "group": found.group_id,
        "tags": " ".join(tags),
        "notes": found.notes,
        "shared_tickets": found.shared_tickets,
    }


@staff
@require_safe
def organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _page(request, access.get_organization(agent_of(request), organization_id))


def _page(
    request: HttpRequest, found: Organization, *, form: OrganizationForm | None = None, own: Owned | None = None
) -> HttpResponse:
    agent = agent_of(request)
    domains, tags = ([word for _key, word in it] for it in access.words_of_organizations(agent, [found.pk]))
    members = access.people(agent).filter(organization=found)
    may_change = access.may(agent, Permission.PEOPLE)
    if form is None and may_change and "edit" in request.GET:
        form = begun(OrganizationForm(initial=_initial(found, domains, tags)))
    context = {
        "organization": found,
        "domains": domains,
        "tags": tags,
        "own": own or owned(found),
        "form": form,
        "members": list(members.order_by("name", "pk")[: PEOPLE + 1]),
        "most": PEOPLE,
        "members_count": members.count(),
        "tickets": person_tickets.of(request, "organization", found.pk),
        "counts": person_tickets.counts(agent, "organization", found.pk),
        **person_votes.given(agent, "organization_id", found.pk),
        "changes": person_history.of_organization(agent, found.pk),
        "may_change": may_change,
    }
    return page(request, "agent/organization.html", context, status=422 if form and form.is_bound else 200)


def owned(found: Organization) -> Owned | None:
    fields = fields_of(ORGANIZATION)
    if not fields:
        return None
    return Owned(fields, field_values.of_organization(found.pk), field_values.set_organization, found.pk)


@require_POST
@permitted(Permission.PEOPLE)
def details(request: HttpRequest, organization_id: int) -> HttpResponse:
    agent, form = agent_of(request), OrganizationForm(request.POST)
    found = access.get_organization(agent, organization_id)
    own = owned(found)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        found, job = newcomers.save(form.said(), actor=agent, organization_id=found.pk)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return _page(request, found, form=form)
    if own:
        own.take(request.POST, agent)
        if own.faults:
            return _page(request, found, form=form, own=own)
    messages.success(request, _("Saved."))
    return to_organization(request, found, job)
