"""The measures of time: how long until a reply, a solution, and who waited. Pure."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .figure import MINUTES, SHARE
from .measure import FOUNDING, GIVEN, HELD, MEAN, OWN, PERCENTILE, SHARE_OF, VENDOR, Measure

FIRST, NEXT = _("First reply"), _("Next reply")
RESOLUTION, WAITS = _("Resolution"), _("Waiting and work")
CALENDAR, BUSINESS = _("All hours count."), _("Only business hours count.")
LAST = _("Only business hours count, all of them by the schedule that the ticket had at the end, as others read it.")
HOURS = _("Only tickets created in business hours; all hours count.")
CLOSED = _("Only tickets created outside business hours; all hours count.")
NIGHT = _("Only tickets created at night, on a day on which the desk opens; all hours count.")
CLOSED_DAY = _("Only tickets created on a day on which the desk does not open; all hours count.")
# Suffix of the key, what it means, the column, which rows.
BASES = (
    ("", CALENDAR, "calendar", ""),
    ("_business", BUSINESS, "business", ""),
)
FIRST_BASES = (
    *BASES,
    ("_business_last_schedule", LAST, "by_last_schedule", ""),
    ("_arrived_open", HOURS, "calendar", "arrival = 'hours'"),
    ("_arrived_closed", CLOSED, "calendar", "arrival <> 'hours'"),
    ("_arrived_night", NIGHT, "calendar", "arrival = 'night'"),
    ("_arrived_closed_day", CLOSED_DAY, "calendar", "arrival = 'closed_day'"),
)
MEAN_LABEL, MEDIAN_LABEL, P90_LABEL = _("Mean"), _("Median"), _("90 % are answered within")
WITHIN = (
    ("within_hour", 60, _("Within an hour"), FOUNDING),
    ("within_8_hours", 480, _("Within 8 hours"), OWN),
    ("within_24_hours", 1440, _("Within 24 hours"), OWN),
)


def _spread(
    stem: str,
    section: Promise,
    meaning: tuple[Promise, Promise, Promise],
    table: str,
    where: str,
    bases: tuple[tuple[str, Promise, str, str], ...],
    *,
    held: str = HELD,
) -> Iterator[Measure]:
    """Mean, median and 90th percentile in each basis. stem: of the key; meaning: of the three."""
    for suffix, basis, column, rows in bases:
        condition = " AND ".join(filter(None, (where, rows)))
        labels = (MEAN_LABEL, MEDIAN_LABEL, P90_LABEL)
        ways = (("mean", MEAN, 0.5, VENDOR), ("median", PERCENTILE, 0.5, VENDOR), ("p90", PERCENTILE, 0.9, OWN))
        for (name, how, p, source), words, label in zip(ways, meaning, labels, strict=True):
            yield Measure(
                f"{stem}_time_in_minutes_{name}{suffix}",
                MINUTES,
                section,
                label,
                format_lazy("{} {}", words, basis),
                source,
                how,
                table=table,
                where=condition or "TRUE",
                value=column,
                p=p,
                held=held,
                better="lower",
            )


def _within(
    stem: str,
    section: Promise,
    words: Promise,
    table: str,
    where: str,
    bases: tuple[tuple[str, Promise, str, str], ...],
    *,
    held: str = HELD,
) -> Iterator[Measure]:
    """The share within an hour, eight and a day, in each basis. words: with {label}."""
    for suffix, basis, column, rows in bases:
        condition = " AND ".join(filter(None, (where, rows)))
        for name, minutes, label, source in WITHIN:
            yield Measure(
                f"{stem}_{name}{suffix}",
                SHARE,
                section,
                label,
                format_lazy("{}: {} {}", label, words, basis),
                source,
                SHARE_OF,
                table=table,
                where=condition or "TRUE",
                part=f"{column} <= {minutes}",
                held=held,
                better="higher",
            )


_FIRST_MEANT = (
    _("Mean time from the creation to the first public reply."),
    _("Half got their first public reply within this time."),
    _("90 % got their first public reply within this time."),
)
_NEXT_MEANT = (
    _("Mean time from the customer's oldest unanswered words to the next public reply."),
    _("Half of the later words of customers got their reply within this time."),
    _("90 % of the later words of customers got their reply within this time."),
)
_FIRST_SOLVED = (
    _("Mean time from the creation to the first solution."),
    _("Half got their first solution within this time."),
    _("90 % got their first solution within this time."),
)
_FULL_SOLVED = (
    _("Mean time from the creation to the solution that holds."),
    _("Half got the solution that holds within this time."),
    _("90 % got the solution that holds within this time."),
)
_STAYS = (
    (
        "requester_wait",
        (
            _("Mean time that the solved were new, open or on hold: the customer waited."),
            _("Half of the solved were new, open or on hold for no longer: the customer waited."),
            _("90 % of the solved were new, open or on hold for no longer: the customer waited."),
        ),
    ),
    (
        "agent_wait",
        (
            _("Mean time that the solved were pending: the desk waited for the customer."),
            _("Half of the solved were pending for no longer: the desk waited for the customer."),
            _("90 % of the solved were pending for no longer: the desk waited for the customer."),
        ),
    ),
    (
        "agent_work",
        (
            _("Mean time that the solved were new or open: it was the desk's turn."),
            _("Half of the solved were new or open for no longer: it was the desk's turn."),
            _("90 % of the solved were new or open for no longer: it was the desk's turn."),
        ),
    ),
    (
        "on_hold",
        (
            _("Mean time that the solved were on hold: somebody else's turn."),
            _("Half of the solved were on hold for no longer: somebody else's turn."),
            _("90 % of the solved were on hold for no longer: somebody else's turn."),
        ),
    ),
)

DURATIONS = (
    *_spread("first_reply", FIRST, _FIRST_MEANT, "replied", "first", FIRST_BASES),
    *_within("first_reply", FIRST, _("the first public reply came in this time."), "replied", "first", FIRST_BASES),
    *_spread("next_reply", NEXT, _NEXT_MEANT, "replied", "NOT first", BASES),
    *_within("next_reply", NEXT, _("the next public reply came in this time."), "replied", "NOT first", BASES),
    *_spread("first_resolution", RESOLUTION, _FIRST_SOLVED, "solved", "first", BASES, held=GIVEN),
    *_spread("full_resolution", RESOLUTION, _FULL_SOLVED, "solved", "", BASES),
    *_within("full_resolution", RESOLUTION, _("the solution that holds came in this time."), "solved", "", BASES),
    *(
        measure
        for name, meaning in _STAYS
        for measure in _spread(
            name,
            WAITS,
            meaning,
            "solved",
            "",
            (("", CALENDAR, name, ""), ("_business", BUSINESS, f"{name}_business", "")),
        )
    ),
)
