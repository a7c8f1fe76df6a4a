"""How long things took: how many in each class of time, and how many were done by a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from . import letters
from .axes import inside, upright
from .canvas import Canvas
from .scales import TIME_EDGES, Edges, check_edges
from .series import About, Cell, Table, Unfit, Unit, check_href, check_number
from .words import median_text, n_text, number, time_text, value_text


@dataclass(frozen=True, slots=True)
class Class:
    """Cases that took longer than one edge, up to the next, which is included; the last class has no end."""

    count: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Cases by how long they took, on an axis that counts minutes, hours and days in equal steps; the unit is COUNT.

    classes: one for each edge, the first from the first edge to the second, the last beyond the last. median, p90:
    minutes, None where unknown.
    """

    about: About
    classes: tuple[Class, ...]
    median: float | None = None
    p90: float | None = None
    edges: tuple[float, ...] = TIME_EDGES

    def __post_init__(self) -> None:
        check_edges(self.edges)
        if len(self.classes) != len(self.edges):
            raise Unfit(f"{len(self.classes)} classes for {len(self.edges)} edges: one for each")
        for place, one in enumerate(self.classes):
            check_number(one.count, f"count of class {place}")
            check_href(one.href, f"class {place}")
            if one.count < 0:
                raise Unfit(f"count of class {place}: below zero")
        check_number(self.median, "median")
        check_number(self.p90, "p90")

    @property
    def n(self) -> int:
        return sum(one.count for one in self.classes)

    def draw(self, canvas: Canvas) -> None:
        top, bottom = 52, 240 if canvas.is_narrow else 300
        canvas.height = bottom + 26
        high = max(one.count for one in self.classes)
        scale, left = upright(canvas, high, Unit.COUNT, top, bottom, canvas.width)
        across = Edges(self.edges, left, canvas.width)
        _time_below(canvas, across, bottom)
        for place, one in enumerate(self.classes):
            x, y = left + across.slot * place, scale(one.count)
            with canvas.mark(self._said(place), one.href):
                canvas.hit(x, top, across.slot, bottom - top)
                if one.count:
                    canvas.area(x + 1, y, across.slot - 2, max(bottom - y, 1), 1)
        with canvas.over():
            # Two marks may stand close to each other: each has its own line of text.
            for value, name, y in ((self.p90, "p90", 12), (self.median, _("Median"), 30)):
                if value is not None:
                    x = across(value)
                    canvas.guide(x, y + 6, bottom)
                    canvas.dot(x, y + 6, "diamond" if name == "p90" else "triangle", "ink", 4)
                    self._write_beside(canvas, x, y + 4, f"{name} {value_text(value, Unit.MINUTES)}")
            for place, one in enumerate(self.classes):
                said = value_text(one.count / self.n, Unit.SHARE)
                if one.count and letters.width(said, 10) <= across.slot:
                    x = left + across.slot * (place + 0.5)
                    # Beside the line of a mark, where the middle is taken.
                    for aside, anchor in ((0.0, "middle"), (-0.48, "start"), (0.48, "end")):
                        place_x = x + aside * across.slot
                        if canvas.text(place_x, scale(one.count) - 5, said, "value", anchor=anchor, size=10, gap=0):
                            break

    def _write_beside(self, canvas: Canvas, x: float, y: float, said: str) -> None:
        if not canvas.text(x + 9, y, said, "value"):
            canvas.text(x - 9, y, said, "value", anchor="end")

    def _said(self, place: int) -> str:
        one = self.classes[place]
        share = one.count / self.n if self.n else 0.0
        return f"{class_name(self.edges, place)}: {number(one.count)} ({value_text(share, Unit.SHARE)})"

    @property
    def is_empty(self) -> bool:
        return self.n == 0

    def table(self) -> Table:
        rows = []
        upto = 0
        for place, one in enumerate(self.classes):
            upto += one.count
            share = one.count / self.n if self.n else None
            summed = upto / self.n if self.n else None
            rows.append(
                (
                    Cell(class_name(self.edges, place)),
                    Cell(number(one.count), one.href),
                    Cell(value_text(share, Unit.SHARE)),
                    Cell(value_text(summed, Unit.SHARE)),
                )
            )
        return Table(
            self.about.title,
            (self.about.heading, "n", pgettext("charts", "share"), pgettext("charts", "up to here")),
            tuple(rows),
        )

    def summary(self) -> str:
        parts = [n_text(self.n)]
        if self.median is not None:
            parts.append(median_text(self.median, Unit.MINUTES))
        if self.p90 is not None:
            parts.append(f"p90 {value_text(self.p90, Unit.MINUTES)}")
        return ", ".join(parts) + "."


@dataclass(frozen=True, slots=True)
class Reached:
    """Which share of the cases had come to their end after so many minutes."""

    minutes: float
    share: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Cumulative:
    """The share that was done by a time, as a curve (ECDF); marks: the times at which it is written out.

    steps: rising in both; any number of them, the marks among them.
    """

    about: About
    steps: tuple[Reached, ...]
    marks: tuple[float, ...] = (60, 480, 1440)
    edges: tuple[float, ...] = TIME_EDGES

    def __post_init__(self) -> None:
        check_edges(self.edges)
        for step in self.steps:
            check_number(step.minutes, "minutes of a step")
            check_number(step.share, f"share at {step.minutes}")
            check_href(step.href, f"{step.minutes}")
            if not 0 <= step.share <= 1:
                raise Unfit(f"share at {step.minutes}: {step.share}, 0 to 1")
        for one, other in zip(self.steps, self.steps[1:], strict=False):
            if other.minutes <= one.minutes or other.share < one.share:
                raise Unfit(f"steps: {other.minutes} after {one.minutes}, {other.share} after {one.share}")

    def draw(self, canvas: Canvas) -> None:
        top, bottom = 16, 200 if canvas.is_narrow else 270
        canvas.height = bottom + 26
        scale, left = upright(canvas, 1.0, Unit.SHARE, top, bottom, canvas.width)
        across = Edges(self.edges, left, canvas.width)
        _time_below(canvas, across, bottom)
        places = [(left, scale(0.0))] if self.steps[0].minutes > self.edges[0] else []
        places += [(across(step.minutes), scale(step.share)) for step in self.steps]
        canvas.polyline(places, "line-1")
        for step in self.steps:
            if step.minutes not in self.marks:
                continue
            x, y = across(step.minutes), scale(step.share)
            said = self._said(step)
            canvas.line(x, y, x, bottom, "guide")
            with canvas.mark(said, step.href):
                canvas.hit(x - 12, y - 12, 24, 24)
                canvas.dot(x, y, "circle", "dot-1", 5)
            with canvas.over():
                written = value_text(step.share, Unit.SHARE)
                # Above the curve, which rises from left to right.
                if not canvas.text(x - 8, y - 9, written, "value", anchor="end"):
                    canvas.text(x + 8, y + 16, written, "value")

    def _said(self, step: Reached) -> str:
        return _("{share} within {time}").format(share=value_text(step.share, Unit.SHARE), time=time_text(step.minutes))

    @property
    def is_empty(self) -> bool:
        return not self.steps

    def table(self) -> Table:
        rows = tuple(
            (Cell(value_text(step.minutes, Unit.MINUTES)), Cell(value_text(step.share, Unit.SHARE), step.href))
            for step in self.steps
        )
        return Table(self.about.title, (self.about.heading, pgettext("charts", "share")), rows)

    def summary(self) -> str:
        return "; ".join(self._said(step) for step in self.steps if step.minutes in self.marks) + "."


def class_name(edges: Sequence[float], place: int) -> str:
    """“15 min – 30 min”, “over 7 d”."""
    if place == len(edges) - 1:
        return _("over {time}").format(time=time_text(edges[-1]))
    return f"{time_text(edges[place])} – {time_text(edges[place + 1])}"


def _time_below(canvas: Canvas, across: Edges, bottom: float) -> None:
    for edge in across.edges:
        canvas.line(across(edge), bottom, across(edge), bottom + 4, "axis")
    # An hour and a day are looked for first.
    order = sorted(across.edges, key=lambda edge: (edge not in (60, 1440), edge not in (480, 10080), edge))
    for edge in order:
        said = time_text(edge) if edge else "0"
        inside(canvas, across(edge), bottom + 17, said, "tick", 11)
    inside(canvas, across.end - across.slot / 3, bottom + 17, pgettext("time", "more"), "tick", 11)
