"""What every verb needs to know of the desk: its row, its protocols, its mailboxes, its hours."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from .. import models
from ..errors import Invalid
from ..models import Desk, Group, Mailbox, Protocol, Schedule, User
from ..rules import conditions, sla_targets, triggers
from ..rules.protocol import Steps
from ..rules.schedules import ALWAYS
from ..rules.schedules import Schedule as Hours
from ..rules.triggers import Trigger

Rule = TypeVar("Rule", Trigger, "Policy")

# Other processes see a change of the desk's configuration after this long at most.
FRESH_SECONDS = 1.0


@dataclass(frozen=True)
class Configuration:
    desk: Desk
    protocols: dict[int | None, Protocol]
    mailboxes: tuple[Mailbox, ...]
    groups: dict[int, Group]
    agents: dict[int, User]
    schedules: dict[int, Schedule]
    hours: Hours
    hours_by_schedule: dict[int, Hours]

    @cached_property
    def triggers(self) -> "Ready[Trigger]":
        """Read when first asked for: pages need none."""
        switched_on = models.Trigger.objects.filter(active=True).values_list("pk", "updated_at")
        return Ready.of(_trigger(pk, updated_at) for pk, updated_at in switched_on)

    @cached_property
    def policies(self) -> "Ready[Policy]":
        return Ready.of(map(_policy, models.SlaPolicy.objects.filter(active=True)))

    def protocol_of(self, organization_id: int | None) -> Protocol | None:
        """The protocol in force for an organization: its own or the desk's; None: the default one, never edited."""
        return self.protocols.get(organization_id) or self.protocols.get(None)

    def steps_of(self, organization_id: int | None) -> Steps:
        protocol = self.protocol_of(organization_id)
        return Steps.read(protocol.steps) if protocol else Steps()

    def hours_of(self, schedule_id: int | None) -> Hours:
        """The hours of a ticket's own schedule; those of the default one where it has none, or one that is gone."""
        return self.hours_by_schedule.get(schedule_id, self.hours) if schedule_id else self.hours

    def mailbox(self, mailbox_id: int | None = None) -> Mailbox | None:
        """The mailbox with this id, else the default one, else any."""
        active = [mailbox for mailbox in self.mailboxes if mailbox.active]
        chosen = [mailbox for mailbox in active if mailbox.pk == mailbox_id]
        return next(iter(chosen or [m for m in active if m.default] or active), None)

    def mailbox_for(self, address: str) -> Mailbox | None:
        """The mailbox that an address, with or without a +tag, means."""
        local, _, domain = address.lower().rpartition("@")
        plain = f"{local.split('+')[0]}@{domain}"
        return next((m for m in self.mailboxes if m.address in (address.lower(), plain)), None)


_cached: tuple[float, Configuration] | None = None


def current() -> Configuration:
    """The configuration, read again at most once a second."""
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > FRESH_SECONDS:
        _cached = (time.monotonic(), _read())
    return _cached[1]


def forget() -> None:
    """Somebody has just changed the configuration."""
    global _cached
    _cached = None


def _read() -> Configuration:
    desk = Desk.objects.first() or Desk(pk=1)
    schedules = {row.pk: row for row in Schedule.objects.prefetch_related("holidays")}
    hours = {pk: hours_of(row) for pk, row in schedules.items()}
    # Without a schedule the desk is always open: business time is calendar time.
    default = next((hours[pk] for pk, row in schedules.items() if row.default), ALWAYS)
    return Configuration(
        desk=desk,
        protocols={protocol.organization_id: protocol for protocol in Protocol.objects.filter(current=True)},
        mailboxes=tuple(Mailbox.objects.order_by("id")),
        groups={group.pk: group for group in Group.objects.filter(active=True)},
        agents={agent.pk: agent for agent in User.objects.staff()},
        schedules=schedules,
        hours=default,
        hours_by_schedule=hours,
    )


@dataclass(frozen=True)
class Ready(Generic[Rule]):
    """The rules of a kind that are switched on, in order, and the fields that their conditions look at."""

    rules: tuple[Rule, ...]
    fields: frozenset[str]

    @classmethod
    def of(cls, read: "Iterable[Rule | None]") -> "Ready[Rule]":
        rules = tuple(rule for rule in read if rule is not None)
        return cls(rules, frozenset(it.field.name for rule in rules for it in rule.conditions))


@dataclass(frozen=True)
class Policy:
    """An SLA policy and the tickets that it takes in."""

    policy: sla_targets.Policy
    conditions: conditions.Conditions


# What cannot be read (any more) is None here; actions.rules switches it off and says so.


@lru_cache(maxsize=2000)
def _trigger(trigger_id: int, updated_at: datetime) -> Trigger | None:
    """Read once for each change of it: a desk may have a thousand."""
    row = models.Trigger.objects.get(pk=trigger_id)
    try:
        return Trigger(row.pk, row.title, conditions.read(row.conditions), triggers.read_actions(row.actions))
    except Invalid:
        return None


def _policy(row: models.SlaPolicy) -> Policy | None:
    try:
        targets = sla_targets.read_targets(row.targets)
        asked = conditions.read(row.conditions, stored=True)
        return Policy(sla_targets.Policy(row.pk, row.title, row.position, targets), asked)
    except Invalid:
        return None


def hours_of(schedule: Schedule) -> Hours:
    """A schedule's row and its holidays, as the arithmetic takes them."""
    holidays = schedule.holidays.all()
    return Hours(
        time_zone=schedule.time_zone,
        intervals=tuple((start, end) for start, end in schedule.intervals),
        holidays=frozenset(day for holiday in holidays for day in days_of(holiday.start_on, holiday.end_on)),
        country=schedule.country,
        subdivision=schedule.subdivision,
    )


def days_of(start_on: date, end_on: date) -> list[date]:
    """First and last day included."""
    return [start_on + timedelta(days=number) for number in range((end_on - start_on).days + 1)]
