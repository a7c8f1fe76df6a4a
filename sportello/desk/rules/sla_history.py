"""What happened to a ticket as its SLA clocks see it, read from its audits. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .merging import MERGED
from .schedules import Schedule
from .sla import Happening


def happenings(
    audits: Iterable[tuple[datetime, Sequence[Mapping[str, Any]]]], hours_of: Callable[[int | None], Schedule]
) -> Iterator[Happening]:
    """The life of a ticket to which nothing was promised.

    audits: (when, events) of one ticket, oldest first. hours_of: the hours of a schedule; None: the default one.
    """
    now: dict[str, Any] = {"status": "", "priority": None, "schedule_id": None}
    for at, events in audits:
        comment_by = ""
        for event in events:
            if event["type"] in ("Create", "Change") and event["field_name"] in now:
                now[event["field_name"]] = event["value"]
            elif event["type"] in ("Merge", "Unmerge"):
                now["status"] = MERGED if event["type"] == "Merge" else event["status"]
            elif event["type"] == "Comment" and event["public"] and not event.get("automatic"):
                comment_by = event["by"] if event["by"] in ("agent", "end-user") else ""
        yield Happening(
            at=at,
            status=now["status"],
            priority=now["priority"] or "",
            comment_by=comment_by,
            schedule=hours_of(now["schedule_id"]),
        )
