"""A sheet as a workbook of Excel and its like: numbers as numbers, what they mean on a second sheet."""

import io
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .sheet import COUNT, DAY, NUMBER, PART, Sheet, Value

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {COUNT: "#,##0", NUMBER: "#,##0.0", PART: "0.0%", DAY: "yyyy-mm-dd"}
MOST_TEXT = 32_767  # Of a cell.


def write(sheet: Sheet) -> bytes:
    """No text is ever a formula or a link. Days are dates, shares per cents."""
    # Pages that write no workbook do without it.
    import xlsxwriter  # type: ignore[import-untyped]

    made = io.BytesIO()
    quiet = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, quiet) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        formats = {kind: book.add_format({"num_format": said}) for kind, said in FORMATS.items()}
        figures = book.add_worksheet(pgettext("sheet of a workbook", "Figures"))
        for at, column in enumerate(sheet.columns):
            figures.write_string(0, at, column.label, bold)
            figures.set_column(at, at, 28 if column.kind not in FORMATS else 14)
        for number, row in enumerate(sheet.rows, 1):
            for at, value in enumerate(row):
                _write(figures, number, at, value, formats.get(sheet.columns[at].kind))
        figures.freeze_panes(1, 0)
        if sheet.rows:
            figures.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        meanings = book.add_worksheet(pgettext("sheet of a workbook", "What they mean"))
        meanings.set_column(0, 0, 44)
        meanings.set_column(1, 1, 40)
        meanings.set_column(2, 2, 16)
        meanings.set_column(3, 3, 90)
        lines = [(sheet.title,), *sheet.facts, (), (_("Measure"), _("Key"), _("Unit"), _("Definition"))]
        for number, texts in enumerate(lines):
            for at, text in enumerate(texts):
                is_head = at == 0 or number == len(lines) - 1
                meanings.write_string(number, at, text[:MOST_TEXT], bold if is_head else wrapped)
        for number, it in enumerate(sheet.meanings, len(lines)):
            for at, text in enumerate((it.label, it.key, it.unit, it.definition)):
                meanings.write_string(number, at, text, wrapped)
    return made.getvalue()


def _write(sheet: Any, row: int, at: int, value: Value, format: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, at, value, format)
    elif isinstance(value, str):
        sheet.write_string(row, at, value[:MOST_TEXT])
    else:
        sheet.write_number(row, at, value, format)
