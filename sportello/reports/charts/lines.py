"""Lines: how figures go over time, in one plot, in many small ones, or beside a number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import letters, words
from .axes import dashes, draw_key, highest, key_height, lowest, names_below, upright
from .bars import is_empty
from .canvas import TEXT, Canvas
from .paints import SHAPES
from .scales import Linear, ticks
from .series import About, Point, Series, Table, Unfit, check_not_negative, check_series
from .words import point_text, value_text

MOST_POINTS = 2_000
MOST_PANELS = 24
MARKED_FROM = 9  # Units between two points, from which each of them gets its mark.


@dataclass(frozen=True, slots=True)
class Lines:
    """A line for each series; where a value is missing the line is interrupted.

    from_zero: False lets the scale begin near the lowest value, where differences would be lost otherwise.
    """

    about: About
    series: tuple[Series, ...]
    from_zero: bool = True

    def __post_init__(self) -> None:
        check_series(self.series, MOST_POINTS)

    def draw(self, canvas: Canvas) -> None:
        names = [one.name for one in self.series]
        points = self.series[0].points
        # At the ends of the lines a name needs no key; a narrow sheet has no room there.
        at_ends = len(names) > 1 and not canvas.is_narrow
        head = 0.0 if at_ends else key_height(canvas, names)
        top, bottom = head + 14, head + (200 if canvas.is_narrow else 270)
        canvas.height = bottom + 24
        if not at_ends:
            draw_key(canvas, names, 0, as_lines=True)
        ends = [_end_text(one, self, canvas.width / 3) for one in self.series]
        tail = max(letters.width(text, TEXT) for text in ends) + 16 if at_ends else 14
        right = canvas.width - tail
        low = lowest(self.series)
        low, high = min(0.0, low) if self.from_zero else low, highest(self.series)
        scale, left = upright(canvas, max(0.0, high) if low < 0 else high, self.about.unit, top, bottom, right, low)
        if scale.low > 0:
            canvas.notes.append(_("The scale begins at {value}").format(value=value_text(scale.low, self.about.unit)))
        across = Linear(0, max(len(points) - 1, 1), left + 8, right)
        places = [across(place) for place in range(len(points))]
        if len(points) == 1:
            places = [(left + right) / 2]
        names_below(canvas, [point.label for point in points], places, bottom + 17)
        spacing = (right - left) / max(len(points), 1)
        for nth, one in enumerate(self.series, 1):
            self._line(canvas, one, nth, places, scale, spacing)
        with canvas.over():
            if at_ends:
                self._write_ends(canvas, ends, right + 10, scale)
            elif len(names) == 1:
                _write_peak_and_last(canvas, self.series[0], places, scale, self)

    def _line(
        self, canvas: Canvas, one: Series, nth: int, places: Sequence[float], scale: Linear, spacing: float
    ) -> None:
        for run in _runs(one.points):
            if len(run) > 1:
                canvas.polyline([(places[place], scale(value)) for place, value in run], f"line-{nth}", dashes(nth))
        alone = {run[0][0] for run in _runs(one.points) if len(run) == 1}
        last = max((place for place, point in enumerate(one.points) if point.value is not None), default=-1)
        for place, point in enumerate(one.points):
            if point.value is None:
                continue
            x, y = places[place], scale(point.value)
            shown = spacing >= MARKED_FROM or place in alone or place == last or point.is_few
            if not shown and not point.href:
                continue
            with canvas.mark(point_text(point, self.about.unit, one.name if len(self.series) > 1 else ""), point.href):
                reach = min(max(spacing / 2, 2.0), 12.0)
                canvas.hit(x - reach, y - 12, 2 * reach, 24)
                if shown:
                    hollow = point.is_few or SHAPES[nth - 1] == "ring"
                    canvas.has_few |= point.is_few
                    canvas.dot(x, y, SHAPES[nth - 1], f"{'hollow' if hollow else 'dot'}-{nth}", 4)

    def _write_ends(self, canvas: Canvas, ends: Sequence[str], x: float, scale: Linear) -> None:
        """The names beside where their lines end, moved apart where they would touch."""
        known = [
            (scale(_last(one).value or 0.0), text) for one, text in zip(self.series, ends, strict=True) if _known(one)
        ]
        known.sort()
        free = 0.0
        heights = []
        for y, _text in known:
            free = max(y + 4, free)
            heights.append(free)
            free += 16
        over = max(0.0, (heights[-1] if heights else 0.0) - (canvas.height - 24))
        for place in range(len(heights) - 1, -1, -1):
            limit = heights[place + 1] - 16 if place + 1 < len(heights) else heights[place] - over
            heights[place] = min(heights[place], limit)
        for (_y, text), y in zip(known, heights, strict=True):
            canvas.text(x, y, text, "name")

    @property
    def is_empty(self) -> bool:
        return is_empty(self.series)

    def table(self) -> Table:
        return words.series_table(self.about.title, self.about.heading, self.series, self.about.unit)

    def summary(self) -> str:
        return words.summary(self.series, self.about.unit)


@dataclass(frozen=True, slots=True)
class Multiples:
    """A small plot for each series, all on one scale: agents, organizations, channels side by side."""

    about: About
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        if len(self.series) > MOST_PANELS:
            raise Unfit(f"{len(self.series)} series, {MOST_PANELS} at most")
        for one in self.series:
            check_series((self.series[0], one), MOST_POINTS)
        check_not_negative(self.series)

    def draw(self, canvas: Canvas) -> None:
        unit = self.about.unit
        columns = 2 if canvas.is_narrow else 4
        gap, plot = 24, 64
        wide = (canvas.width - gap * (columns - 1)) / columns
        pitch = plot + 62
        canvas.height = pitch * -(-len(self.series) // columns)
        marks = ticks(highest(self.series), unit, 2)
        points = self.series[0].points
        for nth, one in enumerate(self.series):
            x = (wide + gap) * (nth % columns)
            top = pitch * (nth // columns) + 24
            bottom = top + plot
            scale = Linear(marks[0], marks[-1], bottom, top)
            across = Linear(0, max(len(points) - 1, 1), x + 3, x + wide - 6)
            canvas.line(x, bottom, x + wide, bottom, "axis")
            canvas.line(x, top, x + wide, top, "grid")
            last = _last_text(one, self)
            canvas.text(x + wide, top - 8, last, "value", anchor="end")
            canvas.text(x, top - 8, letters.fit(one.name, TEXT, wide - letters.width(last, TEXT) - 10), "name")
            for end, anchor in ((0, "start"), (-1, "end")):
                room = wide / 2 - 6 if len(points) > 1 else wide
                at_x = x if anchor == "start" else x + wide
                canvas.text(at_x, bottom + 14, letters.fit(points[end].label, 10, room), "tick", anchor=anchor, size=10)
            for run in _runs(one.points):
                canvas.polyline(
                    [(across(place), scale(value)) for place, value in (run * 2)[: max(2, len(run))]], "line-1"
                )
            for place, point in enumerate(one.points):
                if point.value is None or (not point.href and place != _last_place(one)):
                    continue
                with canvas.mark(point_text(point, unit, one.name), point.href):
                    reach = max(1.0, wide / len(points) / 2)
                    canvas.hit(across(place) - reach, top, 2 * reach, plot)
                    if place == _last_place(one):
                        canvas.has_few |= point.is_few
                        canvas.dot(
                            across(place), scale(point.value), "circle", "hollow-1" if point.is_few else "dot-1", 4
                        )

    @property
    def is_empty(self) -> bool:
        return is_empty(self.series)

    def table(self) -> Table:
        return words.series_table(self.about.title, self.about.heading, self.series, self.about.unit)

    def summary(self) -> str:
        return words.summary(self.series, self.about.unit)


@dataclass(frozen=True, slots=True)
class Spark:
    """How one figure went, in the height of two lines of text; stands beside the figure, which says the value."""

    about: About
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        check_series((self._series,), MOST_POINTS)

    @property
    def _series(self) -> Series:
        return Series(self.about.title, self.points)

    def draw(self, canvas: Canvas) -> None:
        canvas.height = 32
        high = highest((self._series,))
        low = lowest((self._series,))
        # What does not move is drawn halfway up.
        scale = Linear(low, high, 27, 5) if high > low else Linear(low - 1, low + 1, 27, 5)
        across = Linear(0, max(len(self.points) - 1, 1), 5, canvas.width - 6)
        for run in _runs(self.points):
            if len(run) > 1:
                canvas.polyline([(across(place), scale(value)) for place, value in run], "line-1")
        last = _last_place(self._series)
        point = self.points[last]
        x = across(last) if len(self.points) > 1 else canvas.width / 2
        with canvas.mark(point_text(point, self.about.unit), point.href):
            canvas.dot(x, scale(point.value or 0.0), "circle", "hollow-1" if point.is_few else "dot-1", 4)

    @property
    def is_empty(self) -> bool:
        return is_empty((self._series,))

    def table(self) -> Table:
        return words.series_table(self.about.title, self.about.heading, (self._series,), self.about.unit)

    def summary(self) -> str:
        return words.summary((self._series,), self.about.unit)


def _runs(points: Sequence[Point]) -> Iterator[list[tuple[int, float]]]:
    """Place and value of the points that follow each other without a gap."""
    run: list[tuple[int, float]] = []
    for place, point in enumerate(points):
        if point.value is None:
            if run:
                yield run
            run = []
        else:
            run.append((place, point.value))
    if run:
        yield run


def _known(one: Series) -> bool:
    return any(point.value is not None for point in one.points)


def _last_place(one: Series) -> int:
    return max((place for place, point in enumerate(one.points) if point.value is not None), default=0)


def _last(one: Series) -> Point:
    return one.points[_last_place(one)]


def _last_text(one: Series, chart: Lines | Multiples) -> str:
    return value_text(_last(one).value, chart.about.unit)


def _end_text(one: Series, chart: Lines, room: float) -> str:
    """Name and last value; where they are too wide the name is cut, never the value."""
    value = " " + _last_text(one, chart)
    return letters.fit(one.name, TEXT, room - letters.width(value, TEXT)) + value


def _write_peak_and_last(canvas: Canvas, one: Series, places: Sequence[float], scale: Linear, chart: Lines) -> None:
    known = [place for place, point in enumerate(one.points) if point.value is not None]
    highest_place = max(known, key=lambda place: one.points[place].value or 0.0)
    for place in dict.fromkeys((known[-1], highest_place)):
        said = value_text(one.points[place].value, chart.about.unit)
        half = letters.width(said, TEXT) / 2
        x = min(places[place], canvas.width - half)
        canvas.text(x, max(scale(one.points[place].value or 0.0) - 9, 10), said, "value", anchor="middle")
