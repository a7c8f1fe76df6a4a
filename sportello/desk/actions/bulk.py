"""One change of many tickets, as a job: each by the verb that changes one, with its own audit. docs/algorithms/jobs.md

What is wished is JSON, of which only what is to change is there: {"status", "priority", "assignee", "group" (by id;
null: nobody, none), "add_tags", "remove_tags", "macro" (by id), "text" (with placeholders) and "public",
"spam" and "hold", "merge_into"}.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from .. import access, families
from ..errors import DeskError, Invalid, Missing, Refused, Stale
from ..models import Audit, Job, JobItem, Macro, Ticket, User
from ..rules import macros as rules
from ..rules import placeholders
from ..rules.triggers import fault_in
from ..words import JobState, Permission, Priority, Status, Via
from . import configuration, jobs, junk, macros, merging, tickets
from .lists import TAGS, Lists
from .tickets import Change, Words

log = structlog.get_logger()
Wish = Mapping[str, Any]

KIND = "bulk"
AT_MOST = 100_000
# Whoever wishes the same again within this time clicked twice.
TWO_CLICKS = timedelta(seconds=5)
# So many tickets are looked up at once; a piece comes to fewer.
AHEAD = 200
STATUSES = (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)
KEPT = ("waiting_since", "solved_at", "told_at")
# Why a ticket could not be changed, where that needs no words of its own.
CLOSED, MISSING, BROKEN = "closed", "missing", "broken"


def start(ticket_ids: Sequence[int], wish: Wish, *, actor: User) -> Job:
    """A job that changes these tickets as wished. Raises Invalid by field, Refused for who may not."""
    if not access.may(actor, Permission.BULK):
        raise Refused(_("Your role does not let you change many tickets at once."))
    names = _refuse(wish, actor)
    # In one order, so that two jobs never wait for each other.
    chosen = sorted({*ticket_ids} - {wish.get("merge_into")})
    if not chosen:
        raise Invalid("tickets", _("Select at least one ticket."))
    if len(chosen) > AT_MOST:
        raise Invalid("tickets", _("At most %(limit)s tickets at once.") % {"limit": AT_MOST})
    arguments = {"tickets": chosen, "wish": dict(wish), "names": names}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        return _begun(arguments, actor) or jobs.start(KIND, arguments, actor=actor, total=len(chosen))


def _begun(arguments: Wish, actor: User) -> Job | None:
    """What a second click means: the same wish about tickets that a job begun a moment ago has already."""
    latest = Job.objects.filter(actor=actor, kind=KIND, created_at__gte=clock.now() - TWO_CLICKS, undone_by=None)
    for job in latest.filter(state__in=(*jobs.WAITING, JobState.DONE)).order_by("-id"):
        if job.arguments["wish"] == arguments["wish"] and {*arguments["tickets"]} <= {*job.arguments["tickets"]}:
            return job
    return None


def _refuse(wish: Wish, actor: User) -> dict[str, str]:
    """Returns what those things are called that pages will not find any more once they are dropped."""
    now = configuration.current()
    faults: dict[str, object] = {}
    if not wish:
        raise Invalid("wish", _("Choose what is to change."))
    if "status" in wish and wish["status"] not in STATUSES:
        faults["status"] = _("Choose one from the list.")
    if wish.get("priority") is not None and wish["priority"] not in Priority.values:
        faults["priority"] = _("Choose one from the list.")
    if wish.get("assignee") is not None and wish["assignee"] not in now.answerers:
        known = now.agents.get(wish["assignee"])
        faults["assignee"] = configuration.cannot_be_given(known.name) if known else _("Choose one from the list.")
    if wish.get("group") is not None and wish["group"] not in now.groups:
        faults["group"] = _("Choose one from the list.")
    if fault := fault_in(wish.get("text", ""), now.fields):
        faults["text"] = fault
    macro = access.macros(actor).filter(pk=wish["macro"]).first() if "macro" in wish else None
    if "macro" in wish and macro is None:
        faults["macro"] = _("Choose one from the list.")
    if "merge_into" in wish and not _may_merge_into(wish["merge_into"], actor):
        faults["merge_into"] = _("There is no such ticket.")
    if faults:
        raise Invalid(faults)
    return {"macro": macro.title} if macro else {}


def _may_merge_into(ticket_id: int, actor: User) -> bool:
    """What was merged itself leads on, to a ticket that he has to see as well."""
    end = (families.chain(ticket_id) or [ticket_id])[-1]
    return access.may(actor, Permission.MERGE) and access.tickets(actor).filter(pk=end).exists()


def writes_to_customers(wish: Wish, actor: User) -> bool:
    """Whether each customer gets a mail of it: an answer, by itself or of a macro, or that his request is solved."""
    says, public, status = bool(wish.get("text")), bool(wish.get("public")), wish.get("status")
    macro = access.macros(actor).filter(pk=wish["macro"]).first() if "macro" in wish else None
    if macro is not None:
        actions, _gone = macros.readable(macro)
        status = status or next((it.value for it in actions if it.field == "status"), None)
        if not says:
            mode = rules.is_public(actions)
            says, public = bool(rules.text_of(actions)), public if mode is None else mode
    return (says and public) or status == Status.SOLVED


def change_piece(job: Job) -> bool:
    """The next tickets of a job."""
    actor, wish = job.actor, job.arguments["wish"]
    place = job.done + job.failed
    ahead = job.arguments["tickets"][place : place + AHEAD]
    seen = set(access.tickets(actor).filter(pk__in=ahead).values_list("pk", flat=True))
    there = seen if len(seen) == len(ahead) else set(Ticket.objects.filter(pk__in=ahead).values_list("pk", flat=True))
    macro = Macro.objects.filter(pk=wish["macro"]).first() if "macro" in wish else None
    items = []
    for ticket_id in jobs.in_time(ahead):
        audit, error = _attempt(job, ticket_id, macro) if ticket_id in seen else (None, MISSING)
        job.failed += bool(error)
        job.done += not error
        if audit is None and not error:
            count(job, "unchanged")
        if ticket_id in there:
            items.append(JobItem(job=job, ticket_id=ticket_id, audit=audit, error=error))
        else:
            count(job, "gone")
    JobItem.objects.bulk_create(items)
    return job.done + job.failed < job.total


jobs.KINDS[KIND] = change_piece


def count(job: Job, what: str, number: int = 1) -> None:
    job.result = {**job.result, what: job.result.get(what, 0) + number}


def _attempt(job: Job, ticket_id: int, macro: Macro | None) -> tuple[Audit | None, str]:
    """The audit, or why there is none."""
    return attempt(lambda: _change(job, ticket_id, macro), job)


def attempt(verb: Callable[[], Audit | None], job: Job) -> tuple[Audit | None, str]:
    """What a verb comes to on one ticket of a job: a refusal, or a fault of ours, stops none of the others."""
    try:
        with transaction.atomic():
            return verb(), ""
    except OperationalError:
        raise  # Not this ticket's fault: the piece is done again.
    except Stale:
        return None, CLOSED
    except Missing:
        return None, MISSING
    except DeskError as refusal:
        return None, refusal.sentence[:500]
    except Exception:
        log.exception("ticket of a job failed", job=job.pk)
        configuration.forget()
        return None, BROKEN


def _change(job: Job, ticket_id: int, macro: Macro | None) -> Audit | None:
    actor, wish = job.actor, job.arguments["wish"]
    if "merge_into" in wish:  # Which holds both tickets in an order of its own.
        if not _may_merge_into(wish["merge_into"], actor):
            raise Invalid("merge_into", _("There is no such ticket."))
        return merging.merge(ticket_id, wish["merge_into"], actor=actor, via=Via.WEB)
    ticket = tickets.lock(ticket_id)
    source = {"rel": "job", "id": job.pk, **was(ticket)}
    if wish.get("spam"):
        _need(actor, Permission.EDIT)
        return junk.mark(ticket_id, hold=bool(wish.get("hold")), actor=actor, via=Via.WEB, source=source)
    change = _wished(wish, ticket, macro, actor)
    if change.words is not None and change.words.public:
        _need(actor, Permission.ANSWER)
    if replace(change, words=None) != Change():
        _need(actor, Permission.EDIT)
    return tickets.update(ticket_id, change, actor=actor, via=Via.WEB, source=source)


def _need(actor: User, permission: Permission) -> None:
    if not access.may(actor, permission):
        raise Refused(_("Your role does not let you do this."))


def was(ticket: Ticket) -> dict[str, str]:
    """What an update leaves no trace of, and undoing it needs."""
    return {name: at.isoformat() for name in KEPT if (at := getattr(ticket, name)) is not None}


def _wished(wish: Wish, ticket: Ticket, macro: Macro | None, actor: User) -> Change:
    """The change for this ticket; what is wished by itself has the last word on what the macro says."""
    now, change, words = configuration.current(), Change(), None
    if "macro" in wish:
        if macro is None:
            raise Invalid("macro", _("This macro is not there any more."))
        tags = Lists(ticket, opening=False).has(TAGS)
        found = macros.preview(macro, ticket, tags, actor)
        change = macros.as_change(rules.read_effect(part.line, now.fields) for part in found.parts)
        public = bool(wish.get("public")) if found.public is None else found.public
        words = Words(text=found.text, public=public) if found.text else None
    if wish.get("text"):
        text = placeholders.render(wish["text"], macros.values_for(ticket, actor, [wish["text"]])).strip()
        words = Words(text=text, public=bool(wish.get("public")))
    own: dict[str, Any] = {name: wish[name] for name in ("status", "priority") if name in wish}
    if "assignee" in wish:
        own["assignee"] = _row(now.answerers, wish["assignee"])
    if "group" in wish:
        own["group"] = _row(now.groups, wish["group"])
    for name in ("add_tags", "remove_tags"):
        own[name] = (*getattr(change, name), *wish.get(name, ()))
    return replace(change, words=words, **own)


def _row(rows: Mapping[int, Any], key: int | None) -> Any:
    if key is not None and key not in rows:
        raise Invalid("choice", _("Whom or what you chose is not there any more."))
    return rows[key] if key is not None else None
