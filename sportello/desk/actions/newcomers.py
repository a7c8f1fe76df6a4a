"""Customers who are there already when an organization gets their mail domain, and belong nowhere: they come into it.

A job, because they may be many. Whoever belongs to an organization stays there. docs/algorithms/jobs.md
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from ..errors import DeskError
from ..models import Identity, Job, Organization, User
from ..words import Role
from . import jobs, organizations
from .organizations import PUBLIC_DOMAINS, owner_of_domain
from .person_rows import changing

KIND = "newcomers"


def newcomers(domains: Iterable[str]) -> "QuerySet[User]":
    """The customers who have an address of one of these domains and belong to no organization."""
    meant = [Q(address__endswith=f"@{it}") for it in domains if it not in PUBLIC_DOMAINS]
    if not meant:
        return User.objects.none()
    addresses = Identity.objects.filter(reduce(or_, meant)).values("user")
    return User.objects.filter(pk__in=addresses, role=Role.END_USER, active=True, organization=None)


def save(
    data: Mapping[str, Any], *, actor: User, organization_id: int | None = None
) -> tuple[Organization, Job | None]:
    """organizations.save, and in the same transaction the job that brings in who writes from its new domains."""
    with transaction.atomic():
        had = (
            set(Organization(pk=organization_id).domains.values_list("domain", flat=True)) if organization_id else set()
        )
        kept = organizations.save(data, actor=actor, organization_id=organization_id)
        return kept, bring_in(set(kept.domains.values_list("domain", flat=True)) - had, actor=actor)


def bring_in(domains: Iterable[str], *, actor: User) -> Job | None:
    """The job that takes them into the organizations that have these domains now; None: there is nobody."""
    found = list(newcomers(domains).order_by("pk").values_list("pk", flat=True))
    return jobs.start(KIND, {"people": found}, actor=actor, total=len(found)) if found else None


def _piece(job: Job) -> bool:
    people = job.arguments["people"]
    for pk in jobs.in_time(people[job.done + job.failed :]):
        try:
            came = _bring_in(pk, job.actor)
        except DeskError:  # Merged, or gone, meanwhile.
            came = False
        job.done += came
        job.failed += not came
    return job.done + job.failed < len(people)


def _bring_in(person_id: int, actor: User) -> bool:
    """Whether he has come in: whoever belongs somewhere by now stays there."""
    with changing(person_id, actor=actor) as person:
        addresses = person.identities.order_by("-primary", "id").values_list("address", flat=True)
        owner = next((it for address in addresses if (it := owner_of_domain(address))), None)
        if not owner or person.organization_id or person.role != Role.END_USER or not person.active:
            return False
        person.organization_id = owner
    return True


jobs.KINDS[KIND] = _piece
