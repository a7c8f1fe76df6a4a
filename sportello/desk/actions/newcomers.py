"""Customers who are there already when an organization gets their mail domain, and belong nowhere: they come into it.

A job, because they may be many. Whoever belongs to an organization stays there. docs/algorithms/jobs.md
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet

from ..errors import DeskError
from ..models import Identity, Job, Organization, User
from ..words import Role
from . import jobs
from .organizations import PUBLIC_DOMAINS, owner_of_domain
from .people import save

KIND = "newcomers"


def newcomers(domains: Iterable[str]) -> "QuerySet[User]":
    """The customers who have an address of one of these domains and belong to no organization."""
    meant = [Q(address__endswith=f"@{it}") for it in domains if it not in PUBLIC_DOMAINS]
    if not meant:
        return User.objects.none()
    addresses = Identity.objects.filter(reduce(or_, meant)).values("user")
    return User.objects.filter(pk__in=addresses, role=Role.END_USER, active=True, organization=None)


def bring_in(domains: Iterable[str], *, actor: User) -> Job | None:
    """The job that takes them into the organizations that have these domains now; None: there is nobody."""
    found = list(newcomers(domains).order_by("pk").values_list("pk", flat=True))
    return jobs.start(KIND, {"people": found}, actor=actor, total=len(found)) if found else None


def _piece(job: Job) -> bool:
    people = job.arguments["people"]
    for pk in jobs.in_time(people[job.done + job.failed :]):
        try:
            with transaction.atomic():
                _bring_in(pk, job.actor)
        except DeskError:  # Merged, or gone, meanwhile.
            job.failed += 1
        else:
            job.done += 1
    return job.done + job.failed < len(people)


def _bring_in(person_id: int, actor: User) -> None:
    there = User.objects.filter(pk=person_id, role=Role.END_USER, active=True, organization=None)
    addresses = Identity.objects.filter(user__in=there).order_by("-primary", "id").values_list("address", flat=True)
    owner = next((it for address in addresses if (it := owner_of_domain(address))), None)
    if owner:
        save(person_id, {"organization": Organization.objects.get(pk=owner)}, actor=actor)


jobs.KINDS[KIND] = _piece
