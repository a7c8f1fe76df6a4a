"""What dashboards are made of, and what each part asks of the facts. Pure; reports/boards.py puts them together.

A *need* is what a part asks of the facts; needs of the same split and time are asked together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise

from .figures.figure import SHARE
from .figures.measures import MEASURES, is_of_tickets

Text = str | Promise
# The board's period, what it is compared with, the months up to its end, the years up to its end.
NOW, EARLIER, MONTHS, YEARS = "now", "earlier", "months", "years"
# In a split: day, week or month, as long as the period is; by day as long as so many days can be drawn.
TIME, DAILY = "time", "daily"


@dataclass(frozen=True, slots=True)
class Need:
    keys: tuple[str, ...]
    by: tuple[str, ...] = ()
    when: str = NOW


@dataclass(frozen=True, slots=True)
class Part:
    """key: names it in the page and in addresses. says: a sentence below the title, where the title is not enough."""

    key: str
    title: Text
    says: Text = ""

    def needs(self) -> Iterator[Need]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Part):
    """How figures go over time. as_bars: counts beside each other, else lines."""

    keys: tuple[str, ...]
    grain: str = TIME
    when: str = NOW
    as_bars: bool = False
    from_zero: bool = True

    def needs(self) -> Iterator[Need]:
        yield Need(self.keys, (self.grain,), self.when)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(Part):
    """One figure by name, the highest first; shares stand with their interval."""

    measure: str
    by: str
    in_order: bool = False

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), (self.by,))
        if MEASURES[self.measure].unit == SHARE:
            yield Need((self.measure,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands(Part):
    """Which part of the cases took how long, now and earlier. measure: how many there are."""

    measure: str
    by: str

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), (self.by,))
        yield Need((self.measure,), (self.by,), EARLIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread(Part):
    """How long things took, in classes of time, with median and 90th percentile."""

    measure: str
    by: str
    median: str
    p90: str

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), (self.by,))
        yield Need((self.median, self.p90))


@dataclass(frozen=True, slots=True, kw_only=True)
class Week(Part):
    """Hours of the days of the week."""

    measure: str

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), ("weekday", "hour"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix(Part):
    """Of what the whole is made, month by month."""

    measure: str
    by: str

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), ("month", self.by), MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasons(Part):
    """The months of a year, a line for each year."""

    measure: str

    def needs(self) -> Iterator[Need]:
        yield Need((self.measure,), ("month",), YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Part):
    """A line for each value of a split, the one with the most cases of the first figure first."""

    keys: tuple[str, ...]
    by: str
    when: str = NOW

    def needs(self) -> Iterator[Need]:
        yield Need(self.keys, (self.by,), self.when)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(Part):
    """Kindred figures in lines and columns. lines: name and as many keys as there are columns; "" leaves a place empty.

    groups: what stands above so many columns.
    """

    columns: tuple[Text, ...]
    lines: tuple[tuple[Text, tuple[str, ...]], ...]
    groups: tuple[tuple[Text, int], ...] = ()

    def needs(self) -> Iterator[Need]:
        keys = tuple(key for _name, keys in self.lines for key in keys if key)
        yield Need(keys)
        yield Need(keys, (), EARLIER)


@dataclass(frozen=True, slots=True)
class Board:
    """tiles: keys of the figures at its head. of_customers: names customers, for who may see every ticket.

    before: what is said where nothing of it has happened, in the period nor in the months beside it; begins: the name
    of the page where that begins.
    """

    key: str
    title: Text
    says: Text
    tiles: tuple[str, ...]
    parts: tuple[Part, ...]
    of_customers: bool = False
    before: Text = ""
    begins: str = ""

    @property
    def can_filter(self) -> bool:
        """Filters are of tickets: a board of something else has none."""
        return all(map(is_of_tickets, self.tiles))

    def needs(self) -> Iterator[Need]:
        yield Need(self.tiles)
        yield Need(self.tiles, (), EARLIER)
        yield Need(self.tiles, ("month",), MONTHS)
        for part in self.parts:
            yield from part.needs()


def gathered(needs: Iterator[Need]) -> dict[tuple[str, tuple[str, ...]], tuple[str, ...]]:
    """What is to be asked, as few questions as possible: by time and split, all figures."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for need in needs:
        found.setdefault((need.when, need.by), {}).update(dict.fromkeys(need.keys))
    return {key: tuple(measures) for key, measures in found.items()}
