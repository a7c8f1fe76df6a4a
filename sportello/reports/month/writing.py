"""The report writes itself on the first working day of the next month, once, and tells whoever is to read it.

docs/algorithms/monthly-report.md
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sportello.desk import access, links
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import MonthlyReader, MonthlyReport, Organization, Ticket, User
from sportello.desk.rules.schedules import Schedule, add_business
from sportello.desk.words import Permission
from sportello.kit import clock
from sportello.reports import mails
from sportello.reports.figures.query import of_month
from sportello.reports.folding import store
from sportello.reports.mails import Mail

from . import figures, gather, kept, mailing
from .figures import Month
from .voice import ORGANIZATION, PUBLIC, TEAM

log = structlog.get_logger()
# A desk that is open by night is told with the coffee too.
NOT_BEFORE = time(7)
# For so long what happened in the month is waited for; then it is written, and says that something is missing.
PATIENCE = timedelta(hours=6)
# For so long the drafts of organizations follow.
FOLLOWING = timedelta(days=7)
# A desk that was off for so many months writes them all.
MOST_MONTHS = 12
ONE = timedelta(seconds=1)


def writes_at(hours: Schedule, end: datetime, time_zone: str) -> datetime:
    """When the report of a month that ended at `end` is due: the desk opens for the first time, not before 7 o'clock.

    hours: with its holidays. A desk that never opens: on the first day. Pure.
    """
    inside = add_business(hours, end, 1)
    opens = end if inside is None else inside - ONE
    zone = ZoneInfo(time_zone)
    early = datetime.combine(opens.astimezone(zone).date(), NOT_BEFORE, zone).astimezone(UTC)
    return max(opens, early)


def step() -> bool:
    """Write what is due. True: there may be more. Two workers, a crash, days without power: each report is once."""
    try:
        due = next(iter(_due()), None)
        if due is not None:
            return _write(*due)
        return _write_organization()
    except store.Missing:
        return False  # The facts come first.


def _due() -> Iterable[tuple[int, int]]:
    """The months that are over and not written down, the oldest first."""
    known = configuration.current()
    zone, now = known.desk.time_zone, clock.now()
    last = gather.last_over()
    end = of_month(*last, zone)[1]
    latest = _written(last).values_list("year", "month").first()
    if latest == last:
        return []
    if now < writes_at(known.hours, end, zone) or not Ticket.objects.filter(created_at__lt=end).exists():
        return []
    back = 1 if latest is None else (last[0] - latest[0]) * 12 + last[1] - latest[1]
    return [gather.before(*last, number) for number in reversed(range(min(back, MOST_MONTHS)))]


def _written(last: tuple[int, int]) -> "QuerySet[MonthlyReport]":
    """The team's reports up to the last month that is over, the latest first."""
    year, month = last
    over = Q(year__lt=year) | Q(year=year, month__lte=month)
    return MonthlyReport.objects.filter(over, audience=TEAM).order_by("-year", "-month")


def _write(year: int, month: int) -> bool:
    known = configuration.current()
    end = of_month(year, month, known.desk.time_zone)[1]
    found = gather.month(year, month)
    if found.is_behind and clock.now() < writes_at(known.hours, end, known.desk.time_zone) + PATIENCE:
        return False
    told = _mails(found)
    try:
        with transaction.atomic():
            _keep(found, TEAM)
            if kept.find(year, month, PUBLIC) is None:
                _keep(found, PUBLIC)
            for person, mail in told:
                mails.queue(mail, mailing.STEP, person)
    except IntegrityError:
        log.info("month written by somebody else", year=year, month=month)
    return True


def _keep(found: Month, audience: str, organization_id: int | None = None) -> MonthlyReport:
    """Write it down; for the public without names. Raises IntegrityError when somebody has."""
    if audience == PUBLIC:
        found = replace(kept.without_names(found), changes=())
    return MonthlyReport.objects.create(
        year=found.year,
        month=found.month,
        audience=audience,
        organization_id=organization_id,
        language=configuration.current().desk.language,
        figures=figures.as_json(found),
        written_at=clock.now(),
    )


def ensure(year: int, month: int, audience: str, organization_id: int | None = None) -> MonthlyReport:
    """The report as it was written down; written down now, where it was not yet.

    Raises Invalid("month") while the month runs or is still to come, Missing without the organization.
    """
    if (year, month) > gather.last_over():
        raise Invalid("month", _("This month is not over yet."))
    report = kept.find(year, month, audience, organization_id)
    if report is not None:
        return report
    found = gather.month(year, month, organization_id=organization_id)
    try:
        with transaction.atomic():
            return _keep(found, audience, organization_id)
    except IntegrityError:
        report = kept.find(year, month, audience, organization_id)
        if report is None:
            raise Missing from None
        return report


def _write_organization() -> bool:
    """The draft of one organization of the latest report that has none yet.

    After a while, or without a solved ticket, it is written when somebody asks for it.
    """
    latest = _written(gather.last_over()).first()
    if latest is None or clock.now() >= latest.written_at + FOLLOWING:
        return False
    solved = gather.customers(latest.year, latest.month)
    drafts = MonthlyReport.objects.filter(year=latest.year, month=latest.month, audience=ORGANIZATION)
    written = set(drafts.values_list("organization_id", flat=True))
    there = Organization.objects.filter(merged_into=None, pk__in=[it for it in solved if it not in written])
    missing = there.order_by("pk").values_list("pk", flat=True).first()
    if missing is None:
        return False
    ensure(latest.year, latest.month, ORGANIZATION, missing)
    return True


def readers() -> list[User]:
    """Whom it is told: those who were chosen and may still see figures; without any the administrators."""
    chosen = set(MonthlyReader.objects.values_list("person", flat=True))
    people = possible_readers()
    return [it for it in people if it.pk in chosen] or [it for it in people if it.is_admin]


def possible_readers() -> list[User]:
    """The agents who may see figures and have an address."""
    staff = User.objects.staff().filter(active=True).exclude(email=None).select_related("custom_role")
    return [it for it in staff.order_by("name", "id") if it.email and access.may(it, Permission.REPORTS)]


def choose_readers(people: Iterable[int]) -> None:
    """From now on it is told to these; to the administrators where none is left."""
    with transaction.atomic():
        MonthlyReader.objects.all().delete()
        staff = User.objects.staff().filter(active=True, pk__in=list(people))
        MonthlyReader.objects.bulk_create(MonthlyReader(person=it) for it in staff)


def _mails(month: Month) -> list[tuple[User, Mail]]:
    """To each reader in his language, with what he may see."""
    url = links.public_url(f"/reports/month?month={month.year}-{month.month:02}")
    made: dict[tuple[str, bool], Mail] = {}
    told = []
    for person in readers():
        like = person.language or configuration.current().desk.language, access.sees_every_ticket(person)
        if like not in made:
            seen = month if like[1] else kept.without_names(month)
            made[like] = mailing.compose(seen, like[0], TEAM, url=url)
        told.append((person, made[like]))
    return told
