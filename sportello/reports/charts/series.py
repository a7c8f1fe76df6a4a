"""What a chart is made of: points in series, what they are about, and the table that says the same."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from sportello.kit.statistics import ENOUGH

LARGEST = 1e15
MOST_SERIES = 6  # As many as can be told apart without colour.
_KEY = re.compile(r"[a-z][a-z0-9-]{0,60}")
# A link of ours or a plain one of the web; no other scheme, nothing that a browser would run.
_HREF = re.compile(r"(?:https?://|[/?#])[^\s\x00-\x1f\x7f]*", re.IGNORECASE)


class Unfit(ValueError):
    """These values make no chart; the text says which and why, for whoever wrote the call."""


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # 0 to 1, read as per cent
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class About:
    """key: begins every id of the drawing, once in a page. heading: of the first column of the table ("Month").

    description: for who cannot see the drawing; empty: made of the values.
    """

    key: str
    title: str
    heading: str
    unit: Unit = Unit.COUNT
    description: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise Unfit(f"key {self.key!r}: small letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its name. value: None where there is none. n: the cases behind it; with few it is drawn hollow.

    low, high: ends of its interval. href: where the cases are.
    """

    label: str
    value: float | None
    n: int | None = None
    href: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high", "n"):
            check_number(getattr(self, name), f"{name} of {self.label!r}")
        check_href(self.href, self.label)

    @property
    def is_few(self) -> bool:
        return self.n is not None and self.n < ENOUGH


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The values of a chart. The first cell of a row names it; the others are numbers in words of the language."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def check_number(value: float | None, name: str) -> None:
    """Raises Unfit unless value is None or a finite number that can be drawn."""
    if value is None:
        return
    if isinstance(value, bool) or not math.isfinite(value):
        raise Unfit(f"{name}: {value} is no number")
    if abs(value) > LARGEST:
        raise Unfit(f"{name}: {value} is beyond {LARGEST:.0e}")


def check_href(href: str, label: str) -> None:
    if href and not _HREF.fullmatch(href):
        raise Unfit(f"href of {label!r}: {href!r} is no address of a page")


def check_not_negative(series: tuple[Series, ...]) -> None:
    for one in series:
        for point in one.points:
            if min(point.value or 0, point.low or 0, point.high or 0) < 0:
                raise Unfit(f"value of {point.label!r}: below zero")


def check_series(series: tuple[Series, ...], most_points: int) -> None:
    """Raises Unfit unless all series name the same points in the same order, and not too many of them."""
    if len(series) > MOST_SERIES:
        raise Unfit(f"{len(series)} series, {MOST_SERIES} at most: fold the rest into one")
    names = [point.label for point in series[0].points] if series else []
    if len(names) > most_points:
        raise Unfit(f"{len(names)} points, {most_points} at most: take longer buckets")
    for one in series:
        if [point.label for point in one.points] != names:
            raise Unfit(f"series {one.name!r} has other points than {series[0].name!r}")
