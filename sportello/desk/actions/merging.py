"""Merge a ticket into another, and take it back out. Nothing moves, so all can go back: docs/algorithms/merging.md"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import families, threads
from ..errors import Invalid, Stale
from ..models import Audit, Participant, Ticket, User
from ..rules import merging as rules
from ..rules import protocol, thanks
from ..words import FINISHED, Status
from . import configuration, tickets
from .comments import Words
from .lists import CC, FOLLOWER
from .update import Update


@configuration.afresh
def merge(
    ticket_id: int,
    into_id: int,
    *,
    actor: User,
    via: str,
    note: str = "",
    tell_requester: bool = False,
    add_ccs: bool | None = None,
) -> Audit:
    """Let a ticket go on in another, or where that one went. Returns the audit of the ticket that was merged.

    note: an internal note on the other. tell_requester: by a mail. add_ccs: whether the ticket's requester and those in
    copy read the other conversation from now on; None: if both are of one organization or one person. Raises
    Invalid("into"), Stale when either is closed, Missing.
    """
    into_id = (families.chain(into_id) or [into_id])[-1]
    if into_id == ticket_id:
        raise Invalid("into", _("A ticket cannot be merged into itself."))
    with transaction.atomic():
        # Two who merge the same two tickets at once must not wait for each other.
        held = {pk: tickets.lock(pk) for pk in sorted((ticket_id, into_id))}
        source, target = held[ticket_id], held[into_id]
        for ticket in (source, target):
            tickets.refuse_closed(ticket)
        if add_ccs is None:
            add_ccs = is_close(source, target)
        brought = {kind: _taking_part(source, kind) for kind in ((CC, FOLLOWER) if add_ccs else (FOLLOWER,))}
        if add_ccs:
            brought[CC] = [source.requester, *brought[CC]]
        waiting_since = source.waiting_since
        audit = _leave(source, target, actor, via, tell_requester)
        _take_in(source, target, actor, via, brought, waiting_since, note)
    return audit


def is_close(source: Ticket, target: Ticket) -> bool:
    """Whether the people of one may read the other without asking: one requester, or one organization."""
    if source.requester_id == target.requester_id:
        return True
    return source.organization_id is not None and source.organization_id == target.organization_id


def _taking_part(ticket: Ticket, kind: str) -> list[User]:
    rows = Participant.objects.filter(ticket=ticket, kind=kind).select_related("user").order_by("id")
    return [row.user for row in rows]


def _leave(source: Ticket, target: Ticket, actor: User, via: str, tell: bool) -> Audit:
    update = Update(source, actor=actor, via=via)
    update.verdict = protocol.Verdict(send=rules.LETTER if tell else "", stop=protocol.MERGING)
    update.events.append(
        {
            "type": "Merge",
            "into": target.pk,
            "status": source.status,
            "solved_at": _stamp(source.solved_at),
            "waiting_since": _stamp(source.waiting_since),
            "told": tell,
        }
    )
    update.keep(
        merged_into_id=target.pk,
        status=Status.CLOSED,
        solved_at=source.solved_at or update.now,
        waiting_since=None,
    )
    audit = update.commit()
    assert audit
    return audit


def _take_in(
    source: Ticket,
    target: Ticket,
    actor: User,
    via: str,
    brought: dict[str, list[User]],
    waiting_since: datetime | None,
    note: str,
) -> None:
    update = Update(target, actor=actor, via=via)
    values: dict[str, Any] = {kind: [person.pk for person in people] for kind, people in brought.items()}
    if waiting_since and target.status not in FINISHED:  # Whoever waited goes on waiting, here.
        values["waiting"] = [_stamp(target.waiting_since), _stamp(waiting_since)]
        update.keep(waiting_since=min(waiting_since, target.waiting_since or waiting_since))
    update.note("merged", ticket=source.pk, **values)
    for kind, people in brought.items():
        update.take_part(kind, people, ())
    if note.strip():
        update.say(Words(note.strip(), public=False))
    update.commit()


@configuration.afresh
def unmerge(ticket_id: int, *, actor: User, via: str) -> Audit:
    """Take a ticket back out: as it was when it was merged, its clocks going on from now. Returns its audit.

    What was written meanwhile stays where it was written. Raises Stale when the ticket is not merged, Missing.
    """
    into_id = Ticket.objects.filter(pk=ticket_id).values_list("merged_into", flat=True).first()
    with transaction.atomic():
        # In the same order as a merge: neither waits for the other.
        held = {pk: tickets.lock(pk) for pk in sorted({ticket_id, into_id or ticket_id})}
        source = held[ticket_id]
        if source.merged_into_id is None or source.merged_into_id not in held:
            raise Stale(_("Request #%(id)s is not merged any more.") % {"id": source.pk})
        target, was = held[source.merged_into_id], merge_event(source)
        audit = _come_back(source, target, was, actor, via)
        _let_go(source, target, actor, via)
    return audit


def _come_back(source: Ticket, target: Ticket, was: dict[str, Any], actor: User, via: str) -> Audit:
    update = Update(source, actor=actor, via=via)
    update.events.append({"type": "Unmerge", "from": target.pk, "status": was["status"]})
    update.keep(
        merged_into_id=None,
        status=was["status"],
        solved_at=_moment(was["solved_at"]),
        waiting_since=_moment(was["waiting_since"]),
    )
    case = protocol.Case(
        status=source.status, has_assignee=False, told=source.told_at is not None, silent=source.silent
    )
    update.verdict = protocol.resume(case, now=update.now, steps=update.configuration.steps_of(source.organization_id))
    audit = update.commit()
    assert audit
    return audit


def _let_go(source: Ticket, target: Ticket, actor: User, via: str) -> None:
    audits = list(Audit.objects.filter(ticket=target).order_by("id").values_list("events", flat=True))
    update = Update(target, actor=actor, via=via)
    update.note("unmerged", ticket=source.pk)
    for kind in (CC, FOLLOWER):
        leaving = rules.who_leaves(audits, source.pk, kind)
        update.take_part(kind, (), [User(pk=pk) for pk in sorted(leaving)])
    update.keep(waiting_since=rules.who_waits(audits, source.pk, target.waiting_since))
    update.commit()


def merge_event(ticket: Ticket) -> dict[str, Any]:
    """What stands in the history of the present merge of a ticket."""
    newest = Audit.objects.filter(ticket=ticket).order_by("-id").values_list("events", flat=True)
    return next(event for events in newest.iterator(50) for event in events if event["type"] == "Merge")


def hear(
    ticket: Ticket, words: Words, *, actor: User, via: str, add_ccs: Collection[User], mailbox_id: int | None
) -> tuple[Ticket, Audit | None]:
    """Take in what is said on a merged, locked ticket: where it went, if the speaker takes part there.

    Whoever was left out of the other conversation goes on in his own, where only he and the agents read; the ticket
    that is being worked on says so and opens again.
    """
    end_id = families.chain(ticket.pk)[-1]
    listener = ticket.requester if actor.is_staff_member else actor
    if threads.takes_part(listener, end_id):
        return tickets.hear(end_id, words, actor=actor, via=via, add_ccs=tuple(add_ccs), mailbox_id=mailbox_id)
    end = tickets.lock(end_id)
    if end.is_closed:
        found = tickets.follow_up(ticket, words, actor=actor, via=via, ccs=tuple(add_ccs), mailbox_id=mailbox_id)
        return found, found.audits.first()
    update = Update(ticket, actor=actor, via=via)
    update.take_part(CC, add_ccs, ())
    update.say(words)
    update.verdict = protocol.Verdict(send=protocol.REPLY if update.is_answered else "")
    audit = update.commit()
    if update.speaker == "end-user" and not words.automatic:
        _wake(end, ticket, words, actor, via)
    return ticket, audit


def _wake(end: Ticket, ticket: Ticket, words: Words, actor: User, via: str) -> None:
    update = Update(end, actor=actor, via=via)
    update.note("merged_words", ticket=ticket.pk)
    update.keep(commented_at=update.now, customer_commented_at=update.now)
    if not (end.status == Status.SOLVED and thanks.is_only_thanks(words.text) and not words.files):
        if end.status in (Status.PENDING, Status.HOLD, Status.SOLVED):
            update.set_status(Status.OPEN)
        update.keep(waiting_since=end.waiting_since or update.now)
    update.commit()


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None
