"""Files that ceased to count are there for whoever has begun to read them."""

import os
from datetime import UTC, datetime

import duckdb
import pytest
import time_machine

from sportello.reports.folding import store
from sportello.reports.folding.schema import TABLES
from sportello.reports.folding.store import Manifest


def test_sweep_when_an_old_file_has_just_ceased_to_count_keeps_it_for_a_while(tmp_path):
    old, new = (tmp_path / "created" / f"000000000-{number}.parquet" for number in (1, 2))
    old.parent.mkdir()
    for file in (old, new):
        file.touch()
        os.utime(file, (0, 0))  # Written long ago.
    there = []

    with time_machine.travel(datetime(2026, 11, 2, tzinfo=UTC), tick=False) as clock:
        for _time in range(3):
            store.sweep(tmp_path, Manifest(zone="UTC", number=2, ranges={0: 2}))
            there.append([file.exists() for file in (old, new)])
            clock.shift(store.GRACE_SECONDS - 100)

    assert there == [[True, True], [True, True], [False, True]]


def test_is_whole_when_a_file_was_cut_off_then_not(tmp_path):
    manifest = Manifest(zone="UTC", number=2, ranges={0: 2})
    for table in TABLES.values():
        store.copy(store.empty(table), tmp_path / table.name / "000000000-2.parquet")
    before = store.is_whole(tmp_path, manifest)
    with (tmp_path / "solved" / "000000000-2.parquet").open("r+b") as file:
        file.truncate(100)

    assert (before, store.is_whole(tmp_path, manifest)) == (True, False)


def test_clear_then_what_a_killed_process_had_begun_is_gone(tmp_path):
    begun = tmp_path / "writing-x", tmp_path / "created" / "1.new", tmp_path / "manifest.json.new"
    for path in (begun[0] / "created.csv", *begun[1:], tmp_path / "created" / "1.parquet"):
        path.parent.mkdir(exist_ok=True)
        path.touch()

    store.clear(tmp_path)

    assert [path for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [tmp_path / "created" / "1.parquet"]
    assert not begun[0].exists()


def test_engine_then_spills_beside_the_facts_and_not_without_end(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path

    asked = "SELECT current_setting('temp_directory'), current_setting('max_temp_directory_size')"

    assert store.engine().execute(asked).fetchone() == (str(tmp_path / "facts" / "spill"), "7.4 GiB")


@pytest.mark.parametrize(
    "said",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/../secret.key')",
        "COPY (SELECT 1) TO '{folder}/../secret.key' (FORMAT csv)",
        "ATTACH '{folder}/../desk.duckdb'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
    ],
)
def test_engine_reaches_nothing_but_the_facts(settings, tmp_path, said):
    settings.SPORTELLO_DATA = tmp_path
    (tmp_path / "facts").mkdir()
    (tmp_path / "secret.key").write_text("secret")

    with pytest.raises(duckdb.Error):
        store.engine().execute(said.format(folder=tmp_path / "facts"))

    assert (tmp_path / "secret.key").read_text() == "secret"
    assert sorted(it.name for it in tmp_path.iterdir()) == ["facts", "secret.key"]
