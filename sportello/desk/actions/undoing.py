"""Undo a change of many tickets: what nobody has changed since becomes what it was. docs/algorithms/jobs.md"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import access
from ..errors import Invalid, Missing, Stale
from ..models import Audit, Job, JobItem, Ticket, User
from ..rules import custom_fields, protocol
from ..words import FINISHED, Permission, Priority, Status, TimerKind, Via
from . import bulk, jobs, junk, merging, tickets
from .lists import CC, FOLLOWER, TAGS
from .update import Update

KIND = "undo"
# An item of which not everything could be put back: somebody has changed it since.
STAYED = "stayed"
COLUMNS = ("subject", "type", "priority", "group_id", "assignee_id", "schedule_id", "form_id")
LISTS = {"tags": TAGS, "cc_ids": CC, "follower_ids": FOLLOWER}


def start(job_id: int, *, actor: User) -> Job:
    """A job that undoes another. Raises Stale when it is at work or was undone before, Missing for another's."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, kind=bulk.KIND).first()
        if job is None or (job.actor_id != actor.pk and not actor.is_admin):
            raise Missing
        if job.state in jobs.WAITING:
            raise Stale(_("This is still at work: stop it first."))
        if Job.objects.filter(undoes=job).exists():
            raise Stale(_("This has been undone already."))
        return jobs.start(KIND, {}, actor=actor, total=_changed_by(job.pk).count(), undoes=job)


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
        audit, error = _undo(job, item.audit, is_seen=item.ticket_id in seen)
        job.failed += bool(error) and error != STAYED
        job.done += not error or error == STAYED
        if error == STAYED:
            bulk.count(job, STAYED)
        items.append(JobItem(job=job, ticket_id=item.ticket_id, audit=audit, error=error))
        job.result = {**job.result, "after": item.pk}
    JobItem.objects.bulk_create(items)
    return job.done + job.failed < job.total


jobs.KINDS[KIND] = undo_piece


def _undo(job: Job, audit: Audit, *, is_seen: bool) -> tuple[Audit | None, str]:
    stayed: list[str] = []

    def verb() -> Audit | None:
        # He may have put it out of his own sight; as long as nobody has touched it, it is his to bring back.
        if not access.may(job.actor, Permission.EDIT) or not (is_seen or _is_untouched(audit)):
            raise Missing
        merged = next((event["into"] for event in audit.events if event["type"] == "Merge"), None)
        if merged is not None:
            if Ticket.objects.filter(pk=audit.ticket_id, merged_into=merged).exists():
                return merging.unmerge(audit.ticket_id, actor=job.actor, via=Via.WEB)
            stayed.append("merged_into_id")  # Somebody has taken it out already.
            return None
        back, kept = take_back(audit, actor=job.actor, via=Via.WEB, source={"rel": "undo", "id": job.pk})
        stayed.extend(kept)
        return back

    done, error = bulk.attempt(verb, job)
    return done, error or (STAYED if stayed else "")


def _is_untouched(audit: Audit) -> bool:
    return not Audit.objects.filter(ticket=audit.ticket_id, pk__gt=audit.pk).exists()


def take_back(
    audit: Audit, *, actor: User, via: str, source: Mapping[str, Any] | None = None
) -> tuple[Audit | None, list[str]]:
    """Put back what one update has changed, where it still stands; with the names of what does not.

    No rule acts on it and no mail leaves. Words that were said stay said. Raises Stale on a ticket that was closed
    since, Missing.
    """
    changed = _net(audit.events)
    with transaction.atomic():
        ticket = tickets.lock(audit.ticket_id)
        if ticket.is_closed and changed.get("status", (None, None))[1] != Status.CLOSED:
            raise Stale
        update = Update(ticket, actor=actor, via=via, source=source)
        stayed = [name for name, (before, after) in changed.items() if not _put_back(update, name, before, after)]
        if not update.events:
            return None, stayed
        if "status" in changed and "status" not in stayed:
            _put_times_back(update, audit)
        update.note("undone", at=audit.created_at.isoformat())
        update.verdict = _clocks(update)
        for event in audit.events:
            if event.get("code") == "spam" and event["values"]["address"]:
                junk.let_through(event["values"]["address"], actor=actor)
        return update.commit(), stayed


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
        "assignee_id": now.agents,
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


def _put_times_back(update: Update, audit: Audit) -> None:
    """Since when somebody waits, or it is solved: no event tells it, so the job kept it (bulk)."""
    was = audit.via.get("source") or {}
    times = {name: datetime.fromisoformat(was[name]) for name in ("waiting_since", "solved_at") if name in was}
    if update.ticket.status in FINISHED:
        update.keep(solved_at=times.get("solved_at", update.now))
    elif "waiting_since" in times and not any(_is_answer(event) for event in audit.events):
        update.keep(waiting_since=times["waiting_since"])


def _is_answer(event: Mapping[str, Any]) -> bool:
    return bool(event["type"] == "Comment" and event["public"] and event["by"] == "agent")


def _clocks(update: Update) -> protocol.Verdict:
    """The clocks of a ticket that comes back to another status count from now; no mail tells of it."""
    before, after = update.before, update._case()
    assert before is not None
    if before.status == after.status or (before.status not in FINISHED and after.status not in FINISHED):
        return protocol.Verdict()
    steps = update.configuration.steps_of(update.ticket.organization_id)
    back = protocol.resume(after, now=update.now, steps=steps)
    stop = (TimerKind.CLOSE, TimerKind.SURVEY) if after.status not in FINISHED else (TimerKind.TAKEN_CHARGE,)
    return replace(back, stop=stop)
