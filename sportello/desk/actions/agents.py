"""Verbs on who works at the desk: invite, give a role, let go, take back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock, tokens

from .. import access, links
from ..errors import Invalid, Missing, Refused
from ..models import Audit, CustomRole, Job, JobItem, OutgoingMail, Ticket, User
from ..rules import routing
from ..words import Permission, Role, Via
from . import (
    bulk,
    configuration,
    groups,
    identities,
    jobs,
    letters,
    people,
    reviews,
    rule_rows,
    sending,
    skills,
    tickets,
)

KIND = "agent"
HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may see and do here. role: "agent" or "admin"; custom_role: of an agent only."""

    role: str = Role.AGENT
    custom_role: int | None = None
    ticket_restriction: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody is given to do. capacity: open tickets at once by kind of work, as somebody says them."""

    capacity: Mapping[str, Any] = field(default_factory=dict)
    skills: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()


def invite(
    name: str, address: str, *, language: str, rights: Rights, actor: User | None, customer: int | None = None
) -> User:
    """A new agent, away until he comes, and the mail that lets him in. customer: who may become one, if the address is
    his.

    Raises Invalid("name" | "email" | "role" | "custom_role" | "ticket_restriction"), Invalid("customer") where the
    address is another customer's.
    """
    _check(rights)
    address = people.fold_address(address)
    with transaction.atomic():
        found = people.by_address(address)
        if found:
            _refuse_known(found, customer)
        before = export(found) if found else None
        person = found or people.add(name, address, role=Role.AGENT, language=language)
        person.name = " ".join(name.split())[:200] or person.name
        person.language = language or person.language
        person.away = True
        _give(person, rights)
        person.save()
        rule_rows.log(KIND, person.pk, before, export(person), actor)
        send_invitation(person)
    configuration.forget()
    return person


def _refuse_known(person: User, customer: int | None) -> None:
    said = {"name": person.name, "company": person.organization.name if person.organization else ""}
    if person.is_staff_member:
        why = _("%(name)s works here already.") if person.active else _("%(name)s worked here: take them back.")
        raise Invalid("email", why % said)
    if person.merged_into:
        why = _("This address was %(name)s's, who is now %(other)s: invite another address of theirs.")
        raise Invalid("email", why % {**said, "other": person.merged_into.name})
    if not person.active:
        raise Invalid(
            "email", _("This is the address of %(name)s, who has left the desk: it cannot be invited.") % said
        )
    if person.pk != customer:
        why = _("This is the address of %(name)s, a customer. They would be an agent as well.")
        if person.organization:
            why = _("This is the address of %(name)s, a customer (%(company)s). They would be an agent as well.")
        raise Invalid("customer", why % said)


def send_invitation(person: User) -> OutgoingMail:
    """Mail him the link that lets him in once, within a week; earlier ones work until one is used. Raises Refused."""
    if not person.email:
        raise Refused(_("%(name)s has no mail address.") % {"name": person.name})
    url = links.invitation_url(person.pk, seen=tokens.mark("invited", _seen(person)))
    return letters.queue_invitation(person, url, configuration.current())


def _seen(person: User) -> str:
    """Changes when he comes in, and when he is let go: an invitation works once."""
    last: datetime | None = person.last_login
    return f"{last.isoformat() if last else ''}:{person.password[-8:]}:{person.role}"


def read_invitation(token: str) -> User:
    """Whom an invitation is for. Raises tokens.BadToken (also when used before), Missing."""
    user_id, seen = cast(list, tokens.unsign("invitation", token, valid_for=links.INVITATION_VALID))
    person = User.objects.staff().filter(pk=user_id).first()
    if person is None:
        raise Missing
    if not tokens.is_mark(seen, "invited", _seen(person)):
        raise tokens.BadToken(expired=True)
    return person


def accept(person: User, password: str) -> None:
    """He comes in: with a password of his own, or without one, by links sent by mail. Raises Invalid("password")."""
    if password:
        people.check_password(password, person)
        person.set_password(password)
    person.away = False
    person.save(update_fields=["password", "away"])
    configuration.forget()


def is_expected(person: User) -> bool:
    """Invited, and not come yet."""
    return person.away and person.last_login is None and not person.has_usable_password()


def change(
    user_id: int, rights: Rights, work: Work, *, actor: User, sure: bool = False, name: str | None = None
) -> User:
    """Give somebody these rights and this work, all or nothing. sure: he knows that he takes rights from himself.

    Raises Invalid("role" | "custom_role" | "ticket_restriction" | "capacity.email" | "skills" | "groups" | "sure").
    """
    _check(rights)
    capacity = routing.read_capacity(work.capacity)
    with transaction.atomic():
        person = rule_rows.find(User, user_id)
        before = export(person)
        if person.is_admin and rights.role != Role.ADMIN:
            _refuse_last(person, "role")
            if person.pk == actor.pk and not sure:
                raise Invalid("sure", _("You would not be an administrator any more: tick this if you mean it."))
        _give(person, rights)
        person.capacity = capacity
        person.name = " ".join((name or "").split())[:200] or person.name
        person.save()
        skills.set_of(person, set(work.skills), actor=actor)
        groups.set_of(person, set(work.groups), actor=actor)
        _log(person, before, actor)
    configuration.forget()
    return person


def _check(rights: Rights) -> None:
    faults: dict[str, object] = {}
    if rights.role not in (Role.AGENT, Role.ADMIN):
        faults["role"] = _("Choose one from the list.")
    if rights.custom_role and not CustomRole.objects.filter(pk=rights.custom_role).exists():
        faults["role"] = _("Choose one from the list.")
    if rights.ticket_restriction not in User.TicketRestriction.values:
        faults["ticket_restriction"] = _("Choose one from the list.")
    if faults:
        raise Invalid(faults)


def _give(person: User, rights: Rights) -> None:
    is_admin = rights.role == Role.ADMIN
    person.role = rights.role
    # An administrator sees and does everything.
    person.custom_role_id = None if is_admin else rights.custom_role
    person.ticket_restriction = "" if is_admin else rights.ticket_restriction
    person.updated_at = clock.now()


def _refuse_last(person: User, field: str) -> None:
    """The last administrator stays one. The others are held, so that two do not leave at once."""
    others = User.objects.select_for_update().filter(role=Role.ADMIN, active=True).exclude(pk=person.pk)
    if not others.order_by("pk")[:1]:
        raise Invalid(field, _("%(name)s is the only administrator: make another first.") % {"name": person.name})


def tickets_of(person: User) -> int:
    """How many unsolved tickets he has."""
    return Ticket.objects.unsolved().filter(assignee=person).count()


def let_go(user_id: int, *, to: int | None, actor: User, sure: bool = False) -> Job | None:
    """He works here no more: his sessions end at once, and his unsolved tickets go to another agent, or stay with their
    group where nobody has them (to: None); so do his answers that have not left. Idempotent. Returns the job that gives
    all of it away, where there is anything.

    Raises Invalid("active" | "to" | "sure"), Missing.
    """
    with transaction.atomic():
        person = rule_rows.find(User, user_id)
        if not person.is_staff_member:
            raise Missing
        if not person.active:
            return None
        if person.is_admin:
            _refuse_last(person, "active")
        if person.pk == actor.pk and not sure:
            raise Invalid("sure", _("You would be signed out for good: tick this if you mean it."))
        heir = User.objects.staff().filter(pk=to).exclude(pk=person.pk).first() if to is not None else None
        if to is not None and heir is None:
            raise Invalid("to", _("Choose one from the list."))
        if heir and not access.may(heir, Permission.ANSWER):
            raise Invalid("to", configuration.cannot_be_given(heir.name))
        before = export(person)
        person.active, person.updated_at = False, clock.now()
        # Whoever comes back chooses a new one: no session and no link of today works then.
        person.set_unusable_password()
        identities.end_sessions(person)
        person.save(update_fields=["active", "updated_at", "password", "last_login"])
        _log(person, before, actor)
        count = tickets_of(person)
        arguments = {"from": person.pk, "to": to}
        is_any = count or sending.unsent(person).exists() or reviews.open_of(person).exists()
        job = jobs.start(HAND_OVER, arguments, actor=actor, total=count) if is_any else None
    configuration.forget()
    return job


def take_back(user_id: int, *, actor: User) -> User:
    """He works here again, with the rights that he had; an invitation lets him in. Idempotent. Raises Missing."""
    with transaction.atomic():
        person = rule_rows.find(User, user_id)
        if not person.is_staff_member:
            raise Missing
        if person.active:
            return person
        before = export(person)
        person.active, person.away, person.last_login, person.updated_at = True, True, None, clock.now()
        person.save(update_fields=["active", "away", "last_login", "updated_at"])
        _log(person, before, actor)
        if person.email:
            send_invitation(person)
    configuration.forget()
    return person


def export(person: User) -> dict[str, Any]:
    """What somebody may and does here, as it is kept in the history."""
    return {
        "name": person.name,
        "role": person.role,
        "custom_role": person.custom_role.name if person.custom_role else "",
        "ticket_restriction": person.ticket_restriction,
        "capacity": person.capacity,
        "active": person.active,
    }


def _log(person: User, before: dict[str, Any], actor: User | None) -> None:
    after = export(person)
    if before != after:
        rule_rows.log(KIND, person.pk, before, after, actor)


def _hand_over(job: Job) -> bool:
    """Give away the answers, the reviews and the next tickets of somebody who has left."""
    person = User.objects.get(pk=job.arguments["from"])
    to = User.objects.staff().filter(pk=job.arguments["to"]).first() if job.arguments["to"] else None
    if "after" not in job.result:
        sending.leave_behind(person, to)
        reviews.leave(person)
    left = Ticket.objects.unsolved().filter(assignee=person, pk__gt=job.result.get("after", 0))
    keys = list(left.order_by("pk").values_list("pk", flat=True)[:100])
    items = []
    for key in jobs.in_time(keys):
        audit, error = bulk.attempt(lambda key=key: _give_away(key, to, job.actor), job)  # type: ignore[misc]
        job.failed += bool(error)
        job.done += not error
        items.append(JobItem(job=job, ticket_id=key, audit=audit, error=error))
        job.result = {**job.result, "after": key}
    JobItem.objects.bulk_create(items)
    return bool(keys)


def _give_away(ticket_id: int, to: User | None, actor: User) -> Audit | None:
    try:
        return tickets.assign(ticket_id, to, actor=actor, via=Via.WEB)
    except Invalid:
        # He is not in the ticket's group, or may not answer any more: it waits there.
        return tickets.assign(ticket_id, None, actor=actor, via=Via.WEB)


jobs.KINDS[HAND_OVER] = _hand_over
