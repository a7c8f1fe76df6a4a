"""Lists of customers and organizations: found as one types, page by page, as CSV."""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.models import Organization, User
from sportello.desk.search import beginnings
from sportello.desk.words import Permission
from sportello.kit.csv_files import BOM, line
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, permitted, staff
from sportello.web.agent.name_pages import by_name
from sportello.web.agent.navigation import page

PIECE = 500


@staff
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    found = _wanted(request).values_list(
        "pk", "name", "email", "phone", "organization", "organization__name", named=True
    )
    shown = by_name(found, request.GET)
    context = {
        "page": shown,
        "rows": _rows(agent, shown.rows),
        "query": request.GET,
        "is_filtered": any(request.GET.get(it) for it in ("q", "tag", "organization", "language")),
        "languages": settings.LANGUAGES,
        "organization": _organization_of(agent, request.GET.get("organization", "")),
    }
    return page(request, "agent/people.html", context)


def _wanted(request: HttpRequest) -> QuerySet[User]:
    asked = request.GET
    return access.customers(
        agent_of(request),
        named=beginnings.people(asked.get("q", "")),
        tag=asked.get("tag", "").strip(),
        organization=key_of(asked.get("organization", "")),
        language=asked.get("language", ""),
    )


def _organization_of(agent: User, number: str) -> Organization | None:
    return access.organizations(agent).filter(pk=key_of(number)).first() if number else None


def _rows(agent: User, found: list[Any]) -> list[SimpleNamespace]:
    keys = [it.pk for it in found]
    unsolved = access.tickets(agent).unsolved().filter(requester__in=keys).order_by()
    counts: dict[int, int] = dict(unsolved.values_list("requester").annotate(Count("pk")))
    tags = _tags(access.tags_of_people(agent, keys))
    return [
        SimpleNamespace(
            url=reverse("agent:person", args=[it.pk]),
            name=it.name,
            email=it.email,
            phone=it.phone,
            organization=it.organization__name,
            organization_url=it.organization and reverse("agent:organization", args=[it.organization]),
            count=counts.get(it.pk, 0),
            tags=tags.get(it.pk, []),
        )
        for it in found
    ]


def _tags(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for key, tag in pairs:
        found.setdefault(key, []).append(tag)
    return found


@permitted(Permission.PEOPLE)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All that the list finds, as the import takes it."""
    found = _wanted(request).select_related("organization").order_by("pk")
    return _download(_lines(agent_of(request), found), "people.csv")


def _lines(agent: User, found: QuerySet[User]) -> Iterator[str]:
    yield BOM + line([_("Name"), _("Mail"), _("Phone"), _("Language"), _("Organization"), _("Tags"), _("Notes")])
    last = 0
    while piece := list(found.filter(pk__gt=last)[:PIECE]):
        last, keys = piece[-1].pk, [it.pk for it in piece]
        tags, addresses = _tags(access.tags_of_people(agent, keys)), _tags(access.addresses_of_people(agent, keys))
        for it in piece:
            organization = it.organization.name if it.organization else ""
            own = " ".join(addresses.get(it.pk, ())), " ".join(tags.get(it.pk, ()))
            yield line([it.name, own[0], it.phone, it.language, organization, own[1], it.notes])


def _download(lines: Iterator[str], name: str) -> HttpResponse:
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@staff
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    shown = by_name(_companies(request), request.GET)
    context = {
        "page": shown,
        "rows": _organization_rows(agent, shown.rows),
        "query": request.GET,
        "is_filtered": any(request.GET.get(it) for it in ("q", "tag")),
    }
    return page(request, "agent/organizations.html", context)


def _companies(request: HttpRequest) -> QuerySet[Organization]:
    named = beginnings.organizations(request.GET.get("q", ""))
    return access.companies(agent_of(request), named=named, tag=request.GET.get("tag", "").strip())


def _organization_rows(agent: User, found: list[Organization]) -> list[SimpleNamespace]:
    keys = [it.pk for it in found]
    unsolved = access.tickets(agent).unsolved().filter(organization__in=keys).order_by()
    counts: dict[Any, int] = dict(unsolved.values_list("organization").annotate(Count("pk")))
    members = access.people(agent).filter(organization__in=keys).order_by()
    people_of: dict[Any, int] = dict(members.values_list("organization").annotate(Count("pk")))
    domains, tags = (_tags(pairs) for pairs in access.words_of_organizations(agent, keys))
    return [
        SimpleNamespace(
            row=it,
            count=counts.get(it.pk, 0),
            people=people_of.get(it.pk, 0),
            domains=domains.get(it.pk, []),
            tags=tags.get(it.pk, []),
        )
        for it in found
    ]


@permitted(Permission.PEOPLE)
@require_safe
def export_organizations(request: HttpRequest) -> HttpResponse:
    found = _companies(request).select_related("group").order_by("pk")
    return _download(_organization_lines(agent_of(request), found), "organizations.csv")


def _organization_lines(agent: User, found: QuerySet[Organization]) -> Iterator[str]:
    yield BOM + line([_("Name"), _("Domains"), _("Group"), _("Tags"), _("Notes")])
    last = 0
    while piece := list(found.filter(pk__gt=last)[:PIECE]):
        last, keys = piece[-1].pk, [it.pk for it in piece]
        domains, tags = (_tags(pairs) for pairs in access.words_of_organizations(agent, keys))
        for it in piece:
            group = it.group.name if it.group else ""
            yield line([it.name, " ".join(domains.get(it.pk, ())), group, " ".join(tags.get(it.pk, ())), it.notes])
