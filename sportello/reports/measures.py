"""What is measured: each measure with its unit, and the arithmetic. Pure. Definitions: docs/metrics.md"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TICKETS, VOTES, SURVEYS, MINUTES, SHARE = "tickets", "votes", "surveys", "minutes", "share"
# Below this a share or a mean says more about chance than about the desk.
ENOUGH = 10
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Measure:
    """key: stable, the vendor's benchmark key where it has one. lower_is_better: None where neither is."""

    key: str
    unit: str
    label: Promise
    section: Promise
    lower_is_better: bool | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it takes to judge it. definition: the key of its measure in docs/metrics.md.

    value: in `unit` (minutes; shares 0 to 1), None when there is nothing to measure. n: how many cases it stands on.
    low, high: Wilson's interval of a share, 95 %.
    """

    value: float | None
    n: int
    unit: str
    definition: str
    low: float | None = None
    high: float | None = None

    @property
    def is_small(self) -> bool:
        """Too few cases to conclude anything. A plain count is what it is."""
        return self.unit in (MINUTES, SHARE) and self.n < ENOUGH


_WORK, _SATISFACTION = _("Requests"), _("Satisfaction")
_BASES = (
    ("", _("First reply, all hours")),
    ("_business", _("First reply, business hours only")),
    ("_arrived_open", _("First reply to requests that came in business hours")),
    ("_arrived_closed", _("First reply to requests that came outside business hours")),
)


def _first_reply(base: str, section: Promise) -> tuple[Measure, ...]:
    return (
        Measure(f"first_reply_time_in_minutes_mean{base}", MINUTES, _("Mean"), section, True),
        Measure(f"first_reply_time_in_minutes_median{base}", MINUTES, _("Median"), section, True),
        Measure(f"first_reply_time_in_minutes_p90{base}", MINUTES, _("90 % are answered within"), section, True),
        Measure(f"first_reply_within_hour{base}", SHARE, _("Within an hour"), section, False),
    )


_ALL = (
    Measure("num_new_tickets", TICKETS, _("Created"), _WORK),
    Measure("num_new_tickets_outside_hours", SHARE, _("Created outside business hours"), _WORK),
    Measure("num_solved_tickets", TICKETS, _("Solved"), _WORK),
    Measure("one_touch_percentage", SHARE, _("Solved at first contact (fewer than two replies)"), _WORK, False),
    Measure("one_reply_percentage", SHARE, _("Solved with exactly one reply"), _WORK, False),
    Measure("reopened_percentage", SHARE, _("Reopened"), _WORK, True),
    *(measure for base, section in _BASES for measure in _first_reply(base, section)),
    Measure("satisfaction_rating", SHARE, _("Satisfied"), _SATISFACTION, False),
    Measure("satisfaction_rating_help", SHARE, _("Satisfied with the help itself"), _SATISFACTION, False),
    Measure("num_good_votes", VOTES, _("Good votes"), _SATISFACTION),
    Measure("num_bad_votes_help", VOTES, _("Bad votes about the help"), _SATISFACTION, True),
    Measure("num_bad_votes_else", VOTES, _("Bad votes about something else"), _SATISFACTION, True),
    Measure("num_surveyed", SURVEYS, _("Asked for a vote"), _SATISFACTION),
    Measure("response_rate", SHARE, _("Response rate"), _SATISFACTION, False),
    Measure("rated_of_solved", SHARE, _("Votes per solved request"), _SATISFACTION, False),
)
MEASURES: dict[str, Measure] = {measure.key: measure for measure in _ALL}


def count(key: str, n: int) -> Figure:
    """How many."""
    return Figure(float(n), n, MEASURES[key].unit, key)


def share(key: str, part: int, whole: int) -> Figure:
    """part of whole, with Wilson's interval; no value for an empty whole."""
    if not whole:
        return Figure(None, 0, SHARE, key)
    low, high = wilson(part, whole)
    return Figure(part / whole, whole, SHARE, key, low, high)


def quotient(key: str, part: int, whole: int) -> Figure:
    """part to whole where the one is not inside the other, so that it may pass 1 and has no interval."""
    return Figure(part / whole if whole else None, whole, SHARE, key)


def durations(base: str, minutes: Sequence[int]) -> tuple[Figure, ...]:
    """Mean, median, 90th percentile and share within an hour of first replies."""
    ordered, n = sorted(minutes), len(minutes)
    values = (sum(ordered) / n, percentile(ordered, 0.5), percentile(ordered, 0.9)) if n else (None, None, None)
    keys = (f"first_reply_time_in_minutes_{name}{base}" for name in ("mean", "median", "p90"))
    within = sum(1 for value in ordered if value <= 60)
    return (
        *(Figure(value, n, MINUTES, key) for key, value in zip(keys, values, strict=True)),
        share(f"first_reply_within_hour{base}", within, n),
    )


def percentile(ordered: Sequence[int], p: float) -> float:
    """The value below which p of the cases lie, between two ranks by proportion. ordered: ascending, not empty."""
    position = p * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence. Honest for few cases and for shares near 0 and 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    p, z2 = part / whole, Z_95 * Z_95
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 / (1 + z2 / whole) * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))
