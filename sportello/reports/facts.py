"""What happened in a month, read in a fixed number of queries however many tickets and agents there are."""

from datetime import UTC, date, datetime
from itertools import starmap
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Substr

from sportello.desk.actions import configuration
from sportello.desk.models import SatisfactionRating, Ticket, TicketMetric, TimeEntry
from sportello.desk.rules.schedules import business_seconds, is_open
from sportello.desk.words import FINISHED, Score

# Facts are tuples, not dataclasses: there may be 100,000 of them a month. agent_id: who is credited.


class Created(NamedTuple):
    """`n` tickets of a requester, `direct` of them with a direct contact. A customer's request is no agent's."""

    organization_id: int | None
    requester_id: int
    n: int
    direct: int
    agent_id: int | None = None


class Replied(NamedTuple):
    """A first reply given in the month. Whole minutes. in_hours: the ticket was created while the desk was open.

    business: each schedule for the time it was in force; by_last_schedule: all by the one that the ticket has now.
    """

    agent_id: int | None
    organization_id: int | None
    requester_id: int
    calendar: int
    business: int
    in_hours: bool
    by_last_schedule: int


class Solved(NamedTuple):
    """Tickets alike: `n` of them."""

    agent_id: int | None
    organization_id: int | None
    requester_id: int
    n: int
    fewer_than_two: int
    exactly_one: int
    reopened: int


class Voted(NamedTuple):
    """`n` votes alike. about: words.About, "" where the voter did not say."""

    agent_id: int | None
    organization_id: int | None
    requester_id: int
    score: str
    about: str
    n: int


class Surveyed(NamedTuple):
    """`n` people asked, `answered` of them by now."""

    agent_id: int | None
    organization_id: int | None
    requester_id: int
    n: int
    answered: int


class Spent(NamedTuple):
    """Time that agents wrote down. Whole minutes."""

    agent_id: int | None
    organization_id: int | None
    requester_id: int
    minutes: int


class Facts(NamedTuple):
    """created_outside: tickets created while the desk was closed. direct: those with a direct contact, by its kind."""

    created: list[Created]
    created_outside: int
    replied: list[Replied]
    solved: list[Solved]
    voted: list[Voted]
    surveyed: list[Surveyed]
    spent: list[Spent]
    direct: dict[str, int]


def limits(year: int, month: int, time_zone: str) -> tuple[datetime, datetime]:
    """The first instant of a month in a time zone and the first after it, both UTC."""
    zone = ZoneInfo(time_zone)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    start, end = datetime(year, month, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def read(start: datetime, end: datetime) -> Facts:
    """The facts of [start, end). What was merged into another ticket is no request and no solution of its own."""
    created = Ticket.objects.filter(created_at__gte=start, created_at__lt=end, merged_into=None).order_by()
    return Facts(
        _created(created),
        _created_outside(created),
        _replied(start, end),
        _solved(start, end),
        _voted(start, end),
        _surveyed(start, end),
        _spent(start, end),
        dict(created.exclude(contact="").values_list("contact").annotate(n=Count("pk"))),
    )


def _minute(field: str) -> Substr:
    """A time to the minute as text, “2026-10-05 08:30”: opening hours know nothing finer, and text needs no parsing."""
    return Substr(Cast(F(field), TextField()), 1, 16)


class _Openings(dict[str, bool]):
    """Whether the desk was open at a minute, worked out once for each."""

    def __init__(self) -> None:
        self._hours = configuration.current().hours

    def __missing__(self, minute: str) -> bool:
        self[minute] = is_open(self._hours, datetime.fromisoformat(minute).replace(tzinfo=UTC))
        return self[minute]


def _created(tickets: QuerySet[Ticket]) -> list[Created]:
    rows = tickets.values_list("organization_id", "requester_id").annotate(
        n=Count("pk"), direct=Count("pk", filter=~Q(contact=""))
    )
    return list(starmap(Created, rows))


def _created_outside(tickets: QuerySet[Ticket]) -> int:
    openings = _Openings()
    minutes = tickets.annotate(minute=_minute("created_at")).values_list("minute").annotate(n=Count("pk"))
    return sum(n for minute, n in minutes if not openings[minute])


def _replied(start: datetime, end: datetime) -> list[Replied]:
    openings = _Openings()
    rows = TicketMetric.objects.filter(first_reply_at__gte=start, first_reply_at__lt=end)
    columns = (
        *("first_replier_id", "ticket__organization_id", "ticket__requester_id"),
        *("reply_calendar", "reply_business", "minute", "pk"),
    )
    found = rows.annotate(minute=_minute("ticket__created_at")).values_list(*columns)
    last = _by_last_schedule(rows)
    return [
        Replied(
            agent, organization, person, calendar or 0, business or 0, openings[minute], last.get(pk, business or 0)
        )
        for agent, organization, person, calendar, business, minute, pk in found.iterator(10_000)
    ]


def _by_last_schedule(rows: QuerySet[TicketMetric]) -> dict[int, int]:
    """Business minutes to the first reply by the schedule that each ticket has now, where it has had several."""
    settings = configuration.current()
    moved = rows.filter(fold__has_key="counted_at").exclude(fold__counted_at="")
    times = moved.values_list("pk", "ticket__schedule_id", "ticket__created_at", "first_reply_at")
    return {
        pk: business_seconds(settings.hours_of(schedule_id), created_at, first_reply_at) // 60
        for pk, schedule_id, created_at, first_reply_at in times.iterator(10_000)
        if first_reply_at
    }


def _solved(start: datetime, end: datetime) -> list[Solved]:
    """A ticket that was reopened and is not solved again is not solved."""
    solved = TicketMetric.objects.filter(solved_at__gte=start, solved_at__lt=end, ticket__status__in=FINISHED)
    rows = (
        solved.filter(ticket__merged_into=None)
        .order_by()
        .values_list("solver_id", "ticket__organization_id", "ticket__requester_id")
        .annotate(
            n=Count("pk"),
            fewer_than_two=Count("pk", filter=Q(replies__lt=2)),
            exactly_one=Count("pk", filter=Q(replies=1)),
            reopened=Count("pk", filter=Q(reopens__gt=0)),
        )
    )
    return list(starmap(Solved, rows))


def _voted(start: datetime, end: datetime) -> list[Voted]:
    rows = (
        SatisfactionRating.objects.filter(rated_at__gte=start, rated_at__lt=end)
        .order_by()
        .values_list("assignee_id", "organization_id", "requester_id", "score", "about")
        .annotate(n=Count("pk"))
    )
    return list(starmap(Voted, rows))


def _surveyed(start: datetime, end: datetime) -> list[Surveyed]:
    rows = (
        SatisfactionRating.objects.filter(offered_at__gte=start, offered_at__lt=end)
        .order_by()
        .values_list("assignee_id", "organization_id", "requester_id")
        .annotate(n=Count("pk"), answered=Count("pk", filter=~Q(score=Score.OFFERED)))
    )
    return list(starmap(Surveyed, rows))


def _spent(start: datetime, end: datetime) -> list[Spent]:
    first, following = _day(start), _day(end)
    rows = (
        TimeEntry.objects.filter(spent_on__gte=first, spent_on__lt=following)
        .order_by()
        .values_list("agent_id", "ticket__organization_id", "ticket__requester_id")
        .annotate(total=Sum("minutes"))
    )
    return list(starmap(Spent, rows))


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(configuration.current().desk.time_zone)).date()
