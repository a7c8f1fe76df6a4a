"""Where a value may lie, and where it lies among others."""

import enum
from dataclasses import dataclass

from django.utils.translation import pgettext

from . import letters, words
from .axes import LINE, inside, lying
from .bars import MOST_ROWS, is_empty, names_width, write_name
from .canvas import TEXT, Canvas
from .scales import TIME_EDGES, Edges, Linear, ticks
from .series import About, Cell, Point, Series, Table, Unfit, Unit, check_not_negative, check_number, check_series
from .words import n_text, point_text, tick_text, time_text, value_text

EDGE = 10  # A mark at the end of a scale stands half beyond it.


@dataclass(frozen=True, slots=True)
class Intervals:
    """A ranking: for each name its value as a dot, its interval as a bar, its n. reference: a value to stand beside."""

    about: About
    points: tuple[Point, ...]
    reference: Point | None = None

    def __post_init__(self) -> None:
        check_series((self._series,), MOST_ROWS)
        check_not_negative((self._series,))
        if self.reference is not None and self.reference.value is None:
            raise Unfit("reference: has no value")

    @property
    def _series(self) -> Series:
        return Series(self.about.title, self.points)

    def draw(self, canvas: Canvas) -> None:
        unit = self.about.unit
        above = LINE if canvas.is_narrow else 0
        pitch = above + 26
        top = 22.0 if self.reference else 6.0
        bottom = top + pitch * len(self.points)
        canvas.height = bottom + 24
        said = [value_text(point.value, unit) for point in self.points]
        tail = max(letters.width(text, TEXT) for text in said) + 14
        counts = [n_text(point.n) for point in self.points if point.n is not None and not canvas.is_narrow]
        beside = max((letters.width(text, 11) for text in counts), default=0.0) + 12
        tail += beside if counts else 0.0
        left = 6.0 if canvas.is_narrow else names_width(canvas, [point.label for point in self.points])
        low, high = self._ends()
        marks = ticks(high, unit, 4 if canvas.is_narrow else 6, low)
        scale = Linear(marks[0], marks[-1], left + 6, canvas.width - tail - 6)
        lying(canvas, scale, unit, marks, top - 2, bottom)
        if self.reference is not None and self.reference.value is not None:
            x = scale(self.reference.value)
            canvas.line(x, top - 6, x, bottom, "guide")
            text = f"{self.reference.label} {value_text(self.reference.value, unit)}"
            inside(canvas, x, 12, letters.fit(text, 11, canvas.width), "label", 11)
        for place, point in enumerate(self.points):
            y = top + pitch * place + above + 13
            self._row(canvas, point, said[place], y, left, scale, beside if counts else 0.0)

    def _row(
        self, canvas: Canvas, point: Point, said: str, y: float, left: float, scale: Linear, beside: float
    ) -> None:
        name_y = y + 4
        if canvas.is_narrow:
            name_y, left = y - 14, 0.0
            if point.n is not None:
                canvas.text(canvas.width, name_y, n_text(point.n), "tick", anchor="end", size=11)
                room = canvas.width - letters.width(n_text(point.n), 11) - 10
                canvas.text(0, name_y, letters.fit(point.label, TEXT, room), "name")
            else:
                write_name(canvas, point.label, left, name_y)
        else:
            write_name(canvas, point.label, left, name_y)
        if point.n is not None and not canvas.is_narrow:
            canvas.text(canvas.width, y + 4, n_text(point.n), "tick", anchor="end", size=11)
        canvas.text(canvas.width - beside, y + 4, said, "value", anchor="end")
        if point.value is None:
            return
        with canvas.mark(point_text(point, self.about.unit), point.href):
            canvas.hit(0, y - 12, canvas.width, 24)
            if point.low is not None and point.high is not None:
                start, end = scale(point.low), scale(point.high)
                canvas.rect(start, y - 2, max(end - start, 1), 4, "range-2")
                for x in (start, end):
                    canvas.rect(x - 0.75, y - 6, 1.5, 12, "tone-1")
            canvas.has_few |= point.is_few
            canvas.dot(scale(point.value), y, "circle", "hollow-1" if point.is_few else "dot-1", 5.5)

    def _ends(self) -> tuple[float, float]:
        known = [value for point in self.points for value in (point.value, point.low, point.high) if value is not None]
        if self.reference is not None and self.reference.value is not None:
            known.append(self.reference.value)
        return (min(known), max(known)) if self.about.unit is Unit.SHARE else (0.0, max(known))

    @property
    def is_empty(self) -> bool:
        return is_empty((self._series,))

    def table(self) -> Table:
        named = Series(words.value_heading(), self.points)
        table = words.series_table(self.about.title, self.about.heading, (named,), self.about.unit)
        if self.reference is None:
            return table
        blank = [Cell("")] * (len(table.columns) - 2)
        row = (Cell(self.reference.label), Cell(value_text(self.reference.value, self.about.unit)), *blank)
        return Table(table.caption, table.columns, (*table.rows, row))

    def summary(self) -> str:
        return words.summary((self._series,), self.about.unit)


class _Strip(enum.Enum):
    """How a part of the desks is drawn; of several of a kind only one is."""

    THIN, PALE, DEEP = range(3)

    def draw(self, canvas: Canvas, x: float, y: float, wide: float, tall: float) -> None:
        inset = tall / 4 if self is _Strip.THIN else 0.0
        canvas.rect(x, y + inset, wide, tall - 2 * inset, "range-2" if self is _Strip.DEEP else "range-1")


@dataclass(frozen=True, slots=True)
class Standing:
    """This desk in the distribution of the desks.

    quantiles: (part of the desks, value), rising in both, with the quarters and the tenths that are known. ours: this
    desk; desks: how many there are. better: what stands beside the mark, in words (“better than 93.6 %”).
    """

    about: About
    quantiles: tuple[tuple[float, float], ...]
    ours: Point
    desks: int
    better: str = ""

    def __post_init__(self) -> None:
        for part, value in self.quantiles:
            check_number(part, "part of the desks")
            check_number(value, f"value of {part}")
            if not 0 <= part <= 1:
                raise Unfit(f"part of the desks: {part}, 0 to 1")
        for (part, value), (more, higher) in zip(self.quantiles, self.quantiles[1:], strict=False):
            if more <= part or higher < value:
                raise Unfit(f"quantiles: {more} after {part}, {higher} after {value}")
        check_not_negative((Series("", (self.ours, *(Point("", value) for _part, value in self.quantiles))),))

    def draw(self, canvas: Canvas) -> None:
        unit = self.about.unit
        canvas.height = 156
        y, tall = 62.0, 26.0
        scale = self._scale(canvas, y + tall + 8)
        known = dict(self.quantiles)
        for part, strip, _words in self._strips():
            start = scale(known[part])
            strip.draw(canvas, start, y, max(scale(known[round(1 - part, 9)]) - start, 1), tall)
        with canvas.over():
            value = self.ours.value
            if value is not None:
                said = f"{self.ours.label} {value_text(value, unit)}"
                inside(canvas, scale(value), 13, letters.fit(said, TEXT, canvas.width), "value")
                if self.better:
                    inside(canvas, scale(value), 29, letters.fit(self.better, TEXT, canvas.width), "label")
            if 0.5 in known:
                middle = scale(known[0.5])
                canvas.rect(middle - 1.5, y - 4, 3, tall + 8, "tone-1")
                text = words.median_text(known[0.5], unit)
                inside(canvas, middle, y + tall + 40, text, "name", 11)
        self._key(canvas)
        if self.ours.value is not None:
            x = scale(self.ours.value)
            with canvas.mark(point_text(self.ours, unit), self.ours.href):
                canvas.hit(x - 12, 36, 24, 24)
                canvas.line(x, 46, x, y + tall, "guide")
                canvas.dot(x, 44, "diamond", "ink", 6)

    def _key(self, canvas: Canvas) -> None:
        """What the strips mean, and how many desks there are."""
        y, x = canvas.height - 14, 4.0
        said = words.desks_text(self.desks)
        canvas.text(canvas.width - 4, y + 9, said, "tick", anchor="end", size=11)
        strips = self._strips()
        for last in reversed(range(len(strips))):
            for _part, strip, _words in strips[: last + 1]:  # They lie on each other there too.
                strip.draw(canvas, x, y, 16, 10)
            text = strips[last][2]
            canvas.text(x + 21, y + 9, text, "tick", size=11)
            x += 21 + letters.width(text, 11) + 12

    def _strips(self) -> list[tuple[float, "_Strip", str]]:
        """Those whose two ends are known, the widest first: from which part of the desks, how drawn, how called."""
        named = (
            (0.05, _Strip.THIN, pgettext("desks", "9 of 10")),
            (0.0, _Strip.THIN, pgettext("desks", "all")),
            (0.1, _Strip.PALE, pgettext("desks", "8 of 10")),
            (0.2, _Strip.DEEP, pgettext("desks", "6 of 10")),
            (0.25, _Strip.DEEP, pgettext("desks", "half of them")),
        )
        known = {part for part, _value in self.quantiles}
        found = {it[1]: it for it in named if {it[0], round(1 - it[0], 9)} <= known}
        return [found[strip] for strip in _Strip if strip in found]

    def _scale(self, canvas: Canvas, y: float) -> Linear | Edges:
        """Times in round steps as in a distribution, all else evenly; draws its marks."""
        unit = self.about.unit
        if unit is Unit.MINUTES:
            across = Edges(TIME_EDGES, EDGE, canvas.width - EDGE)
            for edge in TIME_EDGES:
                canvas.line(across(edge), y - 4, across(edge), y, "axis")
                inside(canvas, across(edge), y + 12, time_text(edge) if edge else "0", "tick", 11)
            return across
        values = [value for _part, value in self.quantiles]
        values += [self.ours.value] if self.ours.value is not None else []
        marks = ticks(max(values), unit, 4 if canvas.is_narrow else 8, min(values))
        scale = Linear(marks[0], marks[-1], EDGE, canvas.width - EDGE)
        for mark in marks:
            canvas.line(scale(mark), y - 4, scale(mark), y, "axis")
            inside(canvas, scale(mark), y + 12, tick_text(mark, unit, round(marks[1] - marks[0], 9)), "tick", 11)
        return scale

    @property
    def is_empty(self) -> bool:
        return not self.quantiles

    def table(self) -> Table:
        unit = self.about.unit
        rows: list[tuple[Cell, ...]] = [
            (Cell(value_text(part, Unit.SHARE)), Cell(value_text(value, unit))) for part, value in self.quantiles
        ]
        rows.append((Cell(self.ours.label), Cell(value_text(self.ours.value, unit), self.ours.href)))
        return Table(self.about.title, (self.about.heading, words.value_heading()), tuple(rows))

    def summary(self) -> str:
        ours = f"{self.ours.label}: {value_text(self.ours.value, self.about.unit)}"
        known = dict(self.quantiles)
        middle = words.median_text(known[0.5], self.about.unit) if 0.5 in known else ""
        return ", ".join(filter(None, (ours, self.better, middle, words.desks_text(self.desks)))) + "."
