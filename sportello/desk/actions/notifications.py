"""Notices: what an agent should know without looking for it. Rows in the update's own transaction; doors show them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sportello.kit import clock

from ..models import Notification, User
from ..words import NoticeKind

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
    Notification.objects.bulk_create(
        Notification(
            user_id=user_id, kind=kind, ticket_id=ticket_id, author=author, values=dict(values), created_at=now
        )
        for user_id in sorted({*user_ids} - {author.pk if author else None})
    )
