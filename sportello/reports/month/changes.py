"""What was changed of the desk in a month, where it may move the figures: one line for each thing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sportello.desk.models import RuleChange, User

from .figures import Change

# Opening hours, promises, the protocol's mails, groups, who works here.
KINDS = ("schedule", "sla", "protocol", "group", "agent")
MOST = 12


def read(start: datetime, end: datetime, time_zone: str) -> tuple[Change, ...]:
    """The latest last; of people only who came and who left."""
    zone = ZoneInfo(time_zone)
    found: dict[tuple[str, int], list[RuleChange]] = {}
    rows = RuleChange.objects.filter(kind__in=KINDS, created_at__gte=start, created_at__lt=end)
    for row in rows.select_related("author").order_by("id"):
        if row.kind != "agent" or _active(row.before) != _active(row.after):
            found.setdefault((row.kind, row.rule_id), []).append(row)
    people = [number for kind, number in found if kind == "agent"]
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    lines = [
        Change(
            kind=kind,
            title=names.get(number, "") if kind == "agent" else _title(rows),
            what=_what(kind, rows),
            times=len(rows),
            day=rows[-1].created_at.astimezone(zone).date().isoformat(),
            author=rows[-1].author.name if rows[-1].author else "",
        )
        for (kind, number), rows in found.items()
    ]
    return tuple(sorted(lines, key=lambda it: it.day)[-MOST:])


def _active(state: dict[str, Any] | None) -> bool:
    return state is not None and bool(state.get("active", True))


def _title(rows: list[RuleChange]) -> str:
    state = rows[-1].after or rows[-1].before or {}
    return str(state.get("title") or state.get("name") or "")


def _what(kind: str, rows: list[RuleChange]) -> str:
    if kind == "agent":
        return "new" if _active(rows[-1].after) else "gone"
    if rows[-1].after is None:
        return "gone"
    return "new" if rows[0].before is None else "changed"
