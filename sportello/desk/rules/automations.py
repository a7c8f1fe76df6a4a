"""Automations: what the desk does by itself when time has passed. Pure; docs/algorithms/automations.md

Their actions are those of triggers (rules.triggers); here is what is their own: time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ..errors import Invalid
from . import conditions, schedules, triggers
from .conditions import Condition, Conditions, Facts
from .custom_kinds import OwnDay
from .fields import BY_NAME, Field
from .kinds import CURRENT_USER, Moment, Since, Until
from .triggers import Action, Rule

# The smallest step of time that databases keep: what holds only *after* an instant begins to hold this much later.
_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


class Automation(Rule):
    __slots__ = ()
    rel = "automation"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ticket keeps of an automation.

    rings_at: its clock. acted: it has, and its conditions have held ever since; then the clock rings when they cease.
    stopped: by hand, or because it failed; until time can make the conditions true no more.
    """

    rings_at: datetime | None = None
    acted: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether conditions hold now, and when time alone makes that different; None: never."""

    holds: bool
    changes_at: datetime | None


def read_conditions(data: Any, fields: Mapping[str, Field] = BY_NAME) -> Conditions:
    """Conditions from JSON: such as can be asked at any time, when nobody acts. fields: those of the desk.

    Raises Invalid with the place of each fault as its field: "all.0.operator".
    """
    asked = conditions.read(data, stored=True, fields=fields)
    faults: dict[str, object] = {
        f"{name}.{number}.value": nobody_acts()
        for name in ("all", "any")
        for number, it in enumerate(getattr(asked, name))
        if it.value == CURRENT_USER
    }
    if faults:
        raise Invalid(faults)
    return asked


def read_actions(data: Any, fields: Mapping[str, Field] = BY_NAME) -> tuple[Action, ...]:
    """As those of triggers, with nobody who acts. Raises Invalid with the place of each fault: "actions.0.value"."""
    actions = triggers.read_actions(data, fields)
    faults: dict[str, object] = {
        f"actions.{number}.value": nobody_acts()
        for number, it in enumerate(actions)
        if CURRENT_USER in (it.value[:1] if isinstance(it.value, tuple) else (it.value,))
    }
    if faults:
        raise Invalid(faults)
    return actions


def nobody_acts() -> str:
    return _("Nobody acts when time passes: choose a person.")


def outlook(asked: Conditions, facts: Facts, moment: Moment) -> Outlook:
    """How the conditions stand and go on if nothing happens to the ticket. asked: as read_conditions read them."""
    holds = conditions.matches(asked, facts, moment)
    if not holds and not _can_come(asked, facts, moment):
        return Outlook(False, None)
    turns = {at for it in asked if _is_timed(it) for at in _turns(it, facts, moment.hours) if at > moment.now}
    for at in sorted(turns):
        if conditions.matches(asked, facts, replace(moment, now=at)) != holds:
            return Outlook(holds, at)
    return Outlook(holds, None)


def next_time(asked: Conditions, facts: Facts, moment: Moment) -> datetime | None:
    """The earliest time from now on at which the conditions hold if nothing happens to the ticket."""
    found = outlook(asked, facts, moment)
    return moment.now if found.holds else found.changes_at


def follow(asked: Conditions, facts: Facts, moment: Moment, before: Standing) -> Standing:
    """How the automation stands on a ticket that is like this now. It acts when a clock rings that has not acted."""
    found = outlook(asked, facts, moment)
    if not found.holds and found.changes_at is None:
        return Standing()
    if before.stopped:
        return Standing(stopped=True)
    rang = before.rings_at is not None and before.rings_at <= moment.now
    if found.holds and before.acted and not rang:
        return Standing(found.changes_at, acted=True)
    if found.holds:
        return Standing(before.rings_at if rang and not before.acted else moment.now)
    return Standing(found.changes_at)


def is_timed(asked: Conditions) -> bool:
    """Whether time alone can make a difference to them."""
    return any(map(_is_timed, asked))


def _is_timed(condition: Condition) -> bool:
    return isinstance(condition.field.kind, Since | Until) or condition.operator in OwnDay.within


def _can_come(asked: Conditions, facts: Facts, moment: Moment) -> bool:
    """Whether what time does not change holds: most tickets are none of an automation's business, and cost nothing."""
    return all(conditions.holds(it, facts, moment) for it in asked.all if not _is_timed(it))


def _turns(condition: Condition, facts: Facts, hours: schedules.Schedule) -> Iterator[datetime]:
    """The first instants at which a condition about time is true, or false, and was not before."""
    kind, since = condition.field.kind, facts.values.get(condition.field.name)
    if since is None:
        return
    if isinstance(kind, OwnDay):
        days = timedelta(days=condition.value)
        first, last = (since - days, since) if condition.operator == "within_next_n_days" else (since, since + days)
        yield from (_midnight(day, hours.time_zone) for day in (first, last + timedelta(days=1)))
        return
    plain = condition.operator.removesuffix("_business_hours")
    schedule = hours if plain != condition.operator else None
    spans = (condition.value, condition.value + 1) if plain == "is" else (condition.value,)
    for span in spans:
        at = _passed(since, span, schedule) if isinstance(kind, Since) else _left(since, span, schedule)
        if at is not None:
            yield at


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC)


def _passed(since: datetime, hours: float, schedule: schedules.Schedule | None) -> datetime | None:
    """The first instant at which so many hours have passed since then."""
    seconds = int(hours * 3600)
    if schedule is None or seconds == 0:
        return since + timedelta(hours=hours)
    # Business time is counted in whole seconds, and one that has begun before `since` is not full.
    whole = since.replace(microsecond=0)
    return schedules.add_business(schedule, whole if whole == since else whole + _SECOND, seconds)


def _left(until: datetime, hours: float, schedule: schedules.Schedule | None) -> datetime | None:
    """The first instant at which less than so many hours are left until then."""
    seconds = int(hours * 3600)
    if schedule is None or seconds == 0:
        return until - timedelta(hours=hours) + _TICK
    last = schedules.subtract_business(schedule, until.replace(microsecond=0), seconds)
    return last + _SECOND if last else None
