"""The page of a person: everything the desk knows of him, and every change of it."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import field_values, identities, merging_people
from sportello.desk.actions import people as verbs
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Organization, User
from sportello.desk.rules.custom_fields import USER
from sportello.desk.search import beginnings
from sportello.desk.words import Permission
from sportello.web.agent import pairs, person_history, person_tickets, person_votes
from sportello.web.agent.customer import Owned, begun, fields_of, notes_field, tags_field
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page
from sportello.web.agent.prepared import prepared
from sportello.web.ui.forms import Form, Select, TextInput


class PersonForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=200, required=False)
    organization = forms.CharField(label=gettext_lazy("Organization"), max_length=200, required=False, widget=TextInput)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("the desk's")), *settings.LANGUAGES],
        required=False,
        widget=Select,
    )
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=50, required=False, widget=TextInput)
    tags, notes = tags_field(), notes_field()
    surveys = forms.BooleanField(label=gettext_lazy("May be asked for votes"), required=False)


def _initial(person: User, tags: list[str]) -> dict[str, Any]:
    said = {name: getattr(person, name) for name in ("name", "phone", "language", "time_zone", "notes", "surveys")}
    return {**said, "organization": person.organization.name if person.organization else "", "tags": " ".join(tags)}


@staff
@require_safe
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    known = _known(agent_of(request), user_id)
    if not known:
        raise Missing
    return person_page(request, known[0])


_known = prepared(access.one_known_person)


def person_page(
    request: HttpRequest,
    found: User,
    *,
    form: PersonForm | None = None,
    own: Owned | None = None,
    problem: str = "",
    refused: tuple[str, str] = ("", ""),
) -> HttpResponse:
    """refused: one more address as it was typed, and what is wrong with it."""
    agent = agent_of(request)
    tags = sorted(found.tags.values_list("tag", flat=True))
    may_change = access.may(agent, Permission.PEOPLE) and found.merged_into_id is None
    if form is None and may_change and "edit" in request.GET:
        form = begun(PersonForm(initial=_initial(found, tags)))
    context = {
        "person": found,
        "addresses": list(found.identities.order_by("-primary", "id")),
        "tags": tags,
        "own": own or owned(found),
        "form": form,
        "tickets": person_tickets.of(request, "requester", found.pk),
        "counts": person_tickets.counts(agent, "requester", found.pk),
        "copied": person_tickets.copied(agent, found.pk),
        **person_votes.given(agent, "user_id", found.pk),
        "changes": person_history.of_person(agent, found.pk),
        "may_change": may_change and (agent.is_admin or not found.is_staff_member),
        "likely": merging_people.likely_same(found) if may_change and not found.is_staff_member else [],
        "problem": problem,
        "refused": refused,
    }
    is_refused = bool(problem or refused[1] or (form and form.is_bound))
    return page(request, "agent/person.html", context, status=422 if is_refused else 200)


def owned(person: User) -> Owned | None:
    fields = fields_of(USER)
    return Owned(fields, field_values.of_person(person.pk), field_values.set_person, person.pk) if fields else None


@require_POST
@permitted(Permission.PEOPLE)
def details(request: HttpRequest, user_id: int) -> HttpResponse:
    """What stands in his columns, tags and own fields."""
    agent, form = agent_of(request), PersonForm(request.POST)
    found = access.get_known_person(agent, user_id)
    if not form.is_valid():
        return person_page(request, found, form=form)
    own = owned(found)
    try:
        said = {**form.cleaned_data, "tags": [form.cleaned_data["tags"]]}
        said["organization"] = organization_named(agent, said["organization"])
        verbs.save(found.pk, said, actor=agent)
        if own:
            own.take(request.POST, agent)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return person_page(request, found, form=form)
    except DeskError as refusal:
        return person_page(request, found, form=form, problem=str(refusal))
    if own and own.faults:
        return person_page(request, found, form=form, own=own)
    messages.success(request, _("Saved."))
    return redirect("agent:person", found.pk)


def organization_named(agent: User, name: str) -> Organization | None:
    """Raises Invalid("organization")."""
    if not name.strip():
        return None
    same = access.known_organizations(agent).filter(name__folded=name.strip().lower()).order_by("pk").first()
    if same is None:
        raise Invalid("organization", _("There is no organization “%(name)s”.") % {"name": name.strip()[:100]})
    return access.organization_holder(same.pk) if same.merged_into_id else same


@require_POST
@permitted(Permission.PEOPLE)
def addresses(request: HttpRequest, user_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_known_person(agent, user_id)
    typed = request.POST.get("address", "")
    try:
        identities.add_address(found, typed, actor=agent)
    except Invalid as refusal:
        return person_page(request, found, refused=(typed, refusal.sentence))
    except DeskError as refusal:
        return person_page(request, found, problem=refusal.sentence)
    messages.success(request, _("Saved."))
    return redirect("agent:person", found.pk)


@require_POST
@permitted(Permission.PEOPLE)
def primary_address(request: HttpRequest, user_id: int, identity_id: int) -> HttpResponse:
    agent = agent_of(request)
    attempt(request, lambda: identities.make_primary(user_id, identity_id, actor=agent), _("Saved."))
    return redirect("agent:person", user_id)


@require_POST
@permitted(Permission.PEOPLE)
def address_removal(request: HttpRequest, user_id: int, identity_id: int) -> HttpResponse:
    agent = agent_of(request)
    attempt(request, lambda: identities.remove_address(user_id, identity_id, actor=agent), _("Removed."))
    return redirect("agent:person", user_id)


@permitted(Permission.PEOPLE)
def merge(request: HttpRequest, user_id: int) -> HttpResponse:
    """This person turns out to be somebody else: who, what comes together, and then it is done."""
    agent = agent_of(request)
    source = access.get_known_person(agent, user_id)
    into, problem, is_done = pairs.decide(
        request,
        source,
        find=lambda key: access.get_known_person(agent, key),
        refuse=lambda one, other: merging_people.refuse(one, other, agent),
        merge=lambda one, other: merging_people.merge_people(one, other, actor=agent),
    )
    if into and is_done:
        messages.success(request, _("They are one person now."))
        return redirect("agent:person", into.pk)
    return _merge_page(request, source, into, problem)


def _merge_page(request: HttpRequest, source: User, into: User | None, problem: str) -> HttpResponse:
    agent, typed = agent_of(request), request.GET.get("q", "")
    found = access.customers(agent, named=beginnings.people(typed)).exclude(pk=source.pk)
    context = {
        "source": source,
        "into": into,
        "sides": [_side(agent, it) for it in (source, into)] if into else [],
        "q": typed,
        "found": list(found.select_related("organization").order_by("name", "pk")[:20]) if typed.strip() else [],
        "likely": merging_people.likely_same(source) if not typed and into is None else [],
        "problem": problem,
    }
    return page(request, "agent/person_merge.html", context, status=422 if problem else 200)


def _side(agent: User, person: User) -> SimpleNamespace:
    return SimpleNamespace(
        row=person,
        addresses=list(person.identities.order_by("-primary", "id")),
        tags=sorted(person.tags.values_list("tag", flat=True)),
        counts=person_tickets.counts(agent, "requester", person.pk),
        votes=access.votes_of(agent, user_id=person.pk).count(),
        own=owned(person),
    )


@require_POST
@permitted(Permission.PEOPLE)
def parting(request: HttpRequest, user_id: int) -> HttpResponse:
    """They are two people after all."""
    agent = agent_of(request)
    attempt(request, lambda: merging_people.unmerge_people(user_id, actor=agent), _("They are two people again."))
    return redirect("agent:person", user_id)
