"""A sheet as Parquet, for programs: columns by their keys, each of its type."""

import tempfile
from pathlib import Path

from sportello.reports.folding import store

from .sheet import COUNT, DAY, NUMBER, PART, TEXT, Sheet

CONTENT_TYPE = "application/vnd.apache.parquet"
TYPES = {TEXT: "VARCHAR", DAY: "DATE", COUNT: "BIGINT", NUMBER: "DOUBLE", PART: "DOUBLE"}
AT_ONCE = 500


def write(sheet: Sheet) -> bytes:
    """Written by an engine like the one that reads the facts, in the process's memory but for the file itself."""
    columns = ", ".join(f'"{it.key}" {TYPES[it.kind]}' for it in sheet.columns)
    one = f"({', '.join('?' * len(sheet.columns))})"
    with tempfile.TemporaryDirectory(prefix="sportello-") as folder, store.engine(Path(folder)) as engine:
        engine.execute(f"CREATE TEMP TABLE exported ({columns})")
        for start in range(0, len(sheet.rows), AT_ONCE):
            rows = sheet.rows[start : start + AT_ONCE]
            engine.execute(
                f"INSERT INTO exported VALUES {', '.join([one] * len(rows))}", [it for row in rows for it in row]
            )
        path = Path(folder) / "figures.parquet"
        engine.execute(f"COPY exported TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        return path.read_bytes()
