"""The parts of a board as words and numbers: tiles, sheets, grids. Each figure leads to the tickets behind it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from sportello.reports.board_parts import EARLIER, Grid, Part, Sheet
from sportello.reports.charts import spark as drawn_spark
from sportello.reports.figures import words
from sportello.reports.figures.dimensions import find
from sportello.reports.figures.figure import JUDGED, Figure
from sportello.reports.figures.measures import MEASURES

from .answers import Answers
from .drawn import spark

MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Told:
    """A figure as it is read. short, note: its label in a tile, and what that leaves out.

    before, change: beside what it is compared with, and where its tickets are; trend: better, worse or "".
    """

    label: str
    definition: str
    value: str
    href: str
    short: str = ""
    note: str = ""
    n: str = ""
    interval: str = ""
    is_few: bool = False
    before: str = ""
    before_href: str = ""
    change: str = ""
    trend: str = ""
    direction: str = ""
    spark: str = ""

    @property
    def basis(self) -> str:
        """What stands below a definition: n, the interval, and whether that is enough."""
        few = _("too few to judge") if self.is_few else ""
        between = self.interval and _("95 %% between %(interval)s") % {"interval": self.interval}
        return " · ".join(filter(None, (self.n, between, few)))


@dataclass(frozen=True, slots=True)
class Line:
    """definition: of a line that has one figure."""

    name: str
    cells: tuple[Told | None, ...]
    definition: str = ""

    @property
    def label(self) -> str:
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True, slots=True)
class Lines:
    """A table of figures. columns: (label, definition). groups: (label, how many columns) above them. meant: what all
    its figures mean, where the columns do not say: (label, definition)."""

    key: str
    title: str
    says: str
    heading: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    groups: tuple[tuple[str, int], ...] = ()
    meant: tuple[tuple[str, str], ...] = ()
    more: int = 0

    @property
    def has_few(self) -> bool:
        return any(cell and cell.is_few for line in self.lines for cell in line.cells)


def tile(measure: str, key: str, answers: Answers) -> Told:
    now = answers.total(measure)
    assert now is not None
    drawn = spark(measure, key, answers)
    shown = "" if drawn.is_empty else str(drawn_spark(drawn))
    before = answers.total(measure, EARLIER)
    before_href = answers.behind(measure, when=EARLIER) if before and before.n else ""
    return told(measure, now, answers.behind(measure), before, spark=shown, before_href=before_href)


def told(measure: str, now: Figure, href: str, before: Figure | None = None, **more: str) -> Told:
    it = MEASURES[measure]
    name, _bracket, note = str(it.label).partition(" (")
    short = f"{it.subject}, {name[:1].lower()}{name[1:]}" if it.subject else name
    change = words.change(it, now, before) if before else ""
    return Told(
        label=it.full_label,
        definition=words.meaning(it),
        value=words.words(now),
        href=href if now.n else "",
        short=short,
        note=str(it.basis) or note.rstrip(")"),
        n=words.n(now) if now.n and now.unit in JUDGED else "",
        interval=words.interval(now),
        is_few=now.is_small and now.n > 0,
        before=words.words(before) if before and before.value is not None else "",
        change="" if change.startswith("±") else change,
        trend=words.direction(it, now, before) if before and not change.startswith("±") else "",
        direction={"+": "up", "−": "down"}.get(change[:1], ""),
        **more,
    )


def sheet(part: Sheet, answers: Answers) -> Lines:
    by, first = (part.by,), part.keys[0]
    rows = list(answers.rows(by, part.when))
    if not find(part.by).is_time:
        rows.sort(key=lambda row: (-row.figures[first].n, row.cell[0] is None))
    else:
        rows = [row for row in reversed(rows) if any(it.n for it in row.figures.values())]
    lines = tuple(
        Line(
            answers.label(part.by, row.cell[0]),
            tuple(told(key, row.figures[key], answers.behind(key, by, row.cell, part.when)) for key in part.keys),
        )
        for row in rows[:MOST_LINES]
    )
    columns = tuple((MEASURES[key].full_label, words.meaning(MEASURES[key])) for key in part.keys)
    table = answers.table(by, part.when)
    more = max(0, len(rows) - MOST_LINES) + (table.more if table else 0)
    heading = str(find(part.by).label)
    return Lines(part.key, str(part.title), str(part.says), heading, columns, lines, meant=columns, more=more)


def grid(part: Grid, answers: Answers) -> Lines:
    lines = tuple(
        Line(
            str(name),
            tuple(_cell(key, answers) for key in keys),
            words.meaning(MEASURES[keys[0]]) if len(keys) == 1 else "",
        )
        for name, keys in part.lines
    )
    keys = [key for _name, keys in part.lines if len(keys) > 1 for key in keys if key]
    meant = tuple((MEASURES[key].full_label, words.meaning(MEASURES[key])) for key in keys)
    groups = tuple((str(label), wide) for label, wide in part.groups)
    columns = tuple((str(column), "") for column in part.columns)
    return Lines(part.key, str(part.title), str(part.says), _("Figure"), columns, lines, groups, meant)


def _cell(key: str, answers: Answers) -> Told | None:
    now = answers.total(key) if key else None
    return told(key, now, answers.behind(key), answers.total(key, EARLIER)) if now else None


def definitions(part: Part) -> str:
    """What the figures of a chart mean."""
    keys = dict.fromkeys(key for need in part.needs() for key in need.keys)
    return " ".join(words.meaning(MEASURES[key]) for key in keys)
