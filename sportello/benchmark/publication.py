"""What a hub publishes of a month: for each cohort the distributions that give no desk away. Pure.

Why no desk can be read out, not even of two publications: docs/algorithms/benchmark.md
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from . import steps
from .distribution import MINIMUM, Distribution, distribution
from .file import Figures, File
from .operation import Group, groups, holds, point
from .profile import WORDS, Profile
from .series import ALL, Series

EVERYBODY = "all"
OPERATION = "operation"
KINDS = (EVERYBODY, *WORDS, OPERATION)
# On each side of the difference of two cohorts that overlap.
APART = 5
_PRIME = 2**61 - 1


@dataclass(frozen=True, slots=True)
class Publication:
    """cohort: "all", "sector:software", …; group: the bounds of one of operation, else None."""

    month: str
    cohort: str
    distributions: tuple[Distribution, ...]
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who would be in a distribution. rank: the lower, the sooner it is published when not all can be."""

    kind: str
    name: str
    desks: frozenset[str]

    @property
    def full_name(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


# By how many steps a desk's figure (desk, key) is moved before anything is counted.
Shift = Callable[[str, str], int]


def shift(secret: bytes) -> Shift:
    """-1, 0 or 1 for each desk and key, for ever the same, known to nobody who does not have the hub's secret.

    Figures that are often equal are moved alike, whoever the desk is: two moves of one step would tell the step.
    """

    def by(desk: str, key: str) -> int:
        drawn = hmac.digest(secret, f"{desk} {_drawn_as(key)}".encode(), hashlib.sha256)
        return int.from_bytes(drawn) % 3 - 1

    return by


def _drawn_as(key: str) -> str:
    """Under which name the move is drawn: one for all windows and hours, and for tickets that come and go."""
    return "num_tickets" if key in ("num_new_tickets", "num_solved_tickets") else key.removesuffix("_business")


def publish(month: str, files: Mapping[str, File], by: Shift) -> list[Publication]:
    """All that is said of the month, ever. files: desk → file."""
    cohorts, bounds = candidates(files, by)
    found: dict[str, list[Distribution]] = {}
    taken: dict[frozenset[str], list[Cohort]] = {}  # by who has the figure: for most series the same desks
    for series in ALL:
        values = _values(series, files, by)
        having = frozenset(values)
        if having not in taken:
            taken[having] = admitted(Cohort(each.kind, each.name, each.desks & having) for each in cohorts)
        for cohort in taken[having]:
            counted = distribution(series, [values[desk] for desk in cohort.desks])
            found.setdefault(cohort.full_name, []).append(counted)
    return [Publication(month, name, tuple(distributions), bounds.get(name)) for name, distributions in found.items()]


def _values(series: Series, files: Mapping[str, File], by: Shift) -> dict[str, float]:
    exact = {desk: series.of(file) for desk, file in files.items()}
    return {
        desk: steps.moved(series.steps, value, by(desk, series.key))
        for desk, value in exact.items()
        if value is not None
    }


def peers(publications: Iterable[Publication], profile: Profile, figures: Figures) -> list[Publication]:
    """Those that a desk with this profile and these figures compares itself with, everybody first."""
    mine = {EVERYBODY, *(f"{kind}:{getattr(profile, kind)}" for kind in WORDS)}
    place = point(figures)
    found = [
        each
        for each in publications
        if each.cohort in mine or (each.group is not None and place is not None and holds(each.group, place))
    ]
    return sorted(found, key=lambda each: KINDS.index(each.cohort.partition(":")[0]))


def candidates(files: Mapping[str, File], by: Shift) -> tuple[list[Cohort], dict[str, Group]]:
    """Every cohort that somebody belongs to, in the order in which they are admitted; and the bounds of the groups."""
    members: dict[tuple[str, str], set[str]] = {(EVERYBODY, ""): set(files)}
    for desk, file in files.items():
        for kind in WORDS:
            members.setdefault((kind, getattr(file.profile, kind)), set()).add(desk)
    places = {desk: point(file.calendar_month, partial(by, desk)) for desk, file in files.items()}
    alike = groups({desk: place for desk, place in places.items() if place is not None})
    members |= {(OPERATION, group.name): set(desks) for group, desks in alike}
    cohorts = [Cohort(kind, name, frozenset(desks)) for (kind, name), desks in members.items()]
    cohorts.sort(key=lambda it: (KINDS.index(it.kind), -len(it.desks), it.name))
    return cohorts, {f"{OPERATION}:{group.name}": group for group, _ in alike}


def admitted(cohorts: Iterable[Cohort]) -> list[Cohort]:
    """Those that can stand beside each other: nothing that comes out by adding and subtracting them is a few desks.

    Each is taken, in order, if it holds enough desks and, with those taken before,
    - two that overlap differ by no desk or by APART on each side, and by MINIMUM where one lies in the other;
    - what a cohort has beyond the cohorts of a kind that lie in it is nobody or MINIMUM desks;
    - no sum of multiples of cohorts comes down to fewer than MINIMUM desks (read off the reduced matrix).
    """
    found: list[Cohort] = []
    rows: list[list[int]] = []
    asked = list(cohorts)
    classes = _classes(asked)
    for cohort in asked:
        if len(cohort.desks) < MINIMUM or not all(_are_apart(cohort.desks, each.desks) for each in found):
            continue
        if not _rests_are_large(found, cohort):
            continue
        reduced = _reduce(rows, [int(sample in cohort.desks) for sample, _ in classes])
        if any(
            0 < sum(size for entry, (_, size) in zip(row, classes, strict=True) if entry) < MINIMUM for row in reduced
        ):
            continue
        found.append(cohort)
        rows = reduced
    return found


def _are_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    only_one, only_other = len(one - other), len(other - one)
    if not only_one or not only_other:  # one lies in the other, or they are the same
        return only_one + only_other == 0 or only_one + only_other >= MINIMUM
    return one.isdisjoint(other) or (only_one >= APART and only_other >= APART)


def _rests_are_large(found: Sequence[Cohort], new: Cohort) -> bool:
    """With the new one beside those found: also as a part of one of them, and as a whole of some."""
    beside = [*found, new]
    pairs = [(whole.desks, new.kind) for whole in found] + [(new.desks, kind) for kind in {it.kind for it in found}]
    for whole, kind in pairs:
        parts = (each.desks for each in beside if each.kind == kind and each.desks < whole)
        if 0 < len(whole.difference(*parts)) < MINIMUM:
            return False
    return True


def _classes(cohorts: Sequence[Cohort]) -> list[tuple[str, int]]:
    """Desks that are in the same cohorts: one of them, and how many they are."""
    where: dict[str, list[int]] = {}
    for number, cohort in enumerate(cohorts):
        for desk in sorted(cohort.desks):
            where.setdefault(desk, []).append(number)
    alike: dict[tuple[int, ...], list[str]] = {}
    for desk, numbers in where.items():
        alike.setdefault(tuple(numbers), []).append(desk)
    return [(desks[0], len(desks)) for desks in alike.values()]


def _reduce(rows: Sequence[list[int]], new: list[int]) -> list[list[int]]:
    """The reduced row echelon form with one row more; arithmetic modulo a prime, which is exact."""
    for row in rows:
        factor = new[_pivot(row)]
        if factor:
            new = [(entry - factor * other) % _PRIME for entry, other in zip(new, row, strict=True)]
    if not any(new):
        return list(rows)
    pivot = _pivot(new)
    inverse = pow(new[pivot], -1, _PRIME)
    new = [entry * inverse % _PRIME for entry in new]
    return [
        [(entry - row[pivot] * other) % _PRIME for entry, other in zip(row, new, strict=True)] if row[pivot] else row
        for row in rows
    ] + [new]


def _pivot(row: Sequence[int]) -> int:
    return next(number for number, entry in enumerate(row) if entry)
