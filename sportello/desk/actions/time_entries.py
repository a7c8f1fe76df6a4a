"""Verbs on the time that agents spend on a ticket, closed ones too: it is written down afterwards."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Missing
from ..models import TimeEntry, User
from ..rules import time_spent
from ..words import Via
from . import tickets

LONGEST_AGO = timedelta(days=366)
LONGEST_NOTE = 500


def add(ticket_id: int, time: str, *, actor: User, spent_on: date, today: date, note: str = "") -> TimeEntry:
    """Time that the actor spent, as he writes it ("1h 20m"). today: in his time zone.

    Raises Invalid("time" | "spent_on").
    """
    try:
        minutes = time_spent.read(time)
    except time_spent.Unreadable as refusal:
        raise Invalid("time", str(refusal)) from None
    if not today - LONGEST_AGO <= spent_on <= today:
        raise Invalid("spent_on", _("Choose a day of the last year."))
    with transaction.atomic():
        entry = TimeEntry.objects.create(
            ticket=tickets.lock(ticket_id),
            agent=actor,
            minutes=minutes,
            note=" ".join(note.split())[:LONGEST_NOTE],
            spent_on=spent_on,
            created_at=clock.now(),
        )
        tickets.notice(ticket_id, "time_spent", actor=actor, via=Via.WEB, minutes=minutes, text=entry.note)
        return entry


def remove(ticket_id: int, entry_id: int, *, actor: User) -> None:
    """Take an entry of one's own away. Raises Missing for anybody else's."""
    with transaction.atomic():
        tickets.lock(ticket_id)
        entry = TimeEntry.objects.filter(pk=entry_id, ticket=ticket_id, agent=actor).first()
        if entry is None:
            raise Missing
        entry.delete()
        day = entry.spent_on.isoformat()
        tickets.notice(ticket_id, "time_removed", actor=actor, via=Via.WEB, minutes=entry.minutes, day=day)
