"""Colours #rrggbb that can be read: contrast, and the tone of a colour that reaches it. Pure."""

from dataclasses import dataclass
from functools import lru_cache

WHITE, BLACK = "#ffffff", "#111111"
ENOUGH = 4.5  # WCAG 2.2, 1.4.3: text of usual size
# What text stands on: --color-surface and --color-canvas of static/css/_global.css, by day and by night.
DAY, NIGHT = ("#ffffff", "#f6f8f9"), ("#171b1d", "#202528")


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours #rrggbb, from 1 to 21. Source: WCAG 2.2, relative luminance."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    """Some of one and a share (0 to 1) of the other."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_parts(one), _parts(other), strict=True))


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour as text and ground of buttons; tint: its wash, on which it can be read too; on: text on it."""

    colour: str
    strong: str
    tint: str
    on: str


@lru_cache(maxsize=64)
def accent(colour: str, *, night: bool = False) -> Accent:
    """The nearest tone of a colour that reads on our papers and on its own wash; white or black reads on it."""
    papers, away = (NIGHT, WHITE) if night else (DAY, "#000000")
    for step in range(101):
        tone = mix(colour, away, step / 100)
        tint = mix(tone, papers[0], 0.82 if night else 0.9)
        if all(contrast(tone, paper) >= ENOUGH for paper in (*papers, tint)):
            break
    return Accent(tone, mix(tone, away, 0.15), tint, BLACK if night else WHITE)


def readable(colour: str) -> str:
    """The nearest tone of a colour that can be read as text on white."""
    return next(tone for step in range(101) if contrast(tone := mix(colour, BLACK, step / 100), WHITE) >= ENOUGH)


def stylesheet(colour: str) -> str:
    """The accent of the pages, by day and by night, where it is not the house's."""
    day, night = accent(colour), accent(colour, night=True)
    names = {"accent": "colour", "accent-strong": "strong", "accent-tint": "tint", "on-accent": "on"}
    lines = (f"--color-{it}: light-dark({getattr(day, part)}, {getattr(night, part)});" for it, part in names.items())
    return "@layer tokens { :root { " + " ".join(lines) + " } }\n"
