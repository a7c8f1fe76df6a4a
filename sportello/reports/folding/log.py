"""How far a log whose rows are numbered has been read, where rows may be committed in another order than numbered."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Max, QuerySet

from sportello.kit import clock

# A number that was taken and not committed yet is waited for so long: PostgreSQL's arrive in any order.
GAP_LASTS_SECONDS = 600.0
MOST_GAPS = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """last: the highest number that is in; gaps: those below it that may still come, with when they were missed."""

    last: int = 0
    gaps: dict[int, float] = field(default_factory=dict)


def end(log: "QuerySet[Any, Any]") -> Place:
    """All that is there now counts as read."""
    last = log.aggregate(last=Max("pk"))["last"] or 0
    low = max(0, last - MOST_GAPS)
    there = set(log.filter(pk__gt=low, pk__lte=last).values_list("pk", flat=True))
    now = clock.now().timestamp()
    return Place(last, {pk: now for pk in range(low + 1, last + 1) if pk not in there})


def fresh(log: "QuerySet[Any, tuple[Any, ...]]", place: Place, most: int) -> tuple[Place, list[tuple[Any, ...]]]:
    """The rows that were not read yet, so many at most of those above the last; and how far that is. log: pk first."""
    came = list(log.filter(pk__in=place.gaps)) if place.gaps else []
    above = list(log.filter(pk__gt=place.last).order_by("pk")[:most])
    if not came and not above:
        return place, []
    now, seen = clock.now().timestamp(), {pk for pk, *_rest in above}
    last = above[-1][0] if above else place.last
    found = {pk for pk, *_rest in came}
    waited = {pk: at for pk, at in place.gaps.items() if pk not in found and at > now - GAP_LASTS_SECONDS}
    missing = {pk: now for pk in range(max(place.last + 1, last - MOST_GAPS), last) if pk not in seen}
    return replace(place, last=last, gaps=waited | missing), [*came, *above]
