"""SLA policies: which one a ticket falls under, what it promises. Source: docs/algorithms/sla.md

The clocks that these promises are held against: rules.sla_clocks, moved by rules.sla.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from ..errors import Invalid
from ..words import Priority

# The most urgent first, as the API names them.
PRIORITIES = tuple(it.name.lower() for it in sorted(Priority, reverse=True))
LONGEST = 366 * 24 * 60  # minutes


class SlaMetric(StrEnum):
    """The seven clocks, by the field's names."""

    FIRST_REPLY_TIME = "first_reply_time"
    NEXT_REPLY_TIME = "next_reply_time"
    PERIODIC_UPDATE_TIME = "periodic_update_time"
    PAUSABLE_UPDATE_TIME = "pausable_update_time"
    REQUESTER_WAIT_TIME = "requester_wait_time"
    AGENT_WORK_TIME = "agent_work_time"
    TOTAL_RESOLUTION_TIME = "total_resolution_time"


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy promises for a metric to tickets of a priority, in business or calendar minutes.

    Raises ValueError for less than a minute.
    """

    metric: SlaMetric
    priority: str
    minutes: int
    business: bool

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError(f"a target of {self.minutes} minutes for {self.metric}")


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as a clock keeps it: what was promised when, whatever becomes of the policy."""

    policy_id: int
    minutes: int
    business: bool

    @property
    def seconds(self) -> int:
        return self.minutes * 60


@dataclass(frozen=True, slots=True)
class Policy:
    """Targets for the tickets that its conditions take in. Raises ValueError for two of one metric and priority."""

    id: int
    title: str
    position: int
    targets: tuple[Target, ...]

    def __post_init__(self) -> None:
        if len({(target.metric, target.priority) for target in self.targets}) < len(self.targets):
            raise ValueError(f"policy {self.id} has two targets for one metric and priority")

    def promise(self, metric: SlaMetric, priority: str) -> Promise | None:
        """priority: as the API names it; a ticket without one ("") is promised nothing."""
        for target in self.targets:
            if priority and (target.metric, target.priority) == (metric, priority):
                return Promise(self.id, target.minutes, target.business)
        return None


def read_targets(stored: Any) -> tuple[Target, ...]:
    """From the vendor's `policy_metrics`: [{"priority", "metric", "target" (minutes), "business_hours"}].

    Raises Invalid with the place of each fault: "targets.2.target".
    """
    if not isinstance(stored, list):
        raise Invalid("targets", _("Targets are a list."))
    faults: dict[str, object] = {}
    found: list[Target] = []
    for number, item in enumerate(stored):
        try:
            target = _read_one(item)
            if any((target.metric, target.priority) == (it.metric, it.priority) for it in found):
                raise Invalid("priority", _("There is a target for this metric and priority already."))
            found.append(target)
        except Invalid as fault:
            faults |= {f"targets.{number}.{part}": text for part, text in fault.fields.items()}
    if faults:
        raise Invalid(faults)
    return tuple(found)


def _read_one(item: Any) -> Target:
    said: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
    metric, priority, minutes = said.get("metric"), said.get("priority"), said.get("target")
    if metric not in tuple(SlaMetric):
        raise Invalid("metric", _("There is no metric “%(name)s”.") % {"name": metric or ""})
    if priority not in PRIORITIES:
        raise Invalid("priority", _("There is no priority “%(name)s”.") % {"name": priority or ""})
    if type(minutes) is not int or not 1 <= minutes <= LONGEST:
        raise Invalid("target", _("A target is at least a minute and at most a year."))
    if not isinstance(said.get("business_hours"), bool):
        raise Invalid("business_hours", _("Say whether business hours count, or all of them."))
    return Target(SlaMetric(metric), priority, minutes, said["business_hours"])


def write_targets(targets: Iterable[Target]) -> list[dict[str, Any]]:
    """As `read_targets` reads them; in the order of metrics and priorities, so that what is equal looks equal."""
    metrics = tuple(SlaMetric)
    return [
        {"priority": it.priority, "metric": it.metric.value, "target": it.minutes, "business_hours": it.business}
        for it in sorted(targets, key=lambda it: (metrics.index(it.metric), PRIORITIES.index(it.priority)))
    ]


def choose(policies: Iterable[Policy], matches: Callable[[Policy], bool]) -> Policy | None:
    """The first policy, by position, whose conditions match the ticket; those after it are not asked."""
    return next(filter(matches, sorted(policies, key=lambda policy: (policy.position, policy.id))), None)
