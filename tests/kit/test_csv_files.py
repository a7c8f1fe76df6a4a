"""CSV files as spreadsheets write them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit import csv_files
from sportello.kit.csv_files import Unreadable, read

ROWS = ((2, ("Rossi; Rita", 'says "hi"')), (3, ("Nicolò", "à")))


@pytest.mark.parametrize(
    "content",
    [
        'a,b\n"Rossi; Rita","says ""hi"""\nNicolò,à\n'.encode(),
        '\ufeffa;b\r\n"Rossi; Rita";"says ""hi"""\r\nNicolò;à\r\n'.encode(),
        'a\tb\n"Rossi; Rita"\t"says ""hi"""\nNicolò\tà'.encode("utf-16"),
        'a\tb\n"Rossi; Rita"\t"says ""hi"""\nNicolò\tà'.encode("utf-16-le"),
        'a;b\r\n"Rossi; Rita";"says ""hi"""\r\nNicolò;à\r\n'.encode("cp1252"),
        'a|b\n"Rossi; Rita"|"says ""hi"""\n Nicolò | à \n\n'.encode(),
    ],
    ids=["utf-8", "excel", "utf-16", "utf-16-le", "windows", "pipes"],
)
def test_table_is_read_whatever_wrote_it(content):
    table = read(content)

    assert (table.headings, table.rows) == (("a", "b"), ROWS)


def test_separator_that_excel_names_is_taken_and_the_line_is_none():
    assert read(b"sep=;\r\na,x;b\r\n1;2\r\n").headings == ("a,x", "b")


def test_rows_that_are_short_long_or_empty_get_as_many_cells_as_headings():
    table = read(b"a,b,,\n1\n,,,\n1,2,3,4\n\n,5\n")

    assert (table.headings, table.rows) == (("a", "b"), ((2, ("1", "")), (4, ("1", "2")), (6, ("", "5"))))


def test_cell_of_several_lines_counts_its_lines():
    assert read(b'a,b\n"1\n2",x\n3,y\n').rows == ((2, ("1\n2", "x")), (4, ("3", "y")))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04" + b"\x00" * 50, "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"a\x00b,c\x00\n", "binary"),
        (",".join(f"c{n}" for n in range(10_000)).encode(), "columns"),
        (b'a,b\n"never ends' + b"x" * 200_000, "cell"),
    ],
)
def test_what_is_no_table_is_refused_with_why(content, why):
    with pytest.raises(Unreadable) as refusal:
        read(content)

    assert refusal.value.why == why


def test_more_rows_than_can_be_are_refused(monkeypatch):
    monkeypatch.setattr(csv_files, "ROWS_LIMIT", 3)

    assert len(read(b"a\n" + b"x\n" * 3).rows) == 3
    with pytest.raises(Unreadable):
        read(b"a\n" + b"x\n" * 4)


def test_nul_far_behind_is_left_out():
    assert read(b"a\n" + b"x" * 3_000 + b"\x00y\n").rows[0][1][0][-2:] == "xy"


@pytest.mark.parametrize("cell", ["=1+1", "+39 055", "-5", "@SUM(A1)", "\t=1", "'=1"])
def test_no_cell_that_is_written_is_a_formula(cell):
    written = csv_files.line([cell])

    assert written.strip('"\r\n')[0] == "'"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1b\ufeff\u200b\r"), max_size=20).map(str.strip)


@given(st.lists(st.lists(CELL.filter(lambda it: it[:1] != "'"), min_size=2, max_size=2)))
def test_what_is_written_reads_as_itself(rows):
    text = csv_files.BOM + csv_files.line(["a", "b"]) + "".join(map(csv_files.line, rows))

    read_back = [cells for _number, cells in read(text.encode()).rows]

    assert read_back == [tuple(row) for row in rows if any(row)]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(content):
    try:
        table = read(content)
    except Unreadable:
        return

    assert all(len(cells) == len(table.headings) for _number, cells in table.rows)
