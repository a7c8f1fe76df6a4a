import subprocess
import sys

import pytest

from sportello.kit.locks import Busy, hold

HOLDER = "import sys, time, pathlib; from sportello.kit.locks import hold; hold(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"  # noqa: E501


def test_lock_when_held_by_another_process_is_busy_and_names_it(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(Busy) as busy:
        hold(tmp_path / "lock")

    assert busy.value.pid == holder.pid
    holder.kill()
    holder.communicate()


def test_lock_when_its_holder_was_killed_is_free(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()

    hold(tmp_path / "lock").release()


def test_lock_when_released_can_be_taken_again_and_releasing_twice_is_harmless(tmp_path):
    first = hold(tmp_path / "lock")
    first.release()
    second = hold(tmp_path / "lock")
    first.release()

    with pytest.raises(Busy):
        hold(tmp_path / "lock")

    second.release()
