"""People and organizations from a CSV table: looked at first, then done by the worker. docs/algorithms/importing.md"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sportello.kit import blobs, csv_files

from .. import access
from ..errors import DeskError, Invalid, Refused
from ..models import Identity, Job, Organization, User
from ..rules import custom_fields
from ..rules.custom_fields import CustomField
from ..rules.importing import ORGANIZATIONS, PEOPLE, Row, read, refuse_columns
from ..words import Role
from . import configuration, field_values, jobs, newcomers, organizations, people
from .identities import add_address, fold_address
from .person_rows import read_tags

KIND_PEOPLE, KIND_ORGANIZATIONS = "import_people", "import_organizations"
KINDS = {PEOPLE: KIND_PEOPLE, ORGANIZATIONS: KIND_ORGANIZATIONS}
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
TOLD = 5_000  # So many refused rows are named.


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row will do. row: whom it changes; None: somebody new. said: what it says; changes: what differs."""

    outcome: str
    said: Row
    row: User | Organization | None = None
    changes: Mapping[str, Any] | None = None
    why: str = ""


def table(digest: str) -> csv_files.Table:
    """Raises csv_files.Unreadable, FileNotFoundError."""
    return _table(digest)


@lru_cache(maxsize=2)
def _table(digest: str) -> csv_files.Table:
    return csv_files.read(blobs.read(digest))


def own_fields(what: str) -> dict[int, CustomField]:
    of = custom_fields.USER if what == PEOPLE else custom_fields.ORGANIZATION
    return {pk: it for pk, it in configuration.current().custom_fields.items() if it.of == of and it.active}


def start(what: str, digest: str, columns: Sequence[str], *, overwrite: bool, actor: User) -> Job:
    """The job that imports a table. overwrite: what stands already is replaced too.

    Raises Invalid("columns"), csv_files.Unreadable.
    """
    refuse_columns(what, columns, own_fields(what))
    rows = table(digest).rows
    arguments = {"digest": digest, "columns": list(columns), "overwrite": overwrite}
    return jobs.start(KINDS[what], arguments, actor=actor, total=len(rows))


def plan(what: str, columns: Sequence[str], cells: Sequence[str], *, overwrite: bool) -> Plan:
    """What this row will do, as things stand now; nothing is written."""
    said = Row()
    try:
        said = read(columns, cells)
        return (_plan_person if what == PEOPLE else _plan_organization)(said, overwrite)
    except DeskError as refusal:
        return Plan(REFUSED, said, why=refusal.sentence)


def do(what: str, planned: Plan, *, actor: User) -> None:
    """Write it. Raises DeskError."""
    if planned.outcome in (NEW, CHANGED):
        (_write_person if what == PEOPLE else _write_organization)(planned, actor)


# --- people -----------------------------------------------------------------------------------------------------------


def _plan_person(said: Row, overwrite: bool) -> Plan:
    addresses = tuple(fold_address(it) for it in said.addresses)
    people.read({name: value for name in ("name", "phone", "notes") if (value := getattr(said, name))})
    known = _known_person(said, addresses)
    changes: dict[str, Any] = {}
    own = {identity.address for identity in known.identities.all()} if known else set()
    if missing := tuple(it for it in addresses if it not in own):
        changes["addresses"] = missing
    placeholder = {it.split("@")[0] for it in own}  # The name of somebody of whom only the address is known.
    for name, value in (("name", said.name), ("phone", said.phone), ("language", said.language)):
        had = getattr(known, name) if known else ""
        if _is_taken(value, "" if name == "name" and had in placeholder else had, overwrite):
            changes[name] = value
    if _is_taken(_lines(said.notes), known.notes if known else "", overwrite):
        changes["notes"] = said.notes
    had_name = known.organization.name if known and known.organization else ""
    if _is_taken(_folded(said.organization), _folded(had_name), overwrite):
        changes["organization"] = said.organization
    had_tags = set(known.tags.values_list("tag", flat=True)) if known else set()
    if read_tags(said.tags) - had_tags:
        changes["tags"] = sorted(had_tags | read_tags(said.tags))
    values = field_values.of_person(known.pk) if known else {}
    changes |= _custom(said, values, overwrite, custom_fields.USER)
    if known is None:
        return Plan(NEW, said, None, changes)
    return Plan(CHANGED if changes else UNCHANGED, said, known, changes)


def _known_person(said: Row, addresses: Sequence[str]) -> User | None:
    """Raises Invalid where nobody is meant, or two; Refused for those whom no import touches."""
    if addresses:
        owners = {it.user_id: it.user for it in Identity.objects.filter(address__in=addresses).select_related("user")}
        if len(owners) > 1:
            raise Invalid("address", _("These addresses are of different people."))
        known = next(iter(owners.values()), None)
    elif said.name and said.phone:
        name, phone = (people.read({key: getattr(said, key)})[key] for key in ("name", "phone"))
        same = User.objects.filter(role=Role.END_USER, active=True, name=name, phone=phone)
        known = same.order_by("id").first()
    else:
        raise Invalid("address", _("No mail address: nobody knows who this is."))
    if known is not None and known.is_staff_member:
        raise Refused(_("%(name)s works here: no import changes a colleague.") % {"name": known.name})
    if known is not None and not known.active:
        raise Refused(_("%(name)s has left.") % {"name": known.name})
    return known


def _write_person(planned: Plan, actor: User) -> None:
    said, changes = planned.said, dict(planned.changes or {})
    addresses = list(changes.pop("addresses", ()))
    custom = changes.pop("custom", {})
    person = planned.row
    if person is None:
        person = people.add(said.name, addresses.pop(0) if addresses else "", phone=said.phone)
    assert isinstance(person, User)
    for address in addresses:
        add_address(person, address, actor=actor)
    if "organization" in changes:
        changes["organization"] = _organization(changes["organization"], actor)
    if "tags" in changes:
        changes["tags"] = list(changes["tags"])
    if changes:
        people.save(person.pk, changes, actor=actor)
    if custom:
        field_values.set_person(person.pk, custom, actor=actor)


def _organization(name: str, actor: User) -> Organization:
    return _known_organization(name) or organizations.save({"name": name}, actor=actor)


# --- organizations ----------------------------------------------------------------------------------------------------


def _plan_organization(said: Row, overwrite: bool) -> Plan:
    if not said.name:
        raise Invalid("name", _("An organization needs a name of its own."))
    known = _known_organization(said.name)
    changes: dict[str, Any] = {} if known else {"name": said.name}
    had = organizations.export(known) if known else {"domains": [], "tags": [], "notes": "", "group": None}
    domains = organizations.read_domains(said.domains, known)
    if set(domains) - set(had["domains"]):
        changes["domains"] = sorted({*had["domains"], *domains})
    if read_tags(said.tags) - set(had["tags"]):
        changes["tags"] = sorted({*had["tags"], *read_tags(said.tags)})
    if _is_taken(_lines(said.notes), had["notes"], overwrite):
        changes["notes"] = said.notes
    if _is_taken(_folded(said.group), _folded(had["group"] or ""), overwrite):
        group = next(
            (it for it in configuration.current().groups.values() if _folded(it.name) == _folded(said.group)), None
        )
        if group is None:
            raise Invalid("group", _("There is no group “%(name)s”.") % {"name": said.group[:100]})
        changes["group"] = group
    values = field_values.of_organization(known.pk) if known else {}
    changes |= _custom(said, values, overwrite, custom_fields.ORGANIZATION)
    if known is None:
        return Plan(NEW, said, None, changes)
    return Plan(CHANGED if changes else UNCHANGED, said, known, changes)


def _write_organization(planned: Plan, actor: User) -> None:
    changes = dict(planned.changes or {})
    custom = changes.pop("custom", {})
    known = planned.row
    if changes or known is None:
        known = organizations.save(changes, actor=actor, organization_id=known.pk if known else None)
    if custom:
        field_values.set_organization(known.pk, custom, actor=actor)


def _known_organization(name: str) -> Organization | None:
    """By its name; whatever the case of letters, where none is just so. One that was merged leads to the other."""
    exact = Organization.objects.filter(name=name).first()
    found = exact or Organization.objects.filter(name__folded=_folded(name)).order_by("pk").first()
    return access.organization_holder(found.pk) if found and found.merged_into_id else found


# --- both -------------------------------------------------------------------------------------------------------------


def _custom(said: Row, values: Mapping[int, Any], overwrite: bool, of: str) -> dict[str, Any]:
    meant = field_values.read(said.custom, of) if said.custom else {}
    differing = {
        pk: value
        for pk, value in meant.items()
        if not field_values.same(values.get(pk), value) and (overwrite or custom_fields.is_empty(values.get(pk)))
    }
    return {"custom": differing} if differing else {}


def _is_taken(value: str, had: str, overwrite: bool) -> bool:
    return bool(value) and value != had and (overwrite or not had)


def _folded(text: str) -> str:
    return " ".join(text.split()).lower()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


# --- the job ----------------------------------------------------------------------------------------------------------


def _piece(what: str, job: Job) -> bool:
    if _do_piece(what, job):
        return True
    if domains := job.result.pop("domains", ()):
        newcomers.bring_in(domains, actor=job.actor)
    return False


def _do_piece(what: str, job: Job) -> bool:
    rows, told = table(job.arguments["digest"]).rows, job.result.setdefault("told", [])
    at = job.done + job.failed
    for number, cells in jobs.in_time(rows[at:]):
        outcome, why = _row(what, job, cells)
        if outcome == REFUSED:
            job.failed += 1
            if len(told) < TOLD:
                told.append([number, why])
        else:
            job.done += 1
        job.result[outcome] = job.result.get(outcome, 0) + 1
    return job.done + job.failed < len(rows)


def _row(what: str, job: Job, cells: Sequence[str]) -> tuple[str, str]:
    planned = plan(what, job.arguments["columns"], cells, overwrite=job.arguments["overwrite"])
    if planned.outcome == REFUSED:
        return REFUSED, planned.why
    added = _added_domains(planned)
    try:
        with transaction.atomic():
            do(what, planned, actor=job.actor)
    except DeskError as refusal:
        return REFUSED, refusal.sentence
    except IntegrityError:
        return REFUSED, _("Somebody has changed this meanwhile.")
    if added:
        job.result["domains"] = [*job.result.get("domains", ()), *added]
    return planned.outcome, ""


def _added_domains(planned: Plan) -> list[str]:
    wanted = (planned.changes or {}).get("domains", ())
    had = (
        planned.row.domains.values_list("domain", flat=True) if wanted and isinstance(planned.row, Organization) else ()
    )
    return sorted(set(wanted) - set(had))


for _what, _kind in KINDS.items():
    jobs.KINDS[_kind] = partial(_piece, _what)
