"""Verbs on the checklist of a ticket. What is ticked, and what no more, stands in the ticket's history."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Missing
from ..models import TicketTask, User
from ..words import Via
from . import tickets

MOST = 100
LONGEST = 500


def add(ticket_id: int, text: str, *, actor: User) -> TicketTask:
    """One more line at the end. Raises Invalid("task"), Stale for a closed ticket."""
    line = " ".join(text.replace("\0", "").split())[:LONGEST]
    if not line:
        raise Invalid("task", _("Write what is to be done."))
    with transaction.atomic():
        there = _open(ticket_id)
        if len(there) >= MOST:
            raise Invalid("task", _("A ticket has %(most)s tasks at most.") % {"most": MOST})
        position = max((task.position for task in there), default=-1) + 1
        return TicketTask.objects.create(ticket_id=ticket_id, text=line, position=position, created_at=clock.now())


def tick(ticket_id: int, task_id: int, *, done: bool, actor: User) -> TicketTask:
    """It is done, or is not after all. Idempotent. Raises Missing, Stale for a closed ticket."""
    with transaction.atomic():
        task = _find(ticket_id, task_id)
        if (task.done_at is not None) != done:
            task.done_at, task.done_by = (clock.now(), actor) if done else (None, None)
            task.save(update_fields=["done_at", "done_by"])
            code = "task_done" if done else "task_undone"
            tickets.notice(ticket_id, code, actor=actor, via=Via.WEB, text=task.text)
        return task


def remove(ticket_id: int, task_id: int, *, actor: User) -> None:
    """Take a line away; one that was done leaves its word in the history. Raises Missing, Stale."""
    with transaction.atomic():
        _find(ticket_id, task_id).delete()


def order(ticket_id: int, task_ids: Sequence[int], *, actor: User) -> None:
    """Put the lines in this order; those not named come after, as they stood. Raises Stale."""
    with transaction.atomic():
        there = {task.pk: task for task in _open(ticket_id)}
        wanted = [it for it in dict.fromkeys(task_ids) if it in there]
        for position, task_id in enumerate([*wanted, *(pk for pk in there if pk not in wanted)]):
            task = there[task_id]
            if task.position != position:
                task.position = position
                task.save(update_fields=["position"])


def move(ticket_id: int, task_id: int, *, up: bool, actor: User) -> None:
    """One place up or down. Raises Missing, Stale."""
    with transaction.atomic():
        _find(ticket_id, task_id)
        keys = [task.pk for task in _open(ticket_id)]
        at = keys.index(task_id)
        to = max(0, at - 1) if up else min(len(keys) - 1, at + 1)
        keys.insert(to, keys.pop(at))
        order(ticket_id, keys, actor=actor)


def _open(ticket_id: int) -> Sequence[TicketTask]:
    """The lines in order, of a ticket that is held and not closed."""
    tickets.refuse_closed(tickets.lock(ticket_id))
    return list(TicketTask.objects.filter(ticket=ticket_id))


def _find(ticket_id: int, task_id: int) -> TicketTask:
    found = next((task for task in _open(ticket_id) if task.pk == task_id), None)
    if found is None:
        raise Missing
    return found
