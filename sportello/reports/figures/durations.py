"""The measures of time: how long until a reply, a solution, and who waited. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .figure import MINUTES, SHARE
from .measure import FOUNDING, GIVEN, HELD, MEAN, OWN, PERCENTILE, SHARE_OF, VENDOR, Measure, counted

FIRST, NEXT = _("First reply"), _("Next reply")
RESOLUTION, WAITS = _("Resolution"), _("Waiting and work")
FIRST_SOLVED, FULL_SOLVED = _("First resolution"), _("Full resolution")
CALENDAR, BUSINESS = _("All hours count."), _("Only business hours count.")
LAST = _("Only business hours count, all of them by the schedule that the ticket had at the end, as others read it.")
HOURS = _("Only tickets created in business hours; all hours count.")
CLOSED = _("Only tickets created outside business hours; all hours count.")
NIGHT = _("Only tickets created at night, on a day on which the desk opens; all hours count.")
CLOSED_DAY = _("Only tickets created on a day on which the desk does not open; all hours count.")
ALL_HOURS, BUSINESS_HOURS = _("all hours"), _("business hours")


class Basis(NamedTuple):
    """By which clock, and which tickets. suffix: of the key; name: in labels; meaning: in definitions.

    source: OWN where only this desk counts so.
    """

    suffix: str
    name: Promise
    meaning: Promise
    column: str
    rows: str = ""
    source: str = OWN


BASES = (
    Basis("", ALL_HOURS, CALENDAR, "calendar", source=VENDOR),
    Basis("_business", BUSINESS_HOURS, BUSINESS, "business", source=VENDOR),
)
FIRST_BASES = (
    *BASES,
    Basis("_business_last_schedule", _("business hours by the last schedule"), LAST, "by_last_schedule", source=VENDOR),
    Basis("_arrived_open", _("came in business hours"), HOURS, "calendar", "arrival = 'hours'"),
    Basis("_arrived_closed", _("came outside business hours"), CLOSED, "calendar", "arrival <> 'hours'"),
    Basis("_arrived_night", _("came at night"), NIGHT, "calendar", "arrival = 'night'"),
    Basis("_arrived_closed_day", _("came on a closed day"), CLOSED_DAY, "calendar", "arrival = 'closed_day'"),
)
MEAN_LABEL, MEDIAN_LABEL, P90_LABEL = _("Mean"), _("Median"), _("90 % within")
WITHIN = (
    ("within_hour", 60, _("Within an hour")),
    ("within_8_hours", 480, _("Within 8 hours")),
    ("within_24_hours", 1440, _("Within 24 hours")),
)


def _spread(
    stem: str,
    section: Promise,
    subject: Promise,
    meaning: tuple[Promise, Promise, Promise],
    table: str,
    where: str,
    bases: tuple[Basis, ...],
    *,
    held: str = HELD,
) -> Iterator[Measure]:
    """Mean, median and 90th percentile in each basis. stem: of the key; meaning: of the three."""
    for basis in bases:
        condition = " AND ".join(filter(None, (where, basis.rows)))
        labels = (MEAN_LABEL, MEDIAN_LABEL, P90_LABEL)
        ways = (
            ("mean", MEAN, 0.5, basis.source),
            ("median", PERCENTILE, 0.5, basis.source),
            ("p90", PERCENTILE, 0.9, OWN),
        )
        for (name, how, p, source), words, label in zip(ways, meaning, labels, strict=True):
            yield Measure(
                f"{stem}_time_in_minutes_{name}{basis.suffix}",
                MINUTES,
                section,
                label,
                format_lazy("{} {}", words, basis.meaning),
                source,
                how,
                table=table,
                where=condition or "TRUE",
                value=basis.column,
                p=p,
                held=held,
                better="lower",
                subject=subject,
                basis=basis.name,
            )


def _within(
    stem: str,
    section: Promise,
    subject: Promise,
    words: Promise,
    table: str,
    where: str,
    bases: tuple[Basis, ...],
) -> Iterator[Measure]:
    """The share within an hour, eight and a day, in each basis. words: what came so soon."""
    for basis in bases:
        condition = " AND ".join(filter(None, (where, basis.rows)))
        for name, minutes, label in WITHIN:
            is_told = (stem, name, basis.suffix) == ("first_reply", "within_hour", "")  # By one of the two texts.
            yield Measure(
                f"{stem}_{name}{basis.suffix}",
                SHARE,
                section,
                label,
                format_lazy("{}: {} {}", label, words, basis.meaning),
                FOUNDING if is_told else OWN,
                SHARE_OF,
                table=table,
                where=condition or "TRUE",
                part=f"{basis.column} <= {minutes}",
                better="higher",
                subject=subject,
                basis=basis.name,
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
_FIRST_MEANT_SOLVED = (
    _("Mean time from the creation to the first solution."),
    _("Half got their first solution within this time."),
    _("90 % got their first solution within this time."),
)
_FULL_MEANT_SOLVED = (
    _("Mean time from the creation to the solution that holds."),
    _("Half got the solution that holds within this time."),
    _("90 % got the solution that holds within this time."),
)
_STAYS = (
    (
        "requester_wait",
        _("Requester wait"),
        (
            _("Mean time that the solved were new, open or on hold: the customer waited."),
            _("Half of the solved were new, open or on hold for no longer: the customer waited."),
            _("90 % of the solved were new, open or on hold for no longer: the customer waited."),
        ),
    ),
    (
        "agent_wait",
        _("Agent wait"),
        (
            _("Mean time that the solved were pending: the desk waited for the customer."),
            _("Half of the solved were pending for no longer: the desk waited for the customer."),
            _("90 % of the solved were pending for no longer: the desk waited for the customer."),
        ),
    ),
    (
        "agent_work",
        _("Agent work"),
        (
            _("Mean time that the solved were new or open: it was the desk's turn."),
            _("Half of the solved were new or open for no longer: it was the desk's turn."),
            _("90 % of the solved were new or open for no longer: it was the desk's turn."),
        ),
    ),
    (
        "on_hold",
        _("Time on hold"),
        (
            _("Mean time that the solved were on hold: somebody else's turn."),
            _("Half of the solved were on hold for no longer: somebody else's turn."),
            _("90 % of the solved were on hold for no longer: somebody else's turn."),
        ),
    ),
)

DURATIONS = (
    counted(
        "num_first_replies",
        FIRST,
        _("First replies"),
        _("Tickets that got their first public reply in the period."),
        "replied",
        OWN,
        where="first",
    ),
    *_spread("first_reply", FIRST, FIRST, _FIRST_MEANT, "replied", "first", FIRST_BASES),
    *_within(
        "first_reply", FIRST, FIRST, _("the first public reply came in this time."), "replied", "first", FIRST_BASES
    ),
    *_spread("next_reply", NEXT, NEXT, _NEXT_MEANT, "replied", "NOT first", BASES),
    *_within("next_reply", NEXT, NEXT, _("the next public reply came in this time."), "replied", "NOT first", BASES),
    *_spread("first_resolution", RESOLUTION, FIRST_SOLVED, _FIRST_MEANT_SOLVED, "solved", "first", BASES, held=GIVEN),
    *_spread("full_resolution", RESOLUTION, FULL_SOLVED, _FULL_MEANT_SOLVED, "solved", "", BASES),
    *_within(
        "full_resolution", RESOLUTION, FULL_SOLVED, _("the solution that holds came in this time."), "solved", "", BASES
    ),
    *(
        measure
        for name, subject, meaning in _STAYS
        for measure in _spread(
            name,
            WAITS,
            subject,
            meaning,
            "solved",
            "",
            (
                Basis("", ALL_HOURS, CALENDAR, name, source=VENDOR),
                Basis("_business", BUSINESS_HOURS, BUSINESS, f"{name}_business", source=VENDOR),
            ),
        )
    ),
)
