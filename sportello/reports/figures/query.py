"""What is asked: measures, split by dimensions, of a period, of some tickets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.desk.rules.conditions import Conditions

from . import dimensions
from .dialects import GRAINS
from .dimensions import Dimension
from .measure import STOCK, Measure
from .measures import MEASURES, is_of_tickets

MOST_DIMENSIONS = 3
# Of time, where each is split by something else, too: four years of days.
MOST_BUCKETS = 1_500


@dataclass(frozen=True, slots=True)
class Query:
    """measures, dimensions: keys. start, end: aware, end not included. time_zone: the desk's. filters: as filters.read.

    Raises Invalid("measures" | "dimensions" | "period" | "filters") for what is not known or does not go together.
    """

    measures: tuple[str, ...]
    start: datetime
    end: datetime
    time_zone: str
    dimensions: tuple[str, ...] = ()
    filters: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise Invalid("period", _("The period ends before it begins."))
        if len(self.dimensions) > MOST_DIMENSIONS or len(set(self.dimensions)) < len(self.dimensions):
            raise Invalid("dimensions", _("At most %(most)s different dimensions.") % {"most": MOST_DIMENSIONS})
        for key in self.measures:
            if key not in MEASURES:
                raise Invalid("measures", _("There is no measure “%(name)s”.") % {"name": key})
        if sum(split.is_time for split in self.splits()) > 1:
            raise Invalid("dimensions", _("Only one unit of time at once."))
        if (
            self.grain
            and len(self.dimensions) > 1
            and len(list(islice(self._buckets(), MOST_BUCKETS + 1))) > MOST_BUCKETS
        ):
            said = {"unit": dimensions.find(self.grain).label}
            raise Invalid("period", _("The period is too long to be split by “%(unit)s” and more.") % said)
        for measure in self.counted():
            for split in self.splits():
                if measure.table not in split.tables or not self._goes_with(measure, split):
                    said = {"measure": measure.label, "dimension": split.label}
                    raise Invalid("dimensions", _("“%(measure)s” cannot be split by “%(dimension)s”.") % said)
            for condition in self.filters:
                if not is_of_tickets(measure.key):
                    said = {"measure": measure.label, "field": condition.field.label}
                    raise Invalid("filters", _("“%(measure)s” cannot be filtered by “%(field)s”.") % said)

    def _goes_with(self, measure: Measure, split: Dimension) -> bool:
        """What stands has no hour, and an age only at one instant, which nothing else has."""
        if split.key == "age":
            return measure.how == STOCK and not self.grain
        return measure.how != STOCK or split.key not in ("hour", "weekday")

    def splits(self) -> tuple[Dimension, ...]:
        return tuple(map(dimensions.find, self.dimensions))

    def counted(self) -> list[Measure]:
        """The measures that are asked of the facts: in the place of a quotient, those that it is made of."""
        keys = (part for key in self.measures for part in (MEASURES[key].of or (key,)))
        return [MEASURES[key] for key in dict.fromkeys(keys)]

    @property
    def grain(self) -> str:
        """The time by which it is split; "" if by none."""
        return next((grain for grain in GRAINS if grain in self.dimensions), "")

    def buckets(self) -> list[date]:
        """The first day of each bucket of the period, on the desk's calendar."""
        return list(self._buckets())

    def _buckets(self) -> Iterator[date]:
        zone = ZoneInfo(self.time_zone)
        last = (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        return _buckets(self.grain, self.start.astimezone(zone).date(), last)

    def end_of(self, bucket: date) -> datetime:
        """The first instant after a bucket."""
        following = _next(self.grain, bucket)
        return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


def of_month(year: int, month: int, time_zone: str) -> tuple[datetime, datetime]:
    """The first instant of a month in a time zone and the first after it, UTC."""
    zone = ZoneInfo(time_zone)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return tuple(datetime(*it, 1, tzinfo=zone).astimezone(UTC) for it in ((year, month), following))  # type: ignore[return-value]


def _buckets(grain: str, first: date, last: date) -> Iterator[date]:
    day = truncate(grain, first)
    while day <= last:
        yield day
        day = _next(grain, day)


def truncate(grain: str, day: date) -> date:
    """The first day of the bucket that a day lies in."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "day":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1}.get(grain, 1)
    return day.replace(month=month, day=1)


def _next(grain: str, day: date) -> date:
    if grain in ("day", "week"):
        return day + timedelta(days=7 if grain == "week" else 1)
    months = day.year * 12 + day.month - 1 + {"month": 1, "quarter": 3}.get(grain, 12)
    return date(months // 12, months % 12 + 1, 1)
