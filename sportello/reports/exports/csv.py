"""A sheet as CSV: UTF-8 with the mark by which spreadsheets know it, and nothing that they would run."""

from datetime import date

from sportello.kit import csv_files

from .sheet import Sheet, Value

CONTENT_TYPE = "text/csv; charset=utf-8"


def write(sheet: Sheet) -> bytes:
    """Numbers with a point, days as 2026-10-31, an empty cell where there is nothing to measure."""
    lines = [csv_files.line([it.label for it in sheet.columns])]
    lines += [csv_files.line([_text(it) for it in row]) for row in sheet.rows]
    return (csv_files.BOM + "".join(lines)).encode()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
