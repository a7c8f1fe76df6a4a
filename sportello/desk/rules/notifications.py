"""What an agent is told, in a sentence, in the active language; and how it travels to a browser. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..words import NoticeKind, Status
from .drafts import LEFT

# After a day a notice has been read elsewhere, or is none any more.
LIFE = timedelta(days=1)
# How much a phone's battery may be used for it (RFC 8030, 5.3); the others are "normal".
URGENCY = {
    NoticeKind.ASSIGNED: "high",
    NoticeKind.CUSTOMER: "high",
    NoticeKind.MENTION: "high",
    NoticeKind.NOT_SENT: "high",
    NoticeKind.JOB: "low",
}
LONGEST = 200  # characters of each text
GONE = (404, 410)
LATER = 429


def sentence(kind: str, values: Mapping[str, Any], author: str, desk: str) -> str:
    """Who did what. author: the desk's name (desk) where a rule did it."""
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
    if kind == NoticeKind.REVIEW:
        return _review(values.get("what", ""), said)
    if kind == NoticeKind.ALERT:
        return _alert(values)
    if kind == NoticeKind.NOT_SENT and values.get("because") == LEFT:
        return _("%(author)s works here no more: an answer was not sent") % said
    if kind == NoticeKind.NOT_SENT:
        return _("Your answer was not sent: %(reason)s") % {"reason": _not_sent(values, desk)}
    return _("Your job has ended: %(done)s done, %(failed)s not") % {
        "done": values.get("done", 0),
        "failed": values.get("failed", 0),
    }


def _review(what: str, said: Mapping[str, str]) -> str:
    if what == "proposed":
        return _("%(author)s proposes what a bad vote is about: confirm it or not") % said
    if what == "given":
        return _("%(author)s gave you the review of a bad vote") % said
    return {
        "overdue": _("The review of a bad vote is overdue"),
        "reopened": _("A bad vote is to be reviewed again"),
    }.get(what, _("A bad vote to review"))


def _alert(values: Mapping[str, Any]) -> str:
    if values.get("what") == "first_bad":
        said = {"customer": values.get("customer", ""), "good": values.get("good", 0)}
        return _("First bad vote of %(customer)s, after %(good)s good ones") % said
    names = ("bad", "votes", "bad_before", "votes_before")
    counts = {name: values.get(name, 0) for name in names}
    if values.get("group"):
        counts["group"] = values["group"]
        return (
            _(
                "%(group)s: more bad votes than chance explains, %(bad)s of %(votes)s in four weeks, "
                "%(bad_before)s of %(votes_before)s in the year before"
            )
            % counts
        )
    return (
        _(
            "More bad votes than chance explains: %(bad)s of %(votes)s in four weeks, "
            "%(bad_before)s of %(votes_before)s in the year before"
        )
        % counts
    )


def _not_sent(values: Mapping[str, Any], desk: str) -> str:
    if values.get("because") in ("customer", "colleague"):
        return _("%(author)s wrote first") % {"author": values.get("by") or desk}
    return str(values.get("detail") or _("look at the ticket"))


def message(notice_id: int, said: str, *, subject: str, ticket_id: int | None, url: str) -> bytes:
    """What the browser is handed, at most 3 kB: as the stream tells it (static/app/worker.js), shortened."""
    content = {
        "id": notice_id,
        "text": _short(said),
        "subject": _short(subject),
        "ticket": ticket_id,
        "url": url,
    }
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def headers(kind: str, topic: str, age: timedelta) -> dict[str, str]:
    """How the service shall treat a message. topic: a newer one takes the place of an older one; "": each is kept."""
    urgency = next((it for name, it in URGENCY.items() if name == kind), "normal")
    left = max(int((LIFE - age).total_seconds()), 0)
    asked = {"TTL": str(left), "Urgency": urgency, "Content-Encoding": "aes128gcm"}
    return asked | {"Content-Type": "application/octet-stream"} | ({"Topic": topic} if topic else {})


def is_later(status: int | None) -> bool:
    """Whether to try again after this answer (None: nobody answered)."""
    return status is None or status == LATER or status >= 500


def due_after(retry_at: datetime, now: datetime, retry_after: int) -> datetime:
    """When to try again: as the desk would, but not before the service asked for it (seconds)."""
    return max(retry_at, now + timedelta(seconds=retry_after))
