"""The month's figures in words and numbers of a language: rows for a page, plain text, JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.desk.words import About, Contact

from .measures import LAST_SCHEDULE, MEASURES, MINUTES, SHARE, TOTAL_MINUTES, UNIT_LABELS, Figure
from .month import Breakdown, Compared, Month

NO_VALUE = "–"
NBSP = "\N{NO-BREAK SPACE}"
REQUESTERS_IN_TEXT = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as it is read. key: of its measure. direction: "better", "worse" or "" beside last month."""

    key: str
    section: str
    label: str
    value: str
    before: str
    change: str
    direction: str
    n: str
    note: str
    unit: str
    definition: str

    @property
    def basis(self) -> str:
        """What the number stands on: “minuti · n = 45 · troppo pochi per giudicare”."""
        return " · ".join(filter(None, (self.unit, self.n and f"n{NBSP}={NBSP}{self.n}", self.note)))


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class Table:
    """One line for each agent, organization or requester. cells: as many texts as columns."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: int


def title(month: Month) -> str:
    """As in “ottobre 2026”, in the active language."""
    said = date_format(date(month.year, month.month, 1), "YEAR_MONTH_FORMAT")
    return said if translation.get_language() == "en" else said.lower()


def rows(month: Month) -> list[Row]:
    """Every measure, in the active language; rows of a section follow each other.

    The other reading of business hours only where it differs: where a ticket has had several schedules.
    """
    figures = month.figures
    ours = {key: figures[key.replace(LAST_SCHEDULE, "_business")] for key in figures if key.endswith(LAST_SCHEDULE)}
    told = any(
        figures[key].figure.value != it.figure.value or figures[key].before.value != it.before.value
        for key, it in ours.items()
    )
    return [_row(compared) for key, compared in figures.items() if told or key not in ours]


def tables(month: Month) -> list[Table]:
    """Agents, organizations and requesters, in the active language."""
    return [
        _table(_("Agents"), month.agents, _("nobody")),
        _table(_("Organizations"), month.organizations, _("no organization")),
        _table(_("Requesters"), month.requesters, ""),
    ]


def bad_about(month: Month) -> list[tuple[str, int]]:
    """What the bad votes are about, in the active language; only what occurs."""
    labels = {**{about.value: str(about.label) for about in About}, "": _("not said")}
    return [(labels[about], n) for about, n in month.bad_about.items() if n]


def direct(month: Month) -> list[tuple[str, int]]:
    """How customers reached agents past the desk, in the active language; only what occurs."""
    return [(str(Contact(contact).label), n) for contact, n in month.direct.items() if n]


def _row(compared: Compared) -> Row:
    figure, change = compared.figure, compared.change
    measure = MEASURES[figure.key]
    return Row(
        key=figure.key,
        section=str(measure.section),
        label=str(measure.label),
        value=text_of(figure),
        before=text_of(compared.before),
        change="" if change is None else _signed(change, figure.unit),
        direction=_direction(change, measure.lower_is_better),
        n=number(figure.n) if figure.unit in (MINUTES, SHARE) else "",
        note=_note(figure),
        unit=str(UNIT_LABELS[figure.unit]),
        definition=str(measure.definition),
    )


def _direction(change: float | None, lower_is_better: bool | None) -> str:
    if not change or lower_is_better is None:
        return ""
    return "better" if (change < 0) == lower_is_better else "worse"


def _note(figure: Figure) -> str:
    if figure.is_small and figure.n:
        return _("too few to judge")
    if figure.low is None or figure.high is None:
        return ""
    low, high = (number(100 * end, 1) for end in (figure.low, figure.high))
    return _("between %(low)s and %(high)s %%") % {"low": low, "high": high}


def text_of(figure: Figure) -> str:
    """The value with its unit, in the active language: “3,8 h”, “38 min”, “97.2 %”, “1,033”."""
    return NO_VALUE if figure.value is None else _worded(figure.value, figure.unit)


def _worded(value: float, unit: str) -> str:
    if unit == SHARE:
        return f"{number(100 * value, 1)}{NBSP}%"
    if unit in (MINUTES, TOTAL_MINUTES):
        # What would be rounded to 60 minutes is an hour.
        return f"{number(value / 60, 1)}{NBSP}h" if round(value) >= 60 else f"{number(value)}{NBSP}min"
    return number(value)


def _signed(change: float, unit: str) -> str:
    # The difference of two shares is in points, not in per cent of the one.
    text = f"{number(100 * abs(change), 1)}{NBSP}pt" if unit == SHARE else _worded(abs(change), unit)
    sign = "+" if change > 0 else "−"
    return (sign if any(digit in "123456789" for digit in text) else "±") + text


def number(value: float, decimals: int = 0) -> str:
    """A number in the active language, thousands grouped."""
    return str(number_format(round(value, decimals), decimals, force_grouping=True))


def _table(heading: str, breakdown: Breakdown, nobody: str) -> Table:
    keys = tuple(breakdown.lines[0].figures) if breakdown.lines else ()
    return Table(
        title=heading,
        columns=tuple(Column(_heading(key), str(MEASURES[key].definition)) for key in keys),
        lines=tuple(
            (line.name or nobody, tuple(text_of(compared.figure) for compared in line.figures.values()))
            for line in breakdown.lines
        ),
        left_out=breakdown.left_out,
    )


def _heading(key: str) -> str:
    short = {
        "first_reply_time_in_minutes_median": _("First reply, median"),
        "first_reply_time_in_minutes_median_business": _("First reply, median in business hours"),
        "first_reply_within_hour": _("First reply within an hour"),
        "one_touch_percentage": _("At first contact"),
        "one_reply_percentage": _("With one reply"),
    }
    return short.get(key) or str(MEASURES[key].label)


def as_text(month: Month, language: str) -> str:
    """The report for a terminal or a mail."""
    with translation.override(language):
        return "\n".join([*_head(month), *_figures(month), *_direct(month), *_votes(month), *_lines(month)]) + "\n"


def _head(month: Month) -> Iterable[str]:
    yield f"{month.desk}: {title(month)} ({month.time_zone})"
    if not month.is_over:
        yield _("The month is not over yet.")


def _figures(month: Month) -> Iterable[str]:
    found = rows(month)
    width = max(max(len(row.label), len(row.section) - 2) for row in found) + 2
    heads = (_("this month"), _("last month"), _("change"), "n")
    section = ""
    for row in found:
        if row.section != section:
            section = row.section
            yield ""
            yield f"{section:<{width + 2}}" + "".join(f"{head:>12}" for head in heads)
        cells = "".join(f"{cell:>12}" for cell in (row.value, row.before, row.change, row.n))
        yield f"  {row.label:<{width}}{cells}  {row.note}".rstrip()


def _direct(month: Month) -> Iterable[str]:
    if found := direct(month):
        yield ""
        yield _("How customers reached agents past the desk")
        yield from (f"  {label}: {number(n)}" for label, n in found)


def _votes(month: Month) -> Iterable[str]:
    found = bad_about(month)
    if found:
        yield ""
        yield _("What the bad votes are about")
        yield from (f"  {label}: {number(n)}" for label, n in found)


def _lines(month: Month) -> Iterable[str]:
    parts = (
        (_("Agents"), month.agents),
        (_("Organizations"), month.organizations),
        (_("Requesters"), month.requesters),
    )
    for heading, breakdown in parts:
        if not breakdown.lines:
            continue
        limit = REQUESTERS_IN_TEXT if breakdown is month.requesters else None
        shown = breakdown.lines[:limit]
        heads = (_("solved"), _("first reply"), _("satisfied"), _("good"), _("bad: help"), _("bad: else"))
        yield ""
        yield f"{heading:<32}" + "".join(f"{head:>12}" for head in heads)
        for line in shown:
            figures = [line.figures[key].figure for key in TEXT_KEYS]
            yield f"  {(line.name or NO_VALUE)[:29]:<30}" + "".join(f"{text_of(figure):>12}" for figure in figures)
        hidden = breakdown.left_out + len(breakdown.lines) - len(shown)
        if hidden:
            yield "  " + ngettext("and %(n)s more", "and %(n)s more", hidden) % {"n": number(hidden)}


TEXT_KEYS = (
    "num_solved_tickets",
    "first_reply_time_in_minutes_median",
    "satisfaction_rating",
    "num_good_votes",
    "num_bad_votes_help",
    "num_bad_votes_else",
)


def as_json(month: Month) -> dict[str, Any]:
    """The report as JSON values. Keys of figures are the vendor's benchmark keys where it has one; times ISO 8601."""
    return {
        "year": month.year,
        "month": month.month,
        "desk": month.desk,
        "time_zone": month.time_zone,
        "start_at": month.start_at.isoformat(),
        "end_at": month.end_at.isoformat(),
        "is_over": month.is_over,
        "figures": _compared(month.figures),
        "direct_contacts": dict(month.direct),
        "bad_about": {about or "not_said": n for about, n in month.bad_about.items()},
        "agents": _broken_down(month.agents),
        "organizations": _broken_down(month.organizations),
        "requesters": _broken_down(month.requesters),
    }


def _compared(figures: Mapping[str, Compared]) -> dict[str, Any]:
    found = {}
    for key, compared in figures.items():
        values = asdict(compared.figure)
        del values["key"]
        found[key] = values | {
            "is_small": compared.figure.is_small,
            "last_month": compared.before.value,
            "last_month_n": compared.before.n,
            "change": compared.change,
        }
    return found


def _broken_down(breakdown: Breakdown) -> dict[str, Any]:
    lines = [{"id": line.id, "name": line.name, "figures": _compared(line.figures)} for line in breakdown.lines]
    return {"lines": lines, "left_out": breakdown.left_out}
