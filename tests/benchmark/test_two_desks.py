"""A hub and two whole desks, each a process with its own data folder, over HTTP; ten more desks fill the cohort."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sportello.benchmark import client
from sportello.benchmark.file import sign
from tests.benchmark.desks import NOW, a_file, key
from tests.benchmark.test_server import ENVIRONMENT, hub, sportello  # noqa: F401 – a fixture

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MONTH = "2026-10"


def desk(folder: Path, now, *arguments: str):
    command = [sys.executable, "-m", "tests.benchmark.one_desk", now.isoformat(), *arguments]
    environment = {**ENVIRONMENT, "SPORTELLO_DATA": str(folder), "SPORTELLO_WEBHOOK_PRIVATE": "1"}
    done = subprocess.run(command, capture_output=True, timeout=180, env=environment, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout.decode().splitlines()[-1])


def test_two_desks_join_send_by_their_workers_and_read_their_places_back(hub, tmp_path):  # noqa: F811
    quick, slow = tmp_path / "quick", tmp_path / "slow"
    for folder in (quick, slow):
        folder.mkdir()

    told = {folder: desk(folder, NOW, "live", hub.url, minutes) for folder, minutes in ((quick, "8"), (slow, "3000"))}
    for number in range(10):
        reply = (60.0 * (number + 2), 500)
        changed = {"first_reply_time_in_minutes_median": reply, "first_reply_time_in_minutes_mean": reply}
        assert client.send(hub.url, sign(a_file(**changed), key(number + 1)), private=True) == "received"
    frozen = sportello("freeze", MONTH, "--data", str(hub.folder))
    seen = {folder: desk(folder, NOW + timedelta(days=1), "look") for folder in told}

    for said in told.values():
        assert said["before"] == []  # Described, not joined: nothing was sent.
        (sending,) = said["sent"]
        assert (sending["month"], sending["state"], sending["answer"]) == (MONTH, "sent", "received")
        assert json.loads(sending["file"])["file"]["calendar_month"]["num_new_tickets"] == 12  # Of 14: a step.
    assert frozen.returncode == 0
    for said in seen.values():
        assert said["cohorts"] == ["all", "sector:software", "size:10-49", "audience:business", "country:IT"]
        assert {(it["desks"], it["label"], it["period"]) for it in said["beside"].values()} == {
            (10, "Sportello", MONTH)
        }
    median = "first_reply_time_in_minutes_median"
    best, worst = (seen[folder]["beside"][median] for folder in (quick, slow))
    assert (best["own"], worst["own"]) == (8.0, 3000.0)
    assert best["median"] == worst["median"]
    assert (best["how"], best["low"], best["high"]) == ("beyond", 0.75, 1.0)
    assert (worst["how"], worst["low"], worst["high"]) == ("beyond", 0.0, 0.25)
