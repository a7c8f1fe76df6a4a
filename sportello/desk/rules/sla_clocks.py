"""What is kept of a ticket's SLA: its clocks, how they stand at a moment, when they are due. Pure.

Moved by rules.sla; see docs/algorithms/sla.md. All times are cut to whole seconds, in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from .schedules import Schedule, add_business, business_seconds
from .sla_targets import Promise, SlaMetric

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The latest instance of a metric.

    since: when it last began to run; None while it stands. spells: its finished runs. business: the business seconds
    in them. Reply and update clocks begin a new instance each time, numbered from 1; the others go on when a ticket
    is reopened.
    """

    metric: SlaMetric
    instance: int
    since: datetime | None = None
    spells: tuple[tuple[datetime, datetime], ...] = ()
    business: int = 0
    promise: Promise | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def calendar(self) -> int:
        """The calendar seconds in its finished runs."""
        return sum((end - start) // _SECOND for start, end in self.spells)

    @property
    def is_achieved(self) -> bool:
        """Ended within what was promised. Where nothing was promised it is neither achieved nor breached."""
        return bool(self.ended_at and self.promise and not self.breached_at)

    def spent(self, at: datetime, schedule: Schedule | None) -> tuple[int, int]:
        """Calendar and business seconds up to at. schedule: the one by which it runs, if it does."""
        if self.since is None or schedule is None:
            return self.calendar, self.business
        calendar = max(0, (at - self.since) // _SECOND)
        return self.calendar + calendar, self.business + business_seconds(schedule, self.since, at)

    def due_at(self, schedule: Schedule | None) -> datetime | None:
        """When it will be breached if nothing happens; None where it stands, was promised nothing or is breached."""
        promise = self.promise
        if self.since is None or schedule is None or promise is None or self.breached_at:
            return None
        if promise.business:
            return add_business(schedule, self.since, promise.seconds - self.business)
        return self.since + (promise.seconds - self.calendar) * _SECOND

    def stop(self, at: datetime, schedule: Schedule | None) -> "Clock":
        """The same with its run among the finished ones. Runs that adjoin are one."""
        if self.since is None or schedule is None:
            return self
        start, end = self.since, max(self.since, at)
        spells, business = self.spells, self.business + business_seconds(schedule, start, end)
        if spells and spells[-1][1] == start:
            spells, start = spells[:-1], spells[-1][0]
        if start < end:
            spells += ((start, end),)
        return replace(self, since=None, spells=spells, business=business)

    def as_json(self) -> dict[str, Any]:
        promise = self.promise
        return {
            "instance": self.instance,
            "since": _stamp(self.since),
            "spells": [[_stamp(start), _stamp(end)] for start, end in self.spells],
            "business": self.business,
            "promise": [promise.policy_id, promise.minutes, promise.business] if promise else None,
            "breached_at": _stamp(self.breached_at),
            "ended_at": _stamp(self.ended_at),
        }

    @classmethod
    def read(cls, metric: SlaMetric, stored: Mapping[str, Any]) -> "Clock":
        """From what as_json gave."""
        return cls(
            metric=metric,
            instance=stored["instance"],
            since=_moment(stored["since"]),
            spells=tuple((datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in stored["spells"]),
            business=stored["business"],
            promise=Promise(*stored["promise"]) if stored["promise"] else None,
            breached_at=_moment(stored["breached_at"]),
            ended_at=_moment(stored["ended_at"]),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands at a moment. due_at: as in Clock; breached_at: also a breach that no fold has seen yet."""

    clock: Clock
    calendar_seconds: int
    business_seconds: int
    due_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of a ticket that ever began. Clocks() before its opening.

    schedule: the one by which they run; None when none does. breached_at: the latest breach of any instance.
    """

    status: str = ""
    schedule: Schedule | None = None
    by_metric: Mapping[SlaMetric, Clock] = field(default_factory=dict)
    breached_at: datetime | None = None

    def due_at(self, metric: SlaMetric) -> datetime | None:
        """When the clock will be breached if nothing happens; None as in Clock, and where it never began."""
        clock = self.by_metric.get(metric)
        return clock.due_at(self.schedule) if clock else None

    @property
    def next_due(self) -> tuple[datetime, SlaMetric] | None:
        """The next breach to come if nothing happens."""
        due = [(due_at, metric) for metric in self.by_metric if (due_at := self.due_at(metric))]
        return min(due, default=None)

    @property
    def overdue_since(self) -> datetime | None:
        """The earliest breach among the clocks that still run."""
        return min((c.breached_at for c in self.by_metric.values() if c.since and c.breached_at), default=None)

    def standings(self, now: datetime) -> dict[SlaMetric, Standing]:
        """Each clock at now, which is not before the last happening."""
        at = cut(now)
        standings = {}
        for metric, clock in self.by_metric.items():
            due_at = clock.due_at(self.schedule)
            late = due_at is not None and due_at <= at
            standings[metric] = Standing(
                clock,
                *clock.spent(at, self.schedule),
                due_at=None if late else due_at,
                breached_at=due_at if late else clock.breached_at,
            )
        return standings

    def as_json(self) -> dict[str, Any]:
        """For a column. Times as seconds since 1970."""
        return {
            "status": self.status,
            "schedule": self.schedule and self.schedule.as_json(),
            "breached_at": _stamp(self.breached_at),
            "clocks": {metric.value: clock.as_json() for metric, clock in self.by_metric.items()},
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Clocks":
        """From what as_json gave; {} is a ticket before its opening."""
        if not stored:
            return cls()
        return cls(
            status=stored["status"],
            schedule=Schedule.read(stored["schedule"]) if stored["schedule"] else None,
            by_metric={SlaMetric(name): Clock.read(SlaMetric(name), kept) for name, kept in stored["clocks"].items()},
            breached_at=_moment(stored["breached_at"]),
        )


def cut(at: datetime) -> datetime:
    """As clocks keep it: the whole second in UTC."""
    return at.astimezone(UTC).replace(microsecond=0)


def _stamp(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at else None


def _moment(stamp: int | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)
