"""Bars: upright for what follows in time, lying for names, and the parts of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sportello.kit.statistics import ENOUGH

from . import letters, words
from .axes import LINE, draw_key, highest, key_height, lowest, names_below, upright
from .canvas import TEXT, Canvas
from .paints import STEPS
from .scales import Linear
from .series import About, Cell, Point, Series, Table, Unfit, Unit, check_not_negative, check_series
from .words import n_text, number, point_text, value_text

MOST_BARS = 120
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Bars:
    """Upright bars, for points that follow each other: for each point a group of bars, or one of all series.

    What is below zero hangs down; nothing of a stack is.
    """

    about: About
    series: tuple[Series, ...]
    stacked: bool = False

    def __post_init__(self) -> None:
        check_series(self.series, MOST_BARS)
        if self.stacked:
            check_not_negative(self.series)

    def draw(self, canvas: Canvas) -> None:
        names = [one.name for one in self.series]
        points = self.series[0].points
        head = key_height(canvas, names)
        top, bottom = head + 20, head + (210 if canvas.is_narrow else 270)
        canvas.height = bottom + 24
        draw_key(canvas, names, 0)
        high = max(_totals(self.series)) if self.stacked else highest(self.series)
        low = min(0.0, lowest(self.series))
        scale, left = upright(canvas, max(0.0, high), self.about.unit, top, bottom, canvas.width, low)
        slot = (canvas.width - left) / len(points)
        middles = [left + slot * (place + 0.5) for place in range(len(points))]
        names_below(canvas, [point.label for point in points], middles, bottom + 17)
        beside = 1 if self.stacked else len(self.series)
        thick = min(slot * (0.72 if beside == 1 else 0.86) / beside, 44)
        for place, middle in enumerate(middles):
            foot = 0.0
            for nth, one in enumerate(self.series, 1):
                point = one.points[place]
                x = middle - thick * beside / 2 + (0 if self.stacked else thick * (nth - 1))
                value = point.value or 0.0
                y, base = scale(foot + value), scale(foot)
                with canvas.mark(_said(point, one, self.series, self.about.unit), point.href):
                    # Where the bar stands alone, however low, its whole column leads to the cases.
                    if not self.stacked:
                        wide = slot if beside == 1 else thick
                        canvas.hit(middle - slot / 2 if beside == 1 else x, top, wide, bottom - top)
                    _bar(canvas, point, x, min(y, base), thick - (beside > 1), abs(base - y), nth)
                foot += value if self.stacked else 0.0
        with canvas.over():
            self._write_values(canvas, scale, middles, slot, thick)

    def _write_values(self, canvas: Canvas, scale: Linear, middles: Sequence[float], slot: float, thick: float) -> None:
        """Above each bar where all have room; else above the last and the highest."""
        unit = self.about.unit
        if len(self.series) == 1 or self.stacked:
            values = _totals(self.series) if self.stacked else [point.value for point in self.series[0].points]
            places = [(x, value) for x, value in zip(middles, values, strict=True)]
            room = slot
        else:
            start = -thick * len(self.series) / 2
            places = [
                (x + start + thick * (nth + 0.5), one.points[place].value)
                for place, x in enumerate(middles)
                for nth, one in enumerate(self.series)
            ]
            room = thick
        said = [value_text(value, unit) for _x, value in places]
        if max(letters.width(text, 11) for text in said) + 4 > room:
            if room is thick:
                return
            top = max(range(len(places)), key=lambda place: places[place][1] or 0.0)
            kept = dict.fromkeys((len(places) - 1, top))
        else:
            kept = dict.fromkeys(range(len(places)))
        for place in kept:
            x, value = places[place]
            wide = letters.width(said[place], 11) / 2
            x = min(x, canvas.width - wide)
            # Over the highest of the bars that its letters reach.
            under = [other or 0.0 for at, other in places if abs(at - x) < wide + thick / 2] or [value or 0.0]
            canvas.text(x, scale(max(0.0, *under)) - 6, said[place], "value", anchor="middle", size=11, gap=1)

    @property
    def is_empty(self) -> bool:
        return is_empty(self.series)

    def table(self) -> Table:
        return words.series_table(self.about.title, self.about.heading, self.series, self.about.unit)

    def summary(self) -> str:
        return words.summary(self.series, self.about.unit)


@dataclass(frozen=True, slots=True)
class Rows:
    """Lying bars, for names: a ranking, channels, causes. Each with its value at its end, so without a scale."""

    about: About
    series: tuple[Series, ...]
    stacked: bool = False

    def __post_init__(self) -> None:
        check_series(self.series, MOST_ROWS)
        if self.stacked:
            check_not_negative(self.series)

    def draw(self, canvas: Canvas) -> None:
        unit, points = self.about.unit, self.series[0].points
        names = [one.name for one in self.series]
        thick = 18 if self.stacked or len(self.series) == 1 else 14
        beside = 1 if self.stacked else len(self.series)
        above = LINE if canvas.is_narrow else 0
        pitch = above + beside * thick + 10
        head = key_height(canvas, names)
        canvas.height = head + pitch * len(points)
        draw_key(canvas, names, 0)
        totals = _totals(self.series)
        ends = totals if self.stacked else [point.value for one in self.series for point in one.points]
        tail = max(letters.width(value_text(value, unit), TEXT) for value in ends) + 10
        left = 0.0 if canvas.is_narrow else names_width(canvas, [point.label for point in points])
        high = max((value for value in ends if value is not None), default=0.0)
        scale = Linear(min(0.0, lowest(self.series)), max(0.0, high) or 1.0, left, canvas.width - tail)
        zero = scale(0.0)
        for place, point in enumerate(points):
            top = head + pitch * place
            write_name(canvas, point.label, left, top + (13 if above else beside * thick / 2 + 4))
            x = zero
            for nth, one in enumerate(self.series, 1):
                mine = one.points[place]
                y = top + above + (0 if self.stacked else thick * (nth - 1))
                wide = scale(mine.value or 0.0) - zero
                with canvas.mark(_said(mine, one, self.series, unit), mine.href):
                    if not self.stacked:
                        canvas.hit(
                            0 if beside == 1 else left,
                            y - (above if beside == 1 else 0),
                            canvas.width - left * (beside > 1),
                            thick + (above if beside == 1 else 0),
                        )
                    _bar(canvas, mine, min(x, x + wide), y, abs(wide), thick - (beside > 1), nth)
                x += wide if self.stacked else 0
                if not self.stacked:
                    with canvas.over():
                        canvas.text(max(x, x + wide) + 6, y + thick / 2 + 4, value_text(mine.value, unit), "value")
            if self.stacked:
                with canvas.over():
                    canvas.text(x + 6, top + above + thick / 2 + 4, value_text(totals[place], unit), "value")
        if left:
            canvas.line(zero, head, zero, canvas.height - 6, "axis")

    @property
    def is_empty(self) -> bool:
        return is_empty(self.series)

    def table(self) -> Table:
        return words.series_table(self.about.title, self.about.heading, self.series, self.about.unit)

    def summary(self) -> str:
        return words.summary(self.series, self.about.unit)


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of a whole, one strip for each series: within 1 h, within 8 h … this month and last.

    Values are counts of cases; a point's name is its part. Parts stand in their order.
    """

    about: About
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        check_series(self.series, STEPS)
        check_not_negative(self.series)
        if self.about.unit is not Unit.COUNT:
            raise Unfit("parts of a whole are counts")

    def draw(self, canvas: Canvas) -> None:
        parts = [point.label for point in self.series[0].points]
        head = key_height(canvas, parts)
        pitch, thick = 58, 28
        canvas.height = head + pitch * len(self.series)
        draw_key(canvas, parts, 0, step=True)
        for row, one in enumerate(self.series):
            top = head + pitch * row
            total = sum(point.value or 0.0 for point in one.points)
            said_n = n_text(round(total))
            if total < ENOUGH:
                said_n += ", " + _("too few to judge")
            canvas.text(canvas.width, top + 13, said_n, "tick", anchor="end")
            room = canvas.width - letters.width(said_n, TEXT) - 12
            canvas.text(0, top + 13, letters.fit(one.name, TEXT, room), "label")
            x = 0.0
            for nth, point in enumerate(one.points, 1):
                share = (point.value or 0.0) / total if total else 0.0
                wide = share * canvas.width
                if wide <= 0:
                    continue
                with canvas.mark(f"{one.name}, {point.label}: {_part(point, share)}", point.href):
                    canvas.area(x, top + 20, max(wide - 1.5, 0.5), thick, nth, step=True)
                said = value_text(share, Unit.SHARE)
                if letters.width(said, TEXT) + 16 <= wide:
                    with canvas.over():
                        y = top + 20 + thick / 2 + 4
                        if nth == 1:
                            canvas.text(x + wide / 2, y, said, "on", anchor="middle")
                        else:
                            canvas.plate(x + wide / 2, y, said)
                x += wide

    @property
    def is_empty(self) -> bool:
        return not any(point.value for one in self.series for point in one.points)

    def table(self) -> Table:
        rows = []
        totals = [sum(point.value or 0.0 for point in one.points) for one in self.series]
        for place, part in enumerate(self.series[0].points if self.series else ()):
            cells = [Cell(part.label)]
            for one, total in zip(self.series, totals, strict=True):
                point = one.points[place]
                share = (point.value or 0.0) / total if total else None
                cells += [Cell(value_text(share, Unit.SHARE), point.href), Cell(value_text(point.value, Unit.COUNT))]
            rows.append(tuple(cells))
        heads = [head for one in self.series for head in (one.name, "n")]
        return Table(self.about.title, (self.about.heading, *heads), tuple(rows))

    def summary(self) -> str:
        said = []
        for one in self.series:
            total = sum(point.value or 0.0 for point in one.points)
            parts = (
                f"{point.label} {value_text((point.value or 0.0) / total, Unit.SHARE)}" for point in one.points if total
            )
            said.append(f"{one.name} ({n_text(round(total))}): {', '.join(parts)}.")
        return " ".join(said)


def is_empty(series: Sequence[Series]) -> bool:
    return not any(point.value is not None for one in series for point in one.points)


def names_width(canvas: Canvas, names: Sequence[str]) -> float:
    """The column of the names beside their rows, two fifths of the sheet at most."""
    return min(max(letters.width(name, TEXT) for name in names) + 12, canvas.width * 0.4)


def write_name(canvas: Canvas, name: str, left: float, y: float) -> None:
    """The name of a row: before `left`, or above the row where there is no column for it."""
    if left:
        # A unit more than the widest name takes: sums of floats come out a hair below what went in.
        canvas.text(left - 10, y, letters.fit(name, TEXT, left - 11), "name", anchor="end")
    else:
        canvas.text(0, y, letters.fit(name, TEXT, canvas.width), "name")


def _totals(series: Sequence[Series]) -> list[float]:
    return [sum(point.value or 0.0 for point in points) for points in zip(*(one.points for one in series), strict=True)]


def _bar(canvas: Canvas, point: Point, x: float, y: float, wide: float, high: float, nth: int) -> None:
    if not point.value:
        return
    if point.is_few:
        canvas.few(x, y, wide, high)
    else:
        canvas.area(x, y, max(wide, 1), max(high, 1), nth)


def _said(point: Point, one: Series, series: Sequence[Series], unit: Unit) -> str:
    return point_text(point, unit, one.name if len(series) > 1 else "")


def _part(point: Point, share: float) -> str:
    return f"{value_text(share, Unit.SHARE)} ({number(point.value or 0.0)})"
