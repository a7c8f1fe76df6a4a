"""An answer as a picture or on paper."""

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sportello.reports import paper
from sportello.reports.charts.words import number
from sportello.reports.explorer import drawing
from sportello.reports.explorer.grid import Grid, Placed
from sportello.reports.explorer.question import label_of
from sportello.reports.figures import words

MOST_COLUMNS = 8
MOST_LINES = 60


def pictures(found: Grid) -> list[paper.Picture]:
    """The charts of an answer, for mail and paper; none where the figures say it."""
    return [paper.picture(chart) for chart in drawing.drawn(found, "paper")]


def png(found: Grid, subtitle: str) -> bytes | None:
    """The first chart, with what was asked below its title; None: there is none. Raises Unprintable."""
    drawn = pictures(found)
    return paper.png(drawn[0], subtitle=subtitle) if drawn else None


def pdf(found: Grid, title: str, desk: str, facts: tuple[tuple[str, str], ...]) -> bytes:
    """Charts and table with what was asked; facts: the first is its period. Raises Unprintable."""
    about = tuple(f"{name}: {value}" for name, value in facts[1:])
    figures = tuple(_figure(it) for it in found.total.placed if it) if not found.query.dimensions else ()
    caption = ", ".join(str(it.full_label) for it in found.measures)
    grids = (table(found, caption),) if found.query.dimensions and not found.is_empty else ()
    section = paper.Section(_("Figures"), _cut(found), tuple(pictures(found)), grids)
    meanings = tuple(f"{it.full_label}: {it.definition}" for it in found.measures)
    language = (get_language() or "en").partition("-")[0]
    document = paper.Document(language, title, facts[0][1], desk, about, figures, (section,), meanings)
    return paper.pdf(document)


def _cut(found: Grid) -> tuple[str, ...]:
    shown = min(len(found.lines), MOST_LINES)
    if not found.down or found.lines_in_all <= shown:
        return ()
    return (_("The first %(n)s of %(all)s lines.") % {"n": number(shown), "all": number(found.lines_in_all)},)


def table(found: Grid, caption: str, most: int = MOST_LINES) -> paper.Grid:
    """So many lines, as many columns as paper has room for, and the figures of everything."""
    heads = found.heads[:MOST_COLUMNS]
    names = tuple(
        " · ".join(
            filter(None, (it.across, str(it.measure.full_label) if len(found.measures) > 1 or not it.across else ""))
        )
        for it in heads
    )
    down = tuple(label_of(it) for it in found.down)
    rows = tuple((*line.names, *map(said, line.placed[: len(heads)])) for line in found.lines[:most])
    if found.down and len(found.lines) > 1:
        blanks = ("",) * (len(down) - 1)
        rows += ((pgettext("of the figures", "All"), *blanks, *map(said, found.total.placed[: len(heads)])),)
    return paper.Grid(caption, (*down, *names), rows)


def said(placed: Placed | None) -> str:
    """A figure as a text stands for it, with its change and whether it says anything."""
    if placed is None:
        return "–"
    text = words.words(placed.figure)
    if placed.figure.is_small and placed.figure.n:
        text += f" ({words.n(placed.figure)})"
    change = words.change(placed.measure, placed.figure, placed.before) if placed.before else ""
    return f"{text} ({change})" if change else text


def _figure(placed: Placed) -> paper.Figure:
    notes = tuple(paper.Note(it) for it in (words.n(placed.figure), words.interval(placed.figure)) if it)
    return paper.Figure(str(placed.measure.full_label), said(placed), notes)
