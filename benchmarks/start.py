"""Seconds from the command to the first page, and the memory of the idle desk (PSS, summed over its processes).

python -m benchmarks.start [--rounds 5]
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="sportello-benchmark-") as folder:
        first, _memory = start(Path(folder), idle=0)
        print(f"first start, empty folder: {first:.2f} s to the first page")
        took = [start(Path(folder), idle=0)[0] for _round in range(rounds)]
        print(f"start on that folder: median {statistics.median(took):.2f} s, worst {max(took):.2f} s")
        _seconds, memory = start(Path(folder), idle=10)
        for name, kilobytes in memory.items():
            print(f"    {name:<12} {kilobytes / 1024:6.1f} MB")
        print(f"idle after 10 s: {sum(memory.values()) / 1024:.0f} MB PSS in {len(memory)} processes")


def start(folder: Path, *, idle: float) -> tuple[float, dict[str, int]]:
    """One start and stop. Returns seconds to the first page, and PSS in kB by process after `idle` seconds."""
    environment = {
        **os.environ,
        "SPORTELLO_DATA": str(folder),
        "SPORTELLO_HTTP": "127.0.0.1:0",
        "SPORTELLO_MAIL_IN": "127.0.0.1:0",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "sportello", "serve"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        url = ""
        while not url:
            match = re.search(r"http://\S+", process.stdout.readline())
            url = match[0] if match else ""
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.status == 200
        took = time.perf_counter() - began
        time.sleep(idle)
        return took, family(process.pid) if idle else {}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def family(parent: int) -> dict[str, int]:
    """PSS in kB of a process and its children, by what they run."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text()
            if int(entry.name) != parent and f"PPid:\t{parent}\n" not in status:
                continue
            arguments = (entry / "cmdline").read_bytes().decode().split("\0")
            pss = re.search(r"^Pss:\s+(\d+) kB", (entry / "smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue
        name = arguments[arguments.index("process") + 1] if "process" in arguments else "serve"
        found[name] = int(pss[1]) if pss else 0
    return found


if __name__ == "__main__":
    main()
