"""From a chart to SVG, and to what a page shows of it: the drawing in two widths, and its table behind."""

from typing import Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .canvas import NARROW, WIDE, Canvas, clean
from .paints import Look
from .series import About, Cell, Table


class Chart(Protocol):
    """What all kinds have. draw sets the height of the canvas first; it is not asked when the chart is empty."""

    @property
    def about(self) -> About: ...
    @property
    def is_empty(self) -> bool: ...
    def draw(self, canvas: Canvas) -> None: ...
    def table(self) -> Table: ...
    def summary(self) -> str: ...


def svg(chart: Chart, width: int = WIDE, look: Look = Look.PAGE, *, key: str = "") -> SafeString:
    """The drawing, `width` units wide and as high as it needs. key: begins its ids, the chart's own where it is empty.

    Says so in the middle where there is nothing to show. Raises Unfit for what cannot be drawn.
    """
    canvas = Canvas(key or chart.about.key, width, look)
    if chart.is_empty:
        canvas.height = 96
        canvas.text(width / 2, 52, _("Nothing to show"), "tick", anchor="middle", size=13)
    else:
        chart.draw(canvas)
        canvas.write_notes()
    return SafeString(canvas.svg(chart.about, description(chart)))


def description(chart: Chart) -> str:
    """The chart in a sentence: also the text beside its picture in mail and PDF."""
    if chart.about.description:
        return chart.about.description
    return _("Nothing to show") if chart.is_empty else chart.summary()


def figure(chart: Chart) -> SafeString:
    """The chart in a page: title, drawing for a wide and for a narrow place, table behind it."""
    key = chart.about.key
    behind = ""
    if not chart.is_empty:
        unfold = clean(_("Show as a table"))
        table = html_table(chart.table())
        behind = f'<details class="chart__behind"><summary>{unfold}</summary>{table}</details>'
    return SafeString(
        f'<figure class="chart" id="{key}"><figcaption class="chart__title">{clean(chart.about.title)}</figcaption>'
        f'<div class="chart__wide">{svg(chart, WIDE, key=f"{key}-w")}</div>'
        f'<div class="chart__narrow">{svg(chart, NARROW, key=f"{key}-s")}</div>'
        f"{behind}</figure>"
    )


def spark(chart: Chart, width: int = 120) -> SafeString:
    """A small drawing that stands in a line of text, without title and table."""
    return SafeString(f'<span class="chart chart--spark">{svg(chart, width)}</span>')


def html_table(table: Table) -> SafeString:
    """The table in a frame that can be moved; its caption is heard, because the title of the chart is seen."""
    heads = "".join(f'<th scope="col"{_number(place)}>{clean(name)}</th>' for place, name in enumerate(table.columns))
    rows = "".join(f"<tr>{''.join(map(_cell, enumerate(row)))}</tr>" for row in table.rows)
    caption = clean(table.caption)
    return SafeString(
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{caption}"><table class="table">'
        f'<caption class="visually-hidden">{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _number(place: int) -> str:
    return ' class="number"' if place else ""


def _cell(placed: tuple[int, Cell]) -> str:
    place, cell = placed
    said = f'<a href="{clean(cell.href)}">{clean(cell.text)}</a>' if cell.href else clean(cell.text)
    return f'<td class="number">{said}</td>' if place else f'<th scope="row">{said}</th>'
