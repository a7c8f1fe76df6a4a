"""Reports on paper: a document to PDF, a drawing to PNG. No library of the system is asked, no letter but our own.

What people wrote goes to the typesetter as data, never as source, and it works in a process of its own with a limit of
time and memory, which is thrown away afterwards.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from sportello.reports import charts
from sportello.reports.charts import Chart, Look
from sportello.reports.paper_child import SECONDS

PDF, PNG = "application/pdf", "image/png"
MOST_BYTES = 20_000_000
# So many at once while somebody waits for a page: each takes a processor for seconds.
MOST_AT_ONCE = 2
A4_TEXT = 493  # Points between the margins of report.typ.
MARGIN = 14  # Points around the picture of picture.typ.
A4_HALF = 236  # So wide, two charts stand side by side.


class Unprintable(Exception):
    """The typesetter did not do it: in time, in its memory, or at all. The text is for the log."""


class Busy(Exception):
    """As many as may be typeset at once are."""


_places = threading.BoundedSemaphore(MOST_AT_ONCE)


@contextmanager
def place() -> Iterator[None]:
    """One of the process's places to typeset within a request. Raises Busy."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _places.release()


@dataclass(frozen=True, slots=True)
class Note:
    """A small line under a figure. tone: "better", "worse" or "" colours what the words say already."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A box at the head: its value with the unit, in words of the report's language."""

    label: str
    value: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of a section. alt: the same for who cannot see it; it must not be empty. width: points."""

    title: str
    svg: str
    alt: str
    width: int = A4_TEXT


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every row has as many texts as there are columns, the first of which names the row.

    columns: all empty where the heading above says it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """title: may be empty. paragraphs: above the charts and tables; below: under them."""

    title: str
    paragraphs: tuple[str, ...] = ()
    charts: tuple[Picture, ...] = ()
    tables: tuple[Grid, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report, in one language. desk: whose it is; subtitle: stands at the foot of each page too."""

    language: str
    title: str
    subtitle: str
    desk: str
    summary: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    sections: tuple[Section, ...] = ()
    footnotes: tuple[str, ...] = field(default=())


def picture(chart: Chart, width: int = A4_TEXT) -> Picture:
    """The chart for a section, in the active language."""
    drawing = charts.svg(chart, charts.NARROW if width < A4_TEXT * 0.6 else charts.WIDE, Look.PAPER)
    return Picture(chart.about.title, drawing, charts.description(chart), width)


def grid(table: charts.Table) -> Grid:
    """The table of a chart for a section."""
    return Grid(table.caption, table.columns, tuple(tuple(cell.text for cell in row) for row in table.rows))


def pdf(document: Document) -> bytes:
    """The document as PDF/UA-1: tagged, with its language and a text for each picture. Raises Unprintable.

    Where somebody wrote a letter that is in none of our fonts, a box stands for it, and no standard is promised.
    """
    return _typeset("report.typ", "pdf", {"report": json.dumps(asdict(document))})


def png(picture: Picture, width: int = 1440, subtitle: str = "") -> bytes:
    """A chart under its title, on white, `width` pixels wide: for a download, or a mail. subtitle: of which days and
    tickets, where nothing beside the picture says it. Raises Unprintable."""
    inputs = {"svg": picture.svg, "title": picture.title, "subtitle": subtitle, "width": str(charts.WIDE)}
    return _typeset("picture.typ", "png", inputs, ppi=72 * width / (charts.WIDE + 2 * MARGIN))


def _typeset(template: str, kind: str, inputs: dict[str, str], ppi: float = 144) -> bytes:
    order = json.dumps({"template": template, "format": kind, "inputs": inputs, "ppi": ppi}).encode()
    if len(order) > MOST_BYTES:
        raise Unprintable(f"{len(order)} bytes, {MOST_BYTES} at most")
    command = [sys.executable, "-m", "sportello.reports.paper_child"]
    try:
        done = subprocess.run(command, input=order, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unprintable(f"not done in {SECONDS} seconds") from None
    if done.returncode or not done.stdout:
        raise Unprintable(done.stderr.decode("utf-8", "replace")[-2_000:] or f"ended with {done.returncode}")
    return done.stdout
