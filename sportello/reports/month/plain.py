"""The report as plain text and as Markdown."""

from collections.abc import Container, Iterable, Iterator

from .sheet import Grid, Section, Sheet

WIDTH = 88
FIRST_COLUMN = 60
# What Markdown would read as its own; a line is never begun with what people wrote.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def text(sheet: Sheet, only: Container[str] | None = None) -> str:
    """For a terminal or a mail. only: the keys of the sections to be said; all of them without."""
    return "\n".join(_text(sheet, only)).rstrip() + "\n"


def _text(sheet: Sheet, only: Container[str] | None) -> Iterator[str]:
    yield from (sheet.title, "=" * len(sheet.title), sheet.subtitle, "")
    for words in (*sheet.warnings, *sheet.opening):
        yield from (*_wrapped(words), "")
    for block in sheet.blocks:
        yield from (block.title, "-" * len(block.title))
        yield from _wrapped(block.lead)
        for row in block.rows:
            yield f"  {row.label}: {row.value}" + (f"  ({row.note})" if row.note else "")
        for words in (*block.says, *block.notes):
            yield from _wrapped(words)
        yield ""
    for section in sheet.sections:
        if only is None or section.key in only:
            yield from (section.title, "-" * len(section.title), *_section(section), "")
    for words in (*sheet.closing, *sheet.notes):
        yield from (*_wrapped(words), "")


def _section(section: Section) -> Iterator[str]:
    for words in section.paragraphs:
        yield from _wrapped(words)
    for entry in section.entries:
        yield from ("", *_wrapped(entry.head))
        yield from _wrapped(f"«{entry.comment}»" if entry.comment else "", "  ")
        for words in entry.found:
            yield from _wrapped(words, "  ")
    for item in section.items:
        yield from _wrapped(f"- {item}")
    for grid in section.grids:
        yield from ("", *_grid(grid))


def _grid(grid: Grid) -> Iterator[str]:
    """Columns as wide as what stands in them, the first at most FIRST_COLUMN."""
    rows = (grid.columns, *grid.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(grid.columns))]
    widths[0] = min(widths[0], FIRST_COLUMN)
    for row in rows:
        first = row[0] if len(row[0]) <= widths[0] else row[0][: widths[0] - 1] + "…"
        cells = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((f"  {first:<{widths[0]}}", *cells)).rstrip()


def _wrapped(words: str, indent: str = "") -> Iterator[str]:
    """Broken at spaces, never at those that hold a number and its unit together."""
    line = ""
    for word in words.split(" ") if " " in words else words.split("\n"):
        for nth, part in enumerate(word.split("\n")):
            if line and (nth or len(line) + 1 + len(part) > WIDTH):
                yield f"{indent}{line}"
                line = part
            else:
                line = f"{line} {part}" if line else part
    if line:
        yield f"{indent}{line}"


def markdown(sheet: Sheet) -> str:
    """For a web site, a wiki or a chat."""
    return "\n".join(_markdown(sheet)).rstrip() + "\n"


def _markdown(sheet: Sheet) -> Iterator[str]:
    yield from (f"# {_plain(sheet.title)}", "", f"*{_plain(sheet.subtitle)}*", "")
    for words in sheet.warnings:
        yield from (f"> {_plain(words)}", "")
    yield from _paragraphs(sheet.opening)
    for block in sheet.blocks:
        yield from (f"## {_plain(block.title)}", "")
        yield from _paragraphs([block.lead])
        for row in block.rows:
            yield f"- {_plain(row.label)}: **{_plain(row.value)}**" + (f" ({_plain(row.note)})" if row.note else "")
        yield ""
        yield from _paragraphs(block.says)
        for words in block.notes:
            yield from (f"*{_plain(words)}*", "")
    for section in sheet.sections:
        yield from (f"## {_plain(section.title)}", "")
        yield from _paragraphs(section.paragraphs)
        for entry in section.entries:
            yield f"- **{_plain(entry.head)}**"
            for words in (*([f"“{entry.comment}”"] if entry.comment else []), *entry.found):
                yield f"  {_plain(words)}"
        yield from (f"- {_plain(item)}" for item in section.items)
        yield from [""] * bool(section.entries or section.items)
        for grid in section.grids:
            yield "| " + " | ".join(map(_plain, grid.columns)) + " |"
            yield "|---" + "|---:" * (len(grid.columns) - 1) + "|"
            yield from ("| " + " | ".join(map(_plain, row)) + " |" for row in grid.rows)
            yield ""
    yield from _paragraphs(sheet.closing)
    yield from ("---", "")
    yield from _paragraphs(sheet.notes)


def _paragraphs(said: Iterable[str]) -> Iterator[str]:
    for words in said:
        if words:
            yield from (_plain(words), "")


def _plain(words: str) -> str:
    """What people wrote stays words: no markup, no line of its own."""
    return " ".join(words.translate(_MARKS).splitlines())
