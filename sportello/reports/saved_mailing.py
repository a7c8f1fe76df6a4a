"""Saved reports by mail: when each is next due, who gets it, and how that ends. docs/explorer.md"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import FileKind, ReportMailing, Rhythm, SavedReport, User
from sportello.desk.words import Permission
from sportello.kit import clock

DAYS = {Rhythm.DAILY: (0, 0), Rhythm.WEEKLY: (1, 7), Rhythm.MONTHLY: (1, 28)}
MOST_RECIPIENTS = 50


def save(report: SavedReport, data: Mapping[str, Any]) -> ReportMailing:
    """Send a report from now on: {"rhythm", "day", "hour", "file", "recipients": ids of people of the desk}.

    What rested begins again; a worker that is just writing the old one sends nothing. Raises Invalid by the name of the
    field.
    """
    rhythm, file = str(data.get("rhythm", "")), str(data.get("file", ""))
    if rhythm not in Rhythm.values:
        raise Invalid("rhythm", _("Choose how often."))
    if file not in FileKind.values:
        raise Invalid("file", _("Choose a file that there is."))
    lowest, highest = DAYS[Rhythm(rhythm)]
    day = data.get("day") if highest else 0
    if not isinstance(day, int) or not lowest <= day <= highest:
        raise Invalid("day", _("A day from %(first)s to %(last)s, please.") % {"first": lowest, "last": highest})
    hour = data.get("hour")
    if not isinstance(hour, int) or not 0 <= hour <= 23:
        raise Invalid("hour", _("An hour from 0 to 23, please."))
    people = _recipients(report, data.get("recipients") or ())
    with transaction.atomic():
        mailing, _is_new = ReportMailing.objects.update_or_create(
            report=report,
            defaults={
                "rhythm": rhythm,
                "day": day,
                "hour": hour,
                "file": file,
                "next_at": next_after(rhythm, day, hour, clock.now(), configuration.current().desk.time_zone),
                "stopped": False,
                "last_error": "",
                "attempts": 0,
                "claimed_by": "",
                "claimed_until": None,
            },
        )
        mailing.recipients.set(people)
    return mailing


def _recipients(report: SavedReport, keys: Iterable[int]) -> list[User]:
    """Raises Invalid unless all of them may read figures and find this report."""
    found = {person.pk: person for person in readers()}
    people = [found[key] for key in dict.fromkeys(keys) if key in found]
    if not people or len(people) < len(set(keys)):
        raise Invalid("recipients", _("Choose at least one, of those who may see figures."))
    if len(people) > MOST_RECIPIENTS:
        raise Invalid("recipients", _("At most %(most)s people.") % {"most": MOST_RECIPIENTS})
    if not report.shared and any(person.pk != report.owner_id for person in people):
        raise Invalid("recipients", _("Share the report first: whoever gets it must be able to open it."))
    return people


def readers() -> list[User]:
    """The people of the desk whom a report can be sent to, by name."""
    found = configuration.current().agents.values()
    return sorted((it for it in found if may_read(it) and it.email), key=lambda it: it.name.lower())


def may_read(person: User) -> bool:
    return access.may(person, Permission.REPORTS)


def leave(report: SavedReport, person: User) -> bool:
    """Send it to this person no more; whether he got it. A mail that nobody gets any more ends."""
    mailing = ReportMailing.objects.filter(report=report, recipients=person).first()
    if mailing is None:
        return False
    with transaction.atomic():
        mailing.recipients.remove(person)
        if not mailing.recipients.exists():
            mailing.delete()
    return True


def end(report: SavedReport) -> None:
    """Send it to nobody any more."""
    ReportMailing.objects.filter(report=report).delete()


def next_after(rhythm: str, day: int, hour: int, after: datetime, time_zone: str) -> datetime:
    """The first time after `after` at which it is due, UTC: the hour of the desk's wall clock. Where clocks skip it,
    as much later as they skip."""
    zone = ZoneInfo(time_zone)
    on = after.astimezone(zone).date()
    while True:
        is_day = rhythm == Rhythm.DAILY or (on.isoweekday() if rhythm == Rhythm.WEEKLY else on.day) == day
        at = datetime(on.year, on.month, on.day, hour, tzinfo=zone).astimezone(UTC)
        if is_day and at > after:
            return at
        on += timedelta(days=1)
