"""Verbs on organizations: customer companies, and the mail domains by which their people are recognised."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import clock
from sportello.kit.prepared import prepared

from ..errors import Invalid, Missing, Stale
from ..models import Group, Organization, OrganizationDomain, OrganizationTag, User
from . import rule_rows
from .identities import fold
from .person_rows import read_tags

KIND = "organization"
DOMAIN = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# Whoever writes from here may be anybody: these domains belong to no organization.
PUBLIC_DOMAINS = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.it hotmail.com hotmail.it live.com live.it msn.com yahoo.com yahoo.it
    icloud.com me.com libero.it virgilio.it tiscali.it alice.it tin.it fastwebnet.it aruba.it pec.it proton.me gmx.de
    gmx.net web.de orange.fr free.fr
    """.split()
)


def owner_of_domain(address: str) -> int | None:
    """The id of the organization whose people write from this address's domain."""
    domain = address.rpartition("@")[2]
    if domain in PUBLIC_DOMAINS:
        return None
    return next(iter(_owners(domain)), None)


@prepared
def _owners(domain: str) -> "QuerySet[Any, int]":
    return OrganizationDomain.objects.filter(domain=domain).values_list("organization", flat=True)


def add_organization(
    name: str, *, domains: tuple[str, ...] = (), shared_tickets: bool = False, actor: User | None = None
) -> Organization:
    """Raises Invalid("name") or Invalid("domains") when taken."""
    data = {"name": name, "domains": domains, "shared_tickets": shared_tickets}
    return save(data, actor=actor)


def save(data: Mapping[str, Any], *, actor: User | None, organization_id: int | None = None) -> Organization:
    """Keep a new organization, or change one in what data says.

    data: {"name", "notes", "group": Group or None, "shared_tickets", "domains": texts, "tags": texts}.
    Raises Invalid("name" | "domains"), Missing, Stale when it turned out to be another one.
    """
    with transaction.atomic():
        found = held(organization_id) if organization_id else Organization()
        if found.merged_into_id:
            raise Stale(_("This organization has been merged into another one."))
        before = export(found) if found.pk else {}
        _set(found, data)
        found.updated_at = clock.now()
        if not found.pk:
            found.created_at = found.updated_at
        found.save()
        if "domains" in data:
            _replace_domains(found, read_domains(data["domains"], found))
        if "tags" in data:
            _replace_tags(found, set().union(*map(read_tags, data["tags"])))
        tell(found, before, actor)
    return found


def held(organization_id: int) -> Organization:
    """The organization, held until the end of the transaction. Raises Missing."""
    # no_key: a ticket that is opened meanwhile may point to its row.
    found = Organization.objects.select_for_update(no_key=True).filter(pk=organization_id).first()
    if found is None:
        raise Missing
    return found


def tell(found: Organization, before: Mapping[str, Any], actor: User | None, **more: Any) -> None:
    """Keep in its history what has changed since `before`; {}: it is new. more: what else there is to tell."""
    after = export(found)
    changed = [name for name in after if after[name] != before.get(name)]
    if changed or more:
        was, now = ({name: it.get(name) for name in changed} for it in (before, after))
        log(found.pk, was if before else None, now | more, actor)


def log(organization_id: int, before: Mapping[str, Any] | None, after: Mapping[str, Any], actor: User | None) -> None:
    # The history of its own fields stands in the same place, under their keys, which have no point.
    was, now = (None if it is None else {f"{KIND}.{name}": it[name] for name in it} for it in (before, after))
    rule_rows.log(KIND, organization_id, was, now, actor)


def _set(found: Organization, data: Mapping[str, Any]) -> None:
    if "name" in data or not found.pk:
        name = " ".join(str(data.get("name", "")).replace("\x00", "").split())[:200]
        namesakes = Organization.objects.filter(name__folded=name.lower()).exclude(pk=found.pk)
        # Two that differ by the case of letters only may be there from before: both can be kept as they are.
        if not name or (name != found.name and namesakes.exists()):
            raise Invalid("name", _("An organization needs a name of its own."))
        found.name = name
    if "notes" in data:
        found.notes = str(data["notes"]).replace("\x00", "").replace("\r\n", "\n").strip()
    if "group" in data:
        found.group = data["group"]
    if "shared_tickets" in data:
        found.shared_tickets = data["shared_tickets"]


def read_domains(said: Iterable[str], owner: Organization | None = None) -> list[str]:
    """The domains as they are kept. Raises Invalid("domains") for what is none, is everybody's or another's."""
    domains = list(dict.fromkeys(fold(f"x@{it.strip().lstrip('@')}")[2:] for it in said if it.strip()))
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise Invalid("domains", _("“%(domain)s” is not a mail domain.") % {"domain": domain[:100]})
        if domain in PUBLIC_DOMAINS:
            public = _("“%(domain)s” is everybody's: it would make strangers people of this organization.")
            raise Invalid("domains", public % {"domain": domain})
    others = OrganizationDomain.objects.filter(domain__in=domains).exclude(organization=owner.pk if owner else None)
    taken = others.values_list("domain", flat=True).first()
    if taken:
        raise Invalid("domains", _("“%(domain)s” belongs to another organization.") % {"domain": taken})
    return domains


def _replace_domains(found: Organization, wanted: list[str]) -> None:
    had = set(found.domains.values_list("domain", flat=True))
    found.domains.exclude(domain__in=wanted).delete()
    OrganizationDomain.objects.bulk_create(
        OrganizationDomain(organization=found, domain=domain) for domain in wanted if domain not in had
    )


def _replace_tags(found: Organization, wanted: set[str]) -> None:
    had = set(found.tags.values_list("tag", flat=True))
    found.tags.filter(tag__in=had - wanted).delete()
    OrganizationTag.objects.bulk_create(OrganizationTag(organization=found, tag=tag) for tag in sorted(wanted - had))


def export(found: Organization) -> dict[str, Any]:
    """The organization as its history keeps it."""
    group: Group | None = found.group
    return {
        "name": found.name,
        "notes": found.notes,
        "group": group.name if group else None,
        "shared_tickets": found.shared_tickets,
        "domains": sorted(found.domains.values_list("domain", flat=True)),
        "tags": sorted(found.tags.values_list("tag", flat=True)),
    }
