"""Verbs on schedules and their own days off. Each change leaves a row that tells who and what, as with rules."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..errors import Invalid, Missing, Refused
from ..models import Holiday, Schedule, Ticket, Trigger, User
from ..rules import holidays
from ..rules.schedules import MINUTES_PER_WEEK, is_zone
from . import automations, configuration, rule_rows

KIND = "schedule"
MOST_INTERVALS = 100
LONGEST_HOLIDAY = timedelta(days=366)
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


def save(data: Mapping[str, Any], *, actor: User | None, schedule_id: int | None = None) -> Schedule:
    """Keep a new schedule, or change one. data: {"name", "time_zone", "intervals", "country", "subdivision"}.

    intervals: [start, end] in minutes from Sunday 00:00, at most to 10080. The first schedule is the default one. What
    was counted by the hours as they were stays. Raises Invalid with the place of each fault ("intervals.2"), Missing.
    """
    faults: dict[str, object] = {}
    name = _name(data, faults, _("A schedule needs a name."))
    time_zone = str(data.get("time_zone", ""))
    if not is_zone(time_zone):
        faults["time_zone"] = _("There is no time zone of this name.")
    intervals = _read_intervals(data.get("intervals"), faults)
    country, subdivision = str(data.get("country") or ""), str(data.get("subdivision") or "")
    if country and country not in holidays.countries():
        faults["country"] = _("The holidays of this country are not known.")
    elif subdivision and subdivision not in holidays.subdivisions(country):
        faults["subdivision"] = _("This country has no such part.")
    with transaction.atomic():
        found = (
            rule_rows.find(Schedule, schedule_id) if schedule_id else Schedule(default=not Schedule.objects.exists())
        )
        if name and Schedule.objects.filter(name__iexact=name).exclude(pk=found.pk).exists():
            faults["name"] = _("There is a schedule of this name already.")
        if faults:
            raise Invalid(faults)
        before = export(found) if schedule_id else None
        found.name, found.time_zone, found.intervals = name, time_zone, intervals
        found.country, found.subdivision = country, subdivision
        found.save()
        _log(found, before, actor)
    configuration.forget()
    return found


def make_default(schedule_id: int, *, actor: User | None) -> Schedule:
    """From now on the hours of every ticket that has no schedule of its own. Idempotent. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Schedule, schedule_id)
        for other in [*Schedule.objects.select_for_update().filter(default=True).exclude(pk=found.pk), found]:
            before = export(other)
            other.default = other == found
            other.save(update_fields=["default"])
            _log(other, before, actor)
    configuration.forget()
    return found


def drop(schedule_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays on record. Raises Missing; Refused for the default one and for one that is in use."""
    with transaction.atomic():
        found = rule_rows.find(Schedule, schedule_id)
        if found.default:
            raise Refused(_("The default schedule cannot be dropped: make another one the default first."))
        users = used_by(found)
        if users:
            raise Refused(_("It is in use: %(users)s.") % {"users": ", ".join(users)})
        rule_rows.log(KIND, found.pk, export(found), None, actor)
        found.delete()
    configuration.forget()


def used_by(schedule: Schedule) -> list[str]:
    """Who counts by this schedule, for a person: how many tickets as their own, and each trigger that sets it."""
    tickets = Ticket.objects.filter(schedule=schedule).count()
    users = [ngettext("%(n)s ticket", "%(n)s tickets", tickets) % {"n": tickets}] if tickets else []
    for trigger in Trigger.objects.order_by("position", "id"):
        if {"field": "set_schedule", "value": schedule.pk} in trigger.actions:
            users.append(_("the trigger “%(title)s”") % {"title": trigger.title})
    return users


def save_holiday(
    schedule_id: int, data: Mapping[str, Any], *, actor: User | None, holiday_id: int | None = None
) -> Holiday:
    """Keep a new day off of a schedule, or change one. data: {"name", "start_on", "end_on"}, dates, both included.

    Without end_on it is a single day. Raises Invalid by field, Missing.
    """
    faults: dict[str, object] = {}
    name = _name(data, faults, _("A day off needs a name."))
    start_on, end_on = data.get("start_on"), data.get("end_on") or data.get("start_on")
    if not isinstance(start_on, date) or not EARLIEST <= start_on <= LATEST:
        faults["start_on"] = _("Give a date.")
    elif not isinstance(end_on, date) or end_on < start_on:
        faults["end_on"] = _("It ends before it starts.")
    elif end_on - start_on > LONGEST_HOLIDAY:
        faults["end_on"] = _("A year at most, please.")
    if faults:
        raise Invalid(faults)
    assert start_on and end_on
    with transaction.atomic():
        schedule = rule_rows.find(Schedule, schedule_id)
        before = export(schedule)
        found = _holiday(schedule, holiday_id) if holiday_id else Holiday(schedule=schedule)
        found.name, found.start_on, found.end_on = name, start_on, end_on
        found.save()
        _log(schedule, before, actor)
    configuration.forget()
    return found


def drop_holiday(schedule_id: int, holiday_id: int, *, actor: User | None) -> None:
    """The desk is open again on these days. Raises Missing."""
    with transaction.atomic():
        schedule = rule_rows.find(Schedule, schedule_id)
        before = export(schedule)
        _holiday(schedule, holiday_id).delete()
        _log(schedule, before, actor)
    configuration.forget()


def export(schedule: Schedule) -> dict[str, Any]:
    """The schedule with its own days off, as it is kept in its history."""
    return {
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "intervals": schedule.intervals,
        "country": schedule.country,
        "subdivision": schedule.subdivision,
        "default": schedule.default,
        "holidays": [
            {"name": it.name, "start_on": it.start_on.isoformat(), "end_on": it.end_on.isoformat()}
            for it in Holiday.objects.filter(schedule=schedule)
        ],
    }


def _holiday(schedule: Schedule, holiday_id: int) -> Holiday:
    found = Holiday.objects.filter(schedule=schedule, pk=holiday_id).first()
    if found is None:
        raise Missing
    return found


def _log(schedule: Schedule, before: dict[str, Any] | None, actor: User | None) -> None:
    after = export(schedule)
    if before != after:
        rule_rows.log(KIND, schedule.pk, before, after, actor)
        automations.rearm()


def _name(data: Mapping[str, Any], faults: dict[str, object], when_none: str) -> str:
    name = " ".join(str(data.get("name") or "").split())[:100]
    if not name:
        faults["name"] = when_none
    return name


def _read_intervals(said: Any, faults: dict[str, object]) -> list[list[int]]:
    """In the order of the week."""
    if not isinstance(said, Sequence) or len(said) > MOST_INTERVALS or not all(map(_is_pair, said)):
        faults["intervals"] = _("Opening times are from a minute of the week to another.")
        return []
    last_end = -1
    for number, (start, end) in sorted(enumerate(said), key=lambda it: (it[1][0], it[1][1])):
        if end <= start:
            faults[f"intervals.{number}"] = _("It ends before it starts.")
        elif start < 0 or end > MINUTES_PER_WEEK:
            faults[f"intervals.{number}"] = _("It is not within the week.")
        elif start < last_end:
            faults[f"intervals.{number}"] = _("It overlaps another one.")
        last_end = max(last_end, end)
    return sorted([start, end] for start, end in said)


def _is_pair(said: Any) -> bool:
    return isinstance(said, Sequence) and len(said) == 2 and all(type(minute) is int for minute in said)
