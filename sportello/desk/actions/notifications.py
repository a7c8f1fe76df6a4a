"""Notices: what an agent should know without looking for it. Rows in the update's own transaction; doors show them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db import transaction

from sportello.kit import clock, rows

from ..models import Notification, User
from ..words import NoticeKind
from . import push
from .lists import FOLLOWER

if TYPE_CHECKING:
    from .update import Update

PREVIEW = 160
NOTHING: Mapping[str, Any] = MappingProxyType({})


def tell(
    user_ids: Iterable[int],
    kind: NoticeKind,
    *,
    ticket_id: int | None = None,
    author: User | None = None,
    values: Mapping[str, Any] = NOTHING,
) -> None:
    """Leave a notice for each of these agents, but not for the author himself. values: what its sentence needs."""
    now = clock.now()
    told = [
        Notification(
            user_id=user_id, kind=kind, ticket_id=ticket_id, author=author, values=dict(values), created_at=now
        )
        for user_id in sorted({*user_ids} - {author.pk if author else None})
    ]
    with transaction.atomic():
        push.queue(Notification.objects.bulk_create(told))


def follow(update: "Update") -> None:
    """Tell whom an update concerns: at its end, within its transaction. An update that concerns nobody costs nothing.

    The new assignee when somebody else or a rule gave it to him; the assignee when his customer wrote; those who follow
    the ticket when something was said, or somebody changed its status. Each hears of one update once.
    """
    ticket, told = update.ticket, {update.actor.pk if update.actor else None}
    given, is_moved = None, False
    for event in update.events:
        field = event.get("field_name")
        if field == "assignee_id" and event["value"] is not None:
            given = event
        is_moved = is_moved or (field == "status" and event["type"] == "Change")
    words = update.words
    if ticket.assignee_id is not None and ticket.assignee_id not in told:
        if given:
            told.add(ticket.assignee_id)
            by_hand = update.actor if update.actor and update.actor.is_staff_member and "routed" not in given else None
            _write(update, ticket.assignee_id, NoticeKind.ASSIGNED, by_hand)
        elif words and words.public and not words.automatic and not update.opening and update.speaker == "end-user":
            told.add(ticket.assignee_id)
            _write(update, ticket.assignee_id, NoticeKind.CUSTOMER, update.author, text=words.text[:PREVIEW])
    # What rules do by themselves is told to nobody, and whoever begins to follow by this update was told otherwise.
    if (words and not words.automatic) or (is_moved and update.actor):
        for user_id in sorted(update.lists.stays(FOLLOWER) - told):
            said = {"text": words.text[:PREVIEW]} if words else {"status": ticket.status}
            _write(update, user_id, NoticeKind.FOLLOWED, update.author, **said)


def _write(update: "Update", user_id: int, kind: NoticeKind, author: User | None, **values: str) -> None:
    notice = Notification(
        user_id=user_id, kind=kind, ticket=update.ticket, author=author, values=values, created_at=clock.now()
    )
    push.queue([rows.insert(notice)])


def read_ticket(ticket_id: int, *, actor: User) -> None:
    """The agent has looked at the ticket: what he was told of it is read."""
    Notification.objects.filter(user=actor, ticket=ticket_id, read_at=None).update(read_at=clock.now())


def read(notice_id: int, *, actor: User) -> None:
    Notification.objects.filter(user=actor, pk=notice_id, read_at=None).update(read_at=clock.now())


def read_all(*, actor: User, up_to: int) -> None:
    """All that he had before him: what has come since is not read."""
    Notification.objects.filter(user=actor, pk__lte=up_to, read_at=None).update(read_at=clock.now())
