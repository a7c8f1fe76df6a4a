"""Two people turn out to be one, and may turn out to be two again. docs/algorithms/merging-people.md"""

from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.kit import clock
from sportello.kit.prefixes import starting
from sportello.kit.prepared import prepared

from .. import access
from ..errors import Invalid, Refused, Stale
from ..models import Identity, Participant, SatisfactionRating, SideConversation, Ticket, User
from ..words import Role
from . import configuration, field_values, merged_rows, rule_rows
from .merged_rows import Moved, OwnFields, hold, keys_of, point
from .person_rows import KIND, export, held, keep

COLUMNS = ("organization_id", "phone", "language", "time_zone")
FIELDS = OwnFields(field_values.of_person, field_values.set_person)


def merge_people(source_id: int, into_id: int, *, actor: User) -> User:
    """All that is the source's becomes the other's, in one transaction; the source cannot sign in any more.

    Of what both have once (organization, phone, language, own fields) the other's stays. Done already: nothing happens.
    Raises Missing; Refused where one of them works here and the actor is no administrator, or the source works here;
    Stale when one of them has left or been merged meanwhile; Invalid("into") for a person and himself.
    """
    with transaction.atomic():
        source, into = merged_rows.both(held, source_id, into_id)
        if source.merged_into_id == into.pk:
            return into
        refuse(source, into, actor)
        before = export(into)
        moved = _move(source, into)
        moved["fields"] = merged_rows.fill_fields(source, into, FIELDS, actor)
        moved["columns"] = _fill_columns(source, into)
        source.active, source.merged_into, source.updated_at = False, into, clock.now()
        source.email = ""
        source.save()
        keep(into, before, actor, merged={"id": source.pk, "name": source.name})
        rule_rows.log(KIND, source.pk, {}, {"merged_into": {"id": into.pk, "name": into.name}, "moved": moved}, actor)
        merged_rows.look_anew("requester")
    configuration.forget()
    return into


def refuse(source: User, into: User, actor: User) -> None:
    """Raises Invalid, Refused or Stale where these two cannot be merged by this person."""
    if source.pk == into.pk:
        raise Invalid("into", _("Choose somebody else: this is the same person."))
    if source.merged_into_id or into.merged_into_id:
        raise Stale(_("This person has been merged into another one."))
    if not source.active or not into.active:
        raise Stale(_("Whoever has left the desk cannot be merged."))
    if source.is_staff_member:
        raise Refused(_("Whoever works here stays himself: merge the other person into him."))
    if into.is_staff_member and not actor.is_admin:
        raise Refused(_("Only an administrator changes somebody who works here."))


def _move(source: User, into: User) -> Moved:
    """What stands in rows of its own. Gives the keys of what was moved, and what was dropped as double."""
    # Tickets first, as every verb holds them: whoever writes on one meanwhile comes before or after.
    requested = hold(Ticket.objects.filter(requester=source))
    submitted = keys_of(Ticket.objects.filter(submitter=source, requester=source))
    point(Ticket, submitted, submitter=into)
    point(Ticket, requested, requester=into)
    ratings = keys_of(SatisfactionRating.objects.filter(requester=source))
    point(SatisfactionRating, ratings, requester=into)
    identities = keys_of(source.identities.all())
    had_primary = into.identities.filter(primary=True).exists()
    primary = source.identities.filter(primary=True).values_list("pk", flat=True).first()
    Identity.objects.filter(pk__in=identities).update(user=into, primary=False)
    if primary and not had_primary:
        Identity.objects.filter(pk=primary).update(primary=True)
        into.email = source.email
    return {
        "requested": requested,
        "submitted": submitted,
        "ratings": ratings,
        "identities": identities,
        "primary": primary,
        **_move_participations(source, into),
        **merged_rows.move_tags(source, into),
        "side_conversations": _move_side_conversations(source, into),
        "notes": merged_rows.join_notes(source, into),
    }


def _move_participations(source: User, into: User) -> Moved:
    """In copy once, and not of one's own request."""
    present = {(it.ticket_id, it.kind) for it in into.participations.all()}
    moved, dropped = [], []
    for it in source.participations.select_related("ticket").order_by("pk"):
        is_own = it.kind == Participant.Kind.CC and it.ticket.requester_id == into.pk
        if is_own or (it.ticket_id, it.kind) in present:
            dropped.append([it.ticket_id, it.kind])
            it.delete()
        else:
            moved.append(it.pk)
    point(Participant, moved, user=into)
    own = into.participations.filter(kind=Participant.Kind.CC, ticket__requester=into)
    was_in_copy = list(own.values_list("ticket", flat=True))
    own.delete()
    return {"participants": moved, "participants_dropped": dropped, "was_in_copy": was_in_copy}


def _move_side_conversations(source: User, into: User) -> list[int]:
    found = list(SideConversation.objects.filter(people=source).order_by("pk"))
    for it in found:
        it.people.remove(source)
        it.people.add(into)
    return [it.pk for it in found]


def _fill_columns(source: User, into: User) -> dict[str, list[Any]]:
    filled = merged_rows.fill_columns(source, into, COLUMNS)
    if not source.surveys and into.surveys:  # Whoever asked not to be surveyed asked it as one person.
        into.surveys, filled["surveys"] = False, [True, False]
    return filled


def unmerge_people(source_id: int, *, actor: User) -> User:
    """They are two after all: gives back what was moved, where it has stayed since. Idempotent.

    What came later is the other's. Raises Missing, Stale, Refused.
    """
    with transaction.atomic():
        into_id = User.objects.filter(pk=source_id).values_list("merged_into", flat=True).first()
        if into_id is None:
            return held(source_id)
        source, into = merged_rows.both(held, source_id, into_id)
        if source.merged_into_id != into.pk or into.merged_into_id:
            raise Stale(_("Somebody has changed this meanwhile."))
        if into.is_staff_member and not actor.is_admin:
            raise Refused(_("Only an administrator changes somebody who works here."))
        moved, before = merged_rows.record(KIND, source.pk), export(into)
        _give_back(source, into, moved)
        merged_rows.empty_columns(into, moved)
        merged_rows.empty_fields(into, moved, FIELDS, actor)
        source.active, source.merged_into, source.updated_at = True, None, clock.now()
        source.save()
        keep(into, before, actor, unmerged={"id": source.pk, "name": source.name})
        rule_rows.log(KIND, source.pk, {}, {"unmerged_from": {"id": into.pk, "name": into.name}}, actor)
        merged_rows.look_anew("requester")
    return source


def _give_back(source: User, into: User, moved: Moved) -> None:
    point(Ticket, moved["submitted"], {"submitter": into}, submitter=source)
    point(Ticket, moved["requested"], {"requester": into}, requester=source)
    point(SatisfactionRating, moved["ratings"], {"requester": into}, requester=source)
    identities = into.identities.filter(pk__in=moved["identities"])
    lost_primary = identities.filter(primary=True).exists()
    first = identities.filter(pk=moved["primary"]).first() or identities.order_by("id").first()
    identities.update(user=source, primary=False)
    if first:
        Identity.objects.filter(pk=first.pk).update(primary=True)
        source.email = first.address
    if lost_primary:
        rest = into.identities.order_by("id").first()
        if rest:
            Identity.objects.filter(pk=rest.pk).update(primary=True)
        into.email = rest.address if rest else ""
    point(Participant, moved["participants"], {"user": into}, user=source)
    back = [Participant(ticket_id=pk, user=source, kind=kind) for pk, kind in moved["participants_dropped"]]
    back += [Participant(ticket_id=pk, user=into, kind=Participant.Kind.CC) for pk in moved["was_in_copy"]]
    # A ticket may have gone since.
    there = set(Ticket.objects.filter(pk__in={it.ticket_id for it in back}).values_list("pk", flat=True))
    Participant.objects.bulk_create([it for it in back if it.ticket_id in there], ignore_conflicts=True)
    merged_rows.give_tags_back(source, into, moved)
    for it in SideConversation.objects.filter(people=into, pk__in=moved["side_conversations"]):
        it.people.remove(into)
        it.people.add(source)


def sweep() -> bool:
    """Move what still came to a merged person, from whoever held him when he was merged. For the timetable."""
    found = merged_rows.late(Ticket, "requester")
    for pk, source_id in found:
        into = access.holder(source_id)
        if into is not None:
            with transaction.atomic():
                Ticket.objects.filter(pk=pk, requester=source_id).update(requester=into)
                SatisfactionRating.objects.filter(ticket=pk, requester=source_id).update(requester=into)
    if found:
        merged_rows.look_anew("requester")
    return False


def likely_same(person: User) -> list[User]:
    """Who may be the same person: of his name, unless of another organization; of the same words before the @; in
    his organization of the same phone."""
    organization = person.organization_id
    if organization:
        found = _same_name_within(person.pk, person.name, organization)
    else:
        found = _same_name(person.pk, person.name)
    if organization and person.phone:
        found += _same_phone(person.pk, organization, person.phone)
    for address in person.identities.values_list("address", flat=True)[:LIKELY]:
        local = address.partition("@")[0]
        if len(local) >= 4 and local not in SHARED_NAMES:
            near = Identity.objects.filter(starting("address", f"{local}@")).values_list("user", flat=True)
            keys = [pk for pk in near[:SHARED] if pk != person.pk]
            found += _others(person.pk).filter(pk__in=keys)[:LIKELY] if keys else []
    return list({it.pk: it for it in found}.values())[:LIKELY]


def _others(person_id: int) -> "models.QuerySet[User]":
    return User.objects.filter(active=True, role=Role.END_USER).exclude(pk=person_id).order_by("id")


@prepared
def _same_name(person_id: int, name: str) -> "models.QuerySet[User]":
    return _others(person_id).filter(name=name)[:LIKELY]


@prepared
def _same_name_within(person_id: int, name: str, organization_id: int) -> "models.QuerySet[User]":
    within = Q(organization=organization_id) | Q(organization=None)
    return _others(person_id).filter(within, name=name)[:LIKELY]


@prepared
def _same_phone(person_id: int, organization_id: int, phone: str) -> "models.QuerySet[User]":
    return _others(person_id).filter(organization=organization_id, phone=phone)[:LIKELY]


LIKELY = 5
# Names before the @ that many people have without being one; and of how many of one such name it is looked at.
SHARED_NAMES = frozenset("info admin office mail help support sales hello amministrazione ufficio segreteria".split())
SHARED = 20
