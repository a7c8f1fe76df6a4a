"""What is measured: each measure with its unit, and the arithmetic. Pure. Definitions: docs/metrics.md"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TICKETS, VOTES, SURVEYS, MINUTES, SHARE = "tickets", "votes", "surveys", "minutes", "share"
# Minutes added up: they are what they are, however few.
TOTAL_MINUTES = "total minutes"
UNIT_LABELS = {
    TICKETS: pgettext_lazy("unit", "tickets"),
    VOTES: pgettext_lazy("unit", "votes"),
    SURVEYS: pgettext_lazy("unit", "satisfaction requests"),
    MINUTES: pgettext_lazy("unit", "minutes"),
    TOTAL_MINUTES: pgettext_lazy("unit", "minutes"),
    SHARE: pgettext_lazy("unit", "per cent"),
}
# Below this a share or a mean says more about chance than about the desk.
ENOUGH = 10
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Measure:
    """key: stable, the vendor's benchmark key where it has one. definition: the words of docs/metrics.md.

    lower_is_better: None where neither is.
    """

    key: str
    unit: str
    label: Promise
    definition: Promise
    section: Promise
    lower_is_better: bool | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it takes to judge it. key: the one of its measure.

    value: in `unit` (minutes; shares 0 to 1), None when there is nothing to measure. n: how many cases it stands on.
    low, high: Wilson's interval of a share, 95 %.
    """

    value: float | None
    n: int
    unit: str
    key: str
    low: float | None = None
    high: float | None = None

    @property
    def is_small(self) -> bool:
        """Too few cases to conclude anything. A plain count is what it is."""
        return self.unit in (MINUTES, SHARE) and self.n < ENOUGH


# How others read business hours where a ticket has had several schedules; ours adds up each one's time in force.
LAST_SCHEDULE = "_business_last_schedule"
_WORK, _SATISFACTION = _("Requests"), _("Satisfaction")
_BASES = (
    ("", _("First reply, all hours"), _("All hours count.")),
    ("_business", _("First reply, business hours only"), _("Only business hours count.")),
    (
        LAST_SCHEDULE,
        _("First reply, business hours by each ticket's last schedule"),
        _(
            "Only business hours count, all of them by the schedule that the ticket has now, as other helpdesks read "
            "it."
        ),
    ),
    (
        "_arrived_open",
        _("First reply to requests that came in business hours"),
        _("Only tickets created in business hours; all hours count."),
    ),
    (
        "_arrived_closed",
        _("First reply to requests that came outside business hours"),
        _("Only tickets created outside business hours; all hours count."),
    ),
)
# Of the tickets that got their first reply in the month.
_FIRST_REPLY = (
    ("time_in_minutes_mean", MINUTES, _("Mean"), _("Mean time from the creation to the first public reply."), True),
    ("time_in_minutes_median", MINUTES, _("Median"), _("Half got their first public reply within this time."), True),
    (
        "time_in_minutes_p90",
        MINUTES,
        _("90 % are answered within"),
        _("90 % got their first public reply within this time."),
        True,
    ),
    ("within_hour", SHARE, _("Within an hour"), _("Got their first public reply within 60 minutes."), False),
)

_ALL = (
    Measure(
        "num_new_tickets",
        TICKETS,
        _("Created"),
        _("Tickets created in the month and not merged into another."),
        _WORK,
    ),
    Measure(
        "num_new_tickets_outside_hours",
        SHARE,
        _("Created outside business hours"),
        _("Of the tickets created in the month: created while the desk was closed."),
        _WORK,
    ),
    Measure(
        "num_solved_tickets",
        TICKETS,
        _("Solved"),
        _(
            "Tickets whose latest solution lies in the month and holds: they are solved or closed now, and not merged "
            "into another."
        ),
        _WORK,
    ),
    Measure(
        "one_touch_percentage",
        SHARE,
        _("Solved at first contact (fewer than two replies)"),
        _("Of the solved: with fewer than two public agent replies, so without a reply too."),
        _WORK,
        False,
    ),
    Measure(
        "one_reply_percentage",
        SHARE,
        _("Solved with exactly one reply"),
        _("Of the solved: with exactly one public agent reply."),
        _WORK,
        False,
    ),
    Measure(
        "reopened_percentage",
        SHARE,
        _("Reopened"),
        _("Of the solved: reopened at least once before."),
        _WORK,
        True,
    ),
    Measure(
        "num_direct_contacts",
        TICKETS,
        _("Direct contacts"),
        _("Tickets created in the month about which the customer reached an agent past the desk, then or later."),
        _WORK,
        True,
    ),
    Measure(
        "direct_contact_percentage",
        SHARE,
        _("Share of direct contacts"),
        _("Of the tickets created in the month: those with a direct contact."),
        _WORK,
        True,
    ),
    Measure(
        "time_spent_in_minutes",
        TOTAL_MINUTES,
        _("Time spent"),
        _("Time that agents wrote down for days of the month, all of it."),
        _WORK,
    ),
    *(
        Measure(f"first_reply_{key}{base}", unit, label, format_lazy("{} {}", meaning, basis), section, lower)
        for base, section, basis in _BASES
        for key, unit, label, meaning, lower in _FIRST_REPLY
    ),
    Measure(
        "satisfaction_rating",
        SHARE,
        _("Satisfied"),
        _("Good votes among all votes: the raw figure."),
        _SATISFACTION,
        False,
    ),
    Measure(
        "satisfaction_rating_help",
        SHARE,
        _("Satisfied with the help itself"),
        _(
            "Good votes among the good ones and the bad ones about the help. Left out: bad votes about the equipment, "
            "the waiting, a rule or something else."
        ),
        _SATISFACTION,
        False,
    ),
    Measure("num_good_votes", VOTES, _("Good votes"), _("Good votes of the month."), _SATISFACTION),
    Measure(
        "num_bad_votes_help",
        VOTES,
        _("Bad votes about the help"),
        _("Bad votes about the help, or that do not say what they are about."),
        _SATISFACTION,
        True,
    ),
    Measure(
        "num_bad_votes_else",
        VOTES,
        _("Bad votes about something else"),
        _("Bad votes about the equipment, the waiting, a rule or something else."),
        _SATISFACTION,
        True,
    ),
    Measure("num_surveyed", SURVEYS, _("Asked for a vote"), _("Votes asked for in the month."), _SATISFACTION),
    Measure(
        "response_rate",
        SHARE,
        _("Response rate"),
        _("Of the votes asked for in the month: answered by now."),
        _SATISFACTION,
        False,
    ),
    Measure(
        "rated_of_solved",
        SHARE,
        _("Votes per solved request"),
        _(
            "Votes of the month to solved tickets of the month. May pass 100 %, because a vote comes days after the "
            "solution."
        ),
        _SATISFACTION,
        False,
    ),
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
