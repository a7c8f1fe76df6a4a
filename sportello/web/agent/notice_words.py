"""What an agent is told of, in sentences: on the page of notices, in the toast, on the desktop."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.words import NoticeKind, Status
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
}
COLUMNS = ("pk", "kind", "values", "created_at", "read_at", "ticket_id", "ticket__subject", "author__name")


def rows(found: "QuerySet[Any]") -> "QuerySet[Any]":
    """The columns that `as_row` needs."""
    return found.values_list(*COLUMNS, named=True)


def as_row(row: Any) -> SimpleNamespace:
    return SimpleNamespace(
        pk=row.pk,
        icon=ICON.get(row.kind, "bell"),
        sentence=sentence(row.kind, row.values, row.author__name or configuration.current().desk.name),
        subject=row.ticket__subject or "",
        number=row.ticket_id,
        preview=row.values.get("text") or row.values.get("detail") or "",
        at=row.created_at,
        is_unread=row.read_at is None,
    )


def sentence(kind: str, values: dict[str, Any], author: str) -> str:
    """Who did what. author: the desk's name where a rule did it."""
    said = {"author": author}
    if kind == NoticeKind.ASSIGNED:
        return _("%(author)s gave you this ticket") % said
    if kind == NoticeKind.CUSTOMER:
        return _("%(author)s wrote to you") % said
    if kind == NoticeKind.MENTION:
        return _("%(author)s named you") % said
    if kind == NoticeKind.SIDE:
        return _("%(author)s answered from outside") % said
    if kind == NoticeKind.FOLLOWED:
        if values.get("status") in Status.values:
            return _("%(author)s: now %(status)s") % {**said, "status": Status(values["status"]).label}
        return _("%(author)s wrote on a ticket that you follow") % said
    if kind == NoticeKind.NOT_SENT:
        return _("Your answer was not sent: %(reason)s") % {"reason": _not_sent(values)}
    return _("Your job has ended: %(done)s done, %(failed)s not") % {
        "done": values.get("done", 0),
        "failed": values.get("failed", 0),
    }


def _not_sent(values: dict[str, Any]) -> str:
    if values.get("because") in ("customer", "colleague"):
        return _("%(author)s wrote first") % {"author": values.get("by") or configuration.current().desk.name}
    return str(values.get("detail") or _("look at the ticket"))


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
