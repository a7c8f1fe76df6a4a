"""Files that ceased to count are there for whoever has begun to read them."""

import os
from datetime import UTC, datetime

import time_machine

from sportello.reports.folding import store
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
