"""The supervisor with real processes: a parent of its own, and children that say who they are."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PARENT = """
import os, sys
from sportello.kit.supervisor import Child, supervise
child = [sys.executable, "-u", "-c", sys.argv[1]]
children = [Child(name, [*child, name], dict(os.environ)) for name in sys.argv[2:]]
supervise(children, say=lambda line: print(line, flush=True))
print("parent leaves", flush=True)
"""
CHILD = """
import os, sys, time
from sportello.kit.supervisor import end_with_parent
end_with_parent(int(sys.argv[sys.argv.index("--parent") + 1]))
print(sys.argv[1], os.getpid(), flush=True)
time.sleep(60)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + CHILD


@pytest.fixture
def start() -> Iterator[object]:
    found: list[subprocess.Popen[str]] = []

    def begin(child: str, *names: str) -> subprocess.Popen[str]:
        found.append(
            subprocess.Popen([sys.executable, "-u", "-c", PARENT, child, *names], stdout=subprocess.PIPE, text=True)
        )
        return found[-1]

    yield begin
    for process in found:
        process.kill()
        process.communicate()


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(parent: subprocess.Popen[str], count: int) -> dict[str, int]:
    said = [parent.stdout.readline().split() for _ in range(count)]
    return {name: int(pid) for name, pid in said}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_supervisor_when_told_to_stop_takes_its_children_along(start, number):
    parent = start(CHILD, "web", "worker")
    pids = children(parent, 2)

    parent.send_signal(number)
    said, _ = parent.communicate(timeout=20)

    assert said == "parent leaves\n"
    assert parent.returncode == 0
    assert not any(is_alive(pid) for pid in pids.values())


def test_supervisor_when_a_child_is_killed_starts_it_again_and_leaves_the_others(start):
    parent = start(CHILD, "web", "worker")
    pids = children(parent, 2)

    os.kill(pids["worker"], signal.SIGKILL)
    report = parent.stdout.readline()
    again = children(parent, 1)

    assert report == f"worker: process {pids['worker']} ended (SIGKILL), again in 0.5 s\n"
    assert again["worker"] != pids["worker"]
    assert is_alive(pids["web"])


def test_supervisor_when_a_child_ignores_the_request_insists(start):
    parent = start(STUBBORN, "mail")
    pids = children(parent, 1)

    parent.terminate()
    parent.communicate(timeout=20)

    assert not is_alive(pids["mail"])


def test_children_when_their_parent_is_killed_leave_by_themselves(start):
    parent = start(CHILD, "web", "worker")
    children(parent, 2)

    parent.kill()
    rest = parent.stdout.read()  # ends only once every holder of the pipe is gone: the children too

    assert rest == ""
