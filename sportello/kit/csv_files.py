"""CSV files as spreadsheets write and read them: `read` what people send, `line` for what they fetch."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BOM = "\ufeff"  # Without it spreadsheets take UTF-8 for something else.
# What begins with one of these a spreadsheet takes for a formula, and does what it says.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_GUARDED = re.compile(r"'[=+\-@\t\r]")
COLUMNS_LIMIT = 200
ROWS_LIMIT = 200_000
_SEPARATORS = ";,\t|"


class Unreadable(Exception):
    """It is no table. `why`: "empty", "binary", "columns", "rows" or "cell"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Table:
    """headings: the first line; rows: (number of the line in the file, cells), as many cells as headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def line(cells: Sequence[str]) -> str:
    """A line of a CSV file in which nothing is a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{it}" if _FORMULA.match(it) else it for it in cells])
    return out.getvalue()


def read(content: bytes) -> Table:
    """The table in a file: UTF-8, UTF-16 or Windows' letters; separated by ; , tab or |. Raises Unreadable."""
    text = decode(content)
    separator, text = _separator(text)
    found = _rows(text, separator)
    headings = next(found, None)
    if headings is None:
        raise Unreadable("empty")
    width = len(headings[1])
    while width and not headings[1][width - 1]:
        width -= 1
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in found:
        if len(rows) >= ROWS_LIMIT:
            raise Unreadable("rows")
        rows.append((number, (*cells[:width], *[""] * (width - len(cells)))))
    return Table(tuple(headings[1][:width]), tuple(rows))


def decode(content: bytes) -> str:
    """Raises Unreadable("binary") for what is no text."""
    text = _decoded(content)
    # A zip (a spreadsheet in its own format), a picture: nobody means these letters.
    if content[:4] == b"PK\x03\x04" or text[:2_000].count("\x00") or "\x1b" in text[:2_000]:
        raise Unreadable("binary")
    return text.replace("\x00", "").removeprefix(BOM)


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for codec, first in (("utf-16-le", content[1:200:2]), ("utf-16-be", content[:200:2])):
        if len(first) > 3 and not any(first):
            return content.decode(codec, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> tuple[str, str]:
    """By the first line: what it says ("sep=;", as Excel writes), or what it has most of outside of quotes."""
    first, _, rest = text.partition("\n")
    if said := re.fullmatch(r'"?sep=(.)"?', first.strip("\r \ufeff")):
        return said[1], rest
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=lambda it: (bare.count(it), -_SEPARATORS.index(it))), text


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The lines in which something stands, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # A cell of more than 128 KB, as after a quotation mark that never ends.
            raise Unreadable("cell") from None
        if len(cells) > COLUMNS_LIMIT:
            raise Unreadable("columns")
        cells = [_plain(it) for it in cells]
        if any(cells):
            yield number, cells


def _plain(cell: str) -> str:
    """Without the sign by which `line` keeps it from being a formula."""
    cell = cell.strip().strip("\ufeff\u200b").strip()
    return cell[1:] if _GUARDED.match(cell) else cell
