"""The tables as they are documented."""

from pathlib import Path

from sportello.reports.folding.schema import TABLES, described

PAGE = Path(__file__).parents[3] / "docs" / "facts-tables.md"


def test_tables_then_documented_word_for_word():
    assert PAGE.read_text() == described()


def test_columns_of_one_name_then_of_one_type():
    types = {}
    for table in TABLES.values():
        for column in table.columns:
            assert types.setdefault(column.name, column.type) == column.type
