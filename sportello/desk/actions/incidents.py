"""One problem behind many tickets: link its incidents, and solve them with it. docs/algorithms/merging.md"""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from .. import access, families
from ..errors import Invalid
from ..models import Job, JobItem, Ticket, User
from ..words import FINISHED, Status, TicketType, Via
from . import bulk, configuration, jobs, people, tickets
from .comments import Words
from .tickets import Change
from .update import Update

KIND = "incidents"
AHEAD = 50


@configuration.afresh
def link(incident_id: int, problem_id: int, *, actor: User, via: str) -> None:
    """Say that a ticket is an incident of a problem; both get the type. Idempotent.

    Raises Invalid("problem") where one of them is already the other thing, Stale when either is closed, Missing.
    """
    if incident_id == problem_id:
        raise Invalid("problem", _("A ticket cannot be its own problem."))
    with transaction.atomic():
        held = {pk: tickets.lock(pk) for pk in sorted((incident_id, problem_id))}
        incident, problem = held[incident_id], held[problem_id]
        for ticket in (incident, problem):
            tickets.refuse_closed(ticket)
        if problem.problem_id is not None:
            raise Invalid("problem", _("#%(id)s is an incident itself.") % {"id": problem.pk})
        if unsolved(incident.pk, also_solved=True).exists():
            raise Invalid("problem", _("#%(id)s is a problem: others are its incidents.") % {"id": incident.pk})
        _set(incident, TicketType.INCIDENT, problem.pk, actor, via)
        _set(problem, TicketType.PROBLEM, None, actor, via)


@configuration.afresh
def unlink(incident_id: int, *, actor: User, via: str) -> None:
    """It was something else. The type stays, for a person to change. Raises Stale when it is closed, Missing."""
    with transaction.atomic():
        incident = tickets.lock(incident_id)
        tickets.refuse_closed(incident)
        _set(incident, incident.type, None, actor, via)


def _set(ticket: Ticket, type: str, problem_id: int | None, actor: User, via: str) -> None:
    update = Update(ticket, actor=actor, via=via)
    update.set("type", type)
    update.set("problem_id", problem_id)
    update.commit()


def add(problem_id: int, *, sender: people.Sender, text: str, actor: User, via: str) -> Ticket:
    """Write down that somebody else has it too: a ticket of his, linked. Raises Invalid, Stale, Missing."""
    with transaction.atomic():
        problem = tickets.lock(problem_id)
        tickets.refuse_closed(problem)
        requester = people.find_or_add(sender)
        made = tickets.open_ticket(
            requester=requester,
            subject=problem.subject,
            words=Words(text.strip() or problem.subject, author=requester),
            actor=actor,
            via=via,
            group=problem.group if problem.group and problem.group.active else None,
            mailbox_id=problem.mailbox_id,
        )
        link(made.pk, problem_id, actor=actor, via=via)
    return made


def unsolved(problem_id: int, *, also_solved: bool = False) -> "QuerySet[Ticket]":
    """The incidents of a problem, and of those that were merged into it, that wait for its solution."""
    found = Ticket.objects.filter(problem__in=[problem_id, *families.merged_into(problem_id)]).order_by("id")
    return found if also_solved else found.exclude(status__in=FINISHED)


def solve(problem_id: int, text: str, *, actor: User) -> Job:
    """Answer the unsolved incidents of a problem that the actor may see with these words, and solve them: each his own
    mail, by a job.

    Raises Invalid("text") without words.
    """
    if not text.strip():
        raise Invalid("text", _("Write something first."))
    arguments = {"problem": problem_id, "text": text.strip()}
    return jobs.start(KIND, arguments, actor=actor, total=_within_reach(problem_id, actor).count())


def _within_reach(problem_id: int, actor: User) -> "QuerySet[Ticket]":
    return unsolved(problem_id).filter(pk__in=access.tickets(actor).values("pk"))


def _solve_piece(job: Job) -> bool:
    """The next incidents; one that cannot be solved says why and holds nobody up."""
    asked = job.arguments
    waiting = _within_reach(asked["problem"], job.actor).filter(pk__gt=job.result.get("after", 0))
    change = Change(words=Words(asked["text"]), status=Status.SOLVED)
    items = []
    for ticket_id in jobs.in_time(list(waiting.values_list("pk", flat=True)[:AHEAD])):
        answer = partial(tickets.update, ticket_id, change, actor=job.actor, via=Via.WEB)
        audit, error = bulk.attempt(answer, job)
        job.failed += bool(error)
        job.done += not error
        job.result = {**job.result, "after": ticket_id}
        items.append(JobItem(job=job, ticket_id=ticket_id, audit=audit, error=error))
    JobItem.objects.bulk_create(items)
    return bool(items)


jobs.KINDS[KIND] = _solve_piece
