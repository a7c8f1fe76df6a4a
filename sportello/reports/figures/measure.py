"""What a measure is."""

from dataclasses import dataclass

from django.utils.functional import Promise

from .figure import SHARE, TICKETS

# How a figure comes from the rows that count.
COUNT, DISTINCT, SHARE_OF, MEAN, PERCENTILE, SUM, STOCK, QUOTIENT = (
    "count",
    "distinct",
    "share",
    "mean",
    "percentile",
    "sum",
    "stock",
    "quotient",
)
# The time by which an event belongs to a period, by the stem of its columns.
HAPPENED, UNTIL, RATED = "happened", "until", "rated"
# Of tables with a span: what holds at the period's end; every event, whatever came of it later, unless it was undone;
# no matter.
HELD, GIVEN, ANY = "held", "given", "any"
VENDOR, FOUNDING, OWN = "vendor", "founding", "own"


@dataclass(frozen=True, slots=True)
class Measure:
    """key: stable, the vendor's benchmark key where it has one. definition: the words of docs/measures.md.

    table, where: the rows that count, where in common SQL over the table's columns; part: of a share, which of them;
    value: of what a mean, percentile (p) or sum is. of: the keys of a quotient. better: "lower", "higher" or "".
    subject, basis: of what the label speaks, and by which clock, where the label alone does not say ("Mean").
    """

    key: str
    unit: str
    section: Promise
    label: str | Promise
    definition: str | Promise
    source: str
    how: str
    table: str = ""
    where: str = "TRUE"
    part: str = ""
    value: str = ""
    p: float = 0.5
    of: tuple[str, ...] = ()
    clock: str = HAPPENED
    held: str = HELD
    better: str = ""
    subject: str | Promise = ""
    basis: str | Promise = ""

    @property
    def full_label(self) -> str:
        """What no other measure is called: “First reply · Median · business hours”."""
        return " · ".join(str(it) for it in (self.subject, self.label, self.basis) if it)


def counted(
    key: str, section: Promise, label: Promise, definition: Promise, table: str, source: str = VENDOR, **more: str
) -> Measure:
    """How many rows of a table."""
    unit = more.pop("unit", TICKETS)
    return Measure(key, unit, section, label, definition, source, COUNT, table=table, **more)  # type: ignore[arg-type]


def shared(
    key: str,
    section: Promise,
    label: Promise,
    definition: Promise,
    table: str,
    part: str,
    source: str = OWN,
    **more: str,
) -> Measure:
    """Which part of the rows of a table."""
    return Measure(key, SHARE, section, label, definition, source, SHARE_OF, table=table, part=part, **more)  # type: ignore[arg-type]
