"""`sportello django …` on folders that are not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def django(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sportello", "django", *arguments],
        env={"PATH": os.environ["PATH"], "SPORTELLO_DATA": str(data)},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_migrate_when_the_data_folder_is_missing_then_makes_it(tmp_path):
    done = django(tmp_path / "new" / "desk", "migrate", "--verbosity", "0")

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new" / "desk" / "desk.sqlite3").exists()
    assert (tmp_path / "new" / "desk").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("command", ["migrate", "showmigrations"])
def test_command_when_the_data_folder_cannot_be_made_then_says_so(tmp_path, command):
    (tmp_path / "file").touch()

    done = django(tmp_path / "file" / "desk", command)

    assert done.returncode == 1
    assert done.stderr
    assert "Traceback" not in done.stderr
