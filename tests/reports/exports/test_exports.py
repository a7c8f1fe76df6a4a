"""Every file is read back: what stands in it is what was asked, as numbers, and nothing that would be run."""

import csv as csv_reader
import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import duckdb
import pytest

from sportello.reports.exports import csv, parquet, xlsx
from sportello.reports.exports.sheet import COUNT, DAY, NUMBER, PART, TEXT, Column, Meaning, Sheet

EVIL = '=HYPERLINK("http://evil.example","Rita")'
COLUMNS = (
    Column("day", "Day", DAY),
    Column("requester_id", "Requester (number)", COUNT),
    Column("requester", "Requester", TEXT),
    Column("num_new_tickets", "Created (tickets)", COUNT),
    Column("reply", "First reply (minutes)", NUMBER),
    Column("satisfaction_rating", "Satisfaction (share, 0 to 1)", PART),
)
ROWS = (
    (date(2026, 10, 1), 7, EVIL, 1050, 227.56, 0.972),
    (date(2026, 10, 2), None, 'Città, «Würzburg»\n"2"', 0, None, None),
)
SHEET = Sheet(
    "@Ottobre",
    COLUMNS,
    ROWS,
    (Meaning("Created", "num_new_tickets", "tickets", "+Tickets created in the period."),),
    (("Period", "October 2026"),),
)
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def test_csv_read_back_is_the_sheet_with_formulas_made_harmless():
    content = csv.write(SHEET)

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv_reader.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [
        [it.label for it in COLUMNS],
        ["2026-10-01", "7", f"'{EVIL}", "1050", "227.56", "0.972"],
        ["2026-10-02", "", 'Città, «Würzburg»\n"2"', "0", "", ""],
    ]


def cells_of(content, number):
    """The cells of a sheet of a workbook: (kind, value) by place; strings resolved."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = [
            "".join(it.itertext())
            for it in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall("m:si", NS)
        ]
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    found = {}
    for cell in sheet.iter(f"{{{NS['m']}}}c"):
        assert cell.find("m:f", NS) is None, "a formula"
        value = cell.find("m:v", NS)
        if value is not None:
            is_text = cell.get("t") == "s"
            found[cell.get("r")] = shared[int(value.text)] if is_text else float(value.text)
    return found


def test_xlsx_read_back_has_numbers_as_numbers_and_no_formula():
    found = cells_of(xlsx.write(SHEET), 1)

    assert [found[f"{column}1"] for column in "ABCDEF"] == [it.label for it in COLUMNS]
    # Days since the beginning of 1900, as spreadsheets count.
    assert [found[f"{column}2"] for column in "ABCDEF"] == [46296.0, 7.0, EVIL, 1050.0, 227.56, 0.972]
    assert {column: found.get(f"{column}3") for column in "BDEF"} == {"B": None, "D": 0.0, "E": None, "F": None}


def test_xlsx_says_on_its_second_sheet_what_the_figures_mean():
    found = cells_of(xlsx.write(SHEET), 2)

    assert found["A1"] == "@Ottobre"
    assert (found["A2"], found["B2"]) == ("Period", "October 2026")
    assert [found[f"{column}5"] for column in "ABCD"] == [
        "Created",
        "num_new_tickets",
        "tickets",
        "+Tickets created in the period.",
    ]


def test_parquet_read_back_is_the_sheet_with_its_types(tmp_path):
    path = tmp_path / "figures.parquet"
    path.write_bytes(parquet.write(SHEET))

    read = duckdb.connect().execute(f"SELECT * FROM '{path}'")

    assert [name for name, *_more in read.description] == [it.key for it in COLUMNS]
    assert [str(kind) for _name, kind, *_more in read.description] == [
        "DATE", "BIGINT", "VARCHAR", "BIGINT", "DOUBLE", "DOUBLE",
    ]  # fmt: skip
    assert read.fetchall() == list(ROWS)


@pytest.mark.parametrize("rows", [0, 1, 1_201])
def test_files_of_any_length_have_as_many_lines(rows, tmp_path):
    sheet = Sheet("Many", (Column("n", "n", COUNT),), tuple((number,) for number in range(rows)), (), ())
    path = tmp_path / "many.parquet"
    path.write_bytes(parquet.write(sheet))

    assert duckdb.connect().execute(f"SELECT count(*), coalesce(max(n), -1) FROM '{path}'").fetchone() == (
        rows,
        rows - 1,
    )
    assert csv.write(sheet).count(b"\r\n") == rows + 1
    assert len(cells_of(xlsx.write(sheet), 1)) == rows + 1
