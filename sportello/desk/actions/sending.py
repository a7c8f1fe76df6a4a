"""Verbs that send what is written: a note at once, an answer when its author cannot take it back any more.

What is being written: actions/drafts. docs/algorithms/drafts.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.kit import blobs, claims, clock
from sportello.kit.html_written import content_ids

from .. import access
from ..errors import DeskError, Invalid, Missing, Stale
from ..models import Audit, Comment, Draft, Notification, Ticket, Timer, User
from ..rules import drafts as rules
from ..rules.macros import read_effect
from ..words import NoticeKind, Role, TimerKind, TimerState, Via
from . import configuration, drafts, macros, notifications, tickets
from .drafts import Written
from .tickets import Change, NewFile, Words

UNDO = timedelta(seconds=10)
LATEST = timedelta(days=366)
PREVIEW = 160


def say(
    ticket_id: int,
    written: Written,
    *,
    actor: User,
    via: str,
    files: Sequence[NewFile] = (),
    seen: int | None = None,
    version: int | None = None,
) -> Audit | None:
    """Do at once what is written: a note, or changes without a word. The draft is gone with it.

    While an answer waits to leave, the draft is that answer's: then this is done beside it. Raises ChangedElsewhere,
    Stale where he has written after `seen` already, and what tickets.update raises.
    """
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        # Two clicks at once: each found nothing when it asked, before it held the ticket.
        own = Comment.objects.filter(ticket=ticket, side_conversation=None, author=actor)
        if seen is not None and own.filter(pk__gt=seen).exists():
            raise Stale(_("You sent this a moment ago: look at the end of the conversation before you send again."))
        draft = kept = drafts.own(ticket_id, actor)
        is_beside = drafts.leaving(kept) is not None
        if is_beside:
            draft = drafts.beside(kept) or Draft(author=actor, ticket=ticket)
        drafts.refuse_changed(draft, written, version)
        drafts.fill(draft, written, seen or 0)
        audit = _apply(draft, actor, via=via, files=files)
        if is_beside:
            drafts.put_beside(kept, None)
        elif kept.pk is not None:
            drafts.end(kept)
    return audit


def send(
    ticket_id: int,
    written: Written,
    *,
    actor: User,
    files: Sequence[NewFile] = (),
    seen: int | None = None,
    at: datetime | None = None,
    version: int | None = None,
) -> Draft:
    """Let an answer wait until it leaves: ten seconds, or until `at`. Nothing happens to the ticket before.

    seen: the latest comment that the writer had before him; None: all there is. Raises at once what would be refused
    then (Invalid, Refused, Stale), ChangedElsewhere, and Stale where an answer of his is leaving already.
    """
    stored = [(file, blobs.store(file.content)) for file in files]
    now = clock.now()
    if at is not None and not now < at <= now + LATEST:
        raise Invalid("at", _("Choose a time that is still to come, within a year."))
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        draft = drafts.own(ticket_id, actor)
        drafts.refuse_leaving(draft)
        drafts.refuse_changed(draft, written, version)
        draft.stopped_because, draft.stopped_by, draft.stopped_detail, draft.stopped_at = "", None, "", None
        drafts.write(draft, written, _latest(ticket) if seen is None else seen)
        for file, digest in stored:
            drafts.add_file(draft, file, digest)
        _rehearse(draft, actor)
        due_at = max(at or now, now + UNDO)
        Timer.objects.create(ticket=ticket, kind=TimerKind.SEND, draft=draft, due_at=due_at, created_at=now)
    return draft


def undo(ticket_id: int, *, actor: User) -> Draft:
    """Take back an answer that has not left: its text is a draft again. Raises Stale when it has."""
    with transaction.atomic():
        draft, timer = _hold(ticket_id, actor)
        _cancel(timer)
        draft.version += 1
        draft.save(update_fields=["version"])
    return draft


def hasten(ticket_id: int, *, actor: User) -> None:
    """An answer that was to leave later leaves now. Raises Stale when it has left."""
    with transaction.atomic():
        _draft, timer = _hold(ticket_id, actor)
        timer.due_at = clock.now()
        timer.save(update_fields=["due_at"])


def _cancel(timer: Timer) -> None:
    timer.state, timer.ended_at = TimerState.CANCELLED, clock.now()
    timer.save(update_fields=["state", "ended_at"])


def _hold(ticket_id: int, actor: User) -> tuple[Draft, Timer]:
    tickets.lock(ticket_id)
    draft = drafts.own(ticket_id, actor)
    timer = drafts.leaving(draft)
    if timer is None:
        raise Stale(_("It has left already, or was taken back."))
    return draft, timer


# --- when its time has come -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    because: str
    by: User | None = None
    detail: str = ""


def on_timer(ticket: Ticket, timer: Timer) -> None:
    """Send the answer that a claimed timer stands for, or stop it and tell its author. ticket: locked.

    It stops where a customer or a colleague wrote after what its author had read, and where the ticket refuses it.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("author").get(timers=timer)
    with translation.override(draft.author.language or configuration.current().desk.language):
        stop = _left(draft.author) or _forestalled(ticket, draft)
        if stop is None:
            try:
                with transaction.atomic():
                    _apply(draft, draft.author, via=Via.WEB)
            except Missing:
                stop = Stop("refused", detail=_("You cannot see this ticket any more."))
            except DeskError as refusal:
                stop = Stop("refused", detail=refusal.sentence)
    # The clock outlives the draft: what was done stays on record.
    claims.finish(timer, state=TimerState.DONE, ended_at=clock.now(), draft_id=None)
    if stop:
        _stop(draft, stop)
    else:
        drafts.end(draft)


def unsent(author: User) -> "QuerySet[Draft]":
    """His answers that wait to leave, and those that were stopped."""
    waiting = Timer.objects.filter(state=TimerState.WAITING, draft__isnull=False).values("draft")
    return Draft.objects.filter(Q(pk__in=waiting) | ~Q(stopped_because=""), author=author)


def leave_behind(author: User, to: User | None) -> None:
    """He works here no more: what he has not sent does not leave, and whoever goes on with the ticket is told.

    to: who takes over his work. Idempotent.
    """
    ticket_ids = unsent(author).exclude(stopped_because=rules.LEFT).values_list("ticket", flat=True)
    for ticket_id in sorted(ticket_ids):
        with transaction.atomic():
            tickets.lock(ticket_id)
            draft = drafts.own(ticket_id, author)
            if timer := drafts.leaving(draft):
                _cancel(timer)
            elif not draft.stopped_because:
                continue  # It has left meanwhile.
            _stop(draft, Stop(rules.LEFT, author), to)


def give_up(timer: Timer) -> None:
    """The desk itself failed each time: the answer is a draft again, and its author is told."""
    draft = Draft.objects.select_related("author").filter(timers=timer).first()
    if draft is not None:
        _stop(draft, Stop("refused", detail=timer.last_error))


def _forestalled(ticket: Ticket, draft: Draft) -> Stop | None:
    """Who wrote first. What machines say by themselves holds up nobody."""
    newer = Comment.objects.filter(ticket=ticket, side_conversation=None, pk__gt=draft.seen, automatic=False)
    newer = newer.exclude(author=draft.author_id)
    first = newer.select_related("author").order_by("id").first()
    if first is None:
        return None
    by = first.author
    is_colleague = by is None or (by.is_staff_member and by.pk != ticket.requester_id)
    return Stop("colleague" if is_colleague else "customer", by, " ".join(first.text.split())[:PREVIEW])


def _left(author: User) -> Stop | None:
    return None if author.active and author.is_staff_member else Stop(rules.LEFT, author)


def _stop(draft: Draft, stop: Stop, to: User | None = None) -> None:
    """to: who takes over the work of an author who has left."""
    draft.stopped_because, draft.stopped_by = stop.because, stop.by
    draft.stopped_detail, draft.stopped_at = stop.detail[:500], clock.now()
    draft.version += 1
    draft.save(update_fields=["stopped_because", "stopped_by", "stopped_detail", "stopped_at", "version"])
    values = {"because": stop.because, "by": stop.by.name if stop.by else "", "detail": stop.detail[:PREVIEW]}
    told = _heirs(draft, to) if stop.because == rules.LEFT else [draft.author_id]
    notifications.tell(told, NoticeKind.NOT_SENT, ticket_id=draft.ticket_id, author=stop.by, values=values)


def _heirs(draft: Draft, to: User | None) -> list[int]:
    """Who goes on where somebody has left: the ticket's assignee, or who takes over his work, or the group, or the
    administrators. The first of them who are here and see the ticket.
    """
    ticket, agents = draft.ticket, User.objects.staff().exclude(pk=draft.author_id)
    for some in (
        agents.filter(pk=ticket.assignee_id) if ticket.assignee_id else (),
        agents.filter(pk=to.pk) if to else (),
        agents.filter(memberships__group=ticket.group_id) if ticket.group_id else (),
        agents.filter(role=Role.ADMIN),
    ):
        found = [it.pk for it in some if access.tickets(it).filter(pk=ticket.pk).exists()]
        if found:
            return found
    return []


def _latest(ticket: Ticket) -> int:
    return ticket.comments.order_by("-id").values_list("pk", flat=True).first() or 0


class _Rehearsed(Exception):
    pass


def _rehearse(draft: Draft, author: User) -> None:
    """Do it and undo it: whatever would be refused is refused while its writer still sits before it."""
    try:
        with transaction.atomic():
            _apply(draft, author, via=Via.WEB)
            raise _Rehearsed
    except _Rehearsed:
        pass


def _apply(draft: Draft, author: User, *, via: str, files: Sequence[NewFile] = ()) -> Audit | None:
    """Write on the ticket what the draft says. Raises what tickets.update raises, Missing and Refused."""
    ticket = access.get_ticket(author, draft.ticket_id, to="comment")
    named = _mentioned(draft.text, ticket, author)
    change = _change(draft, (*_files(draft), *files))
    if change.words and named:
        change = replace(change, add_followers=(*change.add_followers, *named))
    audit = tickets.update(ticket.pk, change, actor=author, via=via, source=_source(author, draft.macro_id))
    if audit and change.words and named:
        preview = " ".join(draft.text.split())[:PREVIEW]
        told = [colleague.pk for colleague in named]
        # Who follows the ticket already hears of it once, by what says more.
        heard = Notification.objects.filter(ticket=ticket, kind=NoticeKind.FOLLOWED, created_at__gte=audit.created_at)
        heard.filter(user__in=told).delete()
        notifications.tell(told, NoticeKind.MENTION, ticket_id=ticket.pk, author=author, values={"text": preview})
    return audit


def _change(draft: Draft, files: tuple[NewFile, ...]) -> Change:
    """What is said, with the changes that stay ticked. A status that was chosen has the last word on it."""
    effects = tuple(read_effect(line, configuration.current().fields) for line in draft.changes)
    change = macros.as_change(effects)
    words = Words(text=draft.text, html=draft.html, public=draft.public, files=files)
    # A macro may change a ticket without a word.
    change = replace(change, words=None if words.is_empty and effects else words)
    own_fields = {int(pk): value for pk, value in drafts.without_beside(draft.fields).items()}
    change = replace(change, fields={**change.fields, **own_fields})
    return replace(change, status=draft.status) if draft.status else change


def _files(draft: Draft) -> list[NewFile]:
    """Its files, but for pictures that the text does not show any more."""
    if draft.pk is None:
        return []
    shown = content_ids(draft.html)
    return [
        NewFile(file.file_name, file.content_type, blobs.read(file.digest), file.content_id, file.inline)
        for file in draft.files.order_by("id")
        if not file.inline or file.content_id in shown
    ]


def _mentioned(text: str, ticket: Ticket, author: User) -> tuple[User, ...]:
    """The colleagues whom it names. Raises Invalid("comment") for one who may not see the ticket."""
    agents = configuration.current().agents
    named = [agents[pk] for pk in rules.mentioned(text, {pk: it.name for pk, it in agents.items()}) if pk != author.pk]
    for colleague in named:
        if not access.tickets(colleague).filter(pk=ticket.pk).exists():
            said = _("%(agent)s cannot see this ticket: name somebody else, or move the ticket first.")
            raise Invalid("comment", said % {"agent": colleague.name})
    return tuple(named)


def _source(author: User, macro_id: int | None) -> dict[str, Any] | None:
    """What the audit says of the macro, when it is one that this agent can apply."""
    if not macro_id:
        return None
    try:
        macro = access.get_macro(author, macro_id)
    except Missing:
        return None
    return {"rel": "macro", "id": macro.pk, "title": macro.title}
