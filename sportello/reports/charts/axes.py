"""What stands around the marks: axes with round marks, the names below them, the key of the series."""

from collections.abc import Sequence

from . import letters
from .canvas import TEXT, Canvas
from .paints import DASHES, SHAPES
from .scales import Linear, ticks
from .series import Series, Unit
from .words import tick_text

LINE = 18  # From one line of text to the next.
SWATCH = 22


def key_height(canvas: Canvas, names: Sequence[str]) -> float:
    """What the key of these series takes; nothing where there is one series."""
    return LINE * len(_key_lines(canvas, names)) + 8 if len(names) > 1 else 0.0


def draw_key(canvas: Canvas, names: Sequence[str], top: float, *, as_lines: bool = False, step: bool = False) -> None:
    """Swatch and name of each series, in as many lines as they need."""
    if len(names) < 2:
        return
    for row, line in enumerate(_key_lines(canvas, names)):
        y = top + row * LINE
        for nth, name, x in line:
            if as_lines:
                canvas.path(f"M{x:g} {y + 6:g}h{SWATCH - 4:g}", f"line-{nth}", dashes(nth))
                canvas.dot(x + (SWATCH - 4) / 2, y + 6, SHAPES[nth - 1], f"dot-{nth}", 4)
            else:
                canvas.area(x, y, SWATCH - 6, 12, nth, step=step)
            canvas.text(x + SWATCH, y + 10, name, "label")


def dashes(nth: int) -> str:
    return f' stroke-dasharray="{DASHES[nth - 1]}"' if DASHES[nth - 1] else ""


def _key_lines(canvas: Canvas, names: Sequence[str]) -> list[list[tuple[int, str, float]]]:
    lines: list[list[tuple[int, str, float]]] = [[]]
    x = 0.0
    for nth, name in enumerate(names, 1):
        said = letters.fit(name, TEXT, canvas.width - SWATCH)
        wide = SWATCH + letters.width(said, TEXT)
        if x and x + wide > canvas.width:
            lines.append([])
            x = 0.0
        lines[-1].append((nth, said, x))
        x += wide + 16
    return lines


def upright(
    canvas: Canvas, high: float, unit: Unit, top: float, bottom: float, right: float, low: float = 0.0
) -> tuple[Linear, float]:
    """Draw the lines of a scale from low to high between bottom and top. Returns it and where the marks begin."""
    marks = ticks(high, unit, max(2, round((bottom - top) / 48)), low)
    step = marks[1] - marks[0]
    said = [tick_text(mark, unit, round(step, 9)) for mark in marks]
    left = max(letters.width(text, 11) for text in said) + 8
    scale = Linear(marks[0], marks[-1], bottom, top)
    for mark, text in zip(marks, said, strict=True):
        y = scale(mark)
        canvas.line(left, y, right, y, "axis" if mark == max(marks[0], 0) else "grid")
        canvas.text(left - 8, y + 4, text, "tick", anchor="end", size=11)
    return scale, left


def lying(canvas: Canvas, scale: Linear, unit: Unit, marks: Sequence[float], top: float, bottom: float) -> None:
    """Draw the lines of a scale that goes from left to right, its marks written below."""
    step = round(marks[1] - marks[0], 9)
    for mark in marks:
        x = scale(mark)
        canvas.line(x, top, x, bottom, "grid")
        inside(canvas, x, bottom + 16, tick_text(mark, unit, step), "tick", 11)


def names_below(canvas: Canvas, names: Sequence[str], places: Sequence[float], y: float) -> None:
    """Write each name in the middle below its place; where they would touch, every second, third …, the last always."""
    if not names:
        return
    widest = max(letters.width(name, 11) for name in names) + 8
    distance = abs(places[1] - places[0]) if len(places) > 1 else widest
    every = max(1, -int(-widest // distance))
    for place in range(len(names) - 1, -1, -every):
        room = max(widest, every * distance) - 8
        inside(canvas, places[place], y, letters.fit(names[place], 11, min(room, canvas.width)), "tick", 11)


def inside(canvas: Canvas, x: float, y: float, said: str, role: str, size: int = TEXT) -> bool:
    """Write in the middle over x, moved so far that nothing leaves the sheet."""
    half = letters.width(said, size) / 2
    return canvas.text(min(max(x, half), canvas.width - half), y, said, role, anchor="middle", size=size)


def highest(series: Sequence[Series]) -> float:
    values = [value for one in series for point in one.points for value in (point.value, point.high)]
    return max((value for value in values if value is not None), default=0.0)


def lowest(series: Sequence[Series]) -> float:
    values = [point.value for one in series for point in one.points if point.value is not None]
    return min(values, default=0.0)
