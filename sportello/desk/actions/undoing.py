"""Undo a change of many tickets: what nobody has changed since becomes what it was; and do it again.

docs/algorithms/jobs.md
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import access
from ..errors import Invalid, Missing, Stale
from ..models import Audit, Job, JobItem, Ticket, User
from ..rules import custom_fields, protocol
from ..words import FINISHED, Permission, Priority, Status, TimerKind, Via
from . import bulk, inbox, jobs, junk, merging, outbox, tickets
from .lists import CC, FOLLOWER, TAGS
from .update import Update

UNDO, REDO = "undo", "redo"
# By which kind of job each kind is undone.
UNDONE_BY = {bulk.KIND: UNDO, UNDO: REDO, REDO: UNDO}
# An item of which not everything could be put back: somebody has changed it since.
STAYED = "stayed"
# In the result of a job: how many mails it called back, how many had left by then, how many leave after all.
CALLED_BACK, LEFT, SENT_AGAIN = "called_back", "left", "sent_again"
COLUMNS = ("subject", "type", "priority", "group_id", "assignee_id", "schedule_id", "form_id")
LISTS = {"tags": TAGS, "cc_ids": CC, "follower_ids": FOLLOWER}


def start(job_id: int, *, actor: User) -> Job:
    """A job that undoes another, or does again what that one has undone.

    Raises Stale when it is at work or was undone before, Missing for another's.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, kind__in=UNDONE_BY).first()
        if job is None or (job.actor_id != actor.pk and not actor.is_admin):
            raise Missing
        if job.state in jobs.WAITING:
            raise Stale(_("This is still at work: stop it first."))
        if Job.objects.filter(undoes=job).exists():
            raise Stale(_("This has been undone already."))
        return jobs.start(UNDONE_BY[job.kind], {}, actor=actor, total=_changed_by(job.pk).count(), undoes=job)


def _changed_by(job_id: int | None) -> Any:
    return JobItem.objects.filter(job=job_id, audit__isnull=False)


def undo_piece(job: Job) -> bool:
    """The next tickets that a job has changed."""
    left = _changed_by(job.undoes_id).filter(pk__gt=job.result.get("after", 0)).select_related("audit")
    ahead = list(left.order_by("pk")[: bulk.AHEAD])
    seen = set(access.tickets(job.actor).filter(pk__in=[it.ticket_id for it in ahead]).values_list("pk", flat=True))
    items = []
    for item in jobs.in_time(ahead):
        assert item.audit is not None
        back, error = _undo(job, item.audit, is_seen=item.ticket_id in seen)
        job.failed += bool(error) and error != STAYED
        job.done += not error or error == STAYED
        if error == STAYED:
            bulk.count(job, STAYED)
        for what, number in (+back.mails).items():
            bulk.count(job, what, number)
        items.append(JobItem(job=job, ticket_id=item.ticket_id, audit=back.audit, error=error))
        job.result = {**job.result, "after": item.pk}
    JobItem.objects.bulk_create(items)
    return job.done + job.failed < job.total


jobs.KINDS |= {UNDO: undo_piece, REDO: undo_piece}


@dataclass(slots=True)
class Back:
    """What putting one ticket back came to. stayed: what somebody has changed since. mails: by CALLED_BACK, LEFT, …"""

    audit: Audit | None = None
    stayed: list[str] = field(default_factory=list)
    mails: Counter[str] = field(default_factory=Counter)


def _undo(job: Job, audit: Audit, *, is_seen: bool) -> tuple[Back, str]:
    back = Back()

    def verb() -> Audit | None:
        nonlocal back
        # He may have put it out of his own sight; as long as nobody has touched it, it is his to bring back.
        if not access.may(job.actor, Permission.EDIT) or not (is_seen or _is_untouched(audit)):
            raise Missing
        moved = next((event for event in audit.events if event["type"] in ("Merge", "Unmerge")), None)
        if moved is None:
            back = take_back(audit, actor=job.actor, via=Via.WEB, source={"rel": job.kind, "id": job.pk})
        else:
            back = _move_back(audit.ticket_id, moved, job.actor)
        return back.audit

    _done, error = bulk.attempt(verb, job)
    return (Back() if error else back), error or (STAYED if back.stayed else "")


def _is_untouched(audit: Audit) -> bool:
    return not Audit.objects.filter(ticket=audit.ticket_id, pk__gt=audit.pk).exists()


def _move_back(ticket_id: int, moved: Mapping[str, Any], actor: User) -> Back:
    """Out of the ticket that it was merged into, or into it again, unless somebody has moved it since."""
    into = moved.get("into")
    if not Ticket.objects.filter(pk=ticket_id, merged_into=into).exists():
        return Back(stayed=["merged_into_id"])
    if into is not None:
        return Back(merging.unmerge(ticket_id, actor=actor, via=Via.WEB))
    if not access.may(actor, Permission.MERGE) or not access.tickets(actor).filter(pk=moved["from"]).exists():
        raise Missing
    return Back(merging.merge(ticket_id, moved["from"], actor=actor, via=Via.WEB))


def take_back(audit: Audit, *, actor: User, via: str, source: Mapping[str, Any]) -> Back:
    """Put back what one update has changed, where it still stands, and call back its mails, where they have not left.
    What was itself undone is done again, and its mails leave.

    No rule acts on it and nothing is told. Words that were said stay said. Raises Stale on a ticket that was closed
    since, Missing.
    """
    changed = _net(audit.events)
    notes = {event["code"]: event["values"] for event in audit.events if event["type"] == "Note"}
    with transaction.atomic():
        ticket = tickets.lock(audit.ticket_id)
        if ticket.is_closed and changed.get("status", (None, None))[1] != Status.CLOSED:
            raise Stale
        update = Update(ticket, actor=actor, via=via, source={**source, **bulk.was(ticket)})
        stayed = [name for name, (before, after) in changed.items() if not _put_back(update, name, before, after)]
        is_back = "status" in changed and "status" not in stayed
        if "undone" in notes:
            mails = _do_again(update, audit, notes["undone"], is_back, is_whole=not stayed)
        else:
            mails = _call_back(update, audit, notes, is_back, actor)
        if not update.events:
            return Back(stayed=stayed, mails=mails)
        update.verdict = _clocks(update)
        return Back(update.commit(), stayed, mails)


def _call_back(update: Update, audit: Audit, notes: Mapping[str, Any], is_back: bool, actor: User) -> Counter[str]:
    """What undoing does besides the fields: the mails, the times, the sender of spam."""
    called = outbox.call_back(audit.pk, notes.get("redone", {}).get("mails", {}))
    is_unheard = bool(called.mails) and not called.left
    if is_unheard and update.ticket.told_at == audit.created_at and "told_at" not in _times(audit):
        update.keep(told_at=None)
    if is_back or (is_unheard and _is_untouched(audit)):
        _put_times_back(update, audit, is_unheard)
    if update.events or called.mails:
        said: dict[str, Any] = {"mails": called.mails} if called.mails else {}
        if "spam" in notes:
            said["spam"] = notes["spam"]["address"]
            junk.let_through(said["spam"], actor=actor)
        update.note("undone", at=audit.created_at.isoformat(), **said)
    return Counter({CALLED_BACK: len(called.mails), LEFT: called.left})


def _do_again(
    update: Update, audit: Audit, undone: Mapping[str, Any], is_back: bool, *, is_whole: bool
) -> Counter[str]:
    """What doing again does besides the fields. is_whole: all of them are as the job had left them."""
    may_send = is_whole and update.actor is not None and access.may(update.actor, Permission.ANSWER)
    mails = outbox.send_again(undone.get("mails", {})) if may_send else {}
    if mails and update.ticket.told_at is None:
        update.keep(told_at=update.now)
    if is_back:
        _put_times_back(update, audit, is_unheard=False)
    if mails and _is_untouched(audit):
        update.keep(waiting_since=_times(audit).get("waiting_since"))
    if is_back and "spam" in undone:
        held = inbox.trip(undone["spam"], junk.BY_HAND) if undone["spam"] else None
        update.note("spam", address=held.address if held else "")
    if update.events or mails:
        update.note("redone", at=audit.created_at.isoformat(), **({"mails": mails} if mails else {}))
    return Counter({SENT_AGAIN: len(mails)})


def _net(events: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, Any]]:
    """What each field was before all of it and is after; the status comes last, for it hangs on the others."""
    found: dict[str, tuple[Any, Any]] = {}
    for event in events:
        if event["type"] == "Change":
            name = event["field_name"]
            found[name] = (found[name][0] if name in found else event["previous_value"], event["value"])
    return dict(sorted(found.items(), key=lambda it: it[0] == "status"))


def _put_back(update: Update, name: str, before: Any, after: Any) -> bool:
    """False: it stays as it is now."""
    if name in LISTS:
        return _put_list_back(update, name, set(before), set(after))
    if own := custom_fields.id_of(name):
        return _put_own_back(update, own, before, after)
    if name == "status":
        return _put_status_back(update, before, after)
    if name not in COLUMNS:
        return False
    stands = Priority[after.upper()].value if name == "priority" and after else after
    if getattr(update.ticket, name) != stands or not _is_there(update, name, before):
        return False
    named = Priority(before).name.lower() if name == "priority" and before else None
    update.set(name, before, logged=named)
    return True


def _is_there(update: Update, name: str, key: Any) -> bool:
    """Whether whom or what it was can still be had."""
    now = update.configuration
    known: dict[str, Mapping[int, Any]] = {
        "assignee_id": now.answerers,
        "group_id": now.groups,
        "schedule_id": now.schedules,
        "form_id": now.forms,
    }
    return key is None or name not in known or key in known[name]


def _put_status_back(update: Update, before: str, after: str) -> bool:
    ticket = update.ticket
    if ticket.status != after or (before == Status.NEW and ticket.assignee_id is not None):
        return False
    update.set_status(before)
    return True


def _put_list_back(update: Update, name: str, before: set[Any], after: set[Any]) -> bool:
    """What came goes, what went comes back; what others have put there or taken away since stays so."""
    kind = LISTS[name]
    come, gone = after - before, before - after
    if kind == TAGS:
        update.tag(gone, come)
    else:
        people = {person.pk: person for person in User.objects.filter(pk__in=come | gone)}
        update.take_part(kind, [people[pk] for pk in gone if pk in people], [people[pk] for pk in come if pk in people])
    return True


def _put_own_back(update: Update, own: int, before: Any, after: Any) -> bool:
    field = update.configuration.custom_fields.get(own)
    if field is None or custom_fields.write(field, update.filled.has().get(own, custom_fields.blank(field))) != after:
        return False
    try:
        update.fill({own: before})
    except Invalid:  # The option that stood there is not offered any more.
        return False
    return True


def _times(audit: Audit) -> dict[str, datetime]:
    """Since when somebody waited, it was solved and the customer was told, before an update: no event says so."""
    was = audit.via.get("source") or {}
    return {name: datetime.fromisoformat(was[name]) for name in bulk.KEPT if name in was}


def _put_times_back(update: Update, audit: Audit, is_unheard: bool) -> None:
    """is_unheard: what the update said has reached nobody."""
    times = _times(audit)
    if update.ticket.status in FINISHED:
        update.keep(solved_at=times.get("solved_at", update.now))
    elif "waiting_since" in times and (is_unheard or not any(_is_answer(event) for event in audit.events)):
        update.keep(waiting_since=times["waiting_since"])


def _is_answer(event: Mapping[str, Any]) -> bool:
    return bool(event["type"] == "Comment" and event["public"] and event["by"] == "agent")


def _clocks(update: Update) -> protocol.Verdict:
    """The clocks of a ticket that comes back to another status count from now; those of one whose first mail was called
    back, too."""
    before, after = update.before, update._case()
    assert before is not None
    if before.status == after.status and before.told == after.told:
        return protocol.Verdict()
    if after.status == Status.CLOSED:
        return protocol.Verdict(stop=protocol.MERGING)
    steps = update.configuration.steps_of(update.ticket.organization_id)
    back = protocol.resume(after, now=update.now, steps=steps)
    if after.status in FINISHED:
        return replace(back, stop=(TimerKind.TAKEN_CHARGE,)) if before.status != after.status else protocol.Verdict()
    stop = (TimerKind.CLOSE, TimerKind.SURVEY) if before.status in FINISHED else ()
    if after.told and not before.told:
        stop = (*stop, TimerKind.TAKEN_CHARGE)
    is_new = before.status in FINISHED or before.told != after.told
    return replace(back if is_new else protocol.Verdict(), stop=stop)
