"""Verbs on tickets: the only way to change one, whichever door the change comes by.

Each takes actor (None: a rule) and via, locks the ticket, leaves one audit and returns it; None when nothing changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import clock
from sportello.kit.prepared import prepared

from .. import access
from ..errors import Invalid, Missing, Refused, Stale
from ..models import Audit, Group, Organization, Participant, Reading, Schedule, Ticket, TicketForm, User
from ..words import Permission, Priority, Status, TicketType, Via
from . import configuration, field_values, notifications, ticket_forms
from .comments import NewFile, Words
from .update import Update

__all__ = ["UNSET", "Change", "NewFile", "Words", "open_ticket"]


class Unset:
    """Says that a field is left alone; None is a value."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()
NO_FIELDS: Final[Mapping[int, Any]] = MappingProxyType({})


# Who solves here looks at the fields; a mail, a rule or a customer must not be refused for them.
BY_HAND: Final = (Via.WEB, Via.API)


@dataclass(frozen=True, slots=True)
class Change:
    """What one update changes. fields: those that the desk has added, by id, as somebody says them."""

    subject: str | Unset = UNSET
    status: str | Unset = UNSET
    priority: int | None | Unset = UNSET
    type: str | Unset = UNSET
    group: Group | None | Unset = UNSET
    assignee: User | None | Unset = UNSET
    schedule: Schedule | None | Unset = UNSET
    form: TicketForm | None | Unset = UNSET
    fields: Mapping[int, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    add_ccs: tuple[User, ...] = ()
    remove_ccs: tuple[User, ...] = ()
    add_followers: tuple[User, ...] = ()
    remove_followers: tuple[User, ...] = ()
    words: Words | None = None


@configuration.afresh
def open_ticket(
    *,
    requester: User,
    subject: str,
    words: Words,
    actor: User,
    via: str,
    channel: str = "",
    group: Group | None = None,
    assignee: User | None = None,
    priority: int | None = None,
    type: str = "",
    tags: tuple[str, ...] = (),
    ccs: tuple[User, ...] = (),
    mailbox_id: int | None = None,
    follow_up_of: Ticket | None = None,
    silent: bool = False,
    form: TicketForm | None = None,
    fields: Mapping[int, Any] = NO_FIELDS,
    at: datetime | None = None,
    contact: str = "",
    solved: bool = False,
) -> Ticket:
    """Open a ticket with its first words. channel: where the request came from, when not by `via` (a phone call).

    silent: the desk sends nothing by itself (automatic mail). fields: those that the desk has added, by id, as somebody
    says them. form: without one, as by mail, the usual one. Raises Invalid("subject" | "custom_fields_7" | …).

    at: when the customer said it, where that is written down only now: every clock counts from then. contact: how he
    reached an agent past the desk (words.Contact). solved: while they spoke.
    """
    now = at or clock.now()
    settings = configuration.current()
    organization = _organization_of(requester)
    group = group or _first_group(settings, mailbox_id, organization)
    with transaction.atomic():
        ticket = Ticket(
            subject=_subject(subject, words),
            status=Status.NEW,
            channel=channel or via,
            requester=requester,
            submitter=actor,
            organization=organization,
            mailbox_id=mailbox_id,
            follow_up_of=follow_up_of,
            silent=silent,
            contact=contact,
            created_at=now,
            updated_at=now,
            commented_at=now,
        )
        update = Update(ticket, actor=actor, via=via, opening=True, at=at)
        for column in ("subject", "requester_id", "submitter_id", "organization_id"):
            update.set(column, getattr(ticket, column))
        if follow_up_of:
            update.note("follow_up", ticket=follow_up_of.pk)
        if group:
            update.move(group)
        if assignee:
            update.assign(assignee)
        update.set_status(Status.OPEN if ticket.assignee_id else Status.NEW)
        _set_kind(update, priority, type)
        usual = settings.form_of(None)
        # Kept, so that it stays what it was when another becomes the usual one.
        update.set("form_id", form.pk if form and form.pk in settings.forms else usual and usual.id)
        update.fill(fields)
        update.tag(tags, ())
        update.take_part(Participant.Kind.CC, ccs, ())
        update.say(words)
        if contact:
            update.reached(contact)
        if solved:
            ticket_forms.refuse_unfilled(update)
            if not ticket.assignee_id:
                update.take(actor)
            update.set_status(Status.SOLVED)
        update.commit()
    return ticket


@configuration.afresh
def update(
    ticket_id: int,
    change: Change,
    *,
    actor: User | None,
    via: str,
    source: Mapping[str, Any] | None = None,
) -> Audit | None:
    """Apply a change. Raises Invalid by field, Stale on a closed ticket, Refused for what nobody may set by hand."""
    with transaction.atomic():
        ticket = lock(ticket_id)
        refuse_closed(ticket)
        in_the_making = Update(ticket, actor=actor, via=via, source=source)
        apply(in_the_making, change)
        return in_the_making.commit()


def apply(update: Update, change: Change) -> None:
    """Put a change into an update in the making, in the order in which one thing leads to another.

    Raises Refused for what the actor's role does not allow.
    """
    ticket = update.ticket
    if update.actor and update.actor.custom_role_id is not None:
        _refuse_beyond_role(update.actor, ticket, change)
    if not isinstance(change.subject, Unset):
        if not change.subject.strip():
            raise Invalid("subject", _("A request needs a subject."))
        update.set("subject", " ".join(change.subject.split())[:998])
    if not isinstance(change.group, Unset):
        update.move(change.group)
    if not isinstance(change.assignee, Unset):
        update.assign(change.assignee)
    if not isinstance(change.schedule, Unset):
        update.set("schedule_id", change.schedule.pk if change.schedule else None)
    _set_kind(update, change.priority, change.type)
    if not isinstance(change.form, Unset):
        update.set("form_id", change.form.pk if change.form else None)
    update.fill(change.fields)
    update.tag(change.add_tags, change.remove_tags)
    update.take_part(Participant.Kind.CC, change.add_ccs, change.remove_ccs)
    update.take_part(Participant.Kind.FOLLOWER, change.add_followers, change.remove_followers)
    if change.words:
        update.say(change.words)
    if not isinstance(change.status, Unset) and change.status != ticket.status:
        _refuse_status(ticket, change.status)
        if change.status == Status.SOLVED and update.via in BY_HAND and update.speaker == "agent":
            ticket_forms.refuse_unfilled(update)
        if (
            change.status in (Status.SOLVED, Status.PENDING)
            and not ticket.assignee_id
            and update.speaker == "agent"
            and update.actor
        ):
            update.take(update.actor)
        update.set_status(change.status)


def _refuse_beyond_role(agent: User, ticket: Ticket, change: Change) -> None:
    """A colleague who asks for help himself speaks as a customer."""
    if not agent.is_staff_member or agent.pk == ticket.requester_id:
        return
    if change.words and change.words.public and not access.may(agent, Permission.ANSWER):
        raise Refused(_("Your role writes internal notes only."))
    # Telling a colleague is part of a note.
    if replace(change, words=None, add_followers=()) != Change() and not access.may(agent, Permission.EDIT):
        raise Refused(_("Your role does not change tickets."))


def lock(ticket_id: int) -> Ticket:
    """The ticket, held until the end of the transaction. Raises Missing."""
    found = _held(ticket_id)
    if not found:
        raise Missing
    return found[0]


@prepared
def _held(ticket_id: int) -> "QuerySet[Ticket]":
    held = Ticket.objects.select_for_update(of=("self",)).select_related("requester", "assignee", "organization")
    return held.filter(pk=ticket_id)


def assign(ticket_id: int, agent: User | None, *, actor: User | None, via: str) -> Audit | None:
    """Give the ticket to agent (None: to nobody). Raises Invalid("assignee") if agent is not in the ticket's group."""
    return update(ticket_id, Change(assignee=agent), actor=actor, via=via)


def answer(ticket_id: int, words: Words, *, status: str | Unset = UNSET, actor: User, via: str) -> Audit | None:
    """Answer publicly or write a note, and set the status in the same gesture."""
    return update(ticket_id, Change(words=words, status=status), actor=actor, via=via)


@configuration.afresh
def hear(
    ticket_id: int,
    words: Words,
    *,
    actor: User,
    via: str,
    add_ccs: tuple[User, ...] = (),
    mailbox_id: int | None = None,
) -> tuple[Ticket, Audit | None]:
    """Take in what somebody says by mail or link. A closed ticket gets a follow-up that points back; what is said on
    a merged one goes on where it went (actions.merging).

    Returns the ticket on which the words stand now, and its audit. What an agent says who may not answer is a note.
    """
    with transaction.atomic():
        ticket = lock(ticket_id)
        if actor.is_staff_member and actor.pk != ticket.requester_id and not access.may(actor, Permission.ANSWER):
            words = replace(words, public=False)
        if ticket.merged_into_id:
            from . import merging

            return merging.hear(ticket, words, actor=actor, via=via, add_ccs=add_ccs, mailbox_id=mailbox_id)
        if not ticket.is_closed:
            in_the_making = Update(ticket, actor=actor, via=via)
            in_the_making.take_part(Participant.Kind.CC, add_ccs, ())
            in_the_making.say(words)
            return ticket, in_the_making.commit()
        found = follow_up(ticket, words, actor=actor, via=via, ccs=add_ccs, mailbox_id=mailbox_id)
        return found, found.audits.first()


@configuration.afresh
def follow_up(
    ticket: Ticket,
    words: Words,
    *,
    actor: User,
    via: str,
    ccs: tuple[User, ...] = (),
    mailbox_id: int | None = None,
) -> Ticket:
    """A new ticket that goes on with a closed one, with its form and what stands in its fields."""
    return open_ticket(
        requester=ticket.requester if actor.is_staff_member else actor,
        subject=ticket.subject,
        words=words,
        actor=actor,
        via=via,
        group=ticket.group if ticket.group and ticket.group.active else None,
        ccs=ccs,
        mailbox_id=mailbox_id or ticket.mailbox_id,
        form=_form_in_use(ticket.form_id),
        fields=field_values.still_good(ticket.pk),
        follow_up_of=ticket,
        silent=words.automatic,
    )


@configuration.afresh
def confirm(ticket_id: int, *, actor: User, via: str) -> Audit | None:
    """The customer says that it works: the ticket closes at once, solved or not. Idempotent."""
    with transaction.atomic():
        ticket = lock(ticket_id)
        if ticket.is_closed:
            return None
        in_the_making = Update(ticket, actor=actor, via=via)
        if not ticket.is_solved:
            in_the_making.set_status(Status.SOLVED)
        in_the_making.confirmed = True
        in_the_making.note("confirmed")
        in_the_making.set_status(Status.CLOSED)
        return in_the_making.commit()


@configuration.afresh
def not_yet(ticket_id: int, words: Words, *, actor: User, via: str) -> tuple[Ticket, Audit | None]:
    """The customer says that it does not work yet: reopened to the same technician, whatever the words are like."""
    with transaction.atomic():
        ticket = lock(ticket_id)
        if ticket.is_closed:
            return hear(ticket_id, words, actor=actor, via=via)
        in_the_making = Update(ticket, actor=actor, via=via)
        in_the_making.note("not_yet")
        if ticket.is_solved:
            in_the_making.set_status(Status.OPEN)
        in_the_making.say(words)
        return ticket, in_the_making.commit()


@configuration.afresh
def notice(ticket_id: int, code: str, *, actor: User | None, via: str, **values: Any) -> Audit | None:
    """Write into the history something that happened and changes no field. Works on a closed ticket too."""
    with transaction.atomic():
        in_the_making = Update(lock(ticket_id), actor=actor, via=via)
        in_the_making.note(code, **values)
        return in_the_making.commit()


def mark_read(ticket: Ticket, *, actor: User) -> None:
    """This agent has read the ticket up to now."""
    Reading.objects.update_or_create(ticket=ticket, user=actor, defaults={"read_at": clock.now()})
    notifications.read_ticket(ticket.pk, actor=actor)


def refuse_closed(ticket: Ticket) -> None:
    """A closed ticket is never changed again. Raises Stale."""
    if ticket.merged_into_id:
        merged = {"id": ticket.pk, "into": ticket.merged_into_id}
        raise Stale(_("Request #%(id)s was merged into #%(into)s: go on there.") % merged)
    if ticket.status == Status.CLOSED:
        raise Stale(_("Request #%(id)s is closed: write a new one that follows it up.") % {"id": ticket.pk})


def _refuse_status(ticket: Ticket, status: str) -> None:
    """Which statuses nobody sets by hand. Raises Invalid("status") or Refused."""
    if status not in Status.values:
        raise Invalid("status", _("There is no status “%(status)s”.") % {"status": status})
    if status == Status.CLOSED:
        raise Refused(_("A request closes by itself, or when the customer confirms it."))
    if status == Status.NEW and ticket.status != Status.NEW:
        raise Invalid("status", _("A ticket that somebody has taken cannot be new again."))


def _set_kind(update: Update, priority: int | None | Unset, type: str | Unset) -> None:
    ticket = update.ticket
    if not isinstance(priority, Unset) and priority != ticket.priority:
        if priority is not None and priority not in Priority.values:
            raise Invalid("priority", _("There is no such priority."))
        update.set("priority", priority, logged=Priority(priority).name.lower() if priority else None)
    if not isinstance(type, Unset) and type != ticket.type:
        if type and type not in TicketType.values:
            raise Invalid("type", _("There is no such type."))
        update.set("type", type)


def _subject(subject: str, words: Words) -> str:
    line = " ".join(subject.split())[:998]
    if line:
        return line
    first = next((" ".join(line.split()) for line in words.text.splitlines() if line.strip()), "")
    return first[:100] or _("(no subject)")


def _organization_of(requester: User) -> Organization | None:
    return requester.organization if requester.organization_id else None


def _form_in_use(form_id: int | None) -> TicketForm | None:
    form = configuration.current().forms.get(form_id) if form_id else None
    return TicketForm(pk=form.id) if form and form.active else None


def _first_group(
    settings: configuration.Configuration, mailbox_id: int | None, organization: Organization | None
) -> Group | None:
    mailbox = settings.mailbox(mailbox_id) if mailbox_id else None
    group_id = (organization.group_id if organization else None) or (mailbox.group_id if mailbox else None)
    return settings.groups.get(group_id) if group_id else None
