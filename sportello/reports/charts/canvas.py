"""The sheet a chart is drawn on: writes SVG, finite numbers only, and puts a text down only where it is free."""

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from sportello.kit.statistics import ENOUGH

from . import letters
from .paints import FONT, HEAT, Look, paint, pattern
from .series import About, Unfit, check_href

WIDE, NARROW = 640, 340
TEXT = 12
_UNREADABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text as XML may hold it: escaped, without control characters."""
    return escape(_UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def at(value: float) -> str:
    """A coordinate, to a tenth. Raises Unfit for what is no number."""
    if not math.isfinite(value):
        raise Unfit(f"{value} is no place in a drawing")
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


class Canvas:
    """A drawing of a given width; whoever draws sets its height at first.

    Three sheets lie on each other: what stands below, the marks, what is written over them. Only marks are
    read out, each by its title and, where it leads to its cases, as a link.
    """

    def __init__(self, key: str, width: int, look: Look) -> None:
        self.key, self.width, self.look = key, width, look
        self.height = 0.0
        self.texts: list[Box] = []
        self._below: list[str] = []
        self._marks: list[str] = []
        self._over: list[str] = []
        self._sheet = self._below
        self._patterns: set[tuple[int, bool]] = set()
        self.has_few = False
        self.notes: list[str] = []
        self._has_links = False

    @property
    def is_narrow(self) -> bool:
        return self.width < 480

    @contextmanager
    def over(self) -> Iterator[None]:
        """What is drawn inside stands above the marks."""
        before, self._sheet = self._sheet, self._over
        yield
        self._sheet = before

    @contextmanager
    def mark(self, title: str, href: str = "") -> Iterator[None]:
        """What is drawn inside is one mark with this title, and a link when there is an href."""
        check_href(href, title)
        before, self._sheet = self._sheet, []
        yield
        drawn, self._sheet = "".join(self._sheet), before
        named = f"<title>{clean(title)}</title>{drawn}"
        if href:
            self._has_links = True
            named = f'<a href="{clean(href)}" class="chart__link">{named}</a>'
        self._marks.append(f'<g role="listitem">{named}</g>')

    def rect(self, x: float, y: float, width: float, height: float, role: str, more: str = "") -> None:
        self._sheet.append(
            f'<rect x="{at(x)}" y="{at(y)}" width="{at(max(0.0, width))}" height="{at(max(0.0, height))}"'
            f"{more}{paint(role, self.look)}/>"
        )

    def hit(self, x: float, y: float, width: float, height: float) -> None:
        """Room to point at, where the mark itself may be small; as much of it as lies on the sheet."""
        left, top = max(0.0, x), max(0.0, y)
        right, bottom = min(self.width, x + width), min(self.height, y + height)
        self.rect(left, top, right - left, bottom - top, "hit", ' pointer-events="all"')

    def area(self, x: float, y: float, width: float, height: float, nth: int, *, step: bool = False) -> None:
        """A rectangle in the tone and pattern of the nth series (from 1), or of the nth part of a whole."""
        if nth == 1:
            self.rect(x, y, width, height, "tone-1")
        else:
            self._patterns.add((nth, step))
            # An edge lies half outside.
            filled = f' fill="url(#{self.key}-{"s" if step else "p"}{nth})"'
            self.rect(x + 0.5, y + 0.5, width - 1, height - 1, f"edge-{1 if step else nth}", filled)

    def few(self, x: float, y: float, width: float, height: float) -> None:
        """A rectangle of cases that are too few."""
        self.has_few = True
        self.rect(x + 0.75, y + 0.75, max(width - 1.5, 1), max(height - 1.5, 1), "few")

    def guide(self, x: float, top: float, bottom: float) -> None:
        """An upright line over all else, which no text crosses from now on."""
        self.line(x, top, x, bottom, "rim")
        self.line(x, top, x, bottom, "guide")
        self.texts.append(Box(x - 1, top, x + 1, bottom))

    def heat(self, x: float, y: float, width: float, height: float, step: int) -> None:
        self.rect(x, y, width, height, "tone-1", f' fill-opacity="{HEAT[step]:g}"')

    def line(self, x1: float, y1: float, x2: float, y2: float, role: str) -> None:
        self.path(f"M{at(x1)} {at(y1)}L{at(x2)} {at(y2)}", role)

    def polyline(self, places: Iterable[tuple[float, float]], role: str, more: str = "") -> None:
        self.path("M" + "L".join(f"{at(x)} {at(y)}" for x, y in places), role, more)

    def path(self, d: str, role: str, more: str = "") -> None:
        self._sheet.append(f'<path d="{d}"{more}{paint(role, self.look)}/>')

    def dot(self, x: float, y: float, shape: str, role: str, size: float = 4.5) -> None:
        """A shape of about 2 × size around x, y."""
        if shape in ("circle", "ring"):
            self._sheet.append(f'<circle cx="{at(x)}" cy="{at(y)}" r="{at(size)}"{paint(role, self.look)}/>')
            return
        s = size
        corners = {
            "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
            "triangle": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
            "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
            "cross": (
                *((-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4)),
                *((0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)),
            ),
        }[shape]
        self.path("M" + "L".join(f"{at(x + s * dx)} {at(y + s * dy)}" for dx, dy in corners) + "Z", role)

    def plate(self, x: float, y: float, said: str) -> None:
        """Words in the middle over x, on paper of their own, where they stand on a pattern."""
        wide = letters.width(said, TEXT) + 8
        self.rect(x - wide / 2, y - 13, wide, 18, "paper", ' rx="3"')
        self.text(x, y, said, "value", anchor="middle", gap=0)

    def text(
        self, x: float, y: float, said: str, role: str, *, anchor: str = "start", size: int = TEXT, gap: float = 4
    ) -> bool:
        """Write on the line through y, where nothing is written yet and inside the sheet; whether it found room."""
        wide = letters.width(said, size)
        left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
        box = Box(left, y - size * 0.78, left + wide, y + size * 0.24)
        if not said or box.left < -0.5 or box.right > self.width + 0.5 or box.top < 0 or box.bottom > self.height:
            return False
        if self._is_taken(box, gap):
            return False
        self.texts.append(box)
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._sheet.append(
            f'<text x="{at(x)}" y="{at(y)}" font-size="{size}"{anchored}{paint(role, self.look)}>{clean(said)}</text>'
        )
        return True

    def _is_taken(self, box: Box, gap: float) -> bool:
        left, right, top, bottom = box.left - gap, box.right + gap, box.top, box.bottom
        for other in self.texts:  # A plain loop: the most frequent question of a drawing.
            if left < other.right and other.left < right and top < other.bottom and other.top < bottom:
                return True
        return False

    def write_notes(self) -> None:
        """Below all else, what must be known of the marks and the scale."""
        few = [_("Hollow: fewer than {n} cases").format(n=ENOUGH)] if self.has_few else []
        with self.over():
            for said in (*few, *self.notes):
                self.height += 20
                self.text(0, self.height - 5, letters.fit(said, 11, self.width), "tick", size=11)

    def svg(self, about: About, description: str) -> str:
        """The whole drawing. Its parts are read out where they are links; else it is one picture with a description."""
        key = self.key
        defs = "".join(pattern(key, nth, self.look, step=step) for nth, step in sorted(self._patterns))
        role = "group" if self._has_links else "img"
        font = f' font-family="{FONT}"' if self.look is Look.PAPER else ""
        size = f' width="{self.width}" height="{at(self.height)}"' if self.look is Look.PAPER else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {at(self.height)}"{size}'
            f' class="chart__drawing" role="{role}" aria-labelledby="{key}-t" aria-describedby="{key}-d"{font}>'
            f'<title id="{key}-t">{clean(about.title)}</title><desc id="{key}-d">{clean(description)}</desc>'
            + (f"<defs>{defs}</defs>" if defs else "")
            + f'<g aria-hidden="true">{"".join(self._below)}</g>'
            + (f'<g role="list">{"".join(self._marks)}</g>' if self._marks else "")
            + (f'<g aria-hidden="true" pointer-events="none">{"".join(self._over)}</g>' if self._over else "")
            + "</svg>"
        )
