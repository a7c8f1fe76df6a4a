"""The page of an organization: its people, its domains, its tickets and votes, and every change of it."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import configuration, field_values, merging_organizations, newcomers
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import Organization, User
from sportello.desk.rules.custom_fields import ORGANIZATION
from sportello.desk.search import beginnings
from sportello.desk.words import Permission
from sportello.web.agent import pairs, person_history, person_tickets, person_votes
from sportello.web.agent.customer import Owned, begun, fields_of, notes_field, tags_field
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
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
    """The page; of one that turned out to be another one, that one's."""
    found = access.get_known_organization(agent_of(request), organization_id)
    if found.merged_into_id and (into := access.organization_holder(found.pk)):
        return redirect("agent:organization", into.pk)
    return _page(request, found)


def _page(
    request: HttpRequest,
    found: Organization,
    *,
    form: OrganizationForm | None = None,
    own: Owned | None = None,
    problem: str = "",
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
        "merged": list(access.known_organizations(agent).filter(merged_into=found).order_by("name")),
        "likely": merging_organizations.likely_same(found) if may_change else [],
        "problem": problem,
    }
    status = 422 if problem or (form and form.is_bound) else 200
    return page(request, "agent/organization.html", context, status=status)


def owned(found: Organization) -> Owned | None:
    fields = fields_of(ORGANIZATION)
    if not fields:
        return None
    return Owned(fields, field_values.of_organization(found.pk), field_values.set_organization, found.pk)


@require_POST
@permitted(Permission.PEOPLE)
def details(request: HttpRequest, organization_id: int) -> HttpResponse:
    agent, form = agent_of(request), OrganizationForm(request.POST)
    found = access.get_known_organization(agent, organization_id)
    own = owned(found)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        found, job = newcomers.save(form.said(), actor=agent, organization_id=found.pk)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return _page(request, found, form=form)
    except DeskError as refusal:  # It turned out to be another one while this was written.
        return _page(request, found, form=form, problem=refusal.sentence)
    if own:
        own.take(request.POST, agent)
        if own.faults:
            return _page(request, found, form=form, own=own)
    messages.success(request, _("Saved."))
    return to_organization(request, found, job)


@permitted(Permission.PEOPLE)
def merge(request: HttpRequest, organization_id: int) -> HttpResponse:
    """This organization turns out to be another one: which, what comes together, and then it is done."""
    agent = agent_of(request)
    source = access.get_known_organization(agent, organization_id)
    into, problem, is_done = pairs.decide(
        request,
        source,
        find=lambda key: access.get_known_organization(agent, key),
        refuse=merging_organizations.refuse,
        merge=lambda one, other: merging_organizations.merge_organizations(one, other, actor=agent),
    )
    if into and is_done:
        messages.success(request, _("They are one organization now."))
        return redirect("agent:organization", into.pk)
    return _merge_page(request, source, into, problem)


def _merge_page(request: HttpRequest, source: Organization, into: Organization | None, problem: str) -> HttpResponse:
    agent, typed = agent_of(request), request.GET.get("q", "")
    found = access.companies(agent, named=beginnings.organizations(typed)).exclude(pk=source.pk)
    context = {
        "source": source,
        "into": into,
        "sides": [_side(agent, it) for it in (source, into)] if into else [],
        "opens": bool(into and into.shared_tickets and not source.shared_tickets),
        "q": typed,
        "found": list(found.order_by("name", "pk")[:20]) if typed.strip() else [],
        "likely": merging_organizations.likely_same(source) if not typed and into is None else [],
        "problem": problem,
    }
    return page(request, "agent/organization_merge.html", context, status=422 if problem else 200)


def _side(agent: User, found: Organization) -> SimpleNamespace:
    domains, tags = ([word for _key, word in it] for it in access.words_of_organizations(agent, [found.pk]))
    return SimpleNamespace(
        row=found,
        domains=domains,
        tags=tags,
        members=access.people(agent).filter(organization=found).count(),
        counts=person_tickets.counts(agent, "organization", found.pk),
        votes=access.votes_of(agent, organization_id=found.pk).count(),
        has_protocol=found.pk in configuration.current().protocols,
        own=owned(found),
    )


@require_POST
@permitted(Permission.PEOPLE)
def parting(request: HttpRequest, organization_id: int) -> HttpResponse:
    """They are two organizations after all."""
    agent = agent_of(request)
    attempt(
        request,
        lambda: merging_organizations.unmerge_organizations(organization_id, actor=agent),
        _("They are two organizations again."),
    )
    return redirect("agent:organization", organization_id)
