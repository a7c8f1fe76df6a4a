"""Fold a ticket's audits into its clocks and counts. Pure; definitions and sources: docs/metrics.md.

Folding one more audit onto kept figures equals folding all audits from zero: figures can be rebuilt at any time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..words import FINISHED, Status

# Elapsed business seconds between two aware times, by the schedule with this id (None: the default one).
BusinessSeconds = Callable[[int | None, datetime, datetime], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """An audit as the fold reads it: who, when and its events (shapes: models.audit)."""

    author_id: int | None
    events: Sequence[Mapping[str, Any]]
    at: datetime


@dataclass(frozen=True, slots=True)
class Carry:
    """What the next audit needs besides the published figures. Seconds, not minutes: nothing is rounded twice.

    schedule: the ticket's own, by id. counted_at: when it last changed; up to then opened and stayed are the business
    seconds since the creation and since the present status began, each schedule counting for the time it was in force.
    """

    created_at: str = ""
    status: str = ""
    since: str = ""
    requester: int | None = None
    assignee: int | None = None
    seconds: Mapping[str, Sequence[int]] = field(default_factory=dict)
    assignees: Sequence[int] = field(default_factory=list)
    groups: Sequence[int] = field(default_factory=list)
    repliers: Sequence[int] = field(default_factory=list)
    schedule: int | None = None
    counted_at: str = ""
    opened: int = 0
    stayed: int = 0


@dataclass(frozen=True, slots=True)
class Metric:
    """The columns of models.ticket_metric. Durations in whole minutes, rounded down."""

    replies: int = 0
    reopens: int = 0
    assignee_stations: int = 0
    group_stations: int = 0
    repliers: int = 0
    first_replier_id: int | None = None
    solver_id: int | None = None
    first_reply_at: datetime | None = None
    initially_assigned_at: datetime | None = None
    assigned_at: datetime | None = None
    first_solved_at: datetime | None = None
    solved_at: datetime | None = None
    status_updated_at: datetime | None = None
    reply_calendar: int | None = None
    reply_business: int | None = None
    first_resolution_calendar: int | None = None
    first_resolution_business: int | None = None
    full_resolution_calendar: int | None = None
    full_resolution_business: int | None = None
    requester_wait_calendar: int | None = None
    requester_wait_business: int | None = None
    agent_wait_calendar: int | None = None
    agent_wait_business: int | None = None
    on_hold_calendar: int | None = None
    on_hold_business: int | None = None
    fold: Mapping[str, Any] = field(default_factory=dict)


# What these updates do to the status is neither solved nor reopened.
UNCOUNTED = {"spam", "undone"}
CARRIED = [carried.name for carried in fields(Carry)]

# A stay in a status counts for these clocks once it ends.
CLOCKS = {
    Status.NEW: ("requester_wait",),
    Status.OPEN: ("requester_wait",),
    Status.HOLD: ("requester_wait", "on_hold"),
    Status.PENDING: ("agent_wait",),
}


def fold(metric: Metric, audit: AuditFacts, business: BusinessSeconds) -> Metric:
    """The metric after one more audit; audits come oldest first."""
    carry = Carry(**metric.fold)
    opening = not carry.created_at
    if opening:
        carry = replace(carry, created_at=_stamp(audit.at), since=_stamp(audit.at))
    status = ""
    for event in audit.events:
        if event["type"] == "Comment" and not opening:  # Whoever opens the ticket answers nobody.
            metric, carry = _comment(metric, carry, event, audit, business)
        elif event["type"] in ("Create", "Change"):
            metric, carry = _change(metric, carry, event, audit, business)
            status = event["value"] if event["field_name"] == "status" else status
        elif event["type"] == "Merge":  # Neither solved nor, when it comes back, reopened: only its stay ends.
            metric, carry = _move(metric, carry, Status.CLOSED, audit, business)
        elif event["type"] == "Unmerge":
            metric, carry = _move(metric, carry, event["status"], audit, business)
    notes = {event.get("code"): event.get("values") or {} for event in audit.events if event["type"] == "Note"}
    if "undone" in notes and status:  # Else the status had gone on: that solution was given, and ended in its own way.
        metric = _unsolve(metric, datetime.fromisoformat(notes["undone"]["at"]))
    if status:  # Only where the update left the ticket: solved and reopened in one gesture is neither.
        # What is done again is solved again; but it was reopened once.
        is_counted = not UNCOUNTED & notes.keys() and ("redone" not in notes or status in FINISHED)
        go = _status if is_counted else _move
        metric, carry = go(metric, carry, status, audit, business)
    return replace(metric, fold={name: getattr(carry, name) for name in CARRIED})


def _unsolve(metric: Metric, at: datetime) -> Metric:
    """Without the solution of an update that was undone. One that was given before it is not told again."""
    gone: dict[str, Any] = {}
    if metric.solved_at == at:
        gone |= dict.fromkeys(("solved_at", "solver_id", "full_resolution_calendar", "full_resolution_business"))
    if metric.first_solved_at == at:
        gone |= dict.fromkeys(("first_solved_at", "first_resolution_calendar", "first_resolution_business"))
    return replace(metric, **gone)


def rebuild(audits: Iterable[AuditFacts], business: BusinessSeconds) -> Metric:
    """The metric from zero. audits: all of one ticket, oldest first."""
    metric = Metric()
    for audit in audits:
        metric = fold(metric, audit, business)
    return metric


def _comment(
    metric: Metric, carry: Carry, event: Mapping[str, Any], audit: AuditFacts, business: BusinessSeconds
) -> tuple[Metric, Carry]:
    if event["by"] != "agent" or not event["public"] or event.get("automatic"):
        return metric, carry
    repliers = _with(carry.repliers, audit.author_id)
    metric = replace(metric, replies=metric.replies + 1, repliers=len(repliers))
    if metric.first_reply_at is None:
        calendar, open_time = _minutes_since_creation(carry, audit.at, business)
        metric = replace(
            metric,
            first_reply_at=audit.at,
            first_replier_id=audit.author_id,
            reply_calendar=calendar,
            reply_business=open_time,
        )
    return metric, replace(carry, repliers=repliers)


def _change(
    metric: Metric, carry: Carry, event: Mapping[str, Any], audit: AuditFacts, business: BusinessSeconds
) -> tuple[Metric, Carry]:
    name, value = event["field_name"], event["value"]
    if name == "requester_id":
        carry = replace(carry, requester=value)
    elif name == "assignee_id" and value is None:
        carry = replace(carry, assignee=None)
    elif name == "assignee_id":
        carry = replace(carry, assignee=value, assignees=_with(carry.assignees, value))
        metric = replace(
            metric,
            assignee_stations=len(carry.assignees),
            assigned_at=audit.at,
            initially_assigned_at=metric.initially_assigned_at or audit.at,
        )
    elif name == "group_id" and value is not None:
        carry = replace(carry, groups=_with(carry.groups, value))
        metric = replace(metric, group_stations=len(carry.groups))
    elif name == "schedule_id":
        carry = replace(
            carry,
            schedule=value,
            counted_at=_stamp(audit.at),
            opened=_opened(carry, audit.at, business),
            stayed=_stayed(carry, audit.at, business),
        )
    return metric, carry


def _status(
    metric: Metric, carry: Carry, status: str, audit: AuditFacts, business: BusinessSeconds
) -> tuple[Metric, Carry]:
    if status == carry.status:
        return metric, carry
    was = carry.status
    changes: dict[str, Any] = {}
    if status in FINISHED and was not in FINISHED:
        calendar, open_time = _minutes_since_creation(carry, audit.at, business)
        changes |= {
            "solved_at": audit.at,
            "solver_id": _solver(carry, audit),
            "full_resolution_calendar": calendar,
            "full_resolution_business": open_time,
        }
        if metric.first_solved_at is None:
            changes |= {
                "first_solved_at": audit.at,
                "first_resolution_calendar": calendar,
                "first_resolution_business": open_time,
            }
    elif was in FINISHED and status not in FINISHED:
        changes["reopens"] = metric.reopens + 1
    return _move(replace(metric, **changes), carry, status, audit, business)


def _move(
    metric: Metric, carry: Carry, status: str, audit: AuditFacts, business: BusinessSeconds
) -> tuple[Metric, Carry]:
    """End the stay in the present status and begin that in another."""
    seconds = {name: list(pair) for name, pair in carry.seconds.items()}
    changes: dict[str, Any] = {"status_updated_at": audit.at}
    for clock in CLOCKS.get(carry.status, ()):  # type: ignore[call-overload]
        pair = seconds.setdefault(clock, [0, 0])
        pair[0] += _seconds(datetime.fromisoformat(carry.since), audit.at)
        pair[1] += _stayed(carry, audit.at, business)
        changes |= {f"{clock}_calendar": pair[0] // 60, f"{clock}_business": pair[1] // 60}
    return replace(metric, **changes), replace(carry, status=status, since=_stamp(audit.at), stayed=0, seconds=seconds)


def _minutes_since_creation(carry: Carry, at: datetime, business: BusinessSeconds) -> tuple[int, int]:
    created_at = datetime.fromisoformat(carry.created_at)
    return _seconds(created_at, at) // 60, _opened(carry, at, business) // 60


def _opened(carry: Carry, at: datetime, business: BusinessSeconds) -> int:
    """Business seconds since the creation."""
    counted_at = datetime.fromisoformat(carry.counted_at or carry.created_at)
    return carry.opened + business(carry.schedule, counted_at, at)


def _stayed(carry: Carry, at: datetime, business: BusinessSeconds) -> int:
    """Business seconds since the present status began."""
    since = datetime.fromisoformat(carry.since)
    counted_at = datetime.fromisoformat(carry.counted_at) if carry.counted_at else since
    return carry.stayed + business(carry.schedule, max(since, counted_at), at)


def _seconds(start: datetime, end: datetime) -> int:
    """Elapsed seconds, cut like the business seconds of rules.schedules: business time is never more."""
    return max(0, (end - _EPOCH) // _SECOND - (start - _EPOCH) // _SECOND)


def _stamp(at: datetime) -> str:
    """The same instant is the same text, whichever time zone it came in."""
    return at.astimezone(UTC).isoformat()


def _solver(carry: Carry, audit: AuditFacts) -> int | None:
    """The agent who solved. Where a rule or the customer himself did, the agent who had the ticket."""
    return carry.assignee if audit.author_id in (None, carry.requester) else audit.author_id


def _with(seen: Sequence[int], value: int | None) -> list[int]:
    return [*seen] if value is None or value in seen else [*seen, value]
