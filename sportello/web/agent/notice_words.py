"""What an agent is told of, as a row of the page of notices, a toast or a word on the desktop."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules.notifications import sentence
from sportello.desk.words import NoticeKind
from sportello.web.agent.prepared import prepared
from sportello.web.ui.paging import as_count

ICON = {
    NoticeKind.ASSIGNED: "user-check",
    NoticeKind.CUSTOMER: "message-square",
    NoticeKind.MENTION: "at-sign",
    NoticeKind.FOLLOWED: "eye",
    NoticeKind.NOT_SENT: "triangle-alert",
    NoticeKind.SIDE: "messages-square",
    NoticeKind.JOB: "list-checks",
    NoticeKind.REVIEW: "thumbs-down",
    NoticeKind.ALERT: "trending-down",
}
COLUMNS = ("pk", "kind", "values", "created_at", "read_at", "ticket_id", "ticket__subject", "author__name")


def rows(found: "QuerySet[Any]") -> "QuerySet[Any]":
    """The columns that `as_row` needs."""
    return found.values_list(*COLUMNS, named=True)


def as_row(row: Any) -> SimpleNamespace:
    desk = configuration.current().desk.name
    return SimpleNamespace(
        pk=row.pk,
        icon=ICON.get(row.kind, "bell"),
        sentence=sentence(row.kind, row.values, row.author__name or desk, desk),
        subject=row.ticket__subject or "",
        number=row.ticket_id,
        preview=row.values.get("text") or row.values.get("detail") or "",
        at=row.created_at,
        is_unread=row.read_at is None,
    )


def spoken(agent: User, notice_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Notices as the stream tells them, oldest first, with how many are unread now."""
    unread = as_count(len(_unread(agent)))
    return [
        {
            "id": row.pk,
            "text": row.sentence,
            "subject": row.subject,
            "ticket": row.number,
            "url": reverse("agent:notice", args=[row.pk]),
            "unread": unread,
        }
        for row in map(as_row, rows(access.notices(agent).filter(pk__in=notice_ids).order_by("id")))
    ]


@prepared
def _unread(agent: User) -> QuerySet[Any]:
    return access.notices(agent).filter(read_at=None).values_list("pk")[:101]
