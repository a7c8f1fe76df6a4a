"""Desks that work alike: by volume, agents and replies a ticket, rather than by what they call themselves. Pure.

The groups are made by cutting: the desks are parted where they differ most, at a step, into two halves, and so on while
both parts keep enough desks. Each group is described by its bounds alone, so a desk finds its own without asking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import steps
from .file import Figures, steps_of

# Tickets created, active agents, replies a ticket; each as its place among the steps, which makes them comparable.
Point = tuple[int, int, int]
KEYS = ("num_new_tickets", "num_active_agents", "replies_per_ticket")
AXES = tuple(map(steps_of, KEYS))
# More than a cohort needs: not every desk has every figure.
FEWEST = 15
# Of many desks no group is cut smaller than this part.
SMALLEST_PART = 16


@dataclass(frozen=True, slots=True)
class Group:
    """bounds: for each axis from (included) and to (not included), as steps; None: open."""

    name: str
    bounds: tuple[tuple[float | None, float | None], ...]


def point(figures: Figures, by: Callable[[str], int] = lambda key: 0) -> Point | None:
    """Where a desk stands, None when it cannot say. by: how many steps the figure with this key is moved."""
    tickets, people, replies = figures.num_new_tickets, figures.num_active_agents, figures.replies_per_ticket
    if tickets is None or people is None or replies is None:
        return None
    values = (tickets, people, replies.value)
    volume, agents, each = (
        steps.index(axis, steps.moved(axis, value, by(key)))
        for key, axis, value in zip(KEYS, AXES, values, strict=True)
    )
    return volume, agents, each


def holds(group: Group, place: Point) -> bool:
    """Whether a desk at this place belongs to the group."""
    return all(
        (low is None or axis[at] >= low) and (high is None or axis[at] < high)
        for axis, at, (low, high) in zip(AXES, place, group.bounds, strict=True)
    )


def groups(places: Mapping[str, Point]) -> list[tuple[Group, frozenset[str]]]:
    """The groups of desks (id → place), each with its members; none when there is nothing to part."""
    cut = _cut(places, ((None, None),) * len(AXES), max(FEWEST, len(places) // SMALLEST_PART))
    if len(cut) < 2:
        return []
    return [(Group(str(number), bounds), desks) for number, (bounds, desks) in enumerate(cut, 1)]


_Bounds = tuple[tuple[float | None, float | None], ...]


def _cut(places: Mapping[str, Point], bounds: _Bounds, fewest: int) -> list[tuple[_Bounds, frozenset[str]]]:
    best: tuple[int, int, int, int] | None = None  # spread, evenness, axis, place of the cut
    for axis in range(len(AXES)):
        found = sorted(place[axis] for place in places.values())
        if len(found) < 2 * fewest:
            continue
        spread = found[-fewest] - found[fewest - 1]  # without outliers
        for at in set(found):
            smaller = min(sum(each < at for each in found), sum(each >= at for each in found))
            if smaller >= fewest:
                best = max(best or (-1, 0, 0, 0), (spread, smaller, -axis, at))
    if best is None:
        return [(bounds, frozenset(places))]
    axis, at = -best[2], best[3]
    low, high = bounds[axis]
    edge = AXES[axis][at]
    left = {desk: place for desk, place in places.items() if place[axis] < at}
    right = {desk: place for desk, place in places.items() if place[axis] >= at}
    lower, upper = _with(bounds, axis, (low, edge)), _with(bounds, axis, (edge, high))
    return _cut(left, lower, fewest) + _cut(right, upper, fewest)


def _with(bounds: _Bounds, axis: int, side: tuple[float | None, float | None]) -> _Bounds:
    return (*bounds[:axis], side, *bounds[axis + 1 :])
