"""Who has a ticket before his eyes, and who is writing on it: rows, so that each web process knows of all the others.

Nothing of it is history. A process that has not beaten for a while is gone, and everybody with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sportello.kit import clock

from ..models import Presence, User, WebProcess

BEAT_SECONDS = 15.0
DEAD_AFTER = timedelta(seconds=40)
TYPING = ("", "answer", "note")


@dataclass(frozen=True, slots=True)
class Here:
    """An agent at a ticket, in one tab. typing: one of TYPING."""

    connection: str
    user_id: int
    name: str
    ticket_id: int
    typing: str
    since: datetime


def beat(process: str) -> None:
    """Say that this process lives, and forget those that do not any more."""
    now = clock.now()
    WebProcess.objects.update_or_create(key=process, defaults={"beat_at": now})
    dead = WebProcess.objects.filter(beat_at__lt=now - DEAD_AFTER)
    if dead.exists():
        dead.delete()


def end(process: str) -> None:
    """The process ends, and everybody who was connected to it leaves."""
    WebProcess.objects.filter(key=process).delete()


def settle(process: str, came: Iterable[tuple[str, int, int]], left: Iterable[str]) -> None:
    """Write down who came and who left, in one transaction. came: (connection, user id, ticket id)."""
    now = clock.now()
    with transaction.atomic():
        WebProcess.objects.update_or_create(key=process, defaults={"beat_at": now})
        Presence.objects.filter(connection__in=list(left)).delete()
        Presence.objects.bulk_create(
            [
                Presence(process_id=process, connection=connection, user_id=user_id, ticket_id=ticket_id, since=now)
                for connection, user_id, ticket_id in came
            ],
            ignore_conflicts=True,  # Whoever types at once was written down by that.
        )


def begin_typing(connection: str, typing: str, *, ticket_id: int, actor: User) -> bool:
    """Say what the agent is writing in this tab; "": nothing any more. False: there is no such connection of his.

    connection: the key that the stream gave, whose first part is the process that holds it.
    """
    process = connection.partition("-")[0]
    with transaction.atomic():
        if typing not in TYPING or not WebProcess.objects.filter(key=process).exists():
            return False
        row = Presence.objects.select_for_update().filter(connection=connection).first()
        if row and (row.user_id, row.ticket_id) != (actor.pk, ticket_id):
            return False
        if row:
            if row.typing == typing:
                return True
            row.delete()
        # A new row for each change, so that whoever looks sees by the ids alone that something has changed.
        Presence.objects.create(
            process_id=process,
            connection=connection,
            user=actor,
            ticket_id=ticket_id,
            typing=typing,
            since=row.since if row else clock.now(),
        )
    return True


def everybody() -> list[Here]:
    """All who are there, on processes that live; whoever came first, first."""
    alive = Presence.objects.filter(process__beat_at__gte=clock.now() - DEAD_AFTER)
    columns = ("connection", "user_id", "user__name", "ticket_id", "typing", "since")
    return [Here(*row) for row in alive.order_by("since", "id").values_list(*columns)]
