"""What stands in a file: a line for each combination of values, figures as plain numbers, and what they mean. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.reports.explorer.grid import Grid, Placed
from sportello.reports.explorer.question import label_of
from sportello.reports.figures import words
from sportello.reports.figures.figure import (
    AGENTS,
    EVENTS,
    MINUTES,
    PER_TICKET,
    SHARE,
    SURVEYS,
    TICKETS,
    TOTAL_MINUTES,
    VISITS,
    VOTES,
)
from sportello.reports.figures.measure import Measure

TEXT, DAY, COUNT, NUMBER, PART = "text", "day", "count", "number", "part"
Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """key: for machines; label: for people, with the unit. kind: TEXT, DAY, COUNT, NUMBER or PART (0 to 1)."""

    key: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Meaning:
    label: str
    key: str
    unit: str
    definition: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """facts: name and value of what must be known of the whole, as the period; cut: of how many lines these are the
    first, 0 for all."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    meanings: tuple[Meaning, ...]
    facts: tuple[tuple[str, str], ...]
    cut: int = 0


def sheet(found: Grid, title: str, facts: tuple[tuple[str, str], ...]) -> Sheet:
    """The sheet of a grid.flat. Minutes stay minutes, shares 0 to 1; an empty cell: nothing to measure."""
    columns = [column for split in found.down for column in _of_split(split.key, label_of(split), split.is_time)]
    for it in found.measures:
        columns += _of_measure(it, has_before=found.before is not None)
    rows = tuple(
        (
            *(
                cell
                for split, value, name in zip(found.down, line.values, line.names, strict=True)
                for cell in _split_cells(split.key, value, name, split.is_time)
            ),
            *(
                cell
                for it, placed in zip(found.measures, line.placed, strict=True)
                for cell in _cells(it, placed, has_before=found.before is not None)
            ),
        )
        for line in found.lines
    )
    meanings = tuple(Meaning(str(it.full_label), it.key, _unit(it), str(it.definition)) for it in found.measures)
    cut = found.lines_in_all if found.lines_in_all > len(found.lines) else 0
    return Sheet(title, tuple(columns), rows, meanings, facts, cut)


def is_numbered(key: str) -> bool:
    """Whether a dimension's values are rows with a number, which stays when their name changes."""
    return key in words.NAMED


def _of_split(key: str, label: str, is_time: bool) -> Iterator[Column]:
    name = key.replace(":", "_")
    if is_numbered(key):
        yield Column(f"{name}_id", _("%(label)s (number)") % {"label": label}, COUNT)
    yield Column(name, label, DAY if is_time else TEXT)


def _split_cells(key: str, value: Value, name: str, is_time: bool) -> Iterator[Value]:
    if is_numbered(key):
        yield value
    yield value if is_time else name


def _of_measure(measure: Measure, *, has_before: bool) -> Iterator[Column]:
    kind = PART if measure.unit == SHARE else NUMBER if measure.unit in (MINUTES, TOTAL_MINUTES, PER_TICKET) else COUNT
    label = f"{measure.full_label} ({_unit(measure)})"
    yield Column(measure.key, label, kind)
    if kind != COUNT:
        yield Column(f"{measure.key}_n", _("%(label)s: cases") % {"label": measure.full_label}, COUNT)
    if measure.unit == SHARE:
        yield Column(f"{measure.key}_low", _("%(label)s: from (95 %%)") % {"label": measure.full_label}, PART)
        yield Column(f"{measure.key}_high", _("%(label)s: to (95 %%)") % {"label": measure.full_label}, PART)
    if has_before:
        yield Column(f"{measure.key}_before", _("%(label)s: before") % {"label": measure.full_label}, kind)


def _cells(measure: Measure, placed: Placed | None, *, has_before: bool) -> Iterator[Value]:
    figure, before = (placed.figure, placed.before) if placed else (None, None)
    columns = list(_of_measure(measure, has_before=False))
    kind = columns[0].kind
    yield _number(figure.value if figure else None, kind)
    if kind != COUNT:
        yield figure.n if figure else None
    if measure.unit == SHARE:
        yield figure.low if figure else None
        yield figure.high if figure else None
    if has_before:
        yield _number(before.value if before else None, kind)


def _number(value: float | None, kind: str) -> Value:
    return int(value) if value is not None and kind == COUNT else value


def _unit(measure: Measure) -> str:
    said = {
        TICKETS: pgettext("unit", "tickets"),
        VOTES: pgettext("unit", "votes"),
        SURVEYS: pgettext("unit", "surveys"),
        EVENTS: pgettext("unit", "times"),
        MINUTES: pgettext("unit", "minutes"),
        TOTAL_MINUTES: pgettext("unit", "minutes"),
        SHARE: pgettext("unit", "share, 0 to 1"),
        PER_TICKET: pgettext("unit", "per ticket"),
        AGENTS: pgettext("unit", "agents"),
        VISITS: pgettext("unit", "visits"),
    }
    return said.get(measure.unit, measure.unit)
