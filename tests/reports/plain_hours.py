"""A desk's hours and people once more, in plain Python: what reports.folding knows of them, from the tables alone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from sportello.desk.models import RuleChange, Schedule, User

LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def people():
    """Who somebody is now, by id: those who were merged are the others."""
    into = dict(User.objects.exclude(merged_into=None).values_list("pk", "merged_into"))

    def end(pk):
        return end(into[pk]) if pk in into else pk

    return {pk: end(pk) for pk in into}


class PlainHours:
    """When the desk was open, by the schedules as they were at each time; always, before there was one."""

    def __init__(self, zone):
        self.zone = ZoneInfo(zone)
        self.versions = {}
        for change in RuleChange.objects.filter(kind="schedule").order_by("id"):
            mine = self.versions.setdefault(change.rule_id, [])
            if not mine and change.before:
                mine.append((LONG_AGO, change.before))
            if change.after is not None:
                mine.append((change.created_at, change.after))
        assert set(self.versions) >= set(Schedule.objects.values_list("pk", flat=True))

    def state(self, schedule_id, at):
        """The schedule as it was; None: the desk was always open."""
        if schedule_id is None:
            now = [self.state(pk, at) for pk in self.versions]
            return next((it for it in now if it and it["default"]), None)
        past = [state for since, state in self.versions[schedule_id] if since <= at]
        return past[-1] if past else None

    def business(self, schedule_id, start, end):
        """Whole seconds, as both ends are cut to seconds."""
        start, end = start.replace(microsecond=0), end.replace(microsecond=0)
        moments = {since for versions in self.versions.values() for since, _state in versions}
        cuts = [start, *sorted(it for it in moments if start < it < end), end]
        return sum(self._open(self.state(schedule_id, one), one, other) for one, other in pairwise(cuts) if one < other)

    def _open(self, state, start, end):
        if state is None:
            return int((end - start).total_seconds())
        seconds = 0.0
        day = start.astimezone(self.zone).date() - DAY
        while day <= end.astimezone(self.zone).date():
            for opens, closes in _windows(_key(state), day):
                seconds += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
            day += DAY
        return int(seconds)

    def arrival(self, at):
        state = self.state(None, at)
        if state is None:
            return "hours"
        windows = _windows(_key(state), at.astimezone(ZoneInfo(state["time_zone"])).date())
        if any(opens <= at < closes for opens, closes in windows):
            return "hours"
        return "night" if windows else "closed_day"


def _key(state):
    off = tuple((it["start_on"], it["end_on"]) for it in state["holidays"])
    return state["time_zone"], tuple(map(tuple, state["intervals"])), state["country"], off


@cache
def _windows(key, day):
    """From when to when the desk is open on a day; no opening of these desks goes over midnight or a clock change."""
    zone, intervals, country, off = key
    is_off = any(first <= day.isoformat() <= last for first, last in off)
    if is_off or (country and day in _public(country, day.year)):
        return ()
    before = day.isoweekday() % 7 * 1440
    within = sorted((start - before, end - before) for start, end in intervals if before <= start < before + 1440)
    return tuple(tuple(_wall(zone, day, minute) for minute in pair) for pair in within)


def _wall(zone, day, minute):
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone)).astimezone(UTC)


@cache
def _public(country, year) -> set[date]:
    return set(holidays.country_holidays(country, years=year))
