"""What happened in a month, read in a fixed number of queries however many tickets and agents there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from sportello.desk.actions import configuration
from sportello.desk.models import SatisfactionRating, Ticket, TicketMetric
from sportello.desk.rules.schedules import Schedule, is_open
from sportello.desk.words import FINISHED, Score


@dataclass(frozen=True, slots=True)
class Whose:
    """Who a fact belongs to. agent_id: who is credited with it."""

    agent_id: int | None
    organization_id: int | None
    requester_id: int


@dataclass(frozen=True, slots=True)
class Created:
    whose: Whose
    in_hours: bool


@dataclass(frozen=True, slots=True)
class Replied:
    """A first reply given in the month. Whole minutes."""

    whose: Whose
    in_hours: bool
    calendar: int
    business: int


@dataclass(frozen=True, slots=True)
class Solved:
    """Tickets alike: `n` of them."""

    whose: Whose
    n: int
    fewer_than_two: int
    exactly_one: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Voted:
    """`n` votes alike. about: words.About, "" where the voter did not say."""

    whose: Whose
    score: str
    about: str
    n: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    whose: Whose
    n: int
    answered: int


@dataclass(frozen=True, slots=True)
class Facts:
    created: list[Created]
    replied: list[Replied]
    solved: list[Solved]
    voted: list[Voted]
    surveyed: list[Surveyed]


def limits(year: int, month: int, time_zone: str) -> tuple[datetime, datetime]:
    """The first instant of a month in a time zone and the first after it, both UTC."""
    zone = ZoneInfo(time_zone)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    start, end = datetime(year, month, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def read(start: datetime, end: datetime) -> Facts:
    """The facts of [start, end)."""
    in_hours = _in_hours(configuration.current().hours)
    return Facts(
        _created(start, end, in_hours),
        _replied(start, end, in_hours),
        _solved(start, end),
        _voted(start, end),
        _surveyed(start, end),
    )


def _in_hours(hours: Schedule) -> Callable[[datetime], bool]:
    @cache
    def of_minute(minute: int) -> bool:
        return is_open(hours, datetime.fromtimestamp(minute * 60, UTC))

    return lambda at: of_minute(int(at.timestamp()) // 60)


def _created(start: datetime, end: datetime, in_hours: Callable[[datetime], bool]) -> list[Created]:
    rows = Ticket.objects.filter(created_at__gte=start, created_at__lt=end).values_list(
        "organization_id", "requester_id", "created_at"
    )
    return [Created(Whose(None, org, person), in_hours(at)) for org, person, at in rows.iterator(5000)]


def _replied(start: datetime, end: datetime, in_hours: Callable[[datetime], bool]) -> list[Replied]:
    rows = TicketMetric.objects.filter(first_reply_at__gte=start, first_reply_at__lt=end).values_list(
        "first_replier_id",
        "ticket__organization_id",
        "ticket__requester_id",
        "ticket__created_at",
        "reply_calendar",
        "reply_business",
    )
    return [
        Replied(Whose(agent, org, person), in_hours(created_at), calendar or 0, business or 0)
        for agent, org, person, created_at, calendar, business in rows.iterator(5000)
    ]


def _solved(start: datetime, end: datetime) -> list[Solved]:
    """A ticket that was reopened and is not solved again is not solved."""
    rows = (
        TicketMetric.objects.filter(solved_at__gte=start, solved_at__lt=end, ticket__status__in=FINISHED)
        .order_by()
        .values_list("solver_id", "ticket__organization_id", "ticket__requester_id")
        .annotate(
            n=Count("pk"),
            fewer_than_two=Count("pk", filter=Q(replies__lt=2)),
            exactly_one=Count("pk", filter=Q(replies=1)),
            reopened=Count("pk", filter=Q(reopens__gt=0)),
        )
    )
    return [Solved(Whose(agent, org, person), *numbers) for agent, org, person, *numbers in rows]


def _voted(start: datetime, end: datetime) -> list[Voted]:
    rows = (
        SatisfactionRating.objects.filter(rated_at__gte=start, rated_at__lt=end)
        .order_by()
        .values_list("assignee_id", "organization_id", "requester_id", "score", "about")
        .annotate(n=Count("pk"))
    )
    return [Voted(Whose(agent, org, person), score, about, n) for agent, org, person, score, about, n in rows]


def _surveyed(start: datetime, end: datetime) -> list[Surveyed]:
    rows = (
        SatisfactionRating.objects.filter(offered_at__gte=start, offered_at__lt=end)
        .order_by()
        .values_list("assignee_id", "organization_id", "requester_id")
        .annotate(n=Count("pk"), answered=Count("pk", filter=~Q(score=Score.OFFERED)))
    )
    return [Surveyed(Whose(agent, org, person), n, answered) for agent, org, person, n, answered in rows]
