"""What tests read from a drawing: its marks, texts and numbers."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from sportello.reports.charts import letters

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = ("x", "y", "width", "height", "cx", "cy", "r", "fill-opacity", "font-size", "stroke-width")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Text:
    said: str
    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: "Text") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Drawing:
    """A parsed drawing. Parsing refuses what is no XML, `numbers` what is no number."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        self.width, self.height = (float(part) for part in self.root.attrib["viewBox"].split()[2:])

    @property
    def marks(self) -> list[str]:
        """The titles of the marks, in their order."""
        return [
            item.find(f".//{SVG}title").text for item in self.root.iter(f"{SVG}g") if item.get("role") == "listitem"
        ]

    @property
    def links(self) -> list[str]:
        return [link.attrib["href"] for link in self.root.iter(f"{SVG}a")]

    @property
    def texts(self) -> list[Text]:
        return [_text(element) for element in self.root.iter(f"{SVG}text")]

    def shapes(self, name: str, role: str) -> list[ElementTree.Element]:
        return [element for element in self.root.iter(SVG + name) if element.get("class") == f"chart__{role}"]

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom of every shape outside the patterns. Raises ValueError for what is no number."""
        patterns = [inner for pattern in self.root.iter(f"{SVG}pattern") for inner in pattern.iter()]
        found = []
        for element in self.root.iter():
            if element in patterns:
                continue
            numbers = {name: float(element.attrib[name]) for name in NUMBERS if name in element.attrib}
            if element.tag == f"{SVG}rect":
                x, y = numbers["x"], numbers["y"]
                found.append((x, y, x + numbers["width"], y + numbers["height"]))
            elif element.tag == f"{SVG}circle":
                x, y, r = numbers["cx"], numbers["cy"], numbers["r"]
                found.append((x - r, y - r, x + r, y + r))
            elif element.tag == f"{SVG}path":
                found.append(_of_path(element.attrib["d"]))
        return found


def _of_path(d: str) -> tuple[float, float, float, float]:
    assert re.fullmatch(r"[MLhZ0-9e. +-]+", d), d
    if "h" in d:
        x, y, along = map(float, _NUMBER.findall(d))
        return x, y, x + along, y
    places = list(map(float, _NUMBER.findall(d)))
    xs, ys = places[::2], places[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _text(element: ElementTree.Element) -> Text:
    x, y, size = (float(element.attrib[name]) for name in ("x", "y", "font-size"))
    said = element.text or ""
    wide = letters.width(said, size)
    left = x - {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")] * wide
    return Text(said, left, left + wide, y - 0.75 * size, y + 0.2 * size)
