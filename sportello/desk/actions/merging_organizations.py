"""Two organizations turn out to be one, and may turn out to be two again. docs/algorithms/merging-people.md"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import models, transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from .. import access
from ..errors import Invalid, Stale
from ..models import (
    Automation,
    Identity,
    Organization,
    OrganizationDomain,
    Protocol,
    SatisfactionRating,
    SavedReport,
    Skill,
    SlaPolicy,
    Ticket,
    Trigger,
    User,
    View,
)
from ..rules.company_names import core
from . import (
    automations,
    configuration,
    field_values,
    merged_rows,
    organizations,
    policies,
    protocols,
    rule_rows,
    rules,
    skills,
    views,
)
from .merged_rows import Moved, OwnFields, hold, point
from .organizations import KIND, PUBLIC_DOMAINS, held

COLUMNS = ("group_id",)
FIELDS = OwnFields(field_values.of_organization, field_values.set_organization)
# What points to an organization, by its column of that name. People first, as their own merge holds them, then tickets.
POINTING: dict[str, type[models.Model]] = {
    "people": User,
    "tickets": Ticket,
    "ratings": SatisfactionRating,
    "domains": OrganizationDomain,
}


def merge_organizations(source_id: int, into_id: int, *, actor: User) -> Organization:
    """All that is the source's becomes the other's, in one transaction; the source leads to the other from now on.

    Of what both have once (name, group, whether requests are shared, protocol, own fields) the other's stays. Done
    already: nothing happens. Raises Missing; Stale when one of them has been merged meanwhile; Invalid("into") for an
    organization and itself.
    """
    with transaction.atomic():
        source, into = merged_rows.both(held, source_id, into_id)
        if source.merged_into_id == into.pk:
            return into
        refuse(source, into)
        before = organizations.export(into)
        moved = _move(source, into)
        moved["fields"] = merged_rows.fill_fields(source, into, FIELDS, actor)
        moved["columns"] = merged_rows.fill_columns(source, into, COLUMNS)
        moved["protocol"] = protocols.take_over(source, into, actor=actor)
        moved["named"] = _name_other(source, into, actor)
        source.merged_into = into
        _save(source, into)
        organizations.tell(into, before, actor, merged={"id": source.pk, "name": source.name})
        told = {"merged_into": {"id": into.pk, "name": into.name}, "moved": moved}
        organizations.log(source.pk, {}, told, actor)
        merged_rows.look_anew("organization")
    configuration.forget()
    return into


def refuse(source: Organization, into: Organization) -> None:
    """Raises Invalid or Stale where these two cannot be merged."""
    if source.pk == into.pk:
        raise Invalid("into", _("Choose another one: this is the same organization."))
    if source.merged_into_id or into.merged_into_id:
        raise Stale(_("This organization has been merged into another one."))


def _move(source: Organization, into: Organization) -> Moved:
    """What stands in rows of its own. Gives the keys of what was moved."""
    moved: Moved = {}
    for name, model in POINTING.items():
        moved[name] = hold(model._default_manager.filter(organization=source))
        point(model, moved[name], organization=into)
    return {**moved, **merged_rows.move_tags(source, into), "notes": merged_rows.join_notes(source, into)}


def _save(source: Organization, into: Organization) -> None:
    # By this the index of searches knows that it has to read both again, and all that carries their names.
    source.updated_at = into.updated_at = clock.now()
    source.save()
    into.save()


def unmerge_organizations(source_id: int, *, actor: User) -> Organization:
    """They are two after all: gives back what was moved, where it has stayed since. Idempotent.

    What came later is the other's. Raises Missing, Stale.
    """
    with transaction.atomic():
        into_id = Organization.objects.filter(pk=source_id).values_list("merged_into", flat=True).first()
        if into_id is None:
            return held(source_id)
        source, into = merged_rows.both(held, source_id, into_id)
        if source.merged_into_id != into.pk or into.merged_into_id:
            raise Stale(_("Somebody has changed this meanwhile."))
        moved, before = merged_rows.record(KIND, source.pk, f"{KIND}.moved"), organizations.export(into)
        for name, model in POINTING.items():
            hold(model._default_manager.filter(pk__in=moved[name]))
            point(model, moved[name], {"organization": into}, organization=source)
        merged_rows.give_tags_back(source, into, moved)
        merged_rows.empty_columns(into, moved)
        merged_rows.empty_fields(into, moved, FIELDS, actor)
        if Protocol.objects.filter(pk=moved["protocol"], current=True).exists():
            protocols.drop(into, actor=actor)
        _name_source(source, into, moved["named"], actor)
        source.merged_into = None
        _save(source, into)
        organizations.tell(into, before, actor, unmerged={"id": source.pk, "name": source.name})
        organizations.log(source.pk, {}, {"unmerged_from": {"id": into.pk, "name": into.name}}, actor)
        merged_rows.look_anew("organization")
    configuration.forget()
    return source


def sweep() -> bool:
    """Move what still came to a merged one, from whoever had read it before it was merged. For the timetable."""
    found = [(model, *it) for model in (User, Ticket) for it in merged_rows.late(model, "organization")]
    for model, pk, source_id in found:
        into = access.organization_holder(source_id)
        model._default_manager.filter(pk=pk, organization=source_id).update(organization=into)
    if found:
        merged_rows.look_anew("organization")
    return False


# --- what names an organization by its number -------------------------------------------------------------------------


class Naming(NamedTuple):
    """A kind of rows whose JSON may name an organization in a condition. export: for the history; None: it has none."""

    kind: str
    model: type[models.Model]
    column: str
    export: Callable[[Any], dict[str, Any]] | None = None


NAMING = (
    Naming(rules.KIND, Trigger, "conditions", rules.export),
    Naming(automations.KIND, Automation, "conditions", automations.export),
    Naming(policies.KIND, SlaPolicy, "conditions", policies.export),
    Naming(skills.KIND, Skill, "conditions", skills.export),
    Naming(views.KIND, View, "conditions", views.export),
    Naming("saved_report", SavedReport, "asked"),
)


def _name_other(source: Organization, into: Organization, actor: User) -> dict[str, dict[str, Any]]:
    """Rules and saved reports that name the source name the other. By kind and key: what stood there."""
    named: dict[str, dict[str, Any]] = {}
    for it in NAMING:
        for row in it.model._default_manager.select_for_update().order_by("pk"):
            was = getattr(row, it.column)
            if (now := _renamed(was, source.pk, into.pk)) != was:
                named.setdefault(it.kind, {})[str(row.pk)] = was
                _write(it, row, now, actor)
    return named


def _name_source(source: Organization, into: Organization, named: dict[str, dict[str, Any]], actor: User) -> None:
    for it in NAMING:
        was = named.get(it.kind, {})
        for row in it.model._default_manager.select_for_update().filter(pk__in=was).order_by("pk"):
            if getattr(row, it.column) == _renamed(was[str(row.pk)], source.pk, into.pk):
                _write(it, row, was[str(row.pk)], actor)


def _write(naming: Naming, row: Any, kept: Any, actor: User) -> None:
    before = naming.export(row) if naming.export else {}
    setattr(row, naming.column, kept)
    if naming.export:
        rule_rows.keep(row, naming.kind, naming.export, before, actor)
    else:
        row.save(update_fields=[naming.column])


def _renamed(kept: Any, source_id: int, into_id: int) -> Any:
    """The same JSON, with conditions on one organization asking for the other."""
    if isinstance(kept, list):
        return [_renamed(it, source_id, into_id) for it in kept]
    if not isinstance(kept, dict):
        return kept
    if kept.get("field") == "organization_id" and str(kept.get("value")) == str(source_id):
        return {**kept, "value": type(kept["value"])(into_id)}
    return {name: _renamed(it, source_id, into_id) for name, it in kept.items()}


# --- perhaps the same -------------------------------------------------------------------------------------------------

LIKELY = 5
# So many with the longest word of its name in theirs, and so many addresses of its people, are looked at.
NEAR, ADDRESSES = 200, 200


def likely_same(found: Organization) -> list[Organization]:
    """Which may be the same: of its name but for case, blanks and legal form; and those from whose domains people of
    this one write, or of whose domain one of this one is a part."""
    others = Organization.objects.filter(merged_into=None).exclude(pk=found.pk).order_by("pk")
    said = core(found.name)
    near = others.filter(name__alike=max(said, key=len))[:NEAR] if said else ()
    same = [it for it in near if core(it.name) == said]
    if domains := set(_domains(found)) - PUBLIC_DOMAINS:
        same += others.filter(domains__domain__in=domains).distinct()[:LIKELY]
    return list({it.pk: it for it in same}.values())[:LIKELY]


def _domains(found: Organization) -> Iterator[str]:
    for domain in found.domains.values_list("domain", flat=True):
        parts = domain.split(".")
        yield from (".".join(parts[start:]) for start in range(1, len(parts) - 1))
    latest = Identity.objects.filter(user__organization=found, user__active=True).order_by("-pk")
    for address in latest.values_list("address", flat=True)[:ADDRESSES]:
        yield address.rpartition("@")[2]
